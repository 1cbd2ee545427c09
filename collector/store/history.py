"""History of readings, for decisions and pages: exact points, roll-ups by hour, the latest.

Read from days and from what has come since they were written, so that it is never behind. The
caller has checked that the position is in the visitor's scope.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.store import telemetry
from collector.store.tables import position
from collector.store.telemetry import Day, RawBatch
from collector.telemetry import day as days
from collector.telemetry.hours import Hour, HourColumn, hours_of, read_hours
from collector.telemetry.message import DamagedBatchError, samples_in
from collector.telemetry.samples import (
    DAY_S,
    EVERYTHING,
    HOUR_S,
    Only,
    Sample,
    Samples,
    by_day,
    merge,
    moment_of,
    newest,
    numbers_of,
    second_of,
)


class Point(NamedTuple):
    """One good number."""

    at: datetime
    number: float


class HourAt(NamedTuple):
    """What one number came to in the hour from ``at``; hours without a good number are absent."""

    at: datetime
    hour: Hour


def history(
    db: Connection, position_id: int, name: str, *, since: datetime, until: datetime
) -> tuple[Point, ...]:
    """Every good number of this name from ``since`` to ``until``, both included, by time."""
    return points_of(db, position_id, (name,), since=since, until=until)[name]


def points_of(
    db: Connection, position_id: int, names: Collection[str], *, since: datetime, until: datetime
) -> dict[str, tuple[Point, ...]]:
    """The same of several names: each day is read once."""
    told = samples(db, position_id, names, since=since, until=until)
    found = {name: numbers_of(told.get(name, {})) for name in names}
    return {
        name: tuple(Point(at=moment_of(second), number=own[second]) for second in sorted(own))
        for name, own in found.items()
    }


def samples(
    db: Connection, position_id: int, names: Collection[str], *, since: datetime, until: datetime
) -> Samples:
    """All that was told of these names in that time, good or not, numbers and words."""
    first_s, last_s = second_of(since), second_of(until)
    wanted = frozenset(names)
    found = _kept(db, position_id, first=first_s // DAY_S, last=last_s // DAY_S, names=wanted)
    merge(found, pending_of(db, position_id, names=wanted))
    return {
        name: {at: one for at, one in by_second.items() if first_s <= at <= last_s}
        for name, by_second in found.items()
    }


def hourly(
    db: Connection, position_id: int, name: str, *, since: datetime, until: datetime
) -> tuple[HourAt, ...]:
    """Every hour of this name that begins from ``since`` (its whole hour) to ``until``."""
    return hourly_of(db, position_id, (name,), since=since, until=until)[name]


def hourly_of(
    db: Connection, position_id: int, names: Collection[str], *, since: datetime, until: datetime
) -> dict[str, tuple[HourAt, ...]]:
    """The same of several names: each day is read once."""
    wanted = frozenset(names)
    first_h, last_h = second_of(since) // HOUR_S, second_of(until) // HOUR_S
    first, last = first_h * HOUR_S // DAY_S, last_h * HOUR_S // DAY_S
    hours: dict[str, dict[int, Hour]] = {name: {} for name in wanted}
    kept = telemetry.days(db, position_id, first=first, last=last, with_points=False)
    for day in kept:
        for column in _hours(day):
            if column.name in wanted:
                hours[column.name].update(read_hours(column, day=day.day))
    fresh = by_day(pending_of(db, position_id, names=wanted))
    anew = fresh.keys() | {day.day for day in kept if day.is_open}  # roll-ups are not up to date
    for number in anew & set(range(first, last + 1)):
        whole: Samples = {}
        merge(whole, _kept(db, position_id, first=number, last=number, names=wanted))
        merge(whole, fresh.get(number, {}))
        for name, by_second in whole.items():
            hours[name].update(hours_of(numbers_of(by_second)))
    return {
        name: tuple(
            HourAt(at=moment_of(hour * HOUR_S), hour=found[hour])
            for hour in sorted(found)
            if first_h <= hour <= last_h
        )
        for name, found in hours.items()
    }


def units(db: Connection, position_id: int, *, since: datetime, until: datetime) -> dict[str, str]:
    """The readings that had a good number in these days, with the unit of the last, by name."""
    first, last = second_of(since) // DAY_S, second_of(until) // DAY_S
    found: dict[str, str] = {}
    open_days: list[int] = []
    for day in telemetry.days(db, position_id, first=first, last=last, with_points=False):
        found.update({column.name: column.unit for column in _hours(day)})
        if day.is_open:
            open_days.append(day.day)
    fresh = pending_of(db, position_id)
    for number in open_days:
        merge(fresh, _kept(db, position_id, first=number, last=number))
    for name, by_second in fresh.items():
        if good := numbers_of(by_second):
            found[name] = by_second[max(good)].kind.unit
    return dict(sorted(found.items()))


def pending_of(db: Connection, position_id: int, *, names: frozenset[str] | None = None) -> Samples:
    """What has come of these names since days were written."""
    row = db.execute(
        select(position.c.agent_id, position.c.device_id).where(position.c.id == position_id)
    ).one_or_none()
    found: Samples = {}
    if row is not None:
        only = Only(names=names, device_id=row.device_id)
        for batch in telemetry.pending(db, row.agent_id):
            merge(found, _told(batch, only).get(row.device_id, {}))
    return found


def pending_newest(
    db: Connection, *, agent_id: str, device_id: str
) -> Iterator[tuple[datetime, Sample]]:
    """When it was taken, and the sample: the newest of each name of each batch, as they came."""
    for batch in telemetry.pending(db, agent_id):
        told = _told(batch, Only(device_id=device_id))
        for second, sample in newest(told.get(device_id, {})):
            yield moment_of(second), sample


def unreadable(
    db: Connection, position_id: int, *, since: datetime, until: datetime
) -> tuple[date, ...]:
    """Days of which samples or roll-ups are damaged, or were: what is shown of them is not all."""
    first, last = second_of(since) // DAY_S, second_of(until) // DAY_S
    return tuple(
        moment_of(day.day * DAY_S).date()
        for day in telemetry.days(db, position_id, first=first, last=last, with_points=True)
        if not _is_whole(day)
    )


def _is_whole(day: Day) -> bool:
    """Whether nothing of the day was lost, as far as bytes can tell."""
    points = day.points is None or days.are_whole(day.points)
    return points and (day.is_open or days.hours_are_whole(day.hours))


def _hours(day: Day) -> tuple[HourColumn, ...]:
    """Roll-ups; none for an open day, or for a damaged one, which :func:`unreadable` names."""
    try:
        return () if day.is_open else days.unpack_hours(day.hours)
    except days.DamagedDayError:
        return ()


def _points(day: Day, names: frozenset[str] | None) -> Samples:
    try:
        return {} if day.points is None else days.unpack(day.points, names=names)
    except days.DamagedDayError:
        return {}


def _told(batch: RawBatch, only: Only = EVERYTHING) -> dict[str, Samples]:
    """Samples by device; none of a batch that does not fit, which compaction sets aside."""
    try:
        return samples_in(batch.payload, received_at=batch.received_at, only=only)
    except DamagedBatchError:
        return {}


def _kept(
    db: Connection, position_id: int, *, first: int, last: int, names: frozenset[str] | None = None
) -> Samples:
    found: Samples = {}
    for day in telemetry.days(db, position_id, first=first, last=last, with_points=True):
        merge(found, _points(day, names))
    return found
