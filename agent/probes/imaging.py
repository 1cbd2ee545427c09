"""Which position the device asks of its infrared filter, and which it offers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, ImagingSettings
from agent.probes.failure import all_failed, failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good, missing, optional
from shared.reading import Reading

_SETTINGS: Final = (
    "imaging.ir_cut_filter",
    "imaging.brightness",
    "imaging.colour_saturation",
    "imaging.contrast",
    "imaging.sharpness",
)
NAMES: Final = (*_SETTINGS, "imaging.ir_cut_modes")
# The device answered the first question as ONVIF has it: the second one is worth asking.
_ANSWERED: Final = frozenset({Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_MISSING, Cause.ONVIF_FAULT})


async def read(camera: Camera, visit: Pass) -> Observation:
    """Read settings and options; the mode is a setting, and AUTO does not tell the position.

    A device that does not answer the first question, or not properly, is not asked the second.
    """
    try:
        settings = _settings(await camera.imaging_settings(), visit)
    except CameraError as error:
        if error.cause not in _ANSWERED:
            return Observation(readings=all_failed(NAMES, error, at=visit.now))
        settings = all_failed(_SETTINGS, error, at=visit.now)
    return Observation(readings=(*settings, await _read_modes(camera, visit)))


def _settings(settings: ImagingSettings, visit: Pass) -> tuple[Reading, ...]:
    values = (
        settings.ir_cut_filter,
        settings.brightness,
        settings.colour_saturation,
        settings.contrast,
        settings.sharpness,
    )
    return tuple(
        optional(name, value, at=visit.now) for name, value in zip(_SETTINGS, values, strict=True)
    )


async def _read_modes(camera: Camera, visit: Pass) -> Reading:
    try:
        options = await camera.imaging_options()
    except CameraError as error:
        return failed("imaging.ir_cut_modes", error, at=visit.now)
    if not options.ir_cut_filter_modes:
        return missing("imaging.ir_cut_modes", at=visit.now)
    return good("imaging.ir_cut_modes", ",".join(options.ir_cut_filter_modes)[:80], at=visit.now)


PROBE = Probe(
    name="imaging",
    every=timedelta(minutes=10),
    cost=Cost(bytes=24_000, logins=2, wakeups=1, requests=10, awake_ms=3_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=NAMES,
)
