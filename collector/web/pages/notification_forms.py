"""What people change of their notifications: each form answers with a text key, '' for kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeAlias
from zoneinfo import available_timezones

from aiohttp import web
from sqlalchemy import Connection

from collector.notify.topics import Delivery, topics_of
from collector.notify.wishes import EVERY_SITE, Quiet, Wishes
from collector.outlets.address import is_address
from collector.outlets.settings import MAIL
from collector.store import accounts, letters, wishes
from collector.store.views import devices
from collector.store.wishes import Settings
from collector.tell import channels_of
from collector.web.call import Call
from collector.web.voice import LANGUAGES

MOST_CAP: Final = 200
CODE_GOOD_FOR: Final = timedelta(hours=24)
CODE_TRIES: Final = 5
CODES_A_DAY: Final = 5  # an address that is not one's own must not be written to at will
TESTS_A_DAY: Final = 10
AS_EVERYWHERE: Final = "everywhere"

Form: TypeAlias = Mapping[str, str]
Change: TypeAlias = Callable[[Call, Settings, Form, frozenset[int]], Awaitable[str]]


async def site_ids(call: Call) -> frozenset[str]:
    """The sites of the visitor's slice."""
    sites = await call.house.read(lambda db: devices.list_sites(db, call.scope))
    return frozenset(site_id for site_id, _ in sites)


async def _keep(call: Call, mine: Settings, changed: Wishes) -> None:
    await call.house.write(
        lambda db: wishes.keep(
            db,
            person_id=mine.person_id,
            organisation_id=mine.organisation_id,
            wishes=changed,
        )
    )


async def _general(call: Call, mine: Settings, form: Form, days: frozenset[int]) -> str:
    """Language, zone, digest, cap, quiet hours, closings."""
    hours = {name: _hour(form.get(name, "")) for name in ("digest_hour", "begins", "ends")}
    cap, zone, language = form.get("daily_cap", ""), form.get("zone", ""), form.get("language", "")
    has_quiet = form.get("quiet") == "on"
    if zone not in available_timezones():
        return "notify.bad.zone"
    if language not in LANGUAGES or hours["digest_hour"] is None or not days:
        return "notify.bad.digest"
    if not (cap.isascii() and cap.isdecimal() and 1 <= int(cap[:6]) <= MOST_CAP):
        return "notify.bad.cap"
    begins, ends = hours["begins"], hours["ends"]
    if has_quiet and (begins is None or ends is None or begins == ends):
        return "notify.bad.quiet"
    quiet = Quiet(begins=begins or 0, ends=ends or 0) if has_quiet else None
    changed = replace(
        mine.wishes,
        zone=zone,
        digest_hour=hours["digest_hour"],
        digest_days=days,
        daily_cap=int(cap),
        quiet=quiet,
        closings=form.get("closings") == "on",
    )
    await _keep(call, mine, changed)
    await call.house.write(
        lambda db: wishes.set_language(db, person_id=mine.person_id, language=language)
    )
    return ""


def _hour(text: str) -> int | None:
    return int(text) if text in {str(hour) for hour in range(24)} else None


async def _rules(call: Call, mine: Settings, form: Form, days: frozenset[int]) -> str:
    """How each topic is told, for all sites or for one; a site's own rule can be taken back."""
    site = form.get("site", EVERY_SITE)
    if site != EVERY_SITE and site not in await site_ids(call):
        raise web.HTTPUnprocessableEntity
    rules = {key: told for key, told in mine.wishes.rules.items() if key[0] != site}
    known = {one.value: one for one in Delivery}
    for topic in topics_of(mine.role):
        said = form.get(topic.value, "")
        if said in known:
            rules[site, topic] = known[said]
        elif said != AS_EVERYWHERE or site == EVERY_SITE:
            raise web.HTTPUnprocessableEntity
    await _keep(call, mine, replace(mine.wishes, rules=rules))
    return ""


async def _address(call: Call, mine: Settings, form: Form, days: frozenset[int]) -> str:
    """Want mail at an address: a code goes there, and nothing else until it has come back."""
    email = form.get("email", "").strip()
    if call.house.notify.mail is None:
        return "notify.bad.no_mail"
    if not is_address(email):
        return "notify.bad.address"

    def ask(db: Connection) -> str:
        if not _may_send(db, call, mine, kind="code", most=CODES_A_DAY):
            return "notify.bad.often"
        wishes.ask_for(
            db,
            person_id=mine.person_id,
            organisation_id=mine.organisation_id,
            zone=mine.wishes.zone,
            email=email,
            code=f"{secrets.randbelow(10**6):06d}",
            until=call.now + CODE_GOOD_FOR,
        )
        _send(db, call, mine, kind="code", channel=MAIL)
        return ""

    return await call.house.write(ask)


async def _code(call: Call, mine: Settings, form: Form, days: frozenset[int]) -> str:
    """The code that came by mail."""
    given = form.get("code", "").strip()

    def prove(db: Connection) -> str:
        known = wishes.code_of(db, mine.person_id)
        good = known.code and known.tries < CODE_TRIES and known.until and call.now < known.until
        if not good:
            return "notify.bad.code_old"
        if not hmac.compare_digest(given.encode(), known.code.encode()):
            wishes.count_try(db, mine.person_id)
            return "notify.bad.code"
        wishes.prove(db, mine.person_id)
        accounts.record(
            db, at=call.now, actor=mine.name, action="notify.address", detail="proven by code"
        )
        return ""

    return await call.house.write(prove)


async def _forget(call: Call, mine: Settings, form: Form, days: frozenset[int]) -> str:
    await call.house.write(lambda db: wishes.forget_address(db, mine.person_id))
    return ""


async def _test(call: Call, mine: Settings, form: Form, days: frozenset[int]) -> str:
    """A message to each of the visitor's channels."""
    channels = channels_of(mine, call.house.notify)

    def send(db: Connection) -> str:
        if not channels:
            return "notify.bad.nowhere"
        if not _may_send(db, call, mine, kind="test", most=TESTS_A_DAY):
            return "notify.bad.often"
        for channel in channels:
            _send(db, call, mine, kind="test", channel=channel)
        return ""

    return await call.house.write(send)


def _may_send(db: Connection, call: Call, mine: Settings, *, kind: str, most: int) -> bool:
    sent = letters.count_kind(
        db, person_id=mine.person_id, kind=kind, since=call.now - timedelta(days=1)
    )
    return sent < most


def _send(db: Connection, call: Call, mine: Settings, *, kind: str, channel: str) -> None:
    letters.add(
        db,
        organisation_id=mine.organisation_id,
        recipient=f"person:{mine.person_id}",
        person_id=mine.person_id,
        channel=channel,
        kind=kind,
        local_day=mine.wishes.today(call.now),
        now=call.now,
    )


CHANGES: Final[Mapping[str, Change]] = {
    "general": _general,
    "rules": _rules,
    "address": _address,
    "code": _code,
    "forget": _forget,
    "test": _test,
}
PATTERN: Final = "|".join(CHANGES)  # for the route
