"""RTCP (RFC 3550 section 6): what a sender reports, and the report that a receiver owes it."""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field
from typing import Final

from agent.camera.rtsp.rtp import RtpPacket

_SENDER, _RECEIVER, _DESCRIPTION, _BYE = 200, 201, 202, 203
_CNAME: Final = 1
_WRAP_16, _WRAP_32 = 1 << 16, 1 << 32
_LARGEST_LOSS: Final = (1 << 23) - 1  # 24 bits, signed


@dataclass(slots=True)
class Reception:
    """Counts the packets of one source as they arrive (RFC 3550 appendices A.1, A.3 and A.8)."""

    clock_hz: int
    source: int  # its SSRC
    own: int = field(default_factory=lambda: secrets.randbits(32))
    received: int = 0
    jitter: float = 0.0  # in ticks of the clock
    _base: int = 0
    _highest: int = 0  # extended by the wraps
    _transit: float | None = None
    _expected_before: int = 0
    _received_before: int = 0
    _sender_report: tuple[int, float] | None = None  # middle of its NTP time, when it came

    def take(self, packet: RtpPacket, *, at_s: float) -> None:
        """Count a packet, in whatever order it came."""
        if not self.received:
            self._base = self._highest = packet.sequence
        ahead = (packet.sequence - self._highest) % _WRAP_16
        if ahead < _WRAP_16 // 2:
            self._highest += ahead
        self.received += 1
        transit = at_s * self.clock_hz - packet.timestamp
        if self._transit is not None:
            apart = (transit - self._transit) % _WRAP_32
            self.jitter += (min(apart, _WRAP_32 - apart) - self.jitter) / 16
        self._transit = transit

    def take_report(self, content: bytes, *, at_s: float) -> None:
        """Keep what a sender report says of the sender's time; anything else is ignored."""
        if len(content) >= 28 and content[0] >> 6 == 2 and content[1] == _SENDER:
            self._sender_report = int.from_bytes(content[10:14], "big"), at_s

    def report(self, *, now_s: float) -> bytes:
        """A receiver report with one block, and the description that must follow it."""
        expected = self._highest - self._base + 1
        lost = max(-_LARGEST_LOSS, min(_LARGEST_LOSS, expected - self.received))
        since = expected - self._expected_before
        missing = since - (self.received - self._received_before)
        self._expected_before, self._received_before = expected, self.received
        fraction = min(255, (missing << 8) // since) if since > 0 and missing > 0 else 0
        last, at_s = self._sender_report or (0, now_s)
        block = struct.pack(
            ">IB3sIIII",
            self.source,
            fraction,
            (lost & 0xFFFFFF).to_bytes(3, "big"),
            self._highest % _WRAP_32,
            int(self.jitter) % _WRAP_32,
            last,
            int((now_s - at_s) * _WRAP_16) % _WRAP_32 if last else 0,
        )
        return struct.pack(">BBHI", 0x81, _RECEIVER, 7, self.own) + block + self._description()

    def farewell(self) -> bytes:
        """The receiver leaves (BYE), as RFC 3550 section 6.3.7 wants it: with a report before."""
        return struct.pack(">BBHI", 0x81, _BYE, 1, self.own)

    def _description(self) -> bytes:
        """A CNAME that is drawn anew for each watch: it must not name the agent's host."""
        name = f"{self.own:08x}@preclaim".encode()
        item = bytes([_CNAME, len(name)]) + name
        item += bytes(4 - len(item) % 4)  # at least one zero ends the list
        words = (8 + len(item)) // 4 - 1
        return struct.pack(">BBHI", 0x81, _DESCRIPTION, words, self.own) + item
