"""The command ``preclaim-collector command``: order something of an agent, see what comes of it."""

from __future__ import annotations

import getpass
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector import keys
from collector.app import open_store, utc_now
from collector.cli_words import say
from collector.commands import order
from collector.config_error import refuse
from collector.order_settings import NoConfigurationError, check_text, order_settings
from collector.settings import Config
from collector.store import accounts, agents, commands, positions
from collector.store.engine import reader
from collector.web.answers import tell_answer
from shared.command import Outcome, Verb

LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to print; ``well`` False when the command ended badly or nobody answered in time."""

    text: str
    well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of an agent; ``config`` is the text for ``set_config``."""

    agent_id: str
    verb: Verb
    device_id: str = ""
    config: str = ""
    base: str = ""


def read_wanted(
    *, agent_id: str, verb: Verb, device_id: str, file: Path | None, base: str
) -> Wanted:
    """Check the call; ConfigError when verb and options do not fit, or the file is no TOML."""
    if verb is not Verb.SET_CONFIG:
        if file is not None or base:
            raise refuse("--file" if file else "--base", "only_with_set_config", verb=verb.value)
        return Wanted(agent_id=agent_id, verb=verb, device_id=device_id)
    if device_id:
        raise refuse("DEVICE", "not_with_set_config", found=device_id)
    if file is None:
        raise refuse("--file", "needed_with_set_config")
    try:
        text = file.read_text(encoding="utf-8")
        check_text(text)
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(str(file), "unreadable", why=error) from error
    except NoConfigurationError as error:
        raise refuse(str(file), error.wrong, **error.values) from error
    return Wanted(agent_id=agent_id, verb=verb, config=text, base=base)


def order_and_wait(config: Config, wanted: Wanted, *, wait_s: float, lang: str) -> Answer:
    """Keep the signed command for the running collector to send; ConfigError for names unknown."""
    engine = open_store(config)
    key = keys.load_or_make(config.command_key)
    actor = f"command line: {getpass.getuser()}"[:120]
    with engine.begin() as db:
        command_id = _keep(db, wanted, key=key, actor=actor)
    if command_id is None:
        return Answer(text=say("order_waits", lang), well=False)
    until = time.monotonic() + wait_s
    state, detail = commands.WAITING, ""
    while state == commands.WAITING and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        with reader(engine) as db:
            state, detail = commands.state_of(db, command_id=command_id)
    engine.dispose()
    if state == commands.WAITING and not wait_s:
        return Answer(text=say("order_kept", lang, id=command_id), well=True)
    told = "\n".join(tell_answer(detail, lang))
    return Answer(
        text=f"{command_id}: {say(state, lang)}" + (f": {told}" if told else ""),
        well=state == Outcome.DONE.value,
    )


def _keep(db: Connection, wanted: Wanted, *, key: Ed25519PrivateKey, actor: str) -> str | None:
    agent_id, device_id, now = wanted.agent_id, wanted.device_id, utc_now()
    organisation_id = _check_names(db, agent_id=agent_id, device_id=device_id)
    if wanted.verb is Verb.SET_CONFIG:
        return order_settings(
            db,
            key=key,
            agent_id=agent_id,
            organisation_id=organisation_id,
            text=wanted.config,
            base=wanted.base,
            actor=actor,
            now=now,
        )
    command_id = order(
        db,
        key=key,
        agent_id=agent_id,
        organisation_id=organisation_id,
        verb=wanted.verb,
        device_id=device_id,
        actor=actor,
        now=now,
    )
    if command_id is not None:
        action, detail = f"command.{wanted.verb.value}", f"{agent_id}/{device_id}"
        accounts.record(db, at=now, actor=actor, action=action, detail=detail)
    return command_id


def _check_names(db: Connection, *, agent_id: str, device_id: str) -> str:
    """The organisation of the agent; ConfigError says which names there are."""
    agent = agents.find(db, agent_id)
    if agent is None:
        known = ", ".join(known.id for known in agents.every(db)) or "-"
        raise refuse("AGENT", "unknown_agent", found=agent_id, known=known)
    if device_id and positions.find(db, agent_id=agent_id, device_id=device_id) is None:
        names = ", ".join(positions.device_ids(db, agent_id)) or "-"
        raise refuse("DEVICE", "unknown_device", agent=agent_id, found=device_id, known=names)
    return agent.organisation_id
