"""What an uplink's data plan still allows to be sent: pure, from the spend so far and the date.

What is shed first is what costs most and is needed least at once: full pictures, then telemetry,
then thumbnails; faults keep a reserve for themselves. Nothing is dropped: it waits in the outbox.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.frame import Lane

MB: Final = 1_000_000  # as operators sell it
BULK: Final = 1
"""Rank of an outbox row that is part of a large file; small ones have rank 0."""
# What a last health message and its receipt cost many times over, but at most 1 % of the cap.
FAREWELL_BYTES: Final = 20_000


class Mode(enum.Enum):
    """What may leave now, from everything to nothing."""

    ALL = "all"
    NO_BULK = "no_bulk"
    THUMBNAILS = "thumbnails"  # faults, health, and small evidence
    FAULTS = "faults"  # faults and health
    FAREWELL = "farewell"  # one health message that says when the next one comes
    CLOSED = "closed"


LAST: Final = frozenset({Mode.FAREWELL, Mode.CLOSED})
"""Modes in which no order reaches the agent before the next month."""

# Mode, from which share of the month's plan on, and from how many fair days' shares in one day.
# The last 5 % are the faults' own; telemetry may overdraw its day, full pictures may not.
_STEPS: Final[tuple[tuple[Mode, float, float], ...]] = (
    (Mode.FAULTS, 0.95, float("inf")),
    (Mode.THUMBNAILS, 0.85, 4.0),
    (Mode.NO_BULK, 0.70, 1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """What the uplink may carry in a month; ``plan_bytes`` 0 means as much as it likes."""

    plan_bytes: int = 0
    cap_bytes: int = 0  # beyond it nothing leaves at all
    begins_on: int = 1  # day of the month, 1..28

    @property
    def is_limited(self) -> bool:
        """True when there is anything to keep to."""
        return self.plan_bytes > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Bytes on the wire, both directions, headers included."""

    month_bytes: int
    today_bytes: int


def month_of(now: datetime, *, begins_on: int) -> tuple[datetime, datetime]:
    """Begin and end of the plan's month that holds ``now``, in UTC."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = day.replace(day=begins_on)
    if begin > day:
        begin = (begin.replace(day=1) - timedelta(days=1)).replace(day=begins_on)
    after = (begin.replace(day=28) + timedelta(days=4)).replace(day=begins_on)
    return begin, after


def mode_of(plan: DataPlan, spent: Spent, *, now: datetime) -> Mode:
    """What may leave now.

    A fair day's share is what is left of the month's 95 % at its first hour, over the days left.
    """
    if not plan.is_limited:
        return Mode.ALL
    if spent.month_bytes >= plan.cap_bytes:
        return Mode.CLOSED
    if spent.month_bytes >= plan.cap_bytes - min(FAREWELL_BYTES, plan.cap_bytes // 100):
        return Mode.FAREWELL
    soft_bytes = min(plan.plan_bytes, plan.cap_bytes)
    _, ends = month_of(now, begins_on=plan.begins_on)
    days_left = max(1, (ends - now) // timedelta(days=1) + 1)
    before_today = spent.month_bytes - spent.today_bytes
    fair_bytes = max(0.0, 0.95 * soft_bytes - before_today) / days_left
    for mode, share, days in _STEPS:
        over_day = days != float("inf") and spent.today_bytes >= days * fair_bytes
        if spent.month_bytes >= share * soft_bytes or over_day:
            return mode
    return Mode.ALL


def may_go(mode: Mode, lane: Lane, *, rank: int) -> bool:
    """Whether a row of this lane and rank may leave in this mode."""
    match mode:
        case Mode.ALL:
            return True
        case Mode.NO_BULK:
            return lane is not Lane.EVIDENCE or rank < BULK
        case Mode.THUMBNAILS:
            small = lane is Lane.EVIDENCE and rank < BULK
            return small or lane in (Lane.FAULT, Lane.HEALTH)
        case Mode.FAULTS:
            return lane in (Lane.FAULT, Lane.HEALTH)
        case Mode.FAREWELL:
            return lane is Lane.HEALTH
        case Mode.CLOSED:
            return False
