"""How far the device's clock is off."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError
from agent.probes.failure import all_failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good, missing, optional

NAMES: Final = ("clock.offset", "clock.source", "clock.zone")


async def read(camera: Camera, visit: Pass) -> Observation:
    """Read the offset in seconds, device minus agent; missing when the device names no UTC time."""
    try:
        clock = await camera.device_clock()
    except CameraError as error:
        return Observation(readings=all_failed(NAMES, error, at=visit.now))
    offset = missing(
        "clock.offset", at=visit.now, unit="s", detail="the device names no time in UTC"
    )
    if clock.offset is not None:
        seconds = round(clock.offset.total_seconds(), 3)
        offset = good("clock.offset", seconds, at=visit.now, unit="s")
    return Observation(
        readings=(
            offset,
            optional("clock.source", clock.source, at=visit.now),
            optional("clock.zone", clock.zone, at=visit.now),
        )
    )


PROBE = Probe(
    name="clock",
    every=timedelta(hours=1),
    cost=Cost(bytes=6_000, wakeups=1, requests=2, awake_ms=1_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=NAMES,
)
