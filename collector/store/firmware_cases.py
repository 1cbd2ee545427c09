"""Rows of firmware_case, its members and its log: camera firmware x recorder firmware x fault."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from collector.claims.chain import Entry, hash_of
from collector.claims.firmware_case import CaseStory, fold
from collector.claims.lifecycle import ENDED
from collector.claims.story import LogEvent, read_payload
from collector.store.tables import firmware_case, firmware_case_event, firmware_case_member
from collector.store.upsert import insert_into, insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What a case is about, as it was opened."""

    id: int
    organisation_id: str
    camera_model: str
    camera_firmware: str
    recorder_firmware: str
    code: str
    opened_at: datetime

    @property
    def number(self) -> str:
        """What people call it."""
        return number_of(self.id, self.opened_at)


def number_of(case_id: int, opened_at: datetime) -> str:
    """The number of a case, as pre-claims have theirs."""
    return f"FC-{opened_at.year}-{case_id:06d}"


def open_or_find(
    db: Connection,
    *,
    organisation_id: str,
    camera_model: str,
    camera_firmware: str,
    recorder_firmware: str,
    code: str,
    now: datetime,
) -> tuple[int, bool]:
    """The case of this combination, made when it is new: its id, and whether it is."""
    key = {
        "organisation_id": organisation_id,
        "camera_model": camera_model,
        "camera_firmware": camera_firmware,
        "recorder_firmware": recorder_firmware,
        "code": code,
    }
    made = db.execute(
        insert_into(db, firmware_case)
        .values(**key, opened_at=now)
        .on_conflict_do_nothing(index_elements=list(key))
    )
    found = db.execute(
        select(firmware_case.c.id).where(
            *(firmware_case.c[name] == value for name, value in key.items())
        )
    )
    return int(found.scalar_one()), made.rowcount == 1


def row_of(db: Connection, case_id: int) -> CaseRow | None:
    """The case; None when there is none."""
    row = db.execute(select(firmware_case).where(firmware_case.c.id == case_id)).one_or_none()
    if row is None:
        return None
    return CaseRow(
        id=row.id,
        organisation_id=row.organisation_id,
        camera_model=row.camera_model,
        camera_firmware=row.camera_firmware,
        recorder_firmware=row.recorder_firmware,
        code=row.code,
        opened_at=row.opened_at,
    )


def state_of(db: Connection, case_id: int) -> str:
    """Where the case stands; '' when there is none."""
    found = db.execute(select(firmware_case.c.state).where(firmware_case.c.id == case_id))
    return found.scalar_one_or_none() or ""


def has_device(db: Connection, case_id: int, serial_key: str) -> bool:
    """Whether this device is known to show it."""
    found = db.execute(
        select(firmware_case_member.c.episode_id)
        .where(
            firmware_case_member.c.firmware_case_id == case_id,
            firmware_case_member.c.serial_key == serial_key,
        )
        .limit(1)
    )
    return found.first() is not None


def log_of(db: Connection, case_id: int) -> tuple[LogEvent, ...]:
    """Every event of a case, oldest first."""
    rows = db.execute(
        select(firmware_case_event)
        .where(firmware_case_event.c.firmware_case_id == case_id)
        .order_by(firmware_case_event.c.seq)
    )
    return tuple(
        LogEvent(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            role=row.role,
            type=row.type,
            payload=read_payload(row.payload_json),
        )
        for row in rows
    )


def story_of(db: Connection, case_id: int) -> CaseStory:
    """What the log of a case says; a draft where there is none."""
    return fold(log_of(db, case_id))


def chain_of(db: Connection, case_id: int) -> tuple[tuple[int, Entry, str, str], ...]:
    """``(seq, entry, prev_hash, hash)`` of every event of a case, oldest first."""
    rows = db.execute(
        select(firmware_case_event)
        .where(firmware_case_event.c.firmware_case_id == case_id)
        .order_by(firmware_case_event.c.seq)
    )
    return tuple(
        (
            row.seq,
            Entry(
                line_id=row.firmware_case_id,
                at=row.at,
                actor=row.actor,
                role=row.role,
                type=row.type,
                payload_json=row.payload_json,
            ),
            row.prev_hash,
            row.hash,
        )
        for row in rows
    )


def append_event(
    db: Connection,
    *,
    case_id: int,
    organisation_id: str,
    actor: str,
    role: str,
    type_: str,
    payload: dict[str, object],
    now: datetime,
) -> LogEvent:
    """Append to the history of a case, chained to the event before it."""
    prev_hash = (
        db.execute(
            select(firmware_case_event.c.hash)
            .where(firmware_case_event.c.firmware_case_id == case_id)
            .order_by(firmware_case_event.c.seq.desc())
            .limit(1)
        ).scalar_one_or_none()
        or ""
    )
    payload_json = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    entry = Entry(
        line_id=case_id, at=now, actor=actor, role=role, type=type_, payload_json=payload_json
    )
    seq = insert_row(
        db,
        firmware_case_event,
        firmware_case_id=case_id,
        organisation_id=organisation_id,
        at=now,
        actor=actor,
        role=role,
        type=type_,
        payload_json=payload_json,
        prev_hash=prev_hash,
        hash=hash_of(entry, prev_hash),
    )
    return LogEvent(
        seq=seq, at=now, actor=actor, role=role, type=type_, payload=read_payload(payload_json)
    )


def projection(story: CaseStory) -> dict[str, object]:
    """The columns of firmware_case that repeat the log, with what they must hold."""
    line, fix = story.line, story.fix
    return {
        "state": story.state.value,
        "path": line.path,
        "fixed_in": fix.version[:80] if fix else "",
        "fixed_side": fix.side.value if fix else "",
        "submitted_at": line.submitted_at,
        "fulfilled_at": line.fulfilled_at,
        "closed_at": line.closed_at if story.state in ENDED else None,
    }


def project(db: Connection, case_id: int, story: CaseStory) -> None:
    """Write what the log says into the columns."""
    db.execute(update(firmware_case).where(firmware_case.c.id == case_id).values(projection(story)))


def add_member(
    db: Connection,
    *,
    firmware_case_id: int,
    organisation_id: str,
    position_id: int,
    serial_key: str,
    episode_id: int,
    note: str = "",
) -> bool:
    """One device that shows it; False when the same episode is listed already."""
    made = db.execute(
        insert_into(db, firmware_case_member)
        .values(
            firmware_case_id=firmware_case_id,
            organisation_id=organisation_id,
            position_id=position_id,
            serial_key=serial_key,
            episode_id=episode_id,
            note=note,
        )
        .on_conflict_do_nothing(index_elements=["firmware_case_id", "episode_id"])
    )
    return made.rowcount == 1
