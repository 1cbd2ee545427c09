"""RTP packets of access units (RFC 3550, RFC 6184, RFC 7798) and RTCP sender reports."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from simulator.rtsp.description import PAYLOAD_TYPE
from simulator.video.encode import AccessUnit

_MOST_PAYLOAD_BYTES = 1400
_H264_FU_A = 28
_H265_FU = 49
_SENDER_REPORT = 200
_NTP_AHEAD_OF_UNIX_S = 2_208_988_800


@dataclass(slots=True, kw_only=True)
class RtpTrack:
    """The numbering of one session's packets; it counts what it made."""

    codec: str
    ssrc: int
    sequence: int
    timestamp: int
    packet_count: int = 0
    payload_bytes: int = 0

    def packetise(self, unit: AccessUnit) -> list[bytes]:
        """Make the packets of one picture at the present time stamp; the last has the marker."""
        payloads = [part for nal in unit.nals for part in _split_nal(self.codec, nal)]
        packets = []
        for place, payload in enumerate(payloads):
            marker = 0x80 if place == len(payloads) - 1 else 0
            header = struct.pack(
                "!BBHII", 0x80, marker | PAYLOAD_TYPE, self.sequence, self.timestamp, self.ssrc
            )
            packets.append(header + payload)
            self.sequence = (self.sequence + 1) & 0xFFFF
            self.packet_count += 1
            self.payload_bytes += len(payload)
        return packets

    def advance(self, ticks: int) -> None:
        """Move the time stamp on (90 kHz ticks)."""
        self.timestamp = (self.timestamp + ticks) & 0xFFFF_FFFF

    def report(self, now: datetime) -> bytes:
        """Make a sender report that ties the time stamp to `now`."""
        since = now.timestamp() + _NTP_AHEAD_OF_UNIX_S
        seconds = int(since)
        return struct.pack(
            "!BBHIIIIII",
            0x80,
            _SENDER_REPORT,
            6,
            self.ssrc,
            seconds & 0xFFFF_FFFF,
            int((since - seconds) * 2**32) & 0xFFFF_FFFF,
            self.timestamp,
            self.packet_count & 0xFFFF_FFFF,
            self.payload_bytes & 0xFFFF_FFFF,
        )


def _split_nal(codec: str, nal: bytes) -> Iterator[bytes]:
    if len(nal) <= _MOST_PAYLOAD_BYTES:
        yield nal
    elif codec == "h264":
        yield from _fragment(
            bytes([nal[0] & 0xE0 | _H264_FU_A]), kind=nal[0] & 0x1F, content=nal[1:]
        )
    else:
        # The payload header keeps layer and temporal ids and changes only the type.
        header = bytes([nal[0] & 0x81 | _H265_FU << 1, nal[1]])
        yield from _fragment(header, kind=nal[0] >> 1 & 0x3F, content=nal[2:])


def _fragment(header: bytes, *, kind: int, content: bytes) -> Iterator[bytes]:
    step = _MOST_PAYLOAD_BYTES - len(header) - 1
    for at in range(0, len(content), step):
        first = 0x80 if at == 0 else 0
        last = 0x40 if at + step >= len(content) else 0
        yield header + bytes([first | last | kind]) + content[at : at + step]
