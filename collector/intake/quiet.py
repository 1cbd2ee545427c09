"""Until when an agent is silent by its own word: its data plan's cap is reached. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from shared.health import CLOSED_MODES, Health

LONGEST: Final = timedelta(days=31)  # no month of a plan is longer, whatever a clock says


def is_farewell(health: Health) -> bool:
    """True for the last word before the plan's next month; its promise is no usual interval."""
    return health.data is not None and health.data.mode in CLOSED_MODES


def quiet_until(health: Health, *, now: datetime) -> datetime | None:
    """The begin of the plan's next month, never later than the agent promised; None: not quiet.

    A farewell that came after its month is none any more.
    """
    if health.data is None or not is_farewell(health):
        return None
    began = health.data.month_began_at
    day = min(began.day, 28)  # as the agent's settings allow
    ends = (began.replace(day=28) + timedelta(days=4)).replace(day=day)
    promised = now + min(timedelta(seconds=health.next_within_s), LONGEST)
    until = min(ends, promised)
    return until if until > now else None
