"""NAL units of H.264 and H.265: what a packet carries, and reading bits of parameter sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

START_CODE = b"\x00\x00\x00\x01"
_EMULATION = b"\x00\x00\x03"


@dataclass(frozen=True, slots=True)
class Piece:
    """A NAL unit or a part of one, from one RTP packet."""

    kind: int  # nal_unit_type
    content: bytes | memoryview  # with the NAL header in the first piece
    first: bool
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NalCodec:
    """What differs between the two codecs."""

    name: str
    pieces: Callable[[memoryview], Iterator[Piece]]  # RTP payload to pieces
    kind_of: Callable[[bytes], int]
    key_kinds: frozenset[int]
    picture_kinds: frozenset[int]  # all that carry a part of a picture, key ones too
    parameter_kinds: tuple[int, ...]  # in the order a decoder wants them
    size_of: Callable[[bytes], tuple[int, int] | None]  # width and height of an SPS unit
    sps_kind: int


def split_aggregate(payload: memoryview, kind_of: Callable[[bytes], int]) -> Iterator[Piece]:
    """Units of an aggregation packet, each with 16 bits of length before it."""
    at = 0
    while at + 2 < len(payload):
        length = int.from_bytes(payload[at : at + 2], "big")
        unit = bytes(payload[at + 2 : at + 2 + length])
        if not unit or len(unit) < length:
            return
        yield Piece(kind_of(unit), unit, True, True)
        at += 2 + length


def split_annexb(content: bytes) -> list[bytes]:
    """NAL units of an Annex B byte stream."""
    units = content.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
    return [unit for unit in units[1:] if unit]


class BitReader:
    """Reads a parameter set bit by bit; EOFError past its end."""

    def __init__(self, unit: bytes, *, skip_bytes: int) -> None:
        body = unit[skip_bytes:].replace(_EMULATION, b"\x00\x00")
        self._value = int.from_bytes(body, "big")
        self._left = len(body) * 8

    def bits(self, count: int) -> int:
        """Unsigned number of ``count`` bits."""
        if count > self._left:
            raise EOFError
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """One bit."""
        return bool(self.bits(1))

    def ue(self) -> int:
        """Exp-Golomb code, unsigned (H.264 section 9.1)."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > 32:
                raise EOFError
        return (1 << zeros) - 1 + self.bits(zeros)

    def se(self) -> int:
        """Exp-Golomb code, signed."""
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)
