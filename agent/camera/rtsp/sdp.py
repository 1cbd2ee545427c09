"""The session description: which video there is, where, and its parameter sets."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_MAX_LINES = 500
_SIZE = re.compile(r"(?:\d+\s+)?(\d{1,5})\s*[,x-]\s*(\d{1,5})$")
_SIZE_NAMES = ("x-dimensions", "framesize")  # what GStreamer and 3GPP TS 26.234 write
_RTPMAP = re.compile(r"(\d+)\s+([^/\s]+)/(\d+)")
_CODECS = {"H264": "H264", "H265": "H265", "HEVC": "H265", "JPEG": "JPEG"}
_STATIC_JPEG = 26
_MAX_SET_BYTES = 4096
_VIDEO_CLOCK_HZ = 90_000
_HALF_IS_A_LIE = ("a=rtpmap:", "a=fmtp:", *(f"a={name}:" for name in _SIZE_NAMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The first video medium of a description."""

    codec: str | None  # "H264", "H265", "JPEG"; None for any other
    encoding: str  # as the device says
    clock_hz: int
    control: str | None
    parameter_sets: tuple[bytes, ...]  # NAL units from sprop, without start codes
    size: tuple[int, int] | None = None  # width and height in pixels, where the device says it
    payload_type: int | None = None  # of its packets; None when the device states none


def read_video(description: str) -> tuple[Video | None, str | None]:
    """Find the first video medium and the session's own control attribute."""
    session: list[str] = []
    media: list[list[str]] = []
    for line in _finished(description.replace("\r", "\n"))[:_MAX_LINES]:
        if line.startswith("m="):
            media.append([line])
        elif line:
            (media[-1] if media else session).append(line)
    video = next((lines for lines in media if lines[0].startswith("m=video")), None)
    return (_video(video) if video else None), _attribute(session, "control")


def _finished(description: str) -> list[str]:
    """The lines; a last one that does not end may be half a number, or half a parameter set.

    Some devices leave the last line's end out, so that it is dropped only where half of it would
    be believed: a clock of 9000 Hz makes a tenth of the frame rate.
    """
    *whole, last = description.split("\n")
    half = last.startswith(_HALF_IS_A_LIE) and not last.endswith(f"/{_VIDEO_CLOCK_HZ}")
    return whole if half else [*whole, last]


def _video(lines: list[str]) -> Video:
    words = lines[0].split()
    payload_type = words[3] if len(words) > 3 else ""
    encoding, clock_hz = "JPEG" if payload_type == str(_STATIC_JPEG) else "", _VIDEO_CLOCK_HZ
    for value in _attributes(lines, "rtpmap"):
        found = _RTPMAP.match(value)
        if found and found.group(1) == payload_type:
            encoding, clock_hz = found.group(2), int(found.group(3)[:9]) or _VIDEO_CLOCK_HZ
    codec = _CODECS.get(encoding.upper())
    return Video(
        codec=codec,
        encoding=encoding[:32],
        clock_hz=clock_hz,
        control=_attribute(lines, "control"),
        parameter_sets=_parameter_sets(lines, payload_type),
        size=_size(lines),
        payload_type=int(payload_type) if re.fullmatch(r"\d{1,3}", payload_type) else None,
    )


def _size(lines: list[str]) -> tuple[int, int] | None:
    for name in _SIZE_NAMES:
        for value in _attributes(lines, name):
            found = _SIZE.match(value)
            if found and int(found.group(1)) and int(found.group(2)):
                return int(found.group(1)), int(found.group(2))
    return None


def _attributes(lines: list[str], name: str) -> list[str]:
    prefix = f"a={name}:"
    return [line[len(prefix) :].strip() for line in lines if line.startswith(prefix)]


def _attribute(lines: list[str], name: str) -> str | None:
    return next(iter(_attributes(lines, name)), None)


def _parameter_sets(lines: list[str], payload_type: str) -> tuple[bytes, ...]:
    for value in _attributes(lines, "fmtp"):
        number, _, rest = value.partition(" ")
        if number != payload_type:
            continue
        pairs = (pair.partition("=") for pair in rest.split(";"))
        named = {key.strip().lower(): content.strip() for key, _, content in pairs}
        names = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")
        texts = [part for name in names for part in named.get(name, "").split(",") if part]
        return tuple(unit for unit in map(_unit, texts) if unit)
    return ()


def _unit(text: str) -> bytes:
    """One NAL unit, or nothing when the text is no base64: in-band sets may still come."""
    if len(text) > 2 * _MAX_SET_BYTES:
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
