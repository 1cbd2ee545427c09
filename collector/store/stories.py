"""The log of a line as the fold takes it, and the columns that are its projections."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Connection, String, select, update

from collector.claims.story import LogEvent, Story, fold, read_payload
from collector.store.tables import claim_event, claim_line

_MOVED: Final = frozenset({"state", "closed_at"})
LINKS: Final = frozenset({"repeat_of", "merged_into"})  # a line may be opened with one


def log_of(db: Connection, line_id: int) -> tuple[LogEvent, ...]:
    """Every event of a line, oldest first."""
    rows = db.execute(
        select(
            claim_event.c.seq,
            claim_event.c.at,
            claim_event.c.actor,
            claim_event.c.role,
            claim_event.c.type,
            claim_event.c.payload_json,
        )
        .where(claim_event.c.line_id == line_id)
        .order_by(claim_event.c.seq)
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


def story_of(db: Connection, line_id: int) -> Story:
    """What the log of a line says; the empty story where there is no log."""
    return fold(log_of(db, line_id))


def projection(story: Story) -> dict[str, object]:
    """The columns of claim_line that repeat the log, with what they must hold."""
    told: dict[str, object] = {
        "state": story.state.value,
        "closed_at": story.closed_at,
        "submitted_at": story.submitted_at,
        "fulfilled_at": story.fulfilled_at,
        "owed_since": story.owed_since if story.owed else None,
        "rma_number": story.rma_number,
        "path": story.path,
        "path_said": story.path_said,
        "fault_origin": story.origin,
        "frozen_by": story.frozen_by,
        "merged_into": story.merged_into,
        "repeat_of": story.repeat_of,
    }
    return {name: _clip(claim_line.c[name], value) for name, value in told.items()}


def project(db: Connection, line_id: int, story: Story) -> None:
    """Write what the log says into the line's columns; its state is moved by ``cases.set_state``,
    which also tells who was first."""
    told = {
        name: value
        for name, value in projection(story).items()
        if name not in _MOVED and not (value is None and name in LINKS)
    }
    db.execute(update(claim_line).where(claim_line.c.id == line_id).values(told))


def _clip(column: Column[Any], value: object) -> object:
    """A column is as long as it is; the log keeps the whole."""
    length = column.type.length if isinstance(column.type, String) else None
    return value[:length] if length and isinstance(value, str) else value
