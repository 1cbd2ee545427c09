"""What the picture looks like in figures: decoded in the child, measured, never judged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, Picture, StreamHealth
from agent.probes.picture_readings import NAMES, readings_of, without_picture
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe

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
    shows is not what the sensor saw. What cannot be decoded is invalid, with the reason.
    """
    try:
        picture, health = await _take(camera, visit)
    except CameraError as error:
        return Observation(readings=without_picture(error, visit))
    return Observation(readings=readings_of(picture, health, visit), pictures=(picture,))


async def _take(camera: Camera, visit: Pass) -> tuple[Picture, StreamHealth | None]:
    """The picture and the watch it is from; None for a snapshot."""
    until = asyncio.get_running_loop().time() + DEADLINE_S + visit.longer_s
    try:
        async with _device_until(until):
            health = await visit.watch(camera)
        return await _decode_key_frame(camera, health, visit), health
    except CameraError as error:
        if error.cause not in _TRY_SNAPSHOT:
            raise
        stream_error = error
    try:
        async with _device_until(until):
            snapshot = await camera.snapshot()
        picture = await camera.decode(
            snapshot.body, codec="JPEG", previous=None, references=visit.references
        )
    except CameraError as error:
        raise stream_error from error
    return picture, None


@asynccontextmanager
async def _device_until(moment: float) -> AsyncIterator[None]:
    """What the device may take, apart from our own decoding; DEADLINE when it takes longer."""
    try:
        async with asyncio.timeout_at(moment):
            yield
    except TimeoutError as error:
        raise CameraError(
            Cause.DEADLINE, f"no picture from the device within {DEADLINE_S:g} s"
        ) from error


async def _decode_key_frame(camera: Camera, health: StreamHealth, visit: Pass) -> Picture:
    if health.key_frame is None or health.codec is None:
        raise CameraError(Cause.RTSP_NO_PACKET, "the stream gave no key frame while we watched")
    several = health.last_key_frame is not None and health.key_frame_interval_s is not None
    key_frame, previous = health.key_frame, None
    if several and health.last_key_frame is not None:
        key_frame, previous = health.last_key_frame, health.key_frame
    return await camera.decode(
        key_frame, codec=health.codec, previous=previous, references=visit.references
    )


PROBE = Probe(
    name="picture",
    every=timedelta(minutes=10),
    cost=Cost(bytes=2_000_000, logins=2, wakeups=1, requests=16, awake_ms=8_000),
    read=read,
    deadline_s=60.0,
    names=NAMES,
)
