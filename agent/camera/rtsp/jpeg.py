"""Motion JPEG over RTP (RFC 2435): the first and the last whole picture, as JPEG files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.camera.rtsp.jpeg_tables import head_of, tables_of_quality
from agent.camera.rtsp.keyframes import ACCESS_UNIT_CAP_BYTES
from agent.camera.rtsp.message import broken
from agent.camera.rtsp.rtp import RtpPacket

_HEADER_BYTES: Final = 8
_RESTART_FROM, _RESTART_TO = 64, 127  # types with restart markers
_TABLES_FROM: Final = 128  # a Q from here on names tables that the stream carries
_OWN_EACH_TIME: Final = 255  # such tables hold for one picture alone
_END: Final = b"\xff\xd9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """One packet's part of a picture (RFC 2435 section 3.1)."""

    offset: int
    kind: int  # 0 or 1: how colour is sampled; else unknown
    quality: int
    width: int  # 0: too wide for the header, the session description says it
    height: int
    restart_interval: int
    tables: bytes | None  # of the first packet of a picture alone; b'': as before
    wide_tables: int  # bits: which of the tables have 16 bits a number
    data: memoryview


def read_fragment(payload: memoryview) -> Fragment | None:
    """Read a payload; None when it is too short for what its header says."""
    if len(payload) < _HEADER_BYTES:
        return None
    offset, kind, quality = int.from_bytes(payload[1:4], "big"), payload[4], payload[5]
    at, interval = _HEADER_BYTES, 0
    if _RESTART_FROM <= kind <= _RESTART_TO:
        if len(payload) < at + 4:
            return None
        interval = int.from_bytes(payload[at : at + 2], "big")
        at += 4
    tables, wide = None, 0
    if quality >= _TABLES_FROM and offset == 0:
        if len(payload) < at + 4:
            return None
        wide, length = payload[at + 1], int.from_bytes(payload[at + 2 : at + 4], "big")
        at += 4
        if len(payload) < at + length:
            return None
        tables = bytes(payload[at : at + length])
        at += length
    return Fragment(
        offset=offset,
        kind=kind % _RESTART_FROM if kind <= _RESTART_TO else kind,
        quality=quality,
        width=payload[6] * 8,
        height=payload[7] * 8,
        restart_interval=interval,
        tables=tables,
        wide_tables=wide,
        data=payload[at:],
    )


class JpegFrames:
    """Takes packets in order; every whole picture is a key frame, of which two are kept."""

    def __init__(self, *, stated_size: tuple[int, int] | None = None) -> None:
        """``stated_size`` is that of the session description, for pictures above 2040 pixels."""
        self._stated = stated_size
        self._known: dict[int, tuple[bytes, bytes]] = {}  # tables by Q, from the stream
        self._timestamp = -1
        self._first: Fragment | None = None
        self._scan = bytearray()
        self._damaged = False
        self._has_begun = False
        self._after_loss = False
        self._last: tuple[Fragment, tuple[bytes, bytes], bytes] | None = None
        self.first: bytes | None = None
        self.size: tuple[int, int] | None = None
        self.whole = 0
        self.spoiled = 0
        self.loss_touches_last = False

    @property
    def last(self) -> bytes | None:
        """The last whole picture; put together when somebody asks for it."""
        return self._jpeg(*self._last) if self._last else None

    def take(self, packet: RtpPacket, *, whole: bool) -> bool:
        """Take a packet; True when it completed a picture. ``whole``: nothing is missing."""
        completed = False
        if packet.timestamp != self._timestamp:
            self._damaged = self._damaged or not whole
            completed = self._finish(ended=False)
            self._timestamp = packet.timestamp
            self._damaged, self._after_loss = False, not whole
        elif not whole:
            self._damaged = True
        self._take_fragment(read_fragment(packet.payload))
        if packet.marker:
            completed = self._finish(ended=True) or completed
        return completed

    def _take_fragment(self, fragment: Fragment | None) -> None:
        self._has_begun = True
        if fragment is None or fragment.offset != len(self._scan):
            self._damaged = True  # a part is missing, or the device counts wrongly
            return
        if fragment.offset == 0:
            self._first = fragment
        self._scan += fragment.data
        if len(self._scan) > ACCESS_UNIT_CAP_BYTES:
            raise broken("one picture of the stream is larger than 4 MiB")

    def _finish(self, *, ended: bool) -> bool:
        """Close the current picture; True when it is whole. Without its marker it is not."""
        begun, self._has_begun = self._has_begun, False
        first, self._first = self._first, None
        scan, self._scan = self._scan, bytearray()
        if not begun:
            return False
        tables = self._tables_of(first) if first else None
        size = self._size_of(first) if first else None
        if self._damaged or not ended or first is None or tables is None or size is None:
            self.spoiled += 1
            return False
        self.size = size
        self._last = (first, tables, bytes(scan))
        if self.first is None:
            self.first = self._jpeg(*self._last)
        self.whole += 1
        self.loss_touches_last = self._after_loss
        return True

    def _tables_of(self, first: Fragment) -> tuple[bytes, bytes] | None:
        """The quantisation tables of a picture; None when it names some that never came."""
        if first.kind not in (0, 1) or first.quality in (0, *range(100, _TABLES_FROM)):
            return None
        if first.quality < _TABLES_FROM:
            return tables_of_quality(first.quality)
        if not first.tables:
            if first.quality == _OWN_EACH_TIME:
                return None
            return self._known.get(first.quality)
        sizes = [128 if first.wide_tables & bit else 64 for bit in (1, 2)]
        if len(first.tables) < sizes[0]:
            return None
        luma, rest = first.tables[: sizes[0]], first.tables[sizes[0] :]
        chroma = rest[: sizes[1]] if len(rest) >= sizes[1] else luma
        self._known[first.quality] = luma, chroma
        return luma, chroma

    def _size_of(self, first: Fragment) -> tuple[int, int] | None:
        if first.width and first.height:
            return self._exact(first.width, first.height)
        return self._stated

    def _exact(self, width: int, height: int) -> tuple[int, int]:
        """The header counts in eights; the session description may know the exact size."""
        if self._stated is None:
            return width, height
        near = all(
            0 <= coded - stated < 8
            for coded, stated in zip((width, height), self._stated, strict=True)
        )
        return self._stated if near else (width, height)

    def _jpeg(self, first: Fragment, tables: tuple[bytes, bytes], scan: bytes) -> bytes:
        width, height = self._size_of(first) or (0, 0)
        head = head_of(
            width=width,
            height=height,
            kind=first.kind,
            tables=tables,
            restart_interval=first.restart_interval,
        )
        return head + scan + (b"" if scan.endswith(_END) else _END)
