"""The readings that one measured picture gives, and which of them stay at home."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from msgspec.structs import replace

from agent.camera.port import CameraError, Cause, Picture, PictureFeatures, StreamHealth
from agent.probes.failure import all_failed
from agent.probes.probe import Pass, good, invalid, missing, optional, unknown
from shared.reading import Reading

_COMPARED: Final = ("change_from_previous", "pattern_change")
_FEATURES: Final = tuple(
    field.name for field in fields(PictureFeatures) if field.name not in _COMPARED
)
_FIRST_AT_HOME: Final = "change_still"
_STREAM: Final = (
    "stream.decode_errors",
    "stream.loss_touched_key_frame",
    "stream.rtp_advances",
    "stream.key_frames_identical",
)
NAMES: Final = (
    *(f"picture.{name}" for name in _FEATURES),
    "picture.change",
    "picture.damaged",
    "picture.source",
    "picture.light",
    *_STREAM,
)
LOCAL_ONLY: Final = (
    *(f"picture.{name}" for name in _FEATURES[_FEATURES.index(_FIRST_AT_HOME) :]),
    "picture.light",
    *_STREAM,
)
"""Readings that rules, the agent's history and evidence have, and no telemetry batch carries."""
_NO_PICTURE: Final = frozenset({Cause.DECODE_FAILED, Cause.DECODE_LIMIT, Cause.DECODE_UNSUPPORTED})
_REFERENCE: Final = "picture.ref_"
_MOST_FILL: Final = 0.4  # of 16x16 blocks; real pictures had up to 0.17, starved coders 0.45
_FLAT_STD: Final = 0.5  # grey levels: no sensor is so even, and no black or white one between ...
_ENDS: Final = (24.0, 230.0)  # ... these


def without_picture(error: CameraError, visit: Pass) -> tuple[Reading, ...]:
    """What is read when there is no picture: failed, or invalid when it could not be decoded."""
    if error.cause not in _NO_PICTURE:
        return all_failed(NAMES, error, at=visit.now)
    return tuple(
        replace(invalid(name, at=visit.now, raw="", detail=error.detail), cause=error.cause.value)
        for name in NAMES
    )


def why_filled(features: PictureFeatures) -> str:
    """Why this is what a decoder fills in, and not what a sensor saw; '' for a real picture.

    A picture that is black or white all over is real: the sensor, the lamp or the night says so.
    """
    if (features.grey_fill or 0.0) >= _MOST_FILL:
        return f"{100 * (features.grey_fill or 0.0):.0f} % of it is filled in, seen by no sensor"
    if features.luma_std < _FLAT_STD and _ENDS[0] < features.luma_mean < _ENDS[1]:
        return "it is one even grey, seen by no sensor"
    return ""


def readings_of(
    picture: Picture, health: StreamHealth | None, visit: Pass, *, source: str = ""
) -> tuple[Reading, ...]:
    """All readings of a picture; ``health`` is the watch it is from, None for a single picture.

    ``source`` names where a single picture is from; without it, it is a snapshot. What was filled
    in by a decoder on the way is invalid in all its figures.
    """
    source = source or ("snapshot" if health is None else "stream")
    read = _readings_of(picture, health, visit, source=source)
    why = why_filled(picture.features)
    if not why:
        return read
    return tuple(
        invalid(one.name, at=visit.now, raw=str(one.value), detail=why)
        if one.name.startswith("picture.") and one.good
        else one
        for one in read
    )


def _readings_of(
    picture: Picture, health: StreamHealth | None, visit: Pass, *, source: str
) -> tuple[Reading, ...]:
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
        optional("picture.light", picture.light or None, at=at),
        *_stream_facts(picture, health, visit),
    )


def _stream_facts(
    picture: Picture, health: StreamHealth | None, visit: Pass
) -> tuple[Reading, ...]:
    """What tells a frozen or damaged picture from a still scene and from a lossy network.

    ``stream.decode_errors``: complaints of the decoder about this picture, itself whole as far as
    RTP tells. ``stream.loss_touched_key_frame``: packets of or next to a key frame of this watch
    were lost, so that damage would be the network's. ``stream.rtp_advances``: the RTP clock went
    on. ``stream.key_frames_identical``: first and last key frame are the same bytes, which no
    sensor with noise gives twice; missing with fewer than two.
    """
    at = visit.now
    errors = good("stream.decode_errors", picture.decode_errors, at=at)
    if health is None:
        rest = (missing(name, at=at, detail="a single picture, no stream") for name in _STREAM[1:])
        return (errors, *rest)
    touched = health.loss_touches_last or health.spoiled_key_frames > 0
    identical = None
    if health.key_frames > 1:
        identical = health.key_frame == health.last_key_frame
    return (
        errors,
        good("stream.loss_touched_key_frame", touched, at=at),
        optional(
            "stream.rtp_advances", None if health.stamped_s is None else health.stamped_s > 0, at=at
        ),
        optional("stream.key_frames_identical", identical, at=at),
    )


def _figure(name: str, value: float | str | None, picture: Picture, visit: Pass) -> Reading:
    if value is None:
        why = picture.reference_note if name.startswith(_REFERENCE) else ""
        return missing(name, at=visit.now, detail=why)
    rounded = round(value, 5) if isinstance(value, float) else value
    if picture.damaged:
        return unknown(name, at=visit.now, raw=str(rounded), detail="the video was damaged")
    return good(name, rounded, at=visit.now)
