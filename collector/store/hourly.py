"""Roll-ups by hour of a position's readings: of days, and of what has come since they were written.

The caller has checked that the position is in the visitor's scope.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from collector.store import history, telemetry
from collector.telemetry.hour import Hour, Hours, one_after_another, side_by_side
from collector.telemetry.hours import hours_of, read_hours
from collector.telemetry.samples import (
    DAY_S,
    HOUR_S,
    by_day,
    merge,
    moment_of,
    numbers_of,
    second_of,
)


class HourAt(NamedTuple):
    """What one number came to in the hour from ``at``; hours without a good number are absent."""

    at: datetime
    hour: Hour


class Told(NamedTuple):
    """The hours by name, and the days of which something may be absent because it is damaged."""

    hours: dict[str, Hours]
    damaged: tuple[date, ...]  # UTC


def hourly(
    db: Connection, position_id: int, name: str, *, since: datetime, until: datetime
) -> tuple[HourAt, ...]:
    """Every hour of this name that begins from ``since`` (its whole hour) to ``until``."""
    found = hourly_of(db, position_id, (name,), since=since, until=until)[name]
    return tuple(HourAt(at=moment_of(at * HOUR_S), hour=hour) for at, hour in found.each())


def hourly_of(
    db: Connection, position_id: int, names: Collection[str], *, since: datetime, until: datetime
) -> dict[str, Hours]:
    """The same of several names, field by field: each day is read once."""
    return _read(db, position_id, names, since=since, until=until, with_damage=False).hours


def hourly_and_damage(
    db: Connection, position_id: int, names: Collection[str], *, since: datetime, until: datetime
) -> Told:
    """The same, and what :func:`history.unreadable` says of these days: each is read once."""
    return _read(db, position_id, names, since=since, until=until, with_damage=True)


def _read(
    db: Connection,
    position_id: int,
    names: Collection[str],
    *,
    since: datetime,
    until: datetime,
    with_damage: bool,
) -> Told:
    wanted = frozenset(names)
    first_h, last_h = second_of(since) // HOUR_S, second_of(until) // HOUR_S
    first, last = first_h * HOUR_S // DAY_S, last_h * HOUR_S // DAY_S
    parts: dict[str, dict[int, Hours]] = {name: {} for name in wanted}  # by day
    fresh = by_day(history.pending_of(db, position_id, names=wanted))
    anew, damaged = set(fresh), list[date]()
    for day in telemetry.days(db, position_id, first=first, last=last, with_points=with_damage):
        read = history.roll_ups(day, wanted)
        for column in read.columns:
            parts[column.name][day.day] = read_hours(column, day=day.day)
        if day.is_open:
            anew.add(day.day)  # its roll-ups are not made yet
        if with_damage and not (read.is_whole and history.has_whole_points(day)):
            damaged.append(history.date_of(day))
    for number in anew & set(range(first, last + 1)):
        whole = history.kept(db, position_id, first=number, last=number, names=wanted)
        merge(whole, fresh.get(number, {}))
        for name, by_second in whole.items():
            known = parts[name].get(number)
            told = hours_of(numbers_of(by_second))
            parts[name][number] = side_by_side({**dict(known.each() if known else ()), **told})
    return Told(
        hours={
            name: one_after_another([own[day] for day in sorted(own)]).between(first_h, last_h)
            for name, own in parts.items()
        },
        damaged=tuple(damaged),
    )
