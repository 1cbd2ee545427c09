"""What a person ordered: flags, a sites file and answers, as entries and basics."""

from __future__ import annotations

import argparse
import os
import re
import socket
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from agent.camera.port import Credentials
from agent.setup.addresses import MOST, BadAddressError, read_addresses
from agent.setup.ask import Asker
from agent.setup.entry import Consent, Entry, Offer, read_password, read_pins
from agent.setup.file import Basics
from agent.setup.plan import slug
from agent.setup.sites_file import read_sites_file
from agent.setup.words import SAID
from agent.sun import Site
from agent.topology import METERED_BATTERY
from shared.topics import AGENT_ID

_CONSENTS: Final = ("ir-cut", "wake-ups", "pictures")


class UnusableError(Exception):
    """The order cannot be carried out; ``text`` says why and what to do, in one language."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """All of it."""

    config: Path
    entries: tuple[Entry, ...]
    multicast: Entry | None  # look for devices too, with these logins
    ask: tuple[str, ...]
    seconds: float
    basics: Basics
    consent: Consent


def read_order(arguments: argparse.Namespace, asker: Asker, *, now: datetime) -> Order:
    """Flags first, then the sites file, then questions for what is still open.

    UnusableError, NobodyThereError, SitesFileError, OSError of the sites file.
    """
    lang, config = asker.lang, Path(arguments.config)
    basics = _basics(arguments, asker, is_new=not config.exists(), now=now)
    listed = (
        read_sites_file(Path(arguments.sites), environment=os.environ) if arguments.sites else ()
    )
    offers = _offers(arguments, asker, is_asked=not listed)
    mine = Entry(
        addresses=(),
        site=arguments.site or "",
        place=_place(arguments) if arguments.site else None,
        offers=offers,
        power=arguments.power or "",
        link=arguments.link or "",
        pins=_pins(arguments, lang),
    )
    entries = [one if one.offers else replace(one, offers=offers) for one in listed]
    if arguments.at:
        try:
            addresses, is_range = read_addresses(" ".join(arguments.at))
        except BadAddressError as error:
            told = SAID["bad address"].filled(found=error.part, limit=MOST)
            raise UnusableError(told.text(lang)) from error
        if mine.pins and (is_range or len(addresses) > 1):
            raise UnusableError(SAID["pin of whom"].text(lang))
        entries.append(replace(mine, addresses=addresses, is_range=is_range))
    elif mine.pins:
        raise UnusableError(SAID["pin of whom"].text(lang))
    looks_around = bool(arguments.ask) or not entries
    return Order(
        config=config,
        entries=tuple(entries),
        multicast=replace(mine, pins=()) if looks_around else None,
        ask=tuple(arguments.ask),
        seconds=arguments.seconds,
        basics=basics,
        consent=_consent_of_flag(arguments.consent),
    )


def ask_consent(order: Order, asker: Asker, *, has_battery: bool) -> Order:
    """Ask what no flag says; recorded with who said it. Nothing is assumed."""
    consent = Consent(
        ir_cut_test=asker.agrees("ir-cut"),
        wake_ups=has_battery
        and asker.agrees(
            "wake-ups", visits=METERED_BATTERY.wakeups_per_day, mah=METERED_BATTERY.mah_per_day
        ),
        pictures=asker.agrees("pictures"),
    )
    by = order.basics.consent_by
    if consent.words() and not by:
        by = asker.text("by", "")
    return replace(order, consent=consent, basics=replace(order.basics, consent_by=by))


def _basics(arguments: argparse.Namespace, asker: Asker, *, is_new: bool, now: datetime) -> Basics:
    lang = asker.lang
    agent_id, broker = arguments.agent_id, arguments.broker
    if is_new and not agent_id:
        agent_id = asker.text("agent id", f"agent-{slug(socket.gethostname()) or 'north'}"[:64])
    if is_new and not broker:
        broker = asker.text("broker", "127.0.0.1:1883")
    if is_new and not AGENT_ID.match(agent_id):
        raise UnusableError(SAID["bad agent id"].filled(found=agent_id).text(lang))
    host, port = "127.0.0.1", 1883
    if broker:
        found = re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?", broker)
        if found is None or not 0 < int(found[2] or 1883) < 65_536:
            raise UnusableError(SAID["bad broker"].filled(found=broker).text(lang))
        host, port = found[1], int(found[2] or (8883 if arguments.broker_tls else 1883))
    return Basics(
        agent_id=agent_id or "",
        uplink=arguments.uplink,
        broker_host=host,
        broker_port=port,
        broker_tls=arguments.broker_tls,
        broker_ca=arguments.broker_ca or "",
        command_key=arguments.command_key or "",
        place=None if arguments.site else _place(arguments),
        consent_by=(arguments.consent_by or "")[:80],
        today=now.date().isoformat(),
    )


def _place(arguments: argparse.Namespace) -> Site | None:
    if arguments.latitude is None or arguments.longitude is None:
        return None
    return Site(latitude_deg=arguments.latitude, longitude_deg=arguments.longitude)


def _pins(arguments: argparse.Namespace, lang: str) -> tuple[str, ...]:
    try:
        return read_pins(arguments.pin)
    except ValueError as error:
        raise UnusableError(SAID["bad pin"].filled(found=error).text(lang)) from error


def _offers(arguments: argparse.Namespace, asker: Asker, *, is_asked: bool) -> tuple[Offer, ...]:
    users = list(arguments.user)
    files, variables = list(arguments.password_file), list(arguments.password_env)
    if not users and is_asked and not asker.assume_defaults:
        user = asker.text("user", "")
        users = [user] if user else []
    if users and not files and not variables:
        return tuple(
            Offer(credentials=Credentials(user=user, password=asker.secret("password", user=user)))
            for user in users
        )
    if len(users) != len(files) + len(variables):
        told = SAID["pairs"].filled(users=len(users), passwords=len(files) + len(variables))
        raise UnusableError(told.text(asker.lang))
    try:
        secrets = [(read_password(Path(name)), "") for name in files]
        secrets += [(os.environ[name], name) for name in variables]
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise UnusableError(SAID["no password"].filled(why=error).text(asker.lang)) from error
    return tuple(
        Offer(credentials=Credentials(user=user, password=password), variable=variable)
        for user, (password, variable) in zip(users, secrets, strict=True)
    )


def _consent_of_flag(said: str | None) -> Consent:
    words = [part for part in re.split(r"[\s,]+", said or "") if part]
    every = "all" in words
    return Consent(
        ir_cut_test=every or "ir-cut" in words,
        wake_ups=every or "wake-ups" in words,
        pictures=every or "pictures" in words,
    )


def check_consent(text: str) -> str:
    """For the command line: the flag's words; argparse.ArgumentTypeError names the known ones."""
    words = [part for part in re.split(r"[\s,]+", text) if part]
    known = (*_CONSENTS, "all", "none")
    if not words or any(word not in known for word in words):
        raise argparse.ArgumentTypeError(f"{text!r}: {', '.join(known)}")
    if len(words) > 1 and {"all", "none"} & set(words):
        raise argparse.ArgumentTypeError(f"{text!r}: all | none | {', '.join(_CONSENTS)}")
    return text
