"""History of readings, for decisions and pages: exact points, the latest (hours: ``hourly``).

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
from collector.telemetry.message import DamagedBatchError, samples_in
from collector.telemetry.samples import (
    DAY_S,
    EVERYTHING,
    Only,
    Sample,
    Samples,
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
    found = kept(db, position_id, first=first_s // DAY_S, last=last_s // DAY_S, names=wanted)
    merge(found, pending_of(db, position_id, names=wanted))
    return {
        name: {at: one for at, one in by_second.items() if first_s <= at <= last_s}
        for name, by_second in found.items()
    }


def units(db: Connection, position_id: int, *, since: datetime, until: datetime) -> dict[str, str]:
    """The readings that had a good number in these days, with the unit of the last, by name."""
    first, last = second_of(since) // DAY_S, second_of(until) // DAY_S
    found: dict[str, str] = {}
    open_days: list[int] = []
    for day in telemetry.days(db, position_id, first=first, last=last, with_points=False):
        found.update({column.name: column.unit for column in roll_ups(day).columns})
        if day.is_open:
            open_days.append(day.day)
    fresh = pending_of(db, position_id)
    for number in open_days:
        merge(fresh, kept(db, position_id, first=number, last=number))
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
        date_of(day)
        for day in telemetry.days(db, position_id, first=first, last=last, with_points=True)
        if not (has_whole_points(day) and roll_ups(day).is_whole)
    )


def date_of(day: Day) -> date:
    """Its date, UTC."""
    return moment_of(day.day * DAY_S).date()


def roll_ups(day: Day, names: frozenset[str] | None = None) -> days.RollUps:
    """Of an open day none, of a damaged one those that are left; of these names, if given."""
    if day.is_open:
        return days.RollUps((), is_whole=True)
    return days.read_roll_ups(day.hours, names=names)


def has_whole_points(day: Day) -> bool:
    """Whether no sample was lost, as far as bytes can tell; one past its keeping time is not."""
    return day.points is None or days.are_whole(day.points)


def kept(
    db: Connection, position_id: int, *, first: int, last: int, names: frozenset[str] | None = None
) -> Samples:
    """The samples of these days; none of a damaged day, which :func:`unreadable` names."""
    found: Samples = {}
    for day in telemetry.days(db, position_id, first=first, last=last, with_points=True):
        merge(found, _points(day, names))
    return found


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
