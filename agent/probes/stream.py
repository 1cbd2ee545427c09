"""Whether the stream plays, and how: frame rate, bit rate, gaps, key frames, codec."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, StreamHealth
from agent.probes.failure import all_failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good, missing, optional
from shared.reading import Quality, Reading

_MEASURED: Final = (
    "stream.codec",
    "stream.fps",
    "stream.bitrate",
    "stream.longest_gap",
    "stream.key_frame_interval",
    "stream.lost_packets",
    "stream.width",
    "stream.height",
)
NAMES: Final = ("stream.plays", "stream.fps_limit", *_MEASURED)
# The device spoke RTSP, or ONVIF about RTSP, and gave no picture: that is measured, not failed.
_DOES_NOT_PLAY: Final = frozenset({Cause.RTSP_STATUS, Cause.RTSP_PROTOCOL, Cause.RTSP_NO_PACKET})


async def read(camera: Camera, visit: Pass) -> Observation:
    """Watch the first profile for the visit's seconds.

    ``stream.plays`` is false only when the device itself answered RTSP wrongly or sent nothing;
    when the network or the login failed it is failed. Rates come from RTP time stamps.
    """
    try:
        health = await visit.watch(camera)
    except CameraError as error:
        return Observation(readings=_not_playing(error, visit))
    return Observation(readings=(*_measured(health, visit), await _fps_limit(camera, visit)))


def _not_playing(error: CameraError, visit: Pass) -> tuple[Reading, ...]:
    if error.cause not in _DOES_NOT_PLAY:
        return all_failed(NAMES, error, at=visit.now)
    plays = Reading(
        "stream.plays",
        False,
        "",
        visit.now,
        Quality.GOOD,
        cause=error.cause.value,
        detail=error.detail[:300],
    )
    return (plays, *all_failed(NAMES[1:], error, at=visit.now))


def _measured(health: StreamHealth, visit: Pass) -> tuple[Reading, ...]:
    at = visit.now
    return (
        good("stream.plays", health.frames > 0, at=at),
        optional("stream.codec", health.codec, at=at),
        optional("stream.fps", _rounded(health.fps, 2), at=at, unit="1/s"),
        optional("stream.bitrate", _rounded(health.bitrate_kbps, 1), at=at, unit="kbit/s"),
        good("stream.longest_gap", round(health.longest_gap_s, 3), at=at, unit="s"),
        optional(
            "stream.key_frame_interval", _rounded(health.key_frame_interval_s, 3), at=at, unit="s"
        ),
        good("stream.lost_packets", health.lost_packets, at=at),
        optional("stream.width", health.width_px, at=at, unit="px"),
        optional("stream.height", health.height_px, at=at, unit="px"),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


async def _fps_limit(camera: Camera, visit: Pass) -> Reading:
    """The frame rate that the profile promises; the camera answers from the visit's memory."""
    name = "stream.fps_limit"
    try:
        profiles = await camera.profiles()
    except CameraError as error:
        return all_failed((name,), error, at=visit.now)[0]
    limit = profiles[0].fps_limit if profiles else None
    if limit is None or limit <= 0:
        return missing(name, at=visit.now, unit="1/s")
    return good(name, limit, at=visit.now, unit="1/s")


PROBE = Probe(
    name="stream",
    every=timedelta(minutes=30),
    cost=Cost(bytes=2_000_000, logins=2, wakeups=1, requests=16, awake_ms=8_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=NAMES,
)
