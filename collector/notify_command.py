"""The command ``preclaim-collector notify``: which channels there are, and whether one works."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import asyncio
import secrets
from contextlib import ExitStack

from collector.app import utc_now
from collector.cli import FAILED, OK
from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.notify.letter import write_test
from collector.outlets.address import is_address
from collector.outlets.answer import Answer, Outcome
from collector.outlets.outlet import open_outlets
from collector.outlets.settings import MAIL, PARTNER
from collector.settings import Config


def notify(arguments: argparse.Namespace) -> int:
    """List the channels, or send a test message by one and say what the far end answered."""
    config = read_config(arguments.config)
    if arguments.action == "list":
        return _list(config, arguments.lang)
    name, to = arguments.name, arguments.to
    with ExitStack() as open_:
        outlets = open_outlets(config.notify, clock=utc_now)
        for one in outlets:
            open_.callback(one.close)
        outlets = tuple(one for one in outlets if not one.name.startswith(PARTNER))
        outlet = {one.name: one for one in outlets}.get(name)
        if outlet is None:
            known = ", ".join(one.name for one in outlets) or say("no_channel", arguments.lang)
            raise refuse("NAME", "unknown_channel", found=name, known=known)
        if name == MAIL and not is_address(to):
            raise refuse("--to", "no_address", found=to)
        letter = write_test(
            f"msg_{secrets.token_urlsafe(18)}",
            language=arguments.lang,
            made_at=utc_now(),
            base_url=config.public_url,
        )
        said = asyncio.run(outlet.send(letter, to=to))
    print(_tell(said, arguments.lang, name=name))
    return OK if said.is_sent else FAILED


def _list(config: Config, lang: str) -> int:
    channels = config.notify
    if channels.mail is not None:
        print(f"{MAIL:<20} {channels.mail.host}:{channels.mail.port} {channels.mail.sender}")
    for hook in channels.hooks:
        print(
            f"{hook.name:<20} {hook.host} {hook.kind.value} {hook.person or hook.organisation_id}"
        )
    if channels.mail is None and not channels.hooks:
        print(say("no_channel", lang))
    return OK


def _tell(said: Answer, lang: str, *, name: str) -> str:
    key = {
        Outcome.SENT: "notify_sent",
        Outcome.LATER: "notify_later",
        Outcome.TROUBLE: "notify_trouble",
        Outcome.REFUSED: "notify_refused",
    }[said.outcome]
    return say(key, lang, name=name, why=said.why)
