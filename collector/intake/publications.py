"""Whole publications out of a piece of an MQTT 3.1.1 stream, at a tenth of paho's cost. Pure.

Only what is plain: a PUBLISH of QoS 0 or 1 that is all there. Every other packet, and whatever is
malformed or very long, is left to paho, which knows the rest of the protocol.
"""

from __future__ import annotations

from typing import Final, NamedTuple

PIECE_BYTES: Final = 128 * 1024  # a longer packet is read by paho, piece by piece
_QOS_0: Final = 0x30  # the first byte of a PUBLISH
_QOS_1: Final = 0x32
_PLAIN: Final = 0xF6  # all of it but the flags for "sent again" and "retained"
_LONGEST_HEAD: Final = 6  # one byte more than MQTT allows: paho finds it malformed


class Publication(NamedTuple):
    """A message that came; ``mid`` is 0 at QoS 0."""

    topic: bytes
    payload: bytes
    mid: int
    qos: int


class Piece(NamedTuple):
    """What ``read_piece`` found, how far it came, and the size of the packet there.

    ``for_paho`` is 0 when what is left is the beginning of a packet, or nothing.
    """

    publications: list[Publication]
    place: int
    for_paho: int


def read_piece(data: bytes, place: int) -> Piece:
    """Publications from ``place`` on, up to the first packet that is another matter."""
    found: list[Publication] = []
    end = len(data)
    while end - place >= 2:
        length, start = data[place + 1], place + 2
        if length & 0x80:
            length, start = _long_length(data, place)
            if start == 0:
                return Piece(found, place, length)
        stop = start + length
        if stop > end:
            return Piece(found, place, stop - place if stop - place > PIECE_BYTES else 0)
        kind = data[place] & _PLAIN
        if kind not in (_QOS_0, _QOS_1) or length < 2:
            return Piece(found, place, stop - place)
        after = start + 2 + (data[start] << 8 | data[start + 1])  # the topic
        qos = (kind & 0x06) >> 1
        body = after + 2 * qos
        mid = data[after] << 8 | data[after + 1] if qos and body <= stop else 0
        if body > stop or after == start + 2 or (qos and not mid):
            return Piece(found, place, stop - place)
        found.append(Publication(data[start + 2 : after], data[body:stop], mid, qos))
        place = stop
    return Piece(found, place, 0)


def _long_length(data: bytes, place: int) -> tuple[int, int]:
    """The remaining length and where the packet's body begins.

    Begin 0: the length is not all here, or too long; then instead of it what paho shall read.
    """
    length = shift = 0
    for at in range(place + 1, min(place + _LONGEST_HEAD, len(data))):
        length |= (data[at] & 0x7F) << shift
        shift += 7
        if data[at] < 0x80:
            return (length, at + 1) if shift <= 28 else (_LONGEST_HEAD, 0)
    return (_LONGEST_HEAD if shift >= 35 else 0, 0)
