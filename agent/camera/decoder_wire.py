"""What parent and decoder child say to each other: length-prefixed MessagePack on a pipe."""

from __future__ import annotations

import struct

import msgspec

LENGTH = struct.Struct(">I")
REQUEST_CAP_BYTES = 9 * 1024 * 1024
ANSWER_CAP_BYTES = 5 * 1024 * 1024
PICTURE_CAP_BYTES = 4 * 1024 * 1024
CLIP_CAP_BYTES = 4 * 1024 * 1024


class DecodeRequest(msgspec.Struct, frozen=True, kw_only=True, tag="decode"):
    """Decode one picture; ``previous`` is an earlier one of the same stream."""

    codec: str  # "H264", "H265" or "JPEG"; "PNG" for files that people show
    picture: bytes
    previous: bytes | None
    thumbnail: bool = False  # make one too
    references: dict[str, bytes] = {}  # the camera's own references, by the value of a ``Light``
    map_as_png: bool = False  # draw a map in any case, for people who look at files


class RemuxFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One coded picture and when it is shown, in ticks since the first one."""

    ticks: int
    content: bytes
    is_key: bool


class RemuxRequest(msgspec.Struct, frozen=True, kw_only=True, tag="remux"):
    """Put coded pictures into an MP4; at least two, the first one a key frame."""

    codec: str  # "H264" or "H265"
    clock_hz: int
    frames: list[RemuxFrame]


class DecodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Features and a small JPEG, or the value of a ``Cause`` and its detail."""

    cause: str | None = None
    detail: str = ""
    features: dict[str, float | int | str | None] = {}
    jpeg: bytes = b""
    thumbnail: bytes = b""
    damaged: bool = False
    light: str = ""  # value of a ``Light``
    merged: bytes = b""  # the reference of that light with this picture in it; empty: none
    decode_errors: int = 0  # complaints of the decoder about this picture
    reference_note: str = ""  # why a reference that was sent could not be used
    clip: bytes = b""  # to a RemuxRequest: MP4
    map: bytes = b""  # where the picture departs from its reference; a small JPEG, or a PNG


class DecodeRefused(Exception):
    """A picture was not decoded; travels to the parent as cause and detail."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail
