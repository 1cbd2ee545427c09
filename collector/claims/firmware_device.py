"""How one device stands to a firmware case, and what all of them say together. Pure.

A device on old firmware is no regression (Sentry #104513); one whose version nobody can put in
order is unknown and opens nothing; and silence is neither failing nor well.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.claims.firmware_case import Fix, Side


class Stands(enum.Enum):
    """How a device stands to the mended version."""

    FAILS = "fails"  # no mended version is known
    FAILS_OLD = "fails_old"  # to be updated
    FAILS_FIXED = "fails_fixed"  # a claim
    FAILS_UNORDERED = "fails_unordered"  # an engineer says whether its version holds the mending
    WAITS = "waits"  # updated; no probe has looked since
    OVER = "over"  # by the word of a probe, on a version that does not hold the mending
    OVER_FIXED = "over_fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that showed the fault: what it runs now, and the last word of its probes."""

    position_id: int
    serial_key: str
    episode_id: int  # the last
    onset_at: datetime
    cleared_at: datetime | None
    camera_firmware: str
    recorder_firmware: str
    camera_since: datetime | None  # when that came; None: it ran when the fault began
    recorder_since: datetime | None
    standing: str  # shared.health.Standing value
    standing_at: datetime | None
    found_at: datetime | None  # when what the fault rests on was last read, and said the same
    agent_silent: bool
    promised_within_s: float | None = None

    def runs(self, side: Side) -> str:
        """Its version on this side."""
        return self.camera_firmware if side is Side.CAMERA else self.recorder_firmware

    @property
    def updated_at(self) -> datetime | None:
        """Since when it runs these; None: since the fault began or before."""
        known = [at for at in (self.camera_since, self.recorder_since) if at is not None]
        return max(known, default=None)

    def is_over_on(self, side: Side) -> bool:
        """Whether its fault ended on what it runs now on this side: one that was over before the
        update says nothing of the new version, neither for it nor against it."""
        since = self.camera_since if side is Side.CAMERA else self.recorder_since
        return self.cleared_at is not None and (since is None or self.cleared_at >= since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reading as it was last taken."""

    value: object
    quality: str  # shared.reading.Quality value
    taken_at: datetime


def says_the_same(rested_on: Read, latest: Read) -> bool:
    """Whether the newest reading still says what the fault rests on: the same word. A figure is
    another each time, and the rule that watches it ends the fault by itself."""
    if latest.quality != rested_on.quality:
        return False
    is_word = isinstance(rested_on.value, str | bool)
    return not is_word or latest.value == rested_on.value


def still_fails(device: Device, *, grace: timedelta) -> bool:
    """Whether its probes found the fault on what it runs now.

    After an update they must have looked for as long as they need to tell that it is over
    (``claims.revisit`` asks the same of a visit), and what the fault rests on must say the same
    again. That the device answers something else is not enough: a test that nobody has repeated,
    or a login that no pass has tried, leaves the fault open and says nothing of the new version.
    """
    if device.cleared_at is not None:
        return False
    if device.updated_at is None:
        return True
    if device.agent_silent or device.standing != "fault" or device.standing_at is None:
        return False
    found = device.found_at is not None and device.found_at > device.updated_at
    return found and device.standing_at - device.updated_at >= grace


def stand(device: Device, fix: Fix | None, *, grace: timedelta) -> Stands:
    """How it stands."""
    holds = fix.is_in(device.runs(fix.side)) if fix else False
    if device.cleared_at is not None:
        is_proof = fix is not None and holds and device.is_over_on(fix.side)
        return Stands.OVER_FIXED if is_proof else Stands.OVER
    if fix is None:
        return Stands.FAILS
    if holds is None:
        return Stands.FAILS_UNORDERED
    if not holds:
        return Stands.FAILS_OLD
    return Stands.FAILS_FIXED if still_fails(device, grace=grace) else Stands.WAITS


def is_verified(
    devices: Sequence[tuple[Device, Stands]], *, since: datetime, after: timedelta, now: datetime
) -> bool:
    """True when the mended version is proven: a device on it has been well for ``after`` and is
    heard, and none on it, or on one that nobody can order, fails. Old ones say nothing."""
    if any(
        stands in (Stands.FAILS_FIXED, Stands.FAILS_UNORDERED, Stands.WAITS)
        for _, stands in devices
    ):
        return False
    return any(
        stands is Stands.OVER_FIXED and _well_for(device, since=since, now=now) >= after
        for device, stands in devices
    )


def is_over(devices: Sequence[Device], *, after: timedelta, now: datetime) -> bool:
    """True when every device has been well for this long, by the word of its probes."""
    return bool(devices) and all(
        one.cleared_at is not None and not one.agent_silent and now - one.cleared_at >= after
        for one in devices
    )


def _well_for(device: Device, *, since: datetime, now: datetime) -> timedelta:
    if device.cleared_at is None or device.agent_silent or device.standing not in ("ok", "fault"):
        return timedelta(0)
    return now - max(since, device.cleared_at, device.updated_at or since)
