"""The frame: readable when its body is not, and honest about damage."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import frame, wire
from shared.frame import Lane
from shared.identity import Epoch
from shared.limits import MAX_BODY_BYTES, MAX_SEQ
from tests.shared import examples

EPOCH = Epoch(2, 99)


def packed(body: bytes = b"body", *, compress: bool = False) -> bytes:
    """A frame of the fault lane."""
    return frame.pack(lane=Lane.FAULT, epoch=EPOCH, seq=5, body=body, compress=compress)


def resealed(payload: bytes) -> bytes:
    """The payload with a checksum that fits, as a buggy but honest sender would make."""
    head, body = payload[:30], payload[34:]
    return head + struct.pack(">I", zlib.crc32(body, zlib.crc32(head))) + body


@given(
    body=st.binary(max_size=2000),
    compress=st.booleans(),
    counter=st.integers(1, 2**32 - 1),
    nonce=st.integers(0, 2**63 - 1),
    seq=st.integers(0, MAX_SEQ),
    lane=st.sampled_from(Lane),
)
def test_what_is_packed_comes_out(
    body: bytes, compress: bool, counter: int, nonce: int, seq: int, lane: Lane
) -> None:
    """Packing and unpacking give back identity, lane and body."""
    epoch = Epoch(counter, nonce)
    read = frame.unpack(frame.pack(lane=lane, epoch=epoch, seq=seq, body=body, compress=compress))
    assert (read.header.epoch, read.header.seq, read.header.lane, read.body) == (
        epoch,
        seq,
        lane,
        body,
    )


@given(st.integers(0, 37), st.integers(1, 255))
def test_every_damaged_byte_is_noticed(at: int, flip: int) -> None:
    """A single damaged byte anywhere in the frame is an error, and never a trusted identity."""
    damaged = bytearray(packed())
    damaged[at] ^= flip
    with pytest.raises(frame.FrameError) as caught:
        frame.unpack(bytes(damaged))
    assert caught.value.header is None


def test_health_of_the_first_agents_still_reads() -> None:
    """They deflated it by the words of telemetry; ours is shorter and says by which it is."""
    body = wire.encode(examples.up_messages()["health_words"])
    now = frame.pack(lane=Lane.HEALTH, epoch=EPOCH, seq=5, body=body, compress=True)
    first = frame.pack(lane=Lane.TELEMETRY, epoch=EPOCH, seq=5, body=body, compress=True)
    first = resealed(first[:3] + bytes([Lane.HEALTH]) + first[4:])

    assert frame.unpack(now).header.flags != frame.unpack(first).header.flags
    assert frame.unpack(now).body == frame.unpack(first).body == body
    assert len(now) < len(first)


@given(st.binary(max_size=200))
def test_noise_is_refused(payload: bytes) -> None:
    """Random bytes are no frame."""
    with pytest.raises(frame.FrameError):
        frame.unpack(payload)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        pytest.param(2, 9, "frame.version", id="a version from the future"),
        pytest.param(3, 200, "frame.lane", id="a lane from the future"),
        pytest.param(4, 0x80, "frame.flags", id="a flag from the future"),
    ],
)
def test_the_unknown_future_keeps_its_identity(at: int, value: int, reason: str) -> None:
    """What we cannot read but can name is quarantined and receipted, not sent for ever."""
    payload = bytearray(packed())
    payload[at] = value
    with pytest.raises(frame.FrameError) as caught:
        frame.unpack(resealed(bytes(payload)))
    assert caught.value.reason == reason
    assert caught.value.header is not None
    assert caught.value.header.seq == 5


def test_a_bomb_is_not_inflated() -> None:
    """A small body that would grow over the cap is refused with its identity."""
    bomb = zlib.compress(b"\0" * (8 * 1024 * 1024), 9)
    payload = bytearray(packed(bomb))
    payload[4] = frame.FLAG_ZLIB
    with pytest.raises(frame.FrameError) as caught:
        frame.unpack(resealed(bytes(payload)))
    assert (caught.value.reason, caught.value.header is not None) == ("frame.zlib_too_large", True)


def test_an_oversized_body_is_not_sent() -> None:
    """A body over the limit fails at the sender, where it can be mended."""
    with pytest.raises(ValueError, match="over"):
        packed(b"x" * (MAX_BODY_BYTES + 1))
