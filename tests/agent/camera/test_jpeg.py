"""Motion JPEG over RTP: the picture that comes out is the one that went in, by the sample."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.rtsp.jpeg import JpegFrames, read_fragment
from agent.camera.rtsp.jpeg_tables import head_of, tables_of_quality
from agent.camera.rtsp.rtp import RtpPacket

WIDTH, HEIGHT = 320, 176


def camera_jpeg(*, slices: int = 1, seed: int = 1) -> bytes:
    """A JPEG by libav; more than one slice brings restart markers."""
    pixels = "yuvj420p"
    chance = np.random.default_rng(seed)
    ramp = np.linspace(0, 200, WIDTH)[None, :, None] + chance.integers(0, 50, (HEIGHT, WIDTH, 3))
    frame = av.VideoFrame.from_ndarray(ramp.astype(np.uint8), format="rgb24")
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, pixels
    codec.time_base = Fraction(1, 10)
    codec.options = {"slices": str(slices), "huffman": "default"}
    codec.thread_count, codec.thread_type = slices, "SLICE"
    frame = frame.reformat(format=pixels)
    frame.pts = 0
    return b"".join(bytes(p) for p in (*codec.encode(frame), *codec.encode(None)))


def decoded(jpeg: bytes) -> npt.NDArray[np.uint8]:
    """The samples of a JPEG."""
    codec = av.CodecContext.create("mjpeg", "r")
    (frame,) = codec.decode(av.Packet(jpeg))
    return frame.to_ndarray(format="rgb24")


def segments(jpeg: bytes) -> tuple[dict[int, list[bytes]], bytes]:
    """Header segments by marker, and the coded data; a reader of the test's own."""
    found: dict[int, list[bytes]] = {}
    at = 2
    while True:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        found.setdefault(marker, []).append(jpeg[at + 4 : at + 2 + length])
        at += 2 + length
        if marker == 0xDA:
            return found, jpeg[at:]


def packets_of(
    jpeg: bytes,
    *,
    timestamp: int = 0,
    quality: int = 255,
    with_tables: bool = True,
    size: int = 1000,
) -> list[RtpPacket]:
    """Packets by RFC 2435, written straight from its pictures of the headers."""
    found, scan = segments(jpeg)
    tables = b"".join(found[0xDB])
    luma, chroma = tables[1:65], tables[66:130] or tables[1:65]
    kind = 1 if found[0xC0][0][7] == 0x22 else 0
    interval = int.from_bytes(found[0xDD][0], "big") if 0xDD in found else 0
    made = []
    for offset in range(0, len(scan), size):
        part = scan[offset : offset + size]
        head = struct.pack(">B", 0) + offset.to_bytes(3, "big")
        head += bytes([kind + (64 if interval else 0), quality, WIDTH // 8, HEIGHT // 8])
        if interval:
            head += struct.pack(">HH", interval, 0xFFFF)
        if quality >= 128 and offset == 0:
            own = luma + chroma if with_tables else b""
            head += struct.pack(">BBH", 0, 0, len(own)) + own
        is_last = offset + size >= len(scan)
        made.append(RtpPacket(len(made), timestamp, is_last, memoryview(head + part)))
    return made


def through(packets: list[RtpPacket], frames: JpegFrames | None = None) -> JpegFrames:
    """Feed packets."""
    frames = frames or JpegFrames()
    for packet in packets:
        frames.take(packet, whole=True)
    return frames


@pytest.mark.parametrize("slices", [1, 4], ids=["plain", "restart markers"])
def test_picture_is_rebuilt_sample_by_sample(slices: int) -> None:
    """With and without restart intervals, from tables that come with the picture."""
    jpeg = camera_jpeg(slices=slices)
    assert (0xDD in segments(jpeg)[0]) == (slices > 1)
    frames = through(packets_of(jpeg))

    assert frames.first is not None
    assert frames.size == (WIDTH, HEIGHT)
    assert (frames.whole, frames.spoiled) == (1, 0)
    assert np.array_equal(decoded(frames.first), decoded(jpeg))


def test_tables_that_came_once_hold_for_later_pictures() -> None:
    """A Q from 128 to 254 names tables that need not come again; those of 255 do."""
    first, second = camera_jpeg(seed=1), camera_jpeg(seed=2)
    later = packets_of(second, timestamp=9000, quality=200, with_tables=False)
    frames = through(later, through(packets_of(first, quality=200)))
    alone = through(packets_of(second, quality=200, with_tables=False))
    own = packets_of(second, timestamp=9000, quality=255, with_tables=False)

    assert frames.last is not None
    assert np.array_equal(decoded(frames.last), decoded(second))
    assert (alone.whole, alone.spoiled, alone.last) == (0, 1, None)
    assert through(own, through(packets_of(first))).spoiled == 1


@pytest.mark.parametrize("drop", [0, 1, -1])
def test_a_picture_with_a_hole_is_not_shown(drop: int) -> None:
    """Without its first, a middle or its last packet a picture is spoiled, and the next is not."""
    jpeg = camera_jpeg()
    broken_one = packets_of(jpeg)
    del broken_one[drop]
    frames = JpegFrames()
    for packet in [*broken_one, *packets_of(jpeg, timestamp=9000)]:
        frames.take(packet, whole=True)

    assert (frames.whole, frames.spoiled) == (1, 1)
    assert frames.first == frames.last


def test_sizes_above_the_header_come_from_the_description() -> None:
    """A width of 0 says that the header cannot hold it."""
    packets = packets_of(camera_jpeg())
    wide = [
        RtpPacket(p.sequence, p.timestamp, p.marker, memoryview(_sized(bytes(p.payload), 0, 0)))
        for p in packets
    ]

    assert through(wide).whole == 0
    stated = through(wide, JpegFrames(stated_size=(WIDTH, HEIGHT)))
    assert stated.first is not None
    assert np.array_equal(decoded(stated.first), decoded(camera_jpeg()))


def _sized(payload: bytes, width: int, height: int) -> bytes:
    return payload[:6] + bytes([width, height]) + payload[8:]


def test_tables_by_number_are_those_of_the_standard() -> None:
    """Q 50 is ITU-T T.81 table K.1 itself in zigzag order, and 99 is nearly lossless."""
    luma, chroma = tables_of_quality(50)

    assert luma[:8] == bytes((16, 11, 12, 14, 12, 10, 16, 14))
    assert chroma[:6] == bytes((17, 18, 18, 24, 21, 24))
    assert max(tables_of_quality(99)[0]) <= 3
    assert tables_of_quality(1)[0][0] == 255


def test_sixteen_bit_tables_are_marked_as_such() -> None:
    """A table of 128 bytes carries precision 1 in its DQT segment."""
    head = head_of(width=8, height=8, kind=1, tables=(bytes(128), bytes(64)))

    assert head[2:7] == b"\xff\xdb\x00\x83\x10"


def _garbage() -> Iterator[st.SearchStrategy[bytes]]:
    yield st.binary(max_size=40)
    yield st.binary(max_size=40).map(lambda tail: bytes([0, 0, 0, 0, 65, 255, 8, 8]) + tail)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(*_garbage()), max_size=12))
def test_garbage_is_no_picture_and_no_error(payloads: list[bytes]) -> None:
    """Whatever a device sends, nothing but whole pictures comes out."""
    frames = JpegFrames()
    for number, payload in enumerate(payloads):
        read_fragment(memoryview(payload))
        frames.take(
            RtpPacket(number, number // 3, number % 3 == 2, memoryview(payload)), whole=True
        )

    assert frames.whole + frames.spoiled <= len(payloads)
    assert frames.last is None or frames.last.startswith(b"\xff\xd8")
