"""When a refused login is tried again: late, and much later the next time; no I/O.

Common firmware locks an account after 5 to 7 wrong attempts within 5 to 30 minutes, and one pass
costs two. An hour, then eight, then a day between passes that log in stay below that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Cause
from agent.probes.probe import Probe
from shared.reading import Reading

OUTCOME: Final = "login.outcome"
LOCK_LEFT: Final = "login.lock_remaining"
RETRY: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=24)
AFTER_START: Final = timedelta(minutes=15)
"""A restart may come from a person who has corrected the password: it waits no longer than this."""
_REFUSED_CAUSES: Final = frozenset({Cause.LOGIN_REFUSED.value, Cause.LOGIN_LOCKED.value})
_REFUSALS: Final = frozenset({"refused", "locked"})
_STEP: Final = 8
_MAX_STEPS: Final = 3


def held_until(
    outcomes: Sequence[Reading], *, retry: timedelta, longest: timedelta = LONGEST
) -> datetime | None:
    """Until when nothing may log in, from ``login.outcome`` readings, oldest first.

    None when the last good outcome was not a refusal. The wait begins with ``retry`` and is
    eight times as long after each further refusal in a row, up to ``longest``.
    """
    known = [reading for reading in outcomes if reading.good]
    refusals = 0
    for reading in reversed(known):
        if reading.value not in _REFUSALS:
            break
        refusals += 1
    if not refusals:
        return None
    return known[-1].taken_at + wait_after(refusals, retry=retry, longest=longest)


def wait_after(refusals: int, *, retry: timedelta, longest: timedelta = LONGEST) -> timedelta:
    """How long an account is left alone after so many refusals in a row; at least one."""
    return min(retry * int(_STEP ** min(refusals - 1, _MAX_STEPS)), longest)


def not_before(
    until: datetime | None, readings: Sequence[Reading], *, now: datetime
) -> datetime | None:
    """The hold, no shorter than the lock that the device speaks of (``login.lock_remaining``).

    None stays None: a login that was let in since is under no lock. At most LONGEST from ``now``.
    """
    left_s = [reading.number() for reading in readings if reading.name == LOCK_LEFT]
    if until is None or not left_s or left_s[0] is None:
        return until
    return max(until, now + min(timedelta(seconds=left_s[0]), LONGEST))


class RefusedProbes:
    """Probes that a device refuses although it lets others in: each rests by itself.

    Some cameras keep one password for ONVIF and another for RTSP. The login probe is accepted
    there, and without this the stream would be tried with the wrong one at every turn.
    """

    def __init__(self, *, retry: timedelta) -> None:
        """``retry`` is the first wait."""
        self._retry = retry
        self._refusals: dict[tuple[str, str], int] = {}
        self._until: dict[tuple[str, str], datetime] = {}

    def note(
        self, device_id: str, ran: Sequence[Probe], readings: Sequence[Reading], *, now: datetime
    ) -> None:
        """Take in a pass: a refusal lengthens the probe's rest, a good reading ends it."""
        for probe in ran:
            key, own = (device_id, probe.name), [r for r in readings if r.name in probe.names]
            if any(reading.cause in _REFUSED_CAUSES for reading in own):
                self._refusals[key] = self._refusals.get(key, 0) + 1
                self._until[key] = now + wait_after(self._refusals[key], retry=self._retry)
            elif any(reading.good for reading in own):
                self._refusals.pop(key, None)
                self._until.pop(key, None)

    def rests(self, device_id: str, probe_name: str, *, now: datetime) -> bool:
        """True while this probe is to leave this device alone."""
        until = self._until.get((device_id, probe_name))
        # A clock that was set back must not rest a probe for longer than any rest lasts.
        return until is not None and now < until <= now + LONGEST
