"""Why no data flow although the network is there: the plan or the APN, by the months before. Pure.

Where neither owner nor device knows the plan, a month tells: a plan that is used up lets data
flow again when the counter of the month begins anew, and stops them at the same count; a wrong
APN does neither.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from agent.radio.day import RadioDay

_AT_THE_CAP: Final = 0.95  # of what the month before ended at: visits are an hour apart
_LEAST_DRY_DAYS: Final = 2
_LONG_DRY_DAYS: Final = 10
"""After it a person is told, whatever the cause is."""
_MOSTLY: Final = 0.5


class Why(enum.Enum):
    """What keeps data from flowing."""

    PLAN = "plan"
    APN = "apn"
    OPEN = "open"  # nobody can say yet
    LONG_OPEN = "long open"  # nobody can say, and it has lasted


def flows(day: RadioDay) -> bool:
    """Whether data flowed that day."""
    if day.in_session + day.sessionless:
        return day.in_session > 0
    return bool(day.bytes_used)


def is_dry(day: RadioDay) -> bool:
    """Whether none did although the network was there; a modem without a word for its session is
    known by its counter, which stands still a whole day."""
    if (day.registered_share or 0.0) <= _MOSTLY:
        return False
    if day.in_session + day.sessionless:
        return day.in_session == 0
    return day.bytes_used == 0.0


def why_dry(days: Mapping[date, RadioDay], day: date) -> Why | None:
    """Why ``day`` was dry; None when it was not."""
    past = [one for at, one in sorted(days.items()) if at <= day]
    if not past or not is_dry(past[-1]):
        return None
    if past[-1].apn_changed:
        return Why.APN
    *before, month = _months(past)
    cap = learned_cap(before)
    used = past[-1].bytes_month
    if cap is not None and used is not None and used >= _AT_THE_CAP * cap:
        return Why.PLAN
    dry = _dry_at_end(past)
    whole_month = before and len(month) >= _LEAST_DRY_DAYS and not any(map(flows, month))
    if whole_month or (dry > _LEAST_DRY_DAYS and not any(map(flows, past))):
        return Why.APN
    return Why.LONG_OPEN if dry >= _LONG_DRY_DAYS else Why.OPEN


def learned_cap(months: Sequence[Sequence[RadioDay]]) -> float | None:
    """The count at which the last month that ended dry had stopped; None where none did.

    Only one after which data flowed again counts; so the last of ``months`` is followed by the one
    that goes on, in which they did.
    """
    for month in reversed(months):
        if _dry_at_end(month) >= _LEAST_DRY_DAYS and any(map(flows, month)):
            return month[-1].bytes_month
    return None


def _dry_at_end(days: Sequence[RadioDay]) -> int:
    count = 0
    for one in reversed(days):
        if flows(one):
            break
        count += is_dry(one)
    return count


def _months(past: Sequence[RadioDay]) -> list[list[RadioDay]]:
    """The days cut where the counter of the month fell; the last part goes on."""
    months: list[list[RadioDay]] = [[]]
    highest = 0.0
    for one in past:
        if one.bytes_month is not None and one.bytes_month < highest:
            months.append([])
            highest = 0.0
        highest = max(highest, one.bytes_month or 0.0)
        months[-1].append(one)
    return months
