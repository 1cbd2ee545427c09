"""Silences and maintenance windows: whom they cover, until when, and what may be asked for. Pure.

Within one, faults are recorded as ever; they are judged when it is over. Every silence has an end:
one without would be a fault that nobody ever hears of.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


class SilenceScope(enum.Enum):
    """How much a silence is for."""

    ORGANISATION = "organisation"  # its sites, and those of every organisation under it
    SITE = "site"
    POSITION = "position"


class SilenceKind(enum.Enum):
    """Why it is quiet; both do the same, people read them differently."""

    SILENCE = "silence"  # somebody knows of it already
    MAINTENANCE = "maintenance"  # somebody works there: what vanishes was switched off


class SilenceProblem(enum.Enum):
    """Why a silence is refused."""

    REASON = "reason"
    OVER = "over"
    BACKWARDS = "backwards"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """From ``starts_at`` until before ``ends_at``; ``code`` '' is every fault."""

    id: int
    organisation_id: str
    scope: SilenceScope
    site_id: str | None
    position_id: int | None
    code: str
    kind: SilenceKind
    reason: str
    made_by: str
    starts_at: datetime
    ends_at: datetime
    ended_by: str = ""  # who ended it early; '' when nobody did


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a fault is: ``organisations`` are its owner and everybody above.

    ``position_id`` None is the site itself.
    """

    organisations: frozenset[str]
    site_id: str
    position_id: int | None


def is_for(silence: Silence, place: Place, code: str) -> bool:
    """Whether the silence is about this fault at this place, whenever it holds.

    ``code`` '' is the place as a whole: one that is for a single fault does not cover it.
    """
    if silence.code not in ("", code):
        return False
    match silence.scope:
        case SilenceScope.ORGANISATION:
            return silence.organisation_id in place.organisations
        case SilenceScope.SITE:
            return silence.site_id == place.site_id
        case SilenceScope.POSITION:
            return silence.position_id is not None and silence.position_id == place.position_id


def covering(
    silences: Iterable[Silence], place: Place, *, code: str, at: datetime
) -> Silence | None:
    """The silence that holds at ``at`` for longest; None when it is not quiet there."""
    holding = [
        one for one in silences if one.starts_at <= at < one.ends_at and is_for(one, place, code)
    ]
    return max(holding, key=lambda one: (one.ends_at, one.id), default=None)


def judged_from(
    silences: Iterable[Silence], *, onset_at: datetime, hold: timedelta
) -> tuple[Silence, datetime] | None:
    """The silence that a fault which met these waits for, and from when it may be judged.

    One that began within a silence gets a hold of its own after it: what was switched off needs
    time to come back. One that was there before has had it. None when it met no silence.
    """
    ends = [
        (one, one.ends_at + (hold if one.starts_at <= onset_at else timedelta(0)))
        for one in silences
    ]
    return max(ends, key=lambda pair: (pair[1], pair[0].id), default=None)


def check_wish(
    *, reason: str, starts_at: datetime, ends_at: datetime, longest: timedelta, now: datetime
) -> SilenceProblem | None:
    """What is wrong with a silence that somebody asks for; None when it may be kept."""
    if not reason.strip():
        return SilenceProblem.REASON
    if ends_at <= starts_at:
        return SilenceProblem.BACKWARDS
    if ends_at <= now:
        return SilenceProblem.OVER
    return SilenceProblem.LONG if ends_at - max(starts_at, now) > longest else None
