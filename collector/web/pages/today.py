"""The first page: what is broken now, whose turn it is, and the one verb for each row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.trust import Standing
from collector.store.scope import Role
from collector.store.views import devices, letters, today, trust
from collector.store.views.today import OpenThing
from collector.store.views.trust import ChangeRow
from collector.web.call import Call
from collector.web.groups import Turn, place_of, turn_of, verb_of
from collector.web.render import page

CHANGES_TOLD: Final = timedelta(days=7)
_ORDER = {Turn.ACT: 0, Turn.WAIT: 1, Turn.WATCH: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the thing, whose turn it is, its verb and where that leads."""

    thing: OpenThing
    turn: Turn
    verb: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteGroup:
    """The rows of one site, worst first."""

    id: str
    name: str
    rows: tuple[Row, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All that the first page shows."""

    counts: dict[str, int]
    standings: dict[str, int]
    sites: tuple[SiteGroup, ...]
    devices: int
    aggregate: bool  # distributors see counts by site, not single devices
    changes: tuple[ChangeRow, ...]  # of trust, in the last days
    undelivered: int  # messages to people, in the last days; administrators see it


def build_overview(db: Connection, call: Call) -> Overview:
    """Read and group everything that is open for this visitor."""
    role = call.known.role
    rows = [
        Row(thing=thing, turn=turn_of(thing, role), verb=verb_of(thing), place=place_of(thing))
        for thing in today.open_things(db, call.scope)
    ]
    counts = Counter(row.turn.value for row in rows)
    return Overview(
        counts={turn.value: counts[turn.value] for turn in Turn},
        standings=today.standings(db, call.scope),
        sites=_by_site(rows),
        devices=devices.count_devices(db, call.scope),
        aggregate=role is Role.DISTRIBUTOR,
        changes=_changes(db, call),
        undelivered=letters.count_failed(db, call.scope, since=call.now - CHANGES_TOLD)
        if role is Role.ADMIN
        else 0,
    )


def _changes(db: Connection, call: Call) -> tuple[ChangeRow, ...]:
    """Trust that was gained or lost lately; what the policy file says from day one is no news."""
    lately = trust.list_changes(db, call.scope, since=call.now - CHANGES_TOLD)
    return tuple(one for one in lately if one.standing != Standing.POLICY.value)


def _by_site(rows: list[Row]) -> tuple[SiteGroup, ...]:
    sites: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        sites.setdefault((row.thing.site_id, row.thing.site_name), []).append(row)
    groups = [
        SiteGroup(
            id=site_id,
            name=name,
            rows=tuple(sorted(found, key=_rank)),
            counts=dict(Counter(row.turn.value for row in found)),
        )
        for (site_id, name), found in sites.items()
    ]
    return tuple(sorted(groups, key=lambda g: (_rank(g.rows[0])[0], -len(g.rows), g.name)))


def _rank(row: Row) -> tuple[int, str, str]:
    since = row.thing.since.isoformat() if row.thing.since else ""
    return _ORDER[row.turn], row.thing.kind.value, since


async def show_today(call: Call) -> web.StreamResponse:
    """The whole page."""
    overview = await call.house.read(lambda db: build_overview(db, call))
    return page(call, "today.html", overview=overview, only=_only(call))


async def show_rows(call: Call) -> web.StreamResponse:
    """The part that is polled every five seconds."""
    overview = await call.house.read(lambda db: build_overview(db, call))
    return page(call, "today_rows.html", overview=overview, only=_only(call))


def _only(call: Call) -> str:
    asked = call.asked("only")
    return asked if asked in {turn.value for turn in Turn} else ""
