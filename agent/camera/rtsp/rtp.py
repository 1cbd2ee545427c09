"""RTP packets, and what their sequence numbers and time stamps say about a stream."""

from __future__ import annotations

from dataclasses import dataclass

_HEADER_BYTES = 12
_WRAP_32 = 1 << 32
_WRAP_16 = 1 << 16
_MAX_KEY_TIMES = 4096


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet (RFC 3550 section 5.1)."""

    sequence: int
    timestamp: int
    marker: bool
    payload: memoryview
    source: int = 0  # SSRC
    kind: int = -1  # payload type


def read_packet(data: bytes) -> RtpPacket | None:
    """Read a packet; None when it is no RTP version 2."""
    if len(data) < _HEADER_BYTES or data[0] >> 6 != 2:
        return None
    start = _HEADER_BYTES + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data)
    if data[0] & 0x20:
        end -= data[-1]
    if start > end:
        return None
    return RtpPacket(
        int.from_bytes(data[2:4], "big"),
        int.from_bytes(data[4:8], "big"),
        bool(data[1] & 0x80),
        memoryview(data)[start:end],
        int.from_bytes(data[8:12], "big"),
        data[1] & 0x7F,
    )


@dataclass(slots=True)
class StreamMeter:
    """Measures a stream packet by packet; ``at_s`` are seconds of one monotonic clock."""

    clock_hz: int
    packets: int = 0
    frames: int = 0
    lost_packets: int = 0
    payload_bytes: int = 0
    first_at_s: float = 0.0
    last_at_s: float = 0.0
    longest_gap_s: float = 0.0
    _sequence: int = -1
    _timestamp: int = -1
    _ticks: int = 0  # of the newest frame since the first one, unwrapped
    _highest_ticks: int = 0
    _key_ticks: list[int] | None = None

    def take(self, packet: RtpPacket, *, at_s: float) -> bool:
        """Count a packet; False when packets before it are missing.

        One without payload belongs to the sequence and to no picture: a dead encoder that still
        sends headers must not look alive.
        """
        if not packet.payload:
            return self._pass_over(packet)
        whole = True
        if self.packets:
            self.longest_gap_s = max(self.longest_gap_s, at_s - self.last_at_s)
            ahead = (packet.sequence - self._sequence - 1) % _WRAP_16
            if 0 < ahead < _WRAP_16 // 2:
                self.lost_packets += ahead
                whole = False
        else:
            self.first_at_s = at_s
        if packet.timestamp != self._timestamp:
            if self.frames:
                ahead = (packet.timestamp - self._timestamp) % _WRAP_32
                self._ticks += ahead - _WRAP_32 if ahead > _WRAP_32 // 2 else ahead
                self._highest_ticks = max(self._highest_ticks, self._ticks)
            self.frames += 1
            self._timestamp = packet.timestamp
        self.packets += 1
        self.payload_bytes += len(packet.payload)
        self._sequence, self.last_at_s = packet.sequence, at_s
        return whole

    def _pass_over(self, packet: RtpPacket) -> bool:
        whole = not self.packets or packet.sequence == (self._sequence + 1) % _WRAP_16
        if whole and self.packets:
            self._sequence = packet.sequence
        return whole

    def note_key_frame(self) -> None:
        """The newest frame is a key frame."""
        self._key_ticks = self._key_ticks or []
        if len(self._key_ticks) < _MAX_KEY_TIMES:
            self._key_ticks.append(self._ticks)

    def finish(self, *, at_s: float) -> None:
        """The watch ends here: silence up to now is a gap too."""
        if self.packets:
            self.longest_gap_s = max(self.longest_gap_s, at_s - self.last_at_s)

    @property
    def stamped_seconds(self) -> float:
        """From the first to the newest time stamp."""
        return self._highest_ticks / self.clock_hz

    @property
    def fps(self) -> float | None:
        """Frames per second of the device's own clock; None with fewer than two frames."""
        if self.frames < 2 or self.stamped_seconds <= 0:
            return None
        return (self.frames - 1) / self.stamped_seconds

    @property
    def bitrate_kbps(self) -> float | None:
        """Payload kilobits per second of the device's own clock."""
        fps = self.fps
        return None if fps is None else self.payload_bytes * 8 / 1000 * fps / self.frames

    @property
    def key_frame_interval_s(self) -> float | None:
        """Mean distance of key frames; None with fewer than two, or without a clock to tell."""
        ticks = self._key_ticks or []
        if len(ticks) < 2:
            return None
        mean = (ticks[-1] - ticks[0]) / (len(ticks) - 1) / self.clock_hz
        return mean if mean > 0 else None  # stamps that stand still or go back tell no distance
