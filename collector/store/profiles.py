"""What each claim line rests on, by what the firmware profiles behind its findings have proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, or_, select

from collector.claims.profiles import Standing
from collector.store.tables import claim_line, decision, episode, finding
from shared.profile import PROVEN, UNKNOWN

IS_GATED: Final[ColumnElement[bool]] = or_(
    episode.c.profile_status.not_in(("", *sorted(PROVEN))), episode.c.summary_en == ""
)
"""Of an episode: an unproven profile extracted what it rests on, or nobody knows what it rests on
because its opening event has not come (a snapshot named it, or a later event)."""
IS_REPORTED: Final[ColumnElement[bool]] = finding.c.episode_id.is_(None)
"""Of a finding: a person reported it; there is no episode, and no profile that was read."""
CARRIES: Final[ColumnElement[bool]] = or_(
    IS_REPORTED,
    ~IS_GATED,
    finding.c.profile_ruled.in_([one.value for one in Standing if one.value and one.carries]),
)
"""Of a finding outer-joined with its episode: a claim may rest on it (``Standing.carries``).

Worked out from what the episode says now, and not kept: an opening event that comes after the
decision may name the profile only then.
"""

HOLDS: Final = (
    func.max(case((CARRIES, 1), else_=0)).label("carries"),
    func.min(case((IS_GATED, 1), else_=0)).label("gated"),
)
"""Of findings outer-joined with their episodes and grouped by line and code: whether one of them
carries, and whether all of them are gated; for ``carried_of``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a line rests on, by fault code."""

    codes: frozenset[str]  # of findings that carry it
    is_plain: bool  # one of these rests on no unproven profile at all
    all_codes: frozenset[str]

    @property
    def is_unproven(self) -> bool:
        """True while every finding waits for an engineer, or was found wrong."""
        return bool(self.all_codes) and not self.codes

    @property
    def item(self) -> bool | None:
        """For completeness: None where no profile's readings matter to the claim."""
        return None if self.is_plain or not self.all_codes else bool(self.codes)


UNFOUNDED: Final = Carried(codes=frozenset(), is_plain=True, all_codes=frozenset())
"""A line without findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A finding of a line with the unproven profile that extracted its readings."""

    line_id: int
    organisation_id: str
    code: str
    episode_id: int
    decision_id: int | None
    position_id: int
    is_over: bool  # its episode has ended
    status: str


def what_carries(db: Connection, lines: Select[tuple[int]] | list[int]) -> dict[int, Carried]:
    """By line; one without findings is left out."""
    rows = db.execute(
        select(finding.c.line_id, finding.c.code, *HOLDS)
        .outerjoin(episode, episode.c.id == finding.c.episode_id)
        .where(finding.c.line_id.in_(lines))
        .group_by(finding.c.line_id, finding.c.code)
    )
    by_line: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        by_line.setdefault(row.line_id, []).append(row)
    return {line: carried_of(of_line) for line, of_line in by_line.items()}


def carried_of(codes: Sequence[Row[*tuple[Any, ...]]]) -> Carried:
    """What one line rests on, by a row of ``HOLDS`` for each of its fault codes."""
    return _carried(tuple((row.code, bool(row.carries), bool(row.gated)) for row in codes))


@lru_cache(maxsize=1000)
def _carried(codes: tuple[tuple[str, bool, bool], ...]) -> Carried:
    """Of (code, carries, gated); the lines of a list have few answers among them."""
    return Carried(
        codes=frozenset(code for code, carries, _ in codes if carries),
        is_plain=any(not gated for *_, gated in codes),
        all_codes=frozenset(code for code, *_ in codes),
    )


def is_unproven(db: Connection, line_id: int) -> bool:
    """Whether no finding of the line carries a claim."""
    found = what_carries(db, [line_id]).get(line_id)
    return found is not None and found.is_unproven


def hold(db: Connection, line_id: int) -> None:
    """Keep others from moving or confirming the line until the transaction ends."""
    db.execute(select(claim_line.c.id).where(claim_line.c.id == line_id).with_for_update())


def find(db: Connection, *, line_id: int, episode_id: int) -> Extracted | None:
    """The finding to confirm; None when there is none, or nothing unproven extracted it."""
    row = db.execute(
        select(
            finding.c.line_id,
            finding.c.organisation_id,
            finding.c.code,
            finding.c.episode_id,
            decision.c.id.label("decision_id"),
            episode.c.position_id,
            episode.c.cleared_at,
            episode.c.profile_status,
        )
        .join(episode, episode.c.id == finding.c.episode_id)
        .outerjoin(decision, decision.c.episode_id == episode.c.id)
        .where(finding.c.line_id == line_id, finding.c.episode_id == episode_id, IS_GATED)
    ).first()
    if row is None:
        return None
    return Extracted(
        line_id=row.line_id,
        organisation_id=row.organisation_id,
        code=row.code,
        episode_id=row.episode_id,
        decision_id=row.decision_id,
        position_id=row.position_id,
        is_over=row.cleared_at is not None,
        status=row.profile_status or UNKNOWN,
    )


def is_refuted(db: Connection, line_id: int) -> bool:
    """Whether an engineer found every finding of the line wrong."""
    left = (
        select(finding.c.id)
        .outerjoin(episode, episode.c.id == finding.c.episode_id)
        .where(
            finding.c.line_id == line_id,
            or_(CARRIES, finding.c.profile_ruled != Standing.WRONG.value),
        )
    )
    return db.execute(left.limit(1)).first() is None
