"""Bad input: invalid with a reason or flagged as damaged; never a crash, never a clean answer."""

from __future__ import annotations

import functools
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.decode_picture import decode_picture
from agent.camera.decoder_wire import DecodeAnswer, DecodeRefused, DecodeRequest
from agent.camera.jpeg_header import name_format, read_jpeg_header
from agent.camera.picture.recall import recall
from agent.camera.picture.reference import decode_reference
from agent.camera.png_header import read_png_header
from agent.camera.port import CameraError, Cause
from agent.probes.picture_readings import NAMES, without_picture
from agent.probes.probe import Pass
from shared.reading import Quality
from tests.agent.camera.conftest import utc_now
from tests.agent.camera.picture.test_reference import impression
from tests.agent.pictures import coded, view

PICTURES = Path(__file__).resolve().parents[4] / "shared" / "pictures"
X265_PQ = "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"


def decode(content: bytes, codec: str = "JPEG", previous: bytes | None = None) -> DecodeAnswer:
    """What the child answers."""
    return decode_picture(DecodeRequest(codec=codec, picture=content, previous=previous))


def is_sane(answer: DecodeAnswer) -> bool:
    """Whether every figure is a number that a store and a rule can hold."""
    numbers = [value for value in answer.features.values() if isinstance(value, int | float)]
    return all(math.isfinite(value) for value in numbers)


@functools.cache
def jpeg() -> bytes:
    """A real picture of a camera where there are some, else one of our own."""
    real = PICTURES / "sample-videos__intel_pbc_4.jpg"
    return real.read_bytes() if real.is_file() else coded(view(width=320, height=180))


@functools.cache
def key_frame(codec: str) -> bytes:
    """A key frame of our own."""
    small = view(width=320, height=180)
    if codec == "H264":
        return coded(small, "libx264", "yuv420p")
    return coded(small, "libx265", "yuv420p", {"x265-params": "log-level=none"})


def test_a_jpeg_cut_anywhere_is_never_clean() -> None:
    """Every 97th byte: refused with a reason, or damaged and merged into nothing."""
    for end in range(0, len(jpeg()) - 2, 97):
        try:
            answer = decode(jpeg()[:end])
        except DecodeRefused as refused:
            assert refused.detail
            assert Cause(refused.cause) in (Cause.DECODE_FAILED, Cause.DECODE_UNSUPPORTED)
        else:
            assert answer.damaged
            assert not answer.merged
            assert is_sane(answer)


@pytest.mark.parametrize("padding", [bytes(100), b"\xff" * 4096, b"\r\n"], ids=["0", "ff", "crlf"])
def test_a_padded_jpeg_is_whole(padding: bytes) -> None:
    """Cameras fill snapshots up behind their end; what is cut off and filled up is still cut."""
    cut = jpeg()[: len(jpeg()) * 3 // 4] + padding

    assert not decode(jpeg() + padding).damaged
    assert decode(cut).damaged


@pytest.mark.parametrize("codec", ["JPEG", "H264", "H265"])
@settings(max_examples=60, deadline=None)
@given(flips=st.lists(st.integers(0, 10**7), min_size=1, max_size=8))
def test_flipped_bits_never_crash(codec: str, flips: list[int]) -> None:
    """Whatever bits the way has turned: a refusal with a reason, or figures that are numbers."""
    whole = jpeg() if codec == "JPEG" else key_frame(codec)
    content = bytearray(whole)
    for flip in flips:
        content[flip // 8 % len(content)] ^= 1 << flip % 8
    try:
        answer = decode(bytes(content), codec, previous=whole)
    except DecodeRefused as refused:
        assert refused.detail
    else:
        assert is_sane(answer)


def test_a_key_frame_with_a_hole_is_damaged() -> None:
    """The decoder's complaints are counted: half a slice is not what the sensor saw."""
    whole = key_frame("H264")
    answer = decode(whole[: len(whole) // 2], "H264")

    assert answer.decode_errors > 0
    assert answer.damaged
    assert decode(whole, "H264").decode_errors == 0


def of_header(content: bytes, at: int, value: bytes) -> bytes:
    """The JPEG with bytes of its frame header replaced."""
    start = content.index(b"\xff\xc0") + at
    return content[:start] + value + content[start + len(value) :]


def png(width: int, height: int, *, bits: int = 8, animated: bool = False) -> bytes:
    """A PNG whose header states this, of hardly any bytes: what a bomb looks like."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    control = chunk(b"acTL", struct.pack(">II", 2, 0)) if animated else b""
    data = zlib.compress(bytes(1000))
    body = chunk(b"IHDR", head) + control + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "codec", "said"),
    [
        pytest.param(b"", "JPEG", "no readable header", id="nothing"),
        pytest.param(b"GIF89a" + bytes(99), "JPEG", "this is GIF", id="animated"),
        pytest.param(b"RIFF\x00\x00\x00\x00WEBPVP8X", "JPEG", "this is WebP", id="webp"),
        pytest.param(b"<html>login</html>", "JPEG", "HTML", id="a page"),
        pytest.param(coded(view(), "png", "rgb24"), "JPEG", "this is PNG", id="another kind"),
        pytest.param(png(640, 360, bits=16), "PNG", "16 bits", id="16 bit"),
        pytest.param(png(640, 360, animated=True), "PNG", "animated", id="APNG"),
        pytest.param(png(60_000, 60_000), "PNG", "more than", id="bomb"),
        pytest.param(png(640, 360), "PNG", "decoder refuses", id="PNG without its rows"),
        pytest.param(of_header(coded(view()), 4, b"\x0c"), "JPEG", "12 bits", id="12 bit"),
        pytest.param(of_header(coded(view()), 9, b"\x04"), "JPEG", "CMYK", id="CMYK"),
        pytest.param(
            of_header(coded(view()), 5, b"\xff\xff\xff\xff"), "JPEG", "more than", id="huge"
        ),
        pytest.param(of_header(coded(view()), 5, b"\x00\x01\x00\x01"), "JPEG", "small", id="pixel"),
        pytest.param(
            coded(view(), "libx265", "yuv420p10le", {"x265-params": X265_PQ}),
            "H265",
            "HDR",
            id="HDR",
        ),
    ],
)
def test_what_cannot_be_judged_says_why(content: bytes, codec: str, said: str) -> None:
    """A reason for people, before anything big is allocated."""
    with pytest.raises(DecodeRefused) as caught:
        decode(content, codec)

    assert said in caught.value.detail


def test_ten_bits_without_hdr_are_measured() -> None:
    """A 10-bit stream of an ordinary camera looks as it does in 8 bit."""
    deep = coded(view(), "libx265", "yuv420p10le", {"x265-params": "log-level=none"})
    deep_luma, luma = decode(deep, "H265").features["luma_mean"], decode(coded(view()))

    assert deep_luma == pytest.approx(luma.features["luma_mean"], abs=1.0)


def test_an_invalid_picture_gives_invalid_readings() -> None:
    """Neither a fault nor health: each reading of the probe says why there is no value."""
    refused = CameraError(Cause.DECODE_UNSUPPORTED, "an HDR picture (PQ), not judged")
    readings = without_picture(refused, Pass(now=utc_now()))
    silent = without_picture(CameraError(Cause.TCP_TIMEOUT, "slow"), Pass(now=utc_now()))

    assert {reading.name for reading in readings} == set(NAMES)
    assert {(r.quality, r.detail) for r in readings} == {(Quality.INVALID, refused.detail)}
    assert {reading.quality for reading in silent} == {Quality.FAILED}


@pytest.mark.parametrize("bad", [b"", b"\xff\xd8", coded(view(width=320, height=180))])
def test_a_bad_earlier_picture_takes_the_change_alone(bad: bytes) -> None:
    """No earlier picture, or one of another size: no change is told, the rest stands."""
    answer = decode(coded(view()), previous=bad)

    assert answer.features["change_from_previous"] is None
    assert not answer.damaged
    assert decode(coded(view()), previous=coded(view())).features["change_from_previous"] == 0.0


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_header_is_survived(content: bytes) -> None:
    """No bytes raise anything."""
    name_format(content)
    for start in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        for header in (read_jpeg_header(start + content), read_png_header(start + content)):
            assert header is None or min(header.width_px, header.height_px) > 0


def test_flat_pictures_have_figures_too() -> None:
    """Black, grey and white give numbers, and a reference of them compares with itself."""
    for level in (0, 128, 255):
        flat = np.full((360, 640, 3), level, dtype=np.uint8)
        answer = decode(coded(flat))
        first = recall(b"", impression(flat))
        again = recall(first.merged, impression(flat))
        assert is_sane(answer)
        assert decode_reference(again.merged) is not None
        assert all(
            math.isfinite(value)
            for value in again.figures.values()
            if isinstance(value, int | float)
        )
