"""Publications out of a stream: the same as paho finds, wherever the stream was cut. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.intake.publications import PIECE_BYTES, Publication, read_piece

PINGRESP = b"\xd0\x00"


def packet(first: int, body: bytes) -> bytes:
    """A packet as a broker writes it."""
    length, size = len(body), bytearray()
    while True:
        length, low = divmod(length, 128)
        size.append(low | (0x80 if length else 0))
        if not length:
            return bytes([first]) + bytes(size) + body


def written(one: Publication, flags: int = 0) -> bytes:
    """The PUBLISH that says it; ``flags``: sent again, retained."""
    mid = one.mid.to_bytes(2, "big") if one.qos else b""
    body = len(one.topic).to_bytes(2, "big") + one.topic + mid + one.payload
    return packet(0x30 | one.qos << 1 | flags, body)


publications = st.builds(
    lambda topic, payload, mid: Publication(topic, payload, mid, 1 if mid else 0),
    st.binary(min_size=1, max_size=20),
    st.one_of(st.binary(max_size=20), st.integers(100, 20_000).map(bytes)),
    st.integers(0, 65_535),
)


@given(
    st.lists(st.tuples(publications, st.sampled_from((0, 1, 8, 9)))),
    st.lists(st.integers(1, 300), min_size=1),
)
def test_a_stream_says_the_same_wherever_it_was_cut(
    sent: list[tuple[Publication, int]], cuts: list[int]
) -> None:
    """What is not whole yet waits for the rest; nothing is lost, doubled or changed."""
    stream = b"".join(written(one, flags) for one, flags in sent)
    found: list[Publication] = []
    rest, at, turn = b"", 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)] * (100 if len(stream) > 10_000 else 1)
        rest, at, turn = rest + stream[at : at + size], at + size, turn + 1
        piece = read_piece(rest, 0)
        assert piece.for_paho == 0
        found += piece.publications
        rest = rest[piece.place :]
    assert rest == b""
    assert found == [one for one, _ in sent]


@pytest.mark.parametrize(
    ("other", "size"),
    [
        pytest.param(PINGRESP, 2, id="another packet"),
        pytest.param(packet(0x34, b"\0\1t\0\7x"), 8, id="QoS 2"),
        pytest.param(packet(0x36, b"\0\1t\0\7x"), 8, id="QoS 3"),
        pytest.param(packet(0x32, b"\0\0\0\7x"), 7, id="no topic"),
        pytest.param(packet(0x32, b"\0\1t\0\0x"), 8, id="message id 0"),
        pytest.param(packet(0x32, b"\0\1t\0"), 6, id="half a message id"),
        pytest.param(packet(0x30, b"\0\7t"), 5, id="topic longer than its packet"),
        pytest.param(packet(0x30, b"\0"), 3, id="no room for a topic's length"),
        pytest.param(b"\x32\xff\xff\xff\xff\x01", 6, id="length without end"),
        pytest.param(b"\x32\xff\xff\xff\xff\xff", 6, id="length of five bytes"),
    ],
)
def test_what_is_not_plain_is_left_to_paho(other: bytes, size: int) -> None:
    """All before it was found, and the size of what paho is to read is the packet's."""
    first = Publication(b"t", b"hello", 5, 1)
    piece = read_piece(written(first) + other + written(first), 0)
    assert piece == ([first], len(written(first)), size)


@pytest.mark.parametrize("head", [b"\x32", b"\x32\x80", b"\x32\xff\xff\xff"])
def test_half_a_length_waits(head: bytes) -> None:
    """A packet whose length is not here belongs to nobody yet."""
    assert read_piece(head, 0) == ([], 0, 0)


def test_a_packet_longer_than_a_piece_is_left_to_paho_before_it_is_here() -> None:
    """The buffer would be copied with every further piece."""
    whole = packet(0x32, bytes(PIECE_BYTES))
    assert read_piece(whole[:100], 0) == ([], 0, len(whole))
    short = packet(0x32, bytes(PIECE_BYTES - 100))
    assert read_piece(short[:100], 0) == ([], 0, 0)
