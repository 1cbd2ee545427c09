"""Rows of tables telemetry_batch and telemetry_day: what came, and the days that it ends in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from collector.store.tables import telemetry_batch, telemetry_day
from collector.store.upsert import driver_value, insert_tuples

_AT_ONCE: Final = 500  # positions in one statement

# Built once: every merge asks for each device, and building one costs more than the answer.
_WAITING: Final = (
    select(telemetry_batch.c.agent_id)
    .where(
        (telemetry_batch.c.received_at < bindparam("before"))
        | (telemetry_batch.c.received_at > bindparam("after"))
    )
    .distinct()
    .order_by(telemetry_batch.c.agent_id)
)
_DAYS: Final = select(telemetry_day).where(
    telemetry_day.c.position_id.in_(bindparam("positions", expanding=True)),
    telemetry_day.c.day.in_(bindparam("days", expanding=True)),
)
_SPAN: Final = (
    select(telemetry_day.c.day, telemetry_day.c.revision, telemetry_day.c.hours)
    .where(
        telemetry_day.c.position_id == bindparam("position"),
        telemetry_day.c.day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(telemetry_day.c.day)
)
_SPAN_WITH_POINTS: Final = _SPAN.add_columns(telemetry_day.c.points)
_ADD_DAY: Final = insert(telemetry_day)
_REPLACE_DAY: Final = (
    update(telemetry_day)
    .where(
        telemetry_day.c.position_id == bindparam("at"),
        telemetry_day.c.day == bindparam("of"),
        telemetry_day.c.revision == bindparam("read"),
    )
    .values(revision=bindparam("revision"), hours=bindparam("hours"), points=bindparam("points"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBatch:
    """A message as it came, not yet merged into days."""

    id: int
    received_at: datetime
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of a position as it is kept; ``points`` None when only roll-ups are left.

    ``hours`` is empty while the day is open (see ``merge_days``).
    """

    day: int
    revision: int
    hours: bytes
    points: bytes | None

    @property
    def is_open(self) -> bool:
        """True while the day is in parts and has no roll-ups."""
        return not self.hours


def add_batch(
    db: Connection, *, agent_id: str, organisation_id: str, payload: bytes, now: datetime
) -> None:
    """Keep a message as it came."""
    db.execute(
        insert(telemetry_batch).values(
            agent_id=agent_id, organisation_id=organisation_id, received_at=now, payload=payload
        )
    )


def add_batches(db: Connection, rows: Sequence[tuple[str, str, bytes]], *, now: datetime) -> None:
    """Keep several at once: ``(agent_id, organisation_id, payload)`` each."""
    moment = driver_value(db, telemetry_batch.c.received_at, now)
    insert_tuples(
        db,
        telemetry_batch,
        ("agent_id", "organisation_id", "payload", "received_at"),
        [(*row, moment) for row in rows],
    )


def pending(db: Connection, agent_id: str) -> tuple[RawBatch, ...]:
    """What of the agent is not yet in days, in order of arrival."""
    rows = db.execute(
        select(telemetry_batch.c.id, telemetry_batch.c.received_at, telemetry_batch.c.payload)
        .where(telemetry_batch.c.agent_id == agent_id)
        .order_by(telemetry_batch.c.id)
    )
    return tuple(
        RawBatch(id=row.id, received_at=row.received_at, payload=bytes(row.payload)) for row in rows
    )


def agents_waiting(db: Connection, *, before: datetime, now: datetime) -> tuple[str, ...]:
    """Agents with a batch that came before ``before``, or in a future that our clock left."""
    return tuple(db.execute(_WAITING, {"before": before, "after": now}).scalars())


def remove_batches(db: Connection, ids: Sequence[int]) -> int:
    """Forget batches that are merged; how many were still there."""
    found = db.execute(delete(telemetry_batch).where(telemetry_batch.c.id.in_(ids)))
    return found.rowcount


def days(
    db: Connection, position_id: int, *, first: int, last: int, with_points: bool
) -> tuple[Day, ...]:
    """The days of a position from ``first`` to ``last``, oldest first."""
    own = {"position": position_id, "first": first, "last": last}
    rows = db.execute(_SPAN_WITH_POINTS if with_points else _SPAN, own)
    return tuple(
        Day(
            day=row.day,
            revision=row.revision,
            hours=bytes(row.hours),
            points=bytes(row.points) if with_points and row.points is not None else None,
        )
        for row in rows
    )


def find_days(db: Connection, wanted: Mapping[int, Collection[int]]) -> dict[int, dict[int, Day]]:
    """Those of the days that are there, by position; ``wanted`` names days by position."""
    alike: dict[frozenset[int], list[int]] = {}
    for position_id, numbers in wanted.items():
        alike.setdefault(frozenset(numbers), []).append(position_id)
    found: dict[int, dict[int, Day]] = {position_id: {} for position_id in wanted}
    for numbers, position_ids in alike.items():
        for begin in range(0, len(position_ids), _AT_ONCE):
            some = {"positions": position_ids[begin : begin + _AT_ONCE], "days": list(numbers)}
            for row in db.execute(_DAYS, some):
                found[row.position_id][row.day] = Day(
                    day=row.day,
                    revision=row.revision,
                    hours=bytes(row.hours),
                    points=None if row.points is None else bytes(row.points),
                )
    return found


def put_day(db: Connection, *, position_id: int, organisation_id: str, day: Day) -> bool:
    """Write a day; False when another writer was there since ``day.revision`` was read.

    Revision 0 is a day that was not there.
    """
    if day.revision == 0:
        row = {"position_id": position_id, "organisation_id": organisation_id, "day": day.day}
        db.execute(_ADD_DAY, {**row, "revision": 1, "hours": day.hours, "points": day.points})
        return True
    known = {"at": position_id, "of": day.day, "read": day.revision}
    written = {"revision": day.revision + 1, "hours": day.hours, "points": day.points}
    return db.execute(_REPLACE_DAY, {**known, **written}).rowcount == 1


def left_open(db: Connection, *, before: int) -> tuple[tuple[int, str, Day], ...]:
    """Open days before ``before`` with position and organisation: nothing came to close them."""
    rows = db.execute(
        select(telemetry_day).where(
            telemetry_day.c.day < before, func.length(telemetry_day.c.hours) == 0
        )
    )
    return tuple(
        (
            row.position_id,
            row.organisation_id,
            Day(day=row.day, revision=row.revision, hours=b"", points=bytes(row.points)),
        )
        for row in rows
    )


def drop_points(db: Connection, *, before: int, spared: Mapping[int, int]) -> int:
    """Keep only the roll-ups of packed days before ``before``; how many days.

    ``spared`` names positions of which nothing goes from a day of their own on.
    """
    return sum(
        db.execute(
            update(telemetry_day)
            .where(
                of_position,
                telemetry_day.c.day < until,
                telemetry_day.c.points.is_not(None),
                func.length(telemetry_day.c.hours) > 0,
            )
            .values(points=None, revision=telemetry_day.c.revision + 1)
        ).rowcount
        for of_position, until in _old(before, spared)
    )


def drop_days(db: Connection, *, before: int, spared: Mapping[int, int]) -> int:
    """Drop days before ``before`` altogether, but for those spared; how many."""
    return sum(
        db.execute(delete(telemetry_day).where(of_position, telemetry_day.c.day < until)).rowcount
        for of_position, until in _old(before, spared)
    )


def _old(before: int, spared: Mapping[int, int]) -> Iterator[tuple[ColumnElement[bool], int]]:
    """Which positions, and before which day theirs are old."""
    yield telemetry_day.c.position_id.not_in(list(spared)), before
    for position_id, first in spared.items():
        yield telemetry_day.c.position_id == position_id, min(before, first)
