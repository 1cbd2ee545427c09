"""The collector's configuration file: read whole, checked whole, every problem at once."""

from __future__ import annotations

import ipaddress
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Final

from collector.claims.policy import DEFAULT, Policy
from collector.claims.problem import Problem
from collector.claims.read_policy import PolicyError, parse_policy
from collector.claims.toml_reader import TomlReader
from collector.config_broker import read_broker
from collector.config_database import read_database
from collector.config_error import ConfigError
from collector.config_influx import read_influx
from collector.config_notify import answer_route, read_notify, reply_route
from collector.config_pack import read_pack, read_partners
from collector.settings import AgentEntry, Config, OrganisationEntry, SiteEntry
from collector.web.proxies import Network, Proxies
from shared import signing
from shared.topics import AGENT_ID

KINDS: Final = {"factory", "distributor", "integrator"}
LANGUAGES: Final = {"en", "zh"}


def read_config(path: Path) -> Config:
    """Read and check the file; ConfigError with every problem at once."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _broken(path, "unreadable", error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _broken(path, "not_toml", str(error)) from error
    top = TomlReader(table)
    config, policy_problems = _read(top, path.resolve().parent)
    problems = [replace(problem, file=str(path)) for problem in top.problems()] + policy_problems
    if problems:
        raise ConfigError(problems)
    return config


def _broken(path: Path, wrong: str, why: str) -> ConfigError:
    return ConfigError([Problem(file=str(path), key="", wrong=wrong, values={"why": why})])


def _read(top: TomlReader, base: Path) -> tuple[Config, list[Problem]]:
    collector, web = top.table("collector"), top.table("web")
    data_dir = base / collector.text("data_dir", "data")
    organisations = _organisations(top)
    sites = _sites(top, {entry.id for entry in organisations})
    policy, policy_problems = _policy(top.table("policy"), base)
    known = {entry.id for entry in organisations}
    keys = top.table("keys")
    partners = read_partners(top, known, base)
    notify = read_notify(
        top.table("notify"), base, organisations=[entry.id for entry in organisations]
    )
    config = Config(
        data_dir=data_dir,
        database_url=read_database(collector, base, data_dir=data_dir),
        language=collector.choice("language", "en", LANGUAGES),
        broker=read_broker(top.table("broker"), base),
        web_host=web.text("host", "127.0.0.1"),
        web_port=web.whole("port", 8480, at_least=0, at_most=65_535),
        public_url=web.text("public_url", ""),
        proxies=_proxies(web),
        command_key=base / keys.text("command", "keys/command.pem"),
        policy=policy,
        organisations=organisations,
        sites=sites,
        agents=_agents(top, base, known, sites),
        pack=read_pack(top.table("pack"), keys, base),
        partners=partners,
        influx=read_influx(top.table("influx"), base, is_given=top.has("influx")),
        notify=replace(
            notify,
            hooks=(
                *notify.hooks,
                *(answer_route(one) for one in partners if one.answers_to),
                *(reply_route(one) for one in partners if one.replies_to),
            ),
        ),
    )
    return config, policy_problems


def _proxies(table: TomlReader) -> Proxies:
    networks: list[Network] = []
    for text in table.texts("trusted_proxies"):
        try:
            networks.append(ipaddress.ip_network(text))
        except ValueError:
            table.wrong("trusted_proxies", "not_network", found=text)
    return Proxies(tuple(networks))


def _policy(table: TomlReader, base: Path) -> tuple[Policy, list[Problem]]:
    name = table.text("file", "")
    if not name:
        return DEFAULT, []
    try:
        policy = parse_policy((base / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        table.wrong("file", "unreadable", why=type(error).__name__)
    except PolicyError as error:
        return DEFAULT, [replace(problem, file=str(base / name)) for problem in error.problems]
    else:
        from collector.factory_calendar import is_country  # noqa: PLC0415 holidays is slow to load

        country = policy.clocks.country
        if is_country(country):
            return policy, []
        wrong = Problem(key="clocks.country", wrong="no_country", values={"found": country})
        return DEFAULT, [replace(wrong, file=str(base / name))]
    return DEFAULT, []


def _organisations(top: TomlReader) -> tuple[OrganisationEntry, ...]:
    made: list[OrganisationEntry] = []
    tables = top.tables("organisations")
    for table in tables:
        entry = OrganisationEntry(
            id=_name(table, {known.id for known in made}),
            name=table.text("name", None),
            kind=table.choice("kind", "integrator", KINDS),
            parent_id=table.text("parent", "") or None,
        )
        if entry.parent_id and entry.parent_id not in {known.id for known in made}:
            table.wrong("parent", "no_parent", found=entry.parent_id)
        made.append(entry)
    if not made:
        top.wrong("organisations", "no_organisation")
    return tuple(made)


def _sites(top: TomlReader, organisations: set[str]) -> tuple[SiteEntry, ...]:
    made: list[SiteEntry] = []
    for table in top.tables("sites"):
        site_id = _name(table, {known.id for known in made})
        made.append(
            SiteEntry(
                id=site_id,
                name=table.text("name", site_id),
                organisation_id=table.choice("organisation", None, organisations),
                zone=table.zone("zone", "UTC"),
            )
        )
    return tuple(made)


def _agents(
    top: TomlReader, base: Path, organisations: set[str], sites: tuple[SiteEntry, ...]
) -> tuple[AgentEntry, ...]:
    made: list[AgentEntry] = []
    owners = {site.id: site.organisation_id for site in sites}
    for table in top.tables("agents"):
        agent_id = _name(table, {known.id for known in made})
        site_id = table.choice("site", None, set(owners))
        owner = table.choice("organisation", owners.get(site_id, ""), organisations)
        if not owner and site_id in owners:
            table.wrong("organisation", "no_owner")
        made.append(
            AgentEntry(
                id=agent_id,
                organisation_id=owner,
                site_id=site_id,
                evidence_key=_public_key(table, base),
            )
        )
    return tuple(made)


def _public_key(table: TomlReader, base: Path) -> bytes | None:
    name = table.text("evidence_key", "")
    if not name:
        return None
    try:
        pem = (base / name).read_bytes()
        signing.read_public(pem)
    except OSError as error:
        table.wrong("evidence_key", "no_agent_key", why=error.strerror)
        return None
    except signing.KeyFileError as error:
        table.wrong("evidence_key", "bad_agent_key", why=str(error))
        return None
    return pem


def _name(table: TomlReader, taken: set[str]) -> str:
    name = table.text("id", None)
    if name and not AGENT_ID.match(name):
        table.wrong("id", "bad_id", found=name)
    if name in taken:
        table.wrong("id", "id_twice", found=name)
    return name
