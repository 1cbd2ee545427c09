"""Rows of partner_record and partner_step: what a partner told of a line, and what came of it."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select, update

from collector.claims.problem import Both
from collector.pack.record import Told
from collector.store.tables import claim_event, claim_line, partner_record, partner_step
from collector.store.upsert import insert_into, insert_row


class Way(enum.Enum):
    """Who tells whom."""

    ANSWER = "answer"  # the factory its decisions
    REPLY = "reply"  # the buyer what it says to them


class StepState(enum.Enum):
    """What became of a step here."""

    WAITING = "waiting"  # it could not be taken; tried again when something changes
    DONE = "done"  # also where the line stood so already
    OVERTAKEN = "overtaken"  # never taken here, and a later one was
    DENIED = "denied"  # the partner tells it no more


NOTHING = Both("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One partner's record of one line."""

    line_id: int
    organisation_id: str
    partner: str
    way: Way
    as_of: datetime
    differs_at: datetime | None  # None: it denies nothing that it told, or a person has agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStep:
    """A step as it was told, and what became of it."""

    id: int
    place: int
    told: Told
    state: StepState
    why: Both
    at: datetime  # of its arrival


def find(db: Connection, *, line_id: int, partner: str, way: Way) -> Record | None:
    """The record; None before anything was told."""
    row = db.execute(
        select(partner_record).where(
            partner_record.c.line_id == line_id,
            partner_record.c.partner == partner,
            partner_record.c.way == way.value,
        )
    ).one_or_none()
    return None if row is None else _record(row._mapping)


def records_of(db: Connection, line_id: int) -> tuple[Record, ...]:
    """Every partner's record of a line."""
    rows = db.execute(
        select(partner_record)
        .where(partner_record.c.line_id == line_id)
        .order_by(partner_record.c.id)
    )
    return tuple(_record(row._mapping) for row in rows)


def records_about(db: Connection, line_id: int) -> tuple[Record, ...]:
    """Those of a line, and of lines that were merged into it."""
    merged = select(claim_line.c.id).where(claim_line.c.merged_into == line_id)
    rows = db.execute(
        select(partner_record)
        .where(or_(partner_record.c.line_id == line_id, partner_record.c.line_id.in_(merged)))
        .order_by(partner_record.c.id)
    )
    return tuple(_record(row._mapping) for row in rows)


def keep(db: Connection, record: Record) -> None:
    """Write how far the record was read."""
    values = {"as_of": record.as_of, "differs_at": record.differs_at}
    made = insert_into(db, partner_record).values(
        line_id=record.line_id,
        organisation_id=record.organisation_id,
        partner=record.partner,
        way=record.way.value,
        tried_seq=0,
        **values,
    )
    db.execute(
        made.on_conflict_do_update(index_elements=["line_id", "partner", "way"], set_=values)
    )


def note_tried(db: Connection, record: Record) -> None:
    """What waits was tried with the line as it stands now."""
    last = (
        select(func.coalesce(func.max(claim_event.c.seq), 0))
        .where(_goes_on(partner_record.c.line_id))
        .correlate(partner_record)
        .scalar_subquery()
    )
    db.execute(
        update(partner_record)
        .where(
            partner_record.c.line_id == record.line_id,
            partner_record.c.partner == record.partner,
            partner_record.c.way == record.way.value,
        )
        .values(tried_seq=last)
    )


def due(db: Connection, *, limit: int) -> tuple[Record, ...]:
    """Records with steps that wait, whose line has gone on since they were tried."""
    waiting = (
        select(partner_step.c.line_id, partner_step.c.partner, partner_step.c.way)
        .where(partner_step.c.state == StepState.WAITING.value)
        .distinct()
        .subquery()
    )
    last = (
        select(func.max(claim_event.c.seq))
        .where(_goes_on(partner_record.c.line_id))
        .correlate(partner_record)
        .scalar_subquery()
    )
    rows = db.execute(
        select(partner_record)
        .join(
            waiting,
            and_(
                waiting.c.line_id == partner_record.c.line_id,
                waiting.c.partner == partner_record.c.partner,
                waiting.c.way == partner_record.c.way,
            ),
        )
        .where(partner_record.c.differs_at.is_(None), last > partner_record.c.tried_seq)
        .order_by(partner_record.c.id)
        .limit(limit)
    )
    return tuple(_record(row._mapping) for row in rows)


def _goes_on(line_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Entries of the line, and of the one that it was merged into.

    Correlated by name: of itself a query looks no further out than the one around it, and asked
    for the lines of all records, which PostgreSQL refuses.
    """
    into = (
        select(claim_line.c.merged_into)
        .where(claim_line.c.id == line_id)
        .correlate(partner_record)
        .scalar_subquery()
    )
    return or_(claim_event.c.line_id == line_id, claim_event.c.line_id == into)


def steps_of(db: Connection, *, line_id: int, partner: str, way: Way) -> tuple[KeptStep, ...]:
    """Every step that was told, in the partner's order."""
    rows = db.execute(
        select(partner_step)
        .where(
            partner_step.c.line_id == line_id,
            partner_step.c.partner == partner,
            partner_step.c.way == way.value,
        )
        .order_by(partner_step.c.place, partner_step.c.id)
    )
    return tuple(
        KeptStep(
            id=row.id,
            place=row.place,
            told=Told(
                step_id=row.step_id,
                seq=row.seq,
                at=row.said_at,
                actor=row.actor,
                what=row.what,
                body=row.body,
            ),
            state=StepState(row.state),
            why=Both(row.why_en, row.why_zh),
            at=row.at,
        )
        for row in rows
    )


def add(
    db: Connection, record: Record, told: Told, *, place: int, state: StepState, now: datetime
) -> None:
    """Keep a step that is new; IntegrityError when another was first."""
    insert_row(
        db,
        partner_step,
        line_id=record.line_id,
        organisation_id=record.organisation_id,
        partner=record.partner,
        way=record.way.value,
        place=place,
        step_id=told.step_id,
        seq=told.seq,
        said_at=told.at,
        actor=told.actor,
        what=told.what,
        body=told.body,
        state=state.value,
        why_en="",
        why_zh="",
        at=now,
    )


def place(db: Connection, step_id: int, *, at: int) -> None:
    """Where it stands in the partner's order now."""
    db.execute(update(partner_step).where(partner_step.c.id == step_id).values(place=at))


def settle(db: Connection, step_id: int, state: StepState, why: Both = NOTHING) -> None:
    """What became of a step."""
    db.execute(
        update(partner_step)
        .where(partner_step.c.id == step_id)
        .values(state=state.value, why_en=why.en, why_zh=why.zh)
    )


def deny(db: Connection, step_ids: Collection[int]) -> None:
    """The partner tells these no more; why one waited stays."""
    db.execute(
        update(partner_step)
        .where(partner_step.c.id.in_(sorted(step_ids)))
        .values(state=StepState.DENIED.value)
    )


def _record(row: RowMapping) -> Record:
    return Record(
        line_id=row["line_id"],
        organisation_id=row["organisation_id"],
        partner=row["partner"],
        way=Way(row["way"]),
        as_of=row["as_of"],
        differs_at=row["differs_at"],
    )
