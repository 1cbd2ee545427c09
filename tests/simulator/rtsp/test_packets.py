"""Packets carry every NAL unit whole (RFC 6184, RFC 7798)."""

import struct
from datetime import UTC, datetime

import pytest

from simulator.rtsp.packets import RtpTrack
from simulator.video.encode import AccessUnit


def _track(codec: str) -> RtpTrack:
    return RtpTrack(codec=codec, ssrc=7, sequence=65_534, timestamp=2**32 - 100)


def _join_h264(payloads: list[bytes]) -> list[bytes]:
    nals: list[bytes] = []
    for payload in payloads:
        if payload[0] & 0x1F != 28:
            nals.append(payload)
        elif payload[1] & 0x80:
            nals.append(bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) + payload[2:])
        else:
            nals[-1] += payload[2:]
    return nals


def _join_h265(payloads: list[bytes]) -> list[bytes]:
    nals: list[bytes] = []
    for payload in payloads:
        if payload[0] >> 1 & 0x3F != 49:
            nals.append(payload)
        elif payload[2] & 0x80:
            first = payload[0] & 0x81 | (payload[2] & 0x3F) << 1
            nals.append(bytes([first, payload[1]]) + payload[3:])
        else:
            nals[-1] += payload[3:]
    return nals


@pytest.mark.parametrize("length", [2, 1399, 1400, 1401, 2797, 2798, 9000])
def test_h264_comes_together_again(length: int) -> None:
    """A NAL unit of any length survives single packets and fragments."""
    nals = (b"\x67\x01\x02", b"\x65" + bytes(at % 251 for at in range(length - 1)))
    packets = _track("h264").packetise(AccessUnit(nals=nals, key=True))
    assert _join_h264([packet[12:] for packet in packets]) == list(nals)
    assert max(len(packet) for packet in packets) <= 1412


@pytest.mark.parametrize("length", [3, 1400, 1401, 2796, 9000])
def test_h265_comes_together_again(length: int) -> None:
    """Layer and temporal ids survive the fragments too."""
    nals = (b"\x40\x01\x02", b"\x26\x03" + bytes(at % 251 for at in range(length - 2)))
    packets = _track("h265").packetise(AccessUnit(nals=nals, key=True))
    assert _join_h265([packet[12:] for packet in packets]) == list(nals)
    assert max(len(packet) for packet in packets) <= 1412


def test_numbers_wrap_around() -> None:
    """Sequence numbers pass 65535 and time stamps 2^32; only the last packet has the marker."""
    track = _track("h264")
    packets = track.packetise(AccessUnit(nals=(b"\x65" + bytes(3000),), key=True))
    fields = [struct.unpack("!BBHII", packet[:12]) for packet in packets]
    assert [field[2] for field in fields] == [65_534, 65_535, 0]
    assert [field[1] >> 7 for field in fields] == [0, 0, 1]
    track.advance(9000)
    assert track.timestamp == 8900


def test_a_report_ties_the_time_stamp_to_the_clock() -> None:
    """A sender report states NTP time, RTP time and what was sent."""
    track = _track("h264")
    track.packetise(AccessUnit(nals=(b"\x65" + bytes(9),), key=True))
    report = track.report(datetime(1970, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC))
    fields = struct.unpack("!BBHIIIIII", report)
    assert fields == (0x80, 200, 6, 7, 2_208_988_800, 2**31, 2**32 - 100, 1, 10)
