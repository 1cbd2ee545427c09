"""Battery, solar and cellular values, as the firmware profile of the device extracts them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, VendorProfile, VendorValue
from agent.camera.profiles.names import UNITS
from agent.probes.failure import all_failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good, unsupported
from agent.radio.answers import NAME as ANSWERS
from agent.radio.scale import on_scale
from shared.reading import Quality, Reading

STATUS: Final = "vendor.status"
PROFILE: Final = "vendor.profile"
PROFILE_STATUS: Final = "vendor.profile_status"
_FAMILIES: Final = tuple(sorted({f"{name.partition('.')[0]}." for name in UNITS}))
_QUALITY_OF: Final = {
    "good": Quality.GOOD,
    "unknown": Quality.UNKNOWN,
    "missing": Quality.MISSING,
    "invalid": Quality.INVALID,
    "unsupported": Quality.UNSUPPORTED,
    "failed": Quality.FAILED,
}


async def read(camera: Camera, visit: Pass) -> Observation:
    """Read every value that the profile names, with the quality that the device gave it.

    When the exchange fails, the names known from earlier visits are failed, so that nobody takes
    an old charge for today's. Without a profile there is one unsupported reading, and so when
    several fit equally well: a guess could misread a battery. ``vendor.profile`` says which one
    was used, ``vendor.profile_status`` how well it is proven.
    """
    profile = None
    try:
        profile = await camera.vendor_profile()
        values = await camera.vendor_values()
    except CameraError as error:
        known = [n for n in visit.previous if n.startswith(_FAMILIES) and n != ANSWERS]
        failed = all_failed((STATUS, *known), error, at=visit.now)
        return Observation(readings=(*failed, *_silent_here(profile, known, error, visit)))
    if not values:
        return Observation(readings=(_none_fits(profile, visit),))
    read_ones = on_scale(as_reading(name, value, at=visit.now) for name, value in values.items())
    return Observation(
        readings=(
            good(STATUS, "read", at=visit.now),
            *_named(profile, visit),
            *read_ones,
        )
    )


def _silent_here(
    profile: VendorProfile | None, known: Sequence[str], error: CameraError, visit: Pass
) -> tuple[Reading, ...]:
    """A modem on our own serial port that has spoken before: the port is there, it is silent."""
    is_modem = profile is not None and profile.is_modem_here
    if not is_modem or error.cause is not Cause.DEADLINE or not known:
        return ()
    return (good(ANSWERS, False, at=visit.now, detail=error.detail),)


def _none_fits(profile: VendorProfile | None, visit: Pass) -> Reading:
    if profile is None or not profile.ambiguous:
        detail = "no firmware profile names vendor values for this device"
        return unsupported(STATUS, at=visit.now, detail=detail)
    return Reading(
        STATUS,
        None,
        "",
        visit.now,
        Quality.UNSUPPORTED,
        raw=", ".join(profile.ambiguous)[:200],
        detail="several firmware profiles fit equally well: name one in the configuration",
    )


def _named(profile: VendorProfile | None, visit: Pass) -> tuple[Reading, ...]:
    if profile is None:
        return ()
    return (
        good(PROFILE, f"{profile.id} {profile.hash}", at=visit.now),
        good(PROFILE_STATUS, profile.status, at=visit.now),
    )


def as_reading(name: str, value: VendorValue, *, at: datetime) -> Reading:
    """A value of a profile as a reading; raw is kept of what is not good."""
    quality = _QUALITY_OF[value.quality]
    keeps_raw = quality in (Quality.INVALID, Quality.UNKNOWN)
    return Reading(
        name,
        value.value if quality is Quality.GOOD else None,
        value.unit,
        at,
        quality,
        raw=value.raw[:200] if keeps_raw else "",
        cause=value.cause,
        detail=value.detail[:300],
    )


PROBE = Probe(
    name="vendor",
    every=timedelta(minutes=30),
    cost=Cost(bytes=16_000, logins=2, wakeups=1, requests=10, awake_ms=4_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=(STATUS,),
    can_let_sleep=True,
)
