"""Rows of claim_case, claim_line, finding and claim_event: pre-claims and their history."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from collector.claims.chain import Entry, hash_of
from collector.claims.guards import OtherLine
from collector.claims.lifecycle import ENDED, LineState
from collector.claims.story import PROJECTED, LogEvent, read_payload
from collector.claims.warranty import Warranty
from collector.store import stories
from collector.store.tables import claim_case, claim_event, claim_line, finding
from collector.store.upsert import insert_once, insert_row

_LAST_HASH: Final = (
    select(claim_event.c.hash)
    .where(claim_event.c.line_id == bindparam("line"))
    .order_by(claim_event.c.seq.desc())
    .limit(1)
)
_OPEN_LINE: Final = select(claim_line.c.id).where(
    claim_line.c.serial_key == bindparam("key"), claim_line.c.closed_at.is_(None)
)
_NUMBER: Final = (
    update(claim_case).where(claim_case.c.id == bindparam("case")).values(number=bindparam("said"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """What a line is opened with."""

    organisation_id: str
    site_id: str | None
    position_id: int | None
    serial_key: str
    label_serial: str
    serial_source: str
    model: str
    batch: str
    buyer: str
    component: str
    warranty_verdict: str
    warranty_until: date | None
    warranty_reason_en: str
    warranty_reason_zh: str
    via: str = "agent"
    subject: str = "unit"
    quantity: int = 1
    product: str = ""
    reporter: str = ""
    maker: str = ""


def open_line_of(db: Connection, serial_key: str) -> int | None:
    """Id of the open line for this serial; None when there is none."""
    found = db.execute(_OPEN_LINE, {"key": serial_key}).scalar_one_or_none()
    return None if found is None else int(found)


def open_line(db: Connection, new: NewLine, *, now: datetime, case_id: int | None = None) -> int:
    """Open a line in draft, in a case of its own or in this one; IntegrityError when the serial
    has an open line."""
    if case_id is None:
        case_id = _open_case(db, new, now=now)
    return insert_row(
        db,
        claim_line,
        case_id=case_id,
        organisation_id=new.organisation_id,
        site_id=new.site_id,
        position_id=new.position_id,
        serial_key=new.serial_key,
        label_serial=new.label_serial,
        serial_source=new.serial_source,
        model=new.model,
        batch=new.batch,
        component=new.component,
        warranty_verdict=new.warranty_verdict,
        warranty_until=new.warranty_until,
        warranty_reason_en=new.warranty_reason_en,
        warranty_reason_zh=new.warranty_reason_zh,
        via=new.via,
        subject=new.subject,
        quantity=new.quantity,
        product=new.product,
        state=LineState.DRAFT.value,
        opened_at=now,
    )


def _open_case(db: Connection, new: NewLine, *, now: datetime) -> int:
    case_id = insert_row(
        db,
        claim_case,
        number=f"new-{secrets.token_hex(8)}",  # its number comes from its id
        organisation_id=new.organisation_id,
        buyer=new.buyer,
        maker=new.maker,
        reporter=new.reporter,
        opened_at=now,
    )
    db.execute(_NUMBER, {"case": case_id, "said": f"PC-{now.year}-{case_id:06d}"})
    return case_id


def may_hold(db: Connection, case_id: int, new: NewLine) -> bool:
    """Whether a line fits into a case: one organisation, one buyer, one maker."""
    found = db.execute(
        select(claim_case.c.id).where(
            claim_case.c.id == case_id,
            claim_case.c.organisation_id == new.organisation_id,
            claim_case.c.buyer == new.buyer,
            claim_case.c.maker == new.maker,
        )
    )
    return found.first() is not None


def add_finding(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    code: str,
    episode_id: int,
    profile_ruled: str = "",
) -> bool:
    """Link a fault to a line; False when it is linked already."""
    return insert_once(
        db,
        finding,
        ("line_id", "code", "episode_id"),
        line_id=line_id,
        organisation_id=organisation_id,
        code=code,
        episode_id=episode_id,
        profile_ruled=profile_ruled,
    )


def append_event(
    db: Connection,
    *,
    line_id: int,
    organisation_id: str,
    actor: str,
    role: str,
    type_: str,
    payload: dict[str, object],
    now: datetime,
) -> LogEvent:
    """Append to the line's history, chained to the event before it, and write the columns that
    repeat it."""
    prev_hash = db.execute(_LAST_HASH, {"line": line_id}).scalar_one_or_none() or ""
    payload_json = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    entry = Entry(
        line_id=line_id, at=now, actor=actor, role=role, type=type_, payload_json=payload_json
    )
    seq = insert_row(
        db,
        claim_event,
        line_id=line_id,
        organisation_id=organisation_id,
        at=now,
        actor=actor,
        role=role,
        type=type_,
        payload_json=payload_json,
        prev_hash=prev_hash,
        hash=hash_of(entry, prev_hash),
    )
    if type_ in PROJECTED:
        stories.project(db, line_id, stories.story_of(db, line_id))
    return LogEvent(
        seq=seq, at=now, actor=actor, role=role, type=type_, payload=read_payload(payload_json)
    )


def chain_of(db: Connection, line_id: int) -> tuple[tuple[Entry, str, str], ...]:
    """``(entry, prev_hash, hash)`` of every event of a line, oldest first."""
    rows = db.execute(
        select(claim_event).where(claim_event.c.line_id == line_id).order_by(claim_event.c.seq)
    )
    return tuple(
        (
            Entry(
                line_id=r.line_id,
                at=r.at,
                actor=r.actor,
                role=r.role,
                type=r.type,
                payload_json=r.payload_json,
            ),
            r.prev_hash,
            r.hash,
        )
        for r in rows
    )


def state_name(db: Connection, line_id: int) -> str:
    """The line's state by name; a draft's for a line that is none yet."""
    found = state_of(db, line_id)
    return found[0].value if found else LineState.DRAFT.value


def state_of(db: Connection, line_id: int) -> tuple[LineState, str] | None:
    """``(state, organisation_id)`` of a line; None when there is no such line."""
    row = db.execute(
        select(claim_line.c.state, claim_line.c.organisation_id).where(claim_line.c.id == line_id)
    ).one_or_none()
    return None if row is None else (LineState(row.state), row.organisation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """What a step of a line is judged by."""

    id: int
    organisation_id: str
    state: LineState
    serial_key: str
    label_serial: str
    warranty_verdict: str
    warranty_until: date | None
    is_closed: bool
    position_id: int | None = None


def row_of(db: Connection, line_id: int) -> LineRow | None:
    """The line; None when there is no such line."""
    row = db.execute(select(claim_line).where(claim_line.c.id == line_id)).one_or_none()
    if row is None:
        return None
    return LineRow(
        id=row.id,
        organisation_id=row.organisation_id,
        state=LineState(row.state),
        serial_key=row.serial_key,
        label_serial=row.label_serial,
        warranty_verdict=row.warranty_verdict,
        warranty_until=row.warranty_until,
        is_closed=row.closed_at is not None,
        position_id=row.position_id,
    )


def earlier_of(db: Connection, line: LineRow) -> tuple[int, ...]:
    """The lines of the same unit and organisation that were opened before, oldest first.

    The organisation is looked at afterwards: asked with the serial, SQLite reads every line of it.
    """
    rows = db.execute(
        select(claim_line.c.id, claim_line.c.organisation_id).where(
            claim_line.c.serial_key == line.serial_key
        )
    )
    mine = (row.id for row in rows if row.organisation_id == line.organisation_id)
    return tuple(sorted(one for one in mine if one < line.id))


def other_line(db: Connection, line_id: int) -> OtherLine | None:
    """The line that another shall be merged into; None when there is no such line."""
    row = db.execute(
        select(
            claim_line.c.id,
            claim_line.c.organisation_id,
            claim_line.c.state,
            claim_line.c.opened_at,
            claim_line.c.label_serial,
            claim_line.c.position_id,
        ).where(claim_line.c.id == line_id)
    ).one_or_none()
    if row is None:
        return None
    return OtherLine(
        id=row.id,
        organisation_id=row.organisation_id,
        is_open=LineState(row.state) not in ENDED,
        opened_at=row.opened_at,
        label_serial=row.label_serial,
        position_id=row.position_id,
    )


def rest_on(db: Connection, *, line_id: int, component: str, judged: Warranty) -> None:
    """Let the line be about this part, with its warranty."""
    db.execute(
        update(claim_line)
        .where(claim_line.c.id == line_id)
        .values(
            component=component,
            warranty_verdict=judged.verdict.value,
            warranty_until=judged.until,
            warranty_reason_en=judged.reason_en,
            warranty_reason_zh=judged.reason_zh,
        )
    )


def set_state(
    db: Connection,
    *,
    line_id: int,
    source: LineState,
    target: LineState,
    closed_at: datetime | None,
) -> bool:
    """Move a line; False when another was first and it is no longer in ``source``."""
    found = db.execute(
        update(claim_line)
        .where(claim_line.c.id == line_id, claim_line.c.state == source.value)
        .values(state=target.value, closed_at=closed_at)
    )
    return found.rowcount == 1
