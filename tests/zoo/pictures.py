"""Snapshots that are bombs, lies, playlists or pages."""

from __future__ import annotations

import functools
import struct
import zlib
from typing import Any, Final

import numpy as np

from tests.agent.pictures import coded
from tests.zoo import honest
from tests.zoo.behaviour import NO_STREAM, PICTURE, Asked, Behaviour, Told, http_reply


def _no_stream(told: Told) -> bytes | None:
    """The stream is refused, so that the picture must come from the snapshot."""
    if told.method != "DESCRIBE" or b" 401 " in told.honest[:20]:
        return None
    return honest.rtsp_text("404 Not Found", f"CSeq: {told.headers.get('cseq', '')}")


def _animal(
    name: str, does: str, stands_for: str, make: Any, kind: str = "image/jpeg", **more: Any
) -> Behaviour:
    def twist(asked: Asked) -> bytes | None:
        if asked.operation != "GET /snapshot.jpg" or b" 401 " in asked.honest[:20]:
            return None
        return http_reply(make(), headers=(f"Content-Type: {kind}",))

    known: dict[str, Any] = {
        "http": twist,
        "rtsp": _no_stream,
        "spoils": ("stream.", *PICTURE),
        "causes": frozenset({"rtsp.status"}),
        "faults": frozenset({NO_STREAM}),
    }
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


def _header(width: int, height: int) -> bytes:
    """The honest picture with another size in its frame header."""
    whole = honest.jpeg()
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


@functools.cache
def _bomb() -> bytes:
    """12000x2000 of grey in a small file."""
    return coded(np.full((2000, 12000, 3), 120, dtype=np.uint8))


@functools.cache
def _tall_bomb() -> bytes:
    """The header of 12000x12000 in front of what a sixth of it takes."""
    whole = _bomb()
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", 12000, 12000) + whole[at + 4 :]


@functools.cache
def _png_bomb() -> bytes:
    """A PNG of 30000x30000, all zeros, deflated to almost nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(20_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


_PLAYLIST: Final = (
    "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.66.66.66:8066/segment.ts\n"
    "#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
)
_SVG: Final = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">'
    '<image href="http://127.66.66.66:8066/x.png" width="640" height="360"/></svg>'
)

BEHAVIOURS: Final = (
    _animal("playlist_behind_snapshot", "answers the snapshot with an HLS playlist",
            "libav fetching what a playlist names", lambda: _PLAYLIST),
    _animal("playlist_as_playlist", "answers the snapshot with a playlist and its media type",
            "libav fetching what a playlist names", lambda: _PLAYLIST,
            kind="application/vnd.apple.mpegurl"),
    _animal("svg_behind_snapshot", "answers the snapshot with a drawing that names a file",
            "server-side requests", lambda: _SVG),
    _animal("page_behind_snapshot", "answers the snapshot with a page", "a login page",
            lambda: "<html><body>please log in</body></html>"),
    _animal("page_of_text_html", "answers the snapshot with a page that says so",
            "a login page", lambda: "<html></html>", kind="text/html"),
    _animal("empty_snapshot", "answers the snapshot with nothing", "an encoder that died",
            lambda: b""),
    _animal("size_of_65000", "states 65,000 by 65,000 pixels", "a picture bomb",
            lambda: _header(65000, 65000), is_heavy=True),
    _animal("size_of_12000", "sends 12,000 by 12,000 pixels", "a picture bomb",
            _tall_bomb, is_heavy=True),
    _animal("size_of_0", "states no height", "a picture whose height comes later",
            lambda: _header(320, 0)),
    _animal("size_larger_than_its_data", "states twice the height of its data",
            "a forged distortion", lambda: _header(honest.WIDTH_PX, 2 * honest.HEIGHT_PX)),
    _animal("jpeg_cut_off", "ends in the middle of its snapshot", "a fixed buffer",
            lambda: honest.jpeg()[: len(honest.jpeg()) // 2]),
    _animal("png_bomb", "sends 30,000 by 30,000 pixels of PNG", "a picture bomb", _png_bomb,
            is_heavy=True),
    _animal("snapshot_of_6_mb", "sends a snapshot of six megabytes", "memory exhaustion",
            lambda: honest.jpeg() + bytes(6_000_000), is_heavy=True),
    _animal("grey_snapshot", "sends a picture of one even grey", "a decoder's filling",
            lambda: coded(np.full((192, 320, 3), 128, dtype=np.uint8))),
)  # fmt: skip
