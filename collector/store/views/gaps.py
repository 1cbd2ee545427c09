"""Gaps in what agents numbered, each piece with what explains it; unexplained ones are warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from collector.store.known_rows import Known, Why, known_of
from collector.store.scope import Scope
from collector.store.tables import agent, seq_gap
from shared.receipt import SeqRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A range of rows that are not here, with one explanation."""

    agent_id: str
    epoch: str
    range: SeqRange
    noticed_at: datetime
    why: Why
    reason: str = ""

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.range.last - self.range.first + 1


def explain(gap: SeqRange, known: Iterable[Known]) -> tuple[tuple[SeqRange, Known | None], ...]:
    """Cut a gap into pieces, each with the first explanation that covers it. Pure."""
    open_: list[SeqRange] = [gap]
    pieces: list[tuple[SeqRange, Known | None]] = []
    for one in known:
        left: list[SeqRange] = []
        for part in open_:
            first, last = max(part.first, one.range.first), min(part.last, one.range.last)
            if first > last:
                left.append(part)
                continue
            pieces.append((SeqRange(first, last), one))
            if part.first < first:
                left.append(SeqRange(part.first, first - 1))
            if last < part.last:
                left.append(SeqRange(last + 1, part.last))
        open_ = left
    pieces += [(part, None) for part in open_]
    return tuple(sorted(pieces, key=lambda piece: piece[0]))


def list_gaps(
    db: Connection,
    scope: Scope | None,
    *,
    now: datetime,
    agent_id: str = "",
    waiting: dict[str, int] | None = None,
) -> tuple[Gap, ...]:
    """Every gap of the slice (None: of the whole store), by agent and row.

    ``waiting``: rows that wait at each agent by its last word; as many are not called missing,
    besides those whose time has not come.
    """
    mine = [scope.covers(seq_gap.c.organisation_id)] if scope else []
    if agent_id:
        mine.append(seq_gap.c.agent_id == agent_id)
    rows = db.execute(
        select(seq_gap, agent.c.promised_within_s)
        .join(agent, agent.c.id == seq_gap.c.agent_id)
        .where(*mine)
        .order_by(seq_gap.c.agent_id, seq_gap.c.epoch, seq_gap.c.first)
    ).all()
    left = dict(waiting or {})
    found: list[Gap] = []
    for row in rows:
        whole = SeqRange(row.first, row.last)
        is_young = (now - row.noticed_at).total_seconds() <= 2.5 * (row.promised_within_s or 0.0)
        for part, known in explain(whole, known_of(db, row.agent_id, row.epoch, whole)):
            size = part.last - part.first + 1
            why, reason = (known.why, known.reason) if known else (Why.UNEXPLAINED, "")
            if known is None and is_young:
                why = Why.COMING
            elif known is None and left.get(row.agent_id, 0) >= size:
                why = Why.COMING
                left[row.agent_id] -= size
            found.append(
                Gap(
                    agent_id=row.agent_id,
                    epoch=row.epoch,
                    range=part,
                    noticed_at=row.noticed_at,
                    why=why,
                    reason=reason,
                )
            )
    return tuple(found)


def rows_by(gaps: Sequence[Gap]) -> dict[str, int]:
    """Missing rows by explanation, every explanation named."""
    counts = {why.value: 0 for why in Why}
    for gap in gaps:
        counts[gap.why.value] += gap.rows
    return counts
