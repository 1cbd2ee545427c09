"""What a person's word that a task is done is worth: the probes that look again decide. Pure.

Unknown is never OK, and silence is never recovery: a device that nobody could ask since the visit
is neither mended nor still broken, and the task waits.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


class TaskState(enum.Enum):
    """How a task stands, as people filter by it."""

    OPEN = "open"
    DONE = "done"  # to be verified
    CLOSED = "closed"


class Step(enum.Enum):
    """What can happen to a task; each is kept in its history."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    RELEASED = "released"
    DUE = "due"
    NOTE = "note"
    DONE = "done"
    TAKEN_BACK = "taken_back"  # not done after all, says a person
    RETURNED = "returned"  # still there after the visit, say the probes
    VERIFIED = "verified"
    CLEARED = "cleared"  # by itself: nobody had said that it was done


# A device that does not answer has no good reading: its standing alone says that it was tried.
_WITHOUT_ANSWER: Final = frozenset({"device.unreachable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """A task that somebody calls done, and what has been heard of its device since."""

    code: str
    done_at: datetime
    is_open: bool  # the fault still is, at the collector
    standing: str  # shared.health.Standing value
    standing_at: datetime | None  # when the agent last told it
    last_good_at: datetime | None  # when the device last answered with a good reading
    agent_silent: bool


def judge(found: Revisit, *, grace: timedelta, now: datetime) -> Step | None:
    """VERIFIED, RETURNED, or None while it cannot be known.

    ``grace`` is the time that the device's probes need to tell that a fault is over: the fault's
    hold, never less than the agent's promised pace (``Policy.verified_after``).
    """
    if not found.is_open:
        return Step.VERIFIED
    if found.agent_silent or found.standing != "fault" or found.standing_at is None:
        return None  # "ok" beside an open fault: its clearing is on its way
    if now - found.done_at < grace or found.standing_at - found.done_at < grace:
        return None
    answered = found.last_good_at is not None and found.last_good_at > found.done_at
    if not answered and found.code not in _WITHOUT_ANSWER:
        return None
    return Step.RETURNED
