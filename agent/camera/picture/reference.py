"""A camera's own reference of one light: what its good pictures have in common.

Kept by the agent as bytes that only this module reads. Version 2, little endian:

    "PREF", version, maps, width, height, pictures  (4s B B H H H)
    edge map 90x160                               (uint8)
    six tile maps 9x16                            (float16)
    where ``maps`` is 5: those of ``ANCHORED`` as they were when the reference had settled
    red, green and blue share, veil               (4 float32)
    number of lines, each axis, position, times   (B, then B H H)
    CRC-32 of all before                          (I)

Version 1 has no such maps, and is read. Bytes that are damaged, cut off, or of another version are
no reference.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.camera.picture.edges import HEIGHT, WIDTH
from agent.camera.picture.planes import COLUMNS, ROWS, Luma, Plane

_MAGIC: Final = b"PREF"
_VERSION: Final = 2
_READ: Final = (1, 2)
_HEAD: Final = struct.Struct("<4sBBHHH")
_TAIL: Final = struct.Struct("<4f")
_LINE: Final = struct.Struct("<BHH")
_SUM: Final = struct.Struct("<I")
MAPS: Final = ("sharpness", "sharpness_spread", "contrast", "luma", "slope", "coarse")
ANCHORED: Final = ("sharpness", "contrast", "luma", "slope", "coarse")
"""Maps that may not leave the place where they were when the reference had settled by much."""
MOST_LINES: Final = 64
_TILES: Final = ROWS * COLUMNS
_MIN_BYTES: Final = _HEAD.size + WIDTH * HEIGHT + len(MAPS) * _TILES * 2 + _TAIL.size + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLine:
    """A line that reference pictures had: a banner's border, or a fault from the first day."""

    axis: str  # "r" or "c"
    at: int  # native pixel
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Tile maps are log2 of the quantity, so that a ratio is a difference."""

    width_px: int
    height_px: int
    count: int  # pictures
    edges: Luma  # 90x160
    sharpness: Plane
    sharpness_spread: Plane  # mean absolute deviation between pictures
    contrast: Plane  # deviation within the tile
    luma: Plane
    slope: Plane  # mean gradient
    coarse: Plane
    shares: tuple[float, float, float]  # of red, green and blue in their sum
    veil: float
    lines: tuple[KnownLine, ...] = ()
    anchor: tuple[Plane, ...] = ()  # by ANCHORED; empty while it is young


def encode_reference(reference: Reference) -> bytes:
    """The bytes to keep; at most 18 KB."""
    body = b"".join(
        (
            _HEAD.pack(
                _MAGIC,
                _VERSION,
                len(reference.anchor),
                reference.width_px,
                reference.height_px,
                reference.count,
            ),
            reference.edges.tobytes(),
            *(getattr(reference, name).astype("<f2").tobytes() for name in MAPS),
            *(plane.astype("<f2").tobytes() for plane in reference.anchor),
            _TAIL.pack(*reference.shares, reference.veil),
            bytes([len(reference.lines)]),
            *(_LINE.pack(ord(line.axis), line.at, line.times) for line in reference.lines),
        )
    )
    return body + _SUM.pack(zlib.crc32(body))


def decode_reference(content: bytes) -> Reference | None:
    """The reference in these bytes; None when they are damaged, foreign or of another version."""
    body, check = content[: -_SUM.size], content[-_SUM.size :]
    if len(body) < _MIN_BYTES or zlib.crc32(body) != _SUM.unpack(check)[0]:
        return None
    magic, version, anchored, width, height, count = _HEAD.unpack_from(body)
    if magic != _MAGIC or version not in _READ or not count or anchored not in (0, len(ANCHORED)):
        return None
    many = len(MAPS) + anchored
    at = _HEAD.size + WIDTH * HEIGHT
    if len(body) < _MIN_BYTES + anchored * _TILES * 2:
        return None
    edges = np.frombuffer(body, np.uint8, WIDTH * HEIGHT, _HEAD.size).reshape(HEIGHT, WIDTH)
    maps = np.frombuffer(body, "<f2", many * _TILES, at).astype(np.float32)
    at += many * _TILES * 2
    *shares, veil = _TAIL.unpack_from(body, at)
    at += _TAIL.size
    lines = _read_lines(body[at + 1 :], count=body[at])
    numbers = (float(maps.sum()), *shares, veil)
    if lines is None or not all(map(math.isfinite, numbers)):
        return None
    planes = tuple(maps.reshape(many, ROWS, COLUMNS))
    return Reference(
        width_px=width,
        height_px=height,
        count=count,
        edges=edges,
        **dict(zip(MAPS, planes, strict=False)),
        anchor=planes[len(MAPS) :],
        shares=(shares[0], shares[1], shares[2]),
        veil=veil,
        lines=lines,
    )


def _read_lines(body: bytes, *, count: int) -> tuple[KnownLine, ...] | None:
    if len(body) != count * _LINE.size or count > MOST_LINES:
        return None
    found = tuple(
        KnownLine(axis=chr(axis), at=at, times=times) for axis, at, times in _LINE.iter_unpack(body)
    )
    return found if all(line.axis in "rc" for line in found) else None
