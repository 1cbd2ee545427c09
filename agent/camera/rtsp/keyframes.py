"""Keeps the first and the last key frame of a stream; other frames are not even put together."""

from __future__ import annotations

from agent.camera.rtsp.message import broken
from agent.camera.rtsp.nal import START_CODE, NalCodec, Piece
from agent.camera.rtsp.rtp import RtpPacket

ACCESS_UNIT_CAP_BYTES = 4 * 1024 * 1024
_MAX_PARAMETER_SETS = 32
_MAX_SET_BYTES = 4096


class KeyFrames:
    """Takes packets in order; ``take`` says when a key frame has become complete."""

    def __init__(self, codec: NalCodec, *, parameter_sets: tuple[bytes, ...]) -> None:
        self._codec = codec
        self._sets: dict[int, list[bytes]] = {}
        self._fresh: set[int] = set()  # kinds that the current picture has brought
        self._timestamp = -1
        self._units: list[bytes] = []
        self._open: bytearray | None = None
        self._damaged = False
        self._bytes = 0
        self.first: bytes | None = None
        self.last: bytes | None = None
        self.whole = 0  # key frames of which nothing is missing
        self.spoiled = 0  # key frames of which packets were lost, or came too late
        self.loss_touches_last = False  # packets right before the last whole one were lost
        self._after_loss = False
        self._is_key = False  # the current picture
        for unit in parameter_sets:
            self._keep_set(codec.kind_of(unit), unit)
        self._fresh.clear()

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height from the newest sequence parameter set; None when there is none."""
        units = self._sets.get(self._codec.sps_kind)
        return self._codec.size_of(units[-1]) if units else None

    def take(self, packet: RtpPacket, *, whole: bool) -> bool:
        """Take a packet; True when it completed a key frame. ``whole``: nothing is missing."""
        completed = False
        if packet.timestamp != self._timestamp:
            # What was lost may have been the end of the picture before as well as the beginning
            # of this one; a picture that its marker has ended is whole.
            self._damaged = self._damaged or not whole
            completed = self._finish()
            self._timestamp = packet.timestamp
            self._damaged = False
            self._after_loss = not whole
            self._fresh.clear()
        elif not whole:
            self._damaged = True
        for piece in self._codec.pieces(packet.payload):
            self._take_piece(piece)
        if packet.marker:
            completed = self._finish() or completed
        return completed

    def _take_piece(self, piece: Piece) -> None:
        key = piece.kind in self._codec.key_kinds
        if not key and piece.kind not in self._codec.parameter_kinds:
            return
        self._is_key = self._is_key or key
        self._bytes += len(piece.content)
        if self._bytes > ACCESS_UNIT_CAP_BYTES:
            raise broken("one picture of the stream is larger than 4 MiB")
        if piece.first:
            self._open = bytearray()
        if self._open is None:
            self._damaged = True  # its beginning was lost
            return
        self._open += piece.content
        if not piece.last:
            return
        unit, self._open = bytes(self._open), None
        if key:
            self._units.append(unit)
        else:
            self._keep_set(piece.kind, unit)

    def _keep_set(self, kind: int, unit: bytes) -> None:
        """Keep a parameter set; the first of its kind in a picture replaces the older ones."""
        if kind not in self._codec.parameter_kinds or not 2 < len(unit) <= _MAX_SET_BYTES:
            return
        kept = self._sets.setdefault(kind, [])
        if kind not in self._fresh:
            self._fresh.add(kind)
            kept.clear()
        if unit not in kept and len(kept) < _MAX_PARAMETER_SETS:
            kept.append(unit)

    def _finish(self) -> bool:
        """Close the current picture; True when it was a whole key frame."""
        units, self._units = self._units, []
        damaged, self._bytes = self._damaged or self._open is not None, 0
        was_key, self._is_key, self._open = self._is_key, False, None
        if not units or damaged:
            self.spoiled += was_key
            return False
        sets = [unit for kind in self._codec.parameter_kinds for unit in self._sets.get(kind, ())]
        picture = b"".join(START_CODE + unit for unit in (*sets, *units))
        if self.first is None:
            self.first = picture
        self.last = picture
        self.whole += 1
        self.loss_touches_last = self._after_loss
        return True
