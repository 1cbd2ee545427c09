"""Keeps a short part of a stream as the camera coded it: whole pictures, from a key frame on."""

from __future__ import annotations

from typing import Final

from agent.camera.port import ClipLimits, CodedFrame, NoClip, Recording
from agent.camera.rtsp.nal import START_CODE, NalCodec, Piece
from agent.camera.rtsp.rtp import RtpPacket

LONGEST_S: Final = 15.0  # by the device's own clock, last picture included
_WRAP_32: Final = 1 << 32
_MOST_FRAMES: Final = 2000
_LOST: Final = NoClip(
    en="packets of the stream were lost, and no whole part is left between the losses",
    zh="视频流丢包，丢包之间没有完整片段",
)
_NO_KEY_FRAME: Final = NoClip(
    en="the stream gave no whole key frame to begin a clip with",
    zh="视频流未给出可作片段开头的完整关键帧",
)
_CLOCK_STANDS: Final = NoClip(
    en="the time stamps of the stream do not advance", zh="视频流的时间戳不前进"
)
_TOO_SHORT: Final = NoClip(
    en="fewer than two whole pictures came while we watched", zh="观看期间完整画面不足两帧"
)


class Recorder:
    """Takes packets in order; a loss ends a run, and the longest run is the recording.

    Pictures of which something is missing are never kept: what a viewer sees must be the
    camera's doing, and not the network's.
    """

    def __init__(
        self,
        codec: NalCodec,
        *,
        parameter_sets: tuple[bytes, ...],
        clock_hz: int,
        limits: ClipLimits,
    ) -> None:
        self._codec = codec
        self._sets = parameter_sets  # of the session description
        self._clock_hz = clock_hz
        self._limits = limits
        self._shown_bytes = 0
        self._best: list[CodedFrame] = []
        self._run: list[CodedFrame] = []
        self._units: list[bytes] = []  # of the picture that is coming in
        self._open: bytearray | None = None
        self._damaged = False
        self._ended = False  # its marker was seen
        self._timestamp = -1
        self._ticks = 0
        self._has_stepped = self._has_key = self._has_lost = False
        self.is_full = False

    def take(self, packet: RtpPacket, *, whole: bool) -> None:
        """Take one packet; ``whole``: none before it is missing."""
        if self.is_full:
            return
        self._shown_bytes += len(packet.payload)
        self._has_lost = self._has_lost or not whole
        if packet.timestamp != self._timestamp:
            # What was lost may be the end of the picture before, unless its marker was seen.
            self._damaged = self._damaged or not (whole or self._ended)
            self._finish()
            self._step(packet.timestamp)
        self._damaged = self._damaged or not whole
        for piece in self._codec.pieces(packet.payload):
            self._take_piece(piece)
        self._ended = packet.marker
        self.is_full = self.is_full or self._shown_bytes >= self._limits.bytes

    def _take_piece(self, piece: Piece) -> None:
        if piece.first:
            self._damaged = self._damaged or self._open is not None
            self._open = bytearray()
        if self._open is None:
            self._damaged = True  # its beginning was lost
            return
        self._open += piece.content
        if piece.last:
            self._units.append(bytes(self._open))
            self._open = None

    def _step(self, timestamp: int) -> None:
        if self._timestamp >= 0:
            ahead = (timestamp - self._timestamp) % _WRAP_32
            self._ticks += ahead - _WRAP_32 if ahead > _WRAP_32 // 2 else ahead
            self._has_stepped = True
        self._timestamp = timestamp

    def _finish(self) -> None:
        """Close the current picture, and with it the run when the picture is not whole."""
        units, self._units = self._units, []
        is_broken = self._damaged or self._open is not None
        self._damaged, self._open = False, None
        if is_broken:
            self._close_run()
            return
        kinds = {self._codec.kind_of(unit) for unit in units}
        is_key = not kinds.isdisjoint(self._codec.key_kinds)
        if kinds.isdisjoint(self._codec.picture_kinds) or not (self._run or is_key):
            return  # parameter sets alone, or nothing to build upon
        if not self._run:
            self._begin_run(units, has_sets=self._codec.sps_kind in kinds)
        elif self._ticks >= 0:  # pictures shown before the first key frame need what came before
            self._keep(CodedFrame(ticks=self._ticks, content=_annexb(units), is_key=is_key))

    def _begin_run(self, units: list[bytes], *, has_sets: bool) -> None:
        self._ticks, self._has_key = 0, True
        whole = units if has_sets else [*self._sets, *units]
        self._run.append(CodedFrame(ticks=0, content=_annexb(whole), is_key=True))

    def _keep(self, frame: CodedFrame) -> None:
        """Keep it, if with it shown as long as the one before the clip stays within its length."""
        shown_until = frame.ticks + max(0, frame.ticks - _length(self._run))
        if shown_until > LONGEST_S * self._clock_hz or len(self._run) >= _MOST_FRAMES:
            self.is_full = True
        else:
            self._run.append(frame)

    def _close_run(self) -> None:
        if _length(self._run) > _length(self._best):
            self._best = self._run
        self._run = []

    def finish(self) -> Recording | NoClip:
        """What was kept, or why nothing was; a picture whose end has not come is left out."""
        if self._ended and not self.is_full:
            self._finish()
        self._close_run()
        if _length(self._best) > 0:
            return Recording(
                codec=self._codec.name, clock_hz=self._clock_hz, frames=tuple(self._best)
            )
        if self._has_lost:
            return _LOST
        if not self._has_stepped:
            return _CLOCK_STANDS
        return _TOO_SHORT if self._has_key else _NO_KEY_FRAME


def _annexb(units: list[bytes]) -> bytes:
    return b"".join(START_CODE + unit for unit in units)


def _length(frames: list[CodedFrame]) -> int:
    """Ticks from the first picture to the last one shown; 0 with fewer than two."""
    return max((frame.ticks for frame in frames), default=0)
