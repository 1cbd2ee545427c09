"""What the silence of a pushing camera means: past its promise it is unknown, no more; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from agent.config_inbox import Push
from agent.probes.probe import good
from shared.reading import Quality, Reading

AGE: Final = "push.age"
NEVER: Final = "push.never"
OVERDUE: Final = "push.overdue"
_SOONEST: Final = timedelta(minutes=15)
_LATEST: Final = timedelta(hours=6)


def age_reading(heard_at: datetime | None, push: Push, *, now: datetime) -> Reading:
    """Seconds since anything arrived; past the deadline its quality is unknown.

    Never a fault: a camera that has nothing to send, a dead battery, a lost network and a thief
    are equally silent. Never recovery: what was open stays open.
    """
    if heard_at is None:
        return _unknown(NEVER, "nothing has arrived yet", now=now)
    age = now - heard_at
    if age < timedelta(0):
        return _unknown(OVERDUE, "our own clock was set back since it was heard", now=now)
    if age > push.overdue_after:
        return _unknown(
            OVERDUE,
            f"nothing arrived for {_words(age)}; it promised something every"
            f" {_words(push.expect_every)}",
            now=now,
        )
    return good(AGE, round(age.total_seconds(), 1), at=now, unit="s")


def tell_every(push: Push) -> timedelta:
    """How often the age is told while nothing changes."""
    return min(max(push.expect_every / 4, _SOONEST), _LATEST)


def _unknown(cause: str, detail: str, *, now: datetime) -> Reading:
    return Reading(AGE, None, "s", now, Quality.UNKNOWN, cause=cause, detail=detail)


def _words(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
