"""A contact sheet: every injury in its severities beside the healthy picture, as one PNG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import numpy as np
from numpy.typing import NDArray

from simulator.life.injury import NIGHT_ONLY, Injury, Kind, Severity
from simulator.life.life import Life
from simulator.video.caption import letter

_TILE: Final = (320, 180)
_BAR_PX: Final = 14
_NOON: Final = datetime(2026, 6, 12, 10, 30, tzinfo=UTC)
_NIGHT: Final = datetime(2026, 6, 12, 23, 30, tzinfo=UTC)


def draw_sheet(life: Life, kinds: Iterable[Kind], *, seed: int, night: bool = False) -> bytes:
    """A PNG with one row a kind: healthy, mild, medium, severe, as decoded again from the stream.

    By day, and those that show by night alone by night; ``night`` takes all by night.
    """
    rows = []
    for kind in kinds:
        at = _NIGHT if night or kind in NIGHT_ONLY else _NOON
        tiles = [_tile(life, None, at, f"{kind.value.upper()} HEALTHY")]
        for severity in Severity:
            injury = Injury(kind=kind, severity=severity, onset=at - timedelta(hours=4), seed=seed)
            tiles.append(_tile(life, injury, at, f"{kind.value.upper()} {severity.name}"))
        rows.append(np.concatenate(tiles, axis=1))
    return to_png(np.concatenate(rows, axis=0))


def draw_days(life: Life, days: int) -> bytes:
    """A PNG with one row a day, every two hours, of the life as it is."""
    first = _NOON.replace(hour=1, minute=10)
    rows = []
    for day in range(days):
        moments = [first + timedelta(days=day, hours=2 * step) for step in range(12)]
        tiles = [_tile(life, life.injury, at, f"{at:%d %H:%M}") for at in moments]
        rows.append(np.concatenate(tiles, axis=1))
    return to_png(np.concatenate(rows, axis=0))


def _tile(life: Life, injury: Injury | None, at: datetime, text: str) -> NDArray[np.uint8]:
    shot = replace(life, injury=injury).shot(at)
    picture = decode(shot.coded, shot.codec, size=_TILE)
    bar = np.zeros((_BAR_PX, _TILE[0], 3), dtype=np.uint8)
    text_block = letter(text, 1)
    bar[2 : 2 + text_block.shape[0], 2 : 2 + text_block.shape[1]] = text_block[..., None]
    return np.concatenate([bar, picture], axis=0)


def decode(coded: bytes, codec: str, *, size: tuple[int, int]) -> NDArray[np.uint8]:
    """What a viewer shows of it, scaled; grey when nothing can be shown."""
    context = av.VideoCodecContext.create("h264" if codec == "H264" else "mjpeg", "r")
    try:
        for packet in (av.Packet(coded), None):
            for frame in context.decode(packet):
                small = frame.reformat(width=size[0], height=size[1], format="rgb24")
                return cast(NDArray[np.uint8], small.to_ndarray())
    except av.FFmpegError:
        pass
    return np.full((size[1], size[0], 3), 128, dtype=np.uint8)


def to_png(picture: NDArray[np.uint8]) -> bytes:
    """Encode an RGB picture (height, width, 3)."""
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt = "rgb24"
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    encoder.time_base = frame.time_base = Fraction(1, 1)
    frame.pts = 0
    return b"".join(bytes(packet) for part in (frame, None) for packet in encoder.encode(part))


def write_sheet(path: Path, content: bytes) -> None:
    """Write it whole or not at all."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
