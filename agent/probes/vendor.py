"""Battery, solar and cellular values, as the firmware profile of the device extracts them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, VendorValue
from agent.probes.failure import all_failed
from agent.probes.probe import Cost, Observation, Pass, Probe, good, unsupported
from shared.reading import Quality, Reading

STATUS: Final = "vendor.status"
_FAMILIES: Final = ("battery.", "solar.", "cellular.")
_QUALITY_OF: Final = {
    "good": Quality.GOOD,
    "unknown": Quality.UNKNOWN,
    "missing": Quality.MISSING,
    "invalid": Quality.INVALID,
    "unsupported": Quality.UNSUPPORTED,
}


async def read(camera: Camera, visit: Pass) -> Observation:
    """Read every value that the profile names, with the quality that the device gave it.

    When the exchange fails, the names known from earlier visits are failed, so that nobody takes
    an old charge for today's. Without a profile there is one unsupported reading.
    """
    try:
        values = await camera.vendor_values()
    except CameraError as error:
        known = [name for name in visit.previous if name.startswith(_FAMILIES)]
        return Observation(readings=all_failed((STATUS, *known), error, at=visit.now))
    if not values:
        detail = "no firmware profile names vendor values for this device"
        return Observation(readings=(unsupported(STATUS, at=visit.now, detail=detail),))
    status = good(STATUS, "read", at=visit.now)
    return Observation(
        readings=(status, *(_reading(name, value, visit) for name, value in values.items()))
    )


def _reading(name: str, value: VendorValue, visit: Pass) -> Reading:
    quality = _QUALITY_OF[value.quality]
    keeps_raw = quality in (Quality.INVALID, Quality.UNKNOWN)
    return Reading(
        name,
        value.value if quality is Quality.GOOD else None,
        value.unit,
        visit.now,
        quality,
        raw=value.raw[:200] if keeps_raw else "",
    )


PROBE = Probe(
    name="vendor",
    every=timedelta(minutes=30),
    cost=Cost(bytes=16_000, logins=2, wakeups=1, requests=10, awake_ms=4_000),
    read=read,
    deadline_s=25.0,
    names=(STATUS,),
)
