"""When a finding began: by its episode, or as the person who reported it says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

from sqlalchemy import Row, func

from collector.store.tables import claim_report, episode, finding

FROM: Final = finding.outerjoin(episode, episode.c.id == finding.c.episode_id).outerjoin(
    claim_report, claim_report.c.id == finding.c.report_id
)
FIRST: Final = (
    func.min(episode.c.onset_at, type_=episode.c.onset_at.type).label("episode_onset_at"),
    func.min(claim_report.c.onset_on, type_=claim_report.c.onset_on.type).label("onset_on"),
    func.min(claim_report.c.at, type_=claim_report.c.at.type).label("reported_at"),
)
"""Columns of a grouped query over ``FROM``, for ``first_of``."""


def first_of(row: Row[*tuple[Any, ...]]) -> datetime:
    """The earliest of what a row of ``FIRST`` names; ValueError when it names nothing."""
    known: list[datetime] = [] if row.episode_onset_at is None else [row.episode_onset_at]
    if row.reported_at is not None:
        known.append(onset_of(row.onset_on, reported_at=row.reported_at))
    return min(known)


def first_known(row: Row[*tuple[Any, ...]]) -> datetime:
    """The earliest that rests on nobody's word: an episode's onset, or when a report came."""
    known: list[datetime] = [at for at in (row.episode_onset_at, row.reported_at) if at]
    return min(known)


def onset_of(onset_on: date | None, *, reported_at: datetime) -> datetime:
    """The moment that stands for a reported day: its noon in UTC, the same day nearly everywhere.

    None says no day: then it is known from the report on, and not earlier.
    """
    if onset_on is None:
        return reported_at
    return min(datetime.combine(onset_on, time(12), tzinfo=UTC), reported_at)
