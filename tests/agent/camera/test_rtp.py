"""RTP, NAL units and SDP: figures from time stamps, whole key frames, nothing from garbage."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.port import CameraError, Cause
from agent.camera.rtsp.h264 import H264
from agent.camera.rtsp.h265 import H265
from agent.camera.rtsp.keyframes import KeyFrames
from agent.camera.rtsp.nal import NalCodec
from agent.camera.rtsp.rtp import RtpPacket, StreamMeter, read_packet
from agent.camera.rtsp.sdp import read_video

SPS, PPS, IDR, SLICE = b"\x67\x42\x00\x1f", b"\x68\xce\x3c\x80", b"\x65abcdef", b"\x41xyz"


def packet(sequence: int, timestamp: int, payload: bytes, *, marker: bool = True) -> RtpPacket:
    """A packet through the wire format."""
    head = struct.pack(">BBHII", 0x80, (0x80 if marker else 0) | 96, sequence, timestamp, 1)
    found = read_packet(head + payload)
    assert found is not None
    return found


def test_rates_come_from_time_stamps() -> None:
    """A burst that arrives at once still has its true rate, across the 32-bit wrap."""
    meter = StreamMeter(90_000)
    for index in range(31):
        timestamp = (2**32 - 9_000 * 10 + 9_000 * index) % 2**32
        meter.take(packet(65_530 + index & 0xFFFF, timestamp, bytes(1000)), at_s=5.0)
    meter.finish(at_s=7.5)

    assert meter.fps == pytest.approx(10.0)
    assert meter.bitrate_kbps == pytest.approx(80.0)
    assert meter.lost_packets == 0
    assert meter.longest_gap_s == pytest.approx(2.5)


def test_missing_packets_are_counted() -> None:
    """Gaps in sequence numbers are losses, a repeated or late packet is not."""
    meter = StreamMeter(90_000)
    wholes = [meter.take(packet(n, n, b"x"), at_s=0.0) for n in (1, 2, 5, 4, 5)]

    assert meter.lost_packets == 2
    assert wholes == [True, True, False, True, True]


def test_headers_alone_are_no_stream() -> None:
    """A dead encoder that goes on sending headers gives no frame; in between they are no loss."""
    dead, alive = StreamMeter(90_000), StreamMeter(90_000)
    for index in range(10):
        assert dead.take(packet(index, index * 9000, b""), at_s=index / 10)
    assert alive.take(packet(1, 0, SLICE), at_s=0.0)
    assert alive.take(packet(2, 0, b""), at_s=0.05)
    assert alive.take(packet(3, 9000, SLICE), at_s=0.1)

    assert (dead.packets, dead.frames) == (0, 0)
    assert (alive.frames, alive.lost_packets) == (2, 0)


def test_a_packet_says_what_it_carries() -> None:
    """The payload type is read beside the marker, and the description names the video's."""
    head = struct.pack(">BBHII", 0x80, 0x80 | 97, 1, 1, 1)
    sound = read_packet(head + bytes(160))
    video, _ = read_video("m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n")

    assert (sound.kind, sound.marker) == (97, True) if sound else False
    assert video is not None
    assert video.payload_type == 96


def test_a_clock_that_goes_back_tells_no_distance() -> None:
    """Key frames whose stamps fall or stand still have no interval, rather than a negative one."""
    meter = StreamMeter(90_000)
    for index in range(3):
        meter.take(packet(index, 10**6 - index * 9000, SLICE), at_s=index / 10)
        meter.note_key_frame()

    assert meter.key_frame_interval_s is None
    assert meter.fps is None


def test_fragments_make_one_key_frame() -> None:
    """Parameter sets and a fragmented IDR become Annex B; other slices are left out."""
    frames = KeyFrames(H264, parameter_sets=())
    parts = [b"\x7c\x85abc", b"\x7c\x05def", b"\x7c\x45ghi"]
    sent = [
        packet(1, 100, SPS, marker=False),
        packet(2, 100, PPS, marker=False),
        *(packet(3 + i, 100, part, marker=i == 2) for i, part in enumerate(parts)),
        packet(6, 200, SLICE),
    ]
    completed = [frames.take(p, whole=True) for p in sent]

    code = b"\x00\x00\x00\x01"
    assert completed.count(True) == 1
    assert frames.first == code + SPS + code + PPS + code + b"\x65abcdefghi"


def test_key_frame_with_a_gap_is_dropped() -> None:
    """An IDR with a lost fragment is no key frame."""
    frames = KeyFrames(H264, parameter_sets=(SPS, PPS))
    frames.take(packet(1, 100, b"\x7c\x85abc", marker=False), whole=True)
    frames.take(packet(3, 100, b"\x7c\x45ghi"), whole=False)
    frames.take(packet(4, 200, IDR), whole=True)

    assert frames.first is not None
    assert frames.first.endswith(IDR)


def test_loss_is_told_by_what_it_touches() -> None:
    """A spoiled key frame is counted; one that follows a gap is whole, and known to be touched."""
    frames = KeyFrames(H264, parameter_sets=(SPS, PPS))
    frames.take(packet(1, 100, b"\x7c\x85abc", marker=False), whole=True)
    frames.take(packet(3, 100, b"\x7c\x45ghi"), whole=False)
    frames.take(packet(4, 200, IDR), whole=True)
    untouched = frames.loss_touches_last
    frames.take(packet(6, 300, IDR), whole=False)

    assert (frames.whole, frames.spoiled) == (2, 1)
    assert (untouched, frames.loss_touches_last) == (False, True)


def test_a_key_frame_whose_end_may_be_lost_is_dropped() -> None:
    """Without its marker, the packets missing after it may have been its own last slices."""
    frames = KeyFrames(H264, parameter_sets=(SPS, PPS))
    frames.take(packet(1, 100, IDR, marker=False), whole=True)
    frames.take(packet(3, 200, SLICE), whole=False)

    assert (frames.first, frames.spoiled) == (None, 1)


def test_endless_picture_is_refused() -> None:
    """A picture that never ends stops at the cap."""
    frames = KeyFrames(H264, parameter_sets=())
    frames.take(packet(1, 1, b"\x7c\x85", marker=False), whole=True)
    part = packet(2, 1, b"\x7c\x05" + bytes(60_000), marker=False)
    for _ in range(69):
        frames.take(part, whole=True)
    with pytest.raises(CameraError) as caught:
        frames.take(part, whole=True)

    assert caught.value.cause is Cause.RTSP_PROTOCOL


@pytest.mark.parametrize("codec", [H264, H265])
@settings(max_examples=200, deadline=None)
@given(payloads=st.lists(st.binary(max_size=60), max_size=20))
def test_any_payload_is_survived(codec: NalCodec, payloads: list[bytes]) -> None:
    """No payload raises anything; nor does any parameter set."""
    frames = KeyFrames(codec, parameter_sets=tuple(p for p in payloads[:2] if p))
    for index, payload in enumerate(payloads):
        found = read_packet(payload)
        if found is not None:
            frames.take(found, whole=True)
        frames.take(packet(index, index // 2, payload), whole=True)
        codec.size_of(payload)
    assert frames.size is None or min(frames.size) > 0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_description_is_survived(text: str) -> None:
    """No session description raises."""
    read_video(text)
    read_video(f"m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 {text}")


def test_a_description_cut_anywhere_is_no_half_truth() -> None:
    """Clock, size and parameter sets are absent or whole; half a path is asked for, and refused."""
    sets = f"{base64.b64encode(SPS).decode()},{base64.b64encode(PPS).decode()}"
    text = (
        "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
        f"a=fmtp:96 sprop-parameter-sets={sets}\r\na=framesize:96 1920-1080\r\na=control:t1\r\n"
    )
    whole, _ = read_video(text)
    assert whole is not None
    assert whole.size == (1920, 1080)
    for end in range(len(text)):
        video, _ = read_video(text[:end])
        if video is not None:
            assert video.clock_hz == 90_000
            assert video.codec in (None, "H264")
            assert video.size in (None, whole.size)
            assert video.parameter_sets in ((), whole.parameter_sets)
    last, _ = read_video(text.partition("a=fmtp")[0].rstrip())
    assert last is not None
    assert last.codec == "H264"


def test_description_names_codec_and_sets() -> None:
    """The first video medium wins; its sprop sets come without start codes."""
    video, control = read_video(
        "v=0\r\na=control:*\r\nm=audio 0 RTP/AVP 8\r\na=control:a\r\nm=video 0 RTP/AVP 96\r\n"
        "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;"
        "sprop-parameter-sets=Z0IAHw==,aM48gA==\r\na=control:trackID=1\r\n"
    )

    assert video is not None
    assert (video.codec, video.clock_hz, video.control) == ("H264", 90_000, "trackID=1")
    assert video.parameter_sets == (SPS, PPS)
    assert control == "*"
