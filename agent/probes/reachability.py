"""Whether anything answers at the device's address, and which layer fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause
from agent.probes.failure import BROKEN, SILENT, all_failed, failed, layer_of
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good
from shared.reading import Quality, Reading

NAMES: Final = ("reach.answers", "reach.layer", "reach.replies")
# A connection that is cut or kept without a word is no answer either.
_NO_ANSWER: Final = SILENT | {Cause.TCP_RESET, Cause.DEADLINE}


async def read(camera: Camera, visit: Pass) -> Observation:
    """Open a connection, then ask the time, which needs no login.

    ``reach.answers`` is good either way: that nothing answers is a measurement. ``reach.layer``
    names the lowest layer that failed here, or "none". ``reach.replies`` is "whole", "broken",
    or failed when there was no reply to look at. Where there is no connection to open (a modem on
    the agent's own machine) nothing is measured, and all three are unsupported.
    """
    try:
        await camera.connect_tcp()
        await camera.device_clock()
    except CameraError as error:
        if error.cause is Cause.VENDOR_UNSUPPORTED:
            return Observation(readings=all_failed(NAMES, error, at=visit.now))
        return Observation(readings=_readings_of(error, at=visit.now))
    return Observation(
        readings=(
            good("reach.answers", True, at=visit.now),
            good("reach.layer", "none", at=visit.now),
            good("reach.replies", "whole", at=visit.now),
        )
    )


def _readings_of(error: CameraError, *, at: datetime) -> tuple[Reading, ...]:
    layer = layer_of(error)
    answers = error.cause not in _NO_ANSWER
    replies = failed("reach.replies", error, at=at)
    if error.cause in BROKEN:
        replies = _fact("reach.replies", "broken", error, at=at)
    elif layer is None and answers:
        replies = good("reach.replies", "whole", at=at)  # it said that it lacks the operation
    name = layer.value if layer else ("http" if error.cause is Cause.DEADLINE else "none")
    return (
        _fact("reach.answers", answers, error, at=at),
        _fact("reach.layer", name, error, at=at),
        replies,
    )


def _fact(name: str, value: bool | str, error: CameraError, *, at: datetime) -> Reading:
    """A good reading that says in which way the device failed."""
    return Reading(
        name, value, "", at, Quality.GOOD, cause=error.cause.value, detail=error.detail[:300]
    )


PROBE = Probe(
    name="reachability",
    every=timedelta(minutes=5),
    cost=Cost(bytes=6_000, wakeups=1, requests=2, awake_ms=2_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=NAMES,
)
