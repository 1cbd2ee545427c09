"""Claim lines that may go on by themselves, and whether their device has been well since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from collector.claims.answer import Path
from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import LineState
from collector.claims.profiles import Standing
from collector.claims.warranty import WarrantyVerdict
from collector.store.tables import (
    claim_clock,
    claim_line,
    episode,
    finding,
    position,
    reading_latest,
)
from collector.store.views.claim_file import read_because

_SENT: Final = tuple(
    one.value for one in (LineState.RESOLVING, LineState.FULFILLED, LineState.RESOLVED)
)
KNOWN: Final = frozenset({"ok", "fault"})  # silence is never recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """One fault of a line that is over by the probe's word; ``serial`` hangs there now."""

    code: str
    cleared_at: datetime
    serial: str
    serial_since: datetime | None


def due(db: Connection, *, terms: ClockTerms, after: int, limit: int, now: datetime) -> list[int]:
    """Lines beyond an id that have waited long enough for a step of their own, in order."""
    paused = (
        select(claim_clock.c.line_id)
        .where(
            claim_clock.c.pause_reason == LineState.NEED_INFO.value,
            claim_clock.c.paused_since <= now - terms.remind_after,
        )
        .scalar_subquery()
    )
    waits: list[ColumnElement[bool]] = [
        and_(
            _is(LineState.APPROVED),
            claim_line.c.path.in_(path.value for path in terms.return_paths),
        ),
        and_(_is(LineState.NEED_INFO), claim_line.c.id.in_(paused)),
        and_(_is(LineState.FULFILLED), claim_line.c.fulfilled_at <= now - terms.verified_after),
        and_(
            claim_line.c.path == Path.ADVANCE_REPLACE.value,
            claim_line.c.state.in_(_SENT),
            claim_line.c.fulfilled_at <= now - terms.return_within,
        ),
        and_(_is(LineState.RESOLVED), claim_line.c.closed_at <= now - terms.close_after),
        and_(
            _is(LineState.READY),
            claim_line.c.organisation_id.in_(terms.auto_submit),
            claim_line.c.warranty_verdict == WarrantyVerdict.IN.value,
        ),
    ]
    rows = db.execute(
        select(claim_line.c.id)
        .where(claim_line.c.id > after, or_(*waits))
        .order_by(claim_line.c.id)
        .limit(limit)
    )
    return list(rows.scalars())


def _is(state: LineState) -> ColumnElement[bool]:
    return claim_line.c.state == state.value


def recoveries(db: Connection, line_id: int, *, since: datetime) -> tuple[Recovery, ...]:
    """How each fault of the line ended; () unless all of them have, by the probe's word.

    Each needs the same test's good reading after it cleared and since ``since``, a device that
    is heard, and no open episode of the same fault. A fault that a person reported has no probe.
    """
    rows = db.execute(
        select(
            finding.c.code,
            finding.c.episode_id,
            episode.c.cleared_at,
            episode.c.because_json,
            episode.c.position_id,
            position.c.standing,
            position.c.label_serial,
            position.c.serial_since,
        )
        .outerjoin(episode, episode.c.id == finding.c.episode_id)
        .outerjoin(position, position.c.id == episode.c.position_id)
        .where(finding.c.line_id == line_id, finding.c.profile_ruled != Standing.WRONG.value)
    ).all()
    found: list[Recovery] = []
    for row in rows:
        if row.cleared_at is None or row.standing not in KNOWN:
            return ()
        names = {reading.name for reading in read_because(row.because_json)}
        after = max(row.cleared_at, since)
        if _is_back(db, row.position_id, row.code) or not _was_read(
            db, row.position_id, names, after
        ):
            return ()
        found.append(
            Recovery(
                code=row.code,
                cleared_at=row.cleared_at,
                serial=row.label_serial,
                serial_since=row.serial_since,
            )
        )
    return tuple(found)


def _is_back(db: Connection, position_id: int, code: str) -> bool:
    found = db.execute(
        select(episode.c.id)
        .where(
            episode.c.position_id == position_id,
            episode.c.code == code,
            episode.c.cleared_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


def _was_read(db: Connection, position_id: int, names: set[str], after: datetime) -> bool:
    found = db.execute(
        select(reading_latest.c.name)
        .where(
            reading_latest.c.position_id == position_id,
            reading_latest.c.name.in_(names),
            reading_latest.c.quality == "good",
            reading_latest.c.received_at > after,
        )
        .limit(1)
    )
    return found.first() is not None
