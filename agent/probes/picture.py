"""What the picture looks like in figures: decoded in the child, measured, never judged."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, Picture, PictureFeatures
from agent.probes.failure import all_failed
from agent.probes.probe import Cost, Observation, Pass, Probe, good, missing, unknown
from shared.reading import Reading

_FEATURES: Final = tuple(
    field.name for field in fields(PictureFeatures) if field.name != "change_from_previous"
)
NAMES: Final = (
    *(f"picture.{name}" for name in _FEATURES),
    "picture.change",
    "picture.damaged",
    "picture.source",
)
# The stream itself gave no key frame; a snapshot may still come.
_TRY_SNAPSHOT: Final = frozenset(
    {
        Cause.RTSP_STATUS,
        Cause.RTSP_PROTOCOL,
        Cause.RTSP_NO_PACKET,
        Cause.TCP_REFUSED,
        Cause.TCP_TIMEOUT,
        Cause.TCP_RESET,
        Cause.LOGIN_METHOD,
        Cause.ONVIF_UNSUPPORTED,
        Cause.ONVIF_MISSING,
        Cause.ONVIF_FAULT,
        Cause.DECODE_UNSUPPORTED,
        Cause.DEADLINE,
    }
)


async def read(camera: Camera, visit: Pass) -> Observation:
    """Take the last key frame of the watch, or a snapshot, and measure it.

    ``picture.change`` is the mean luma difference of the last key frame to the first one of the
    same watch; missing when there was one only. A damaged picture gives unknown figures: what it
    shows is not what the sensor saw.
    """
    try:
        picture, source = await _take(camera, visit)
    except CameraError as error:
        return Observation(readings=all_failed(NAMES, error, at=visit.now))
    return Observation(readings=_readings(picture, source, visit), pictures=(picture,))


async def _take(camera: Camera, visit: Pass) -> tuple[Picture, str]:
    try:
        return await _take_key_frame(camera, visit), "stream"
    except CameraError as error:
        if error.cause not in _TRY_SNAPSHOT:
            raise
        stream_error = error
    try:
        snapshot = await camera.snapshot()
        picture = await camera.decode(snapshot.body, codec="JPEG", previous=None)
    except CameraError as error:
        raise stream_error from error
    return picture, "snapshot"


async def _take_key_frame(camera: Camera, visit: Pass) -> Picture:
    health = await visit.watch(camera)
    if health.key_frame is None or health.codec is None:
        raise CameraError(Cause.RTSP_NO_PACKET, "the stream gave no key frame while we watched")
    if health.last_key_frame is None or health.key_frame_interval_s is None:
        return await camera.decode(health.key_frame, codec=health.codec, previous=None)
    return await camera.decode(health.last_key_frame, codec=health.codec, previous=health.key_frame)


def _readings(picture: Picture, source: str, visit: Pass) -> tuple[Reading, ...]:
    at = visit.now
    measured = [
        _figure(f"picture.{name}", getattr(picture.features, name), picture, visit)
        for name in _FEATURES
    ]
    change = picture.features.change_from_previous
    compared = (
        missing("picture.change", at=at, detail="one key frame only")
        if change is None
        else _figure("picture.change", change, picture, visit)
    )
    return (
        *measured,
        compared,
        good("picture.damaged", picture.damaged, at=at),
        good("picture.source", source, at=at),
    )


def _figure(name: str, value: float, picture: Picture, visit: Pass) -> Reading:
    rounded = value if isinstance(value, int) else round(value, 5)
    if picture.damaged:
        return unknown(name, at=visit.now, raw=str(rounded), detail="the video was damaged")
    return good(name, rounded, at=visit.now)


PROBE = Probe(
    name="picture",
    every=timedelta(minutes=10),
    cost=Cost(bytes=2_000_000, logins=2, wakeups=1),
    read=read,
    deadline_s=60.0,
    names=NAMES,
)
