"""``preclaim-collector erp``: a claim into an ERP by a template; a dry run unless ``--send``."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import asyncio
import ssl
import sys
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.erp.facts import Fact, facts_of
from collector.erp.show import show
from collector.erp.template import BUILT_IN, BadTemplateError, Template, names, read_template

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from collector.erp.talk import Made, Server
    from collector.pack.room import MadePack
    from collector.settings import Config
    from collector.store.lines import Found

OK: Final = 0
FAILED: Final = 1
LIST: Final = "list"
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_EXAMPLE: Final = "https://erp.example.com"


def erp(arguments: argparse.Namespace) -> int:
    """List the templates, print one, show what would be sent, or send it."""
    lang: str = arguments.lang
    if arguments.template_name == LIST:
        for name in names():
            known = read_template(BUILT_IN / f"{name}.toml")
            print(f"{name:<12} {known.title_zh if lang == 'zh' else known.title_en}")
        return OK
    path = _path(arguments)
    if arguments.print:
        print(path.read_text(encoding="utf-8"), end="")
        return OK
    try:
        template = read_template(path)
    except BadTemplateError as error:
        print(error.words.text(lang), file=sys.stderr)
        return FAILED
    except OSError as error:
        raise refuse("--template", "unreadable", why=type(error).__name__) from error
    if not arguments.line:
        raise refuse("LINE", "no_line", found="")
    if arguments.config is None:
        raise refuse("--config", "missing")
    return _run(arguments, template)


def _path(arguments: argparse.Namespace) -> Path:
    given: Path | None = arguments.template
    if given is not None:
        return given
    if arguments.template_name not in names():
        known = ", ".join(names())
        raise refuse("TEMPLATE", "unknown_template", found=arguments.template_name, known=known)
    return BUILT_IN / f"{arguments.template_name}.toml"


def _run(arguments: argparse.Namespace, template: Template) -> int:
    from collector.app import open_store  # noqa: PLC0415 SQLAlchemy is slow to load
    from collector.pack.room import open_room  # noqa: PLC0415
    from collector.pack.share import is_submitted  # noqa: PLC0415
    from collector.store import lines  # noqa: PLC0415

    config = read_config(arguments.config)
    engine = open_store(config)
    with engine.begin() as db:
        found = lines.find(db, arguments.line)
    if found is None:
        raise refuse("LINE", "no_line", found=arguments.line)
    told = open_room(config).gather(
        engine, found.id, organisation_id=found.organisation_id, is_whole=False
    )
    if told is None:
        raise refuse("LINE", "no_line", found=arguments.line)
    submitted = is_submitted(engine, found.id)
    facts: dict[str, Fact] = {
        **facts_of(told.claim, base_url=config.public_url, pack_name=told.filename),
        **_settings(arguments, template),
    }
    brings_pack = submitted and not arguments.no_pack and template.attach is not None
    url = _url(arguments.url) if arguments.url or arguments.send else _EXAMPLE
    if not arguments.send:
        size = _size_of(engine, found) if brings_pack else None
        print("\n".join(show(template, facts, url=url, pack_bytes=size, language=arguments.lang)))
        print(say("erp_dry" if submitted else "erp_dry_draft", arguments.lang), file=sys.stderr)
        return OK
    if not submitted:
        raise refuse("LINE", "not_submitted_yet", found=arguments.line)
    pack = _pack(config, engine, found) if brings_pack else None
    return _send(arguments, template, facts, engine=engine, pack=pack, url=url)


def _settings(arguments: argparse.Namespace, template: Template) -> dict[str, Fact]:
    """Defaults, and what ``--set`` says in their place."""
    made: dict[str, Fact] = {name: one.default or None for name, one in template.settings.items()}
    for given in arguments.set:
        name, is_there, value = given.partition("=")
        if not is_there or name not in made:
            known = ", ".join(template.settings) or "-"
            raise refuse("--set", "unknown_setting", found=given, known=known)
        made[name] = value or None
    return made


def _url(given: str) -> str:
    """The ERP's base URL: https, or http to this machine; never with a password in it."""
    parts = urlsplit(given)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not is_safe or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise refuse("--url", "no_https_url")
    return given.rstrip("/")


def _size_of(engine: Engine, found: Found) -> int:
    """Bytes of the pack that was given out last; a dry run makes none, for that is an entry of the
    claim's log."""
    from collector.store import packs  # noqa: PLC0415
    from collector.store.engine import reader  # noqa: PLC0415

    with reader(engine) as db:
        known = packs.newest(db, found.id)
    return known.size if known else 0


def _pack(config: Config, engine: Engine, found: Found) -> MadePack | None:
    from collector.app import utc_now  # noqa: PLC0415
    from collector.pack.room import open_room  # noqa: PLC0415
    from collector.pack.share import Sharer, share  # noqa: PLC0415

    return share(
        engine,
        open_room(config),
        found.id,
        organisation_id=found.organisation_id,
        by=Sharer(actor=f"command line: {getuser()}"[:120], role="admin"),
        now=utc_now(),
    )


def _send(
    arguments: argparse.Namespace,
    template: Template,
    facts: dict[str, Fact],
    *,
    engine: Engine,
    pack: MadePack | None,
    url: str,
) -> int:
    from collector.app import utc_now  # noqa: PLC0415
    from collector.erp.talk import ErpError, send  # noqa: PLC0415 aiohttp's client
    from collector.store import meta  # noqa: PLC0415

    lang: str = arguments.lang
    try:
        made = asyncio.run(send(template, facts, server=_server(arguments, url), pack=pack))
    except ErpError as error:
        print(say("erp_failed", lang, step=error.step, why=error.why), file=sys.stderr)
        return FAILED
    with engine.begin() as db:
        meta.note(
            db,
            actor=f"command line: {getuser()}"[:120],
            action="erp.found" if made.was_there and not made.attached else "erp.sent",
            detail=f"{facts['reference']} to {template.name} at {urlsplit(url).hostname}: "
            f"record {made.record}",
            now=utc_now(),
        )
    print(say(_what_came(made), lang, record=made.record))
    if made.attach_failed:
        print(say("erp_no_pack", lang, record=made.record, why=made.attach_failed), file=sys.stderr)
        return FAILED
    return OK


def _what_came(made: Made) -> str:
    """The words for it."""
    if not made.was_there:
        return "erp_made"
    return "erp_pack_too" if made.attached else "erp_there"


def _server(arguments: argparse.Namespace, url: str) -> Server:
    from collector.erp.talk import Server  # noqa: PLC0415

    path: Path | None = arguments.key_file
    if path is None:
        raise refuse("--key-file", "missing")
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise refuse("--key-file", "unreadable", why=type(error).__name__) from error
    if not key or not key.isprintable() or not key.isascii():
        raise refuse("--key-file", "unreadable", why="empty")
    ca: Path | None = arguments.ca
    if ca is not None:
        try:
            ssl.create_default_context(cafile=ca)
        except (OSError, ssl.SSLError) as error:
            raise refuse("--ca", "no_certificate", why=type(error).__name__) from error
    return Server(url=url, key=key, ca=ca)
