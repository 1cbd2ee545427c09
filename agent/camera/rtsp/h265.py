"""H.265 over RTP (RFC 7798) and the picture size in its sequence parameter set."""

from __future__ import annotations

from collections.abc import Iterator

from agent.camera.rtsp.nal import BitReader, NalCodec, Piece, split_aggregate

_AGGREGATE, _FRAGMENT = 48, 49
_CROP = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}


def kind_of(unit: bytes) -> int:
    """nal_unit_type of a unit."""
    return (unit[0] >> 1) & 0x3F


def pieces(payload: memoryview) -> Iterator[Piece]:
    """What one RTP payload carries; decoding order numbers (DONL) are not supported."""
    if len(payload) < 3:
        return
    kind = (payload[0] >> 1) & 0x3F
    if kind < _AGGREGATE:
        yield Piece(kind, payload, True, True)
    elif kind == _AGGREGATE:
        yield from split_aggregate(payload[2:], kind_of)
    elif kind == _FRAGMENT:
        head = payload[2]
        first = bool(head & 0x80)
        header = bytes([payload[0] & 0x81 | (head & 0x3F) << 1, payload[1]]) if first else b""
        yield Piece(head & 0x3F, header + bytes(payload[3:]), first, bool(head & 0x40))


def size_of(sps: bytes) -> tuple[int, int] | None:
    """Width and height in pixels after cropping (H.265 section 7.3.2.2); None if unreadable."""
    try:
        return _size(BitReader(sps, skip_bytes=2))
    except EOFError:
        return None


def _size(bits: BitReader) -> tuple[int, int]:
    bits.bits(4)
    sub_layers = bits.bits(3)
    bits.flag()
    _skip_profile_tier_level(bits, sub_layers)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.flag()
    width, height = bits.ue(), bits.ue()
    if bits.flag():
        unit_x, unit_y = _CROP.get(chroma, (1, 1))
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
    if width <= 0 or height <= 0:
        raise EOFError
    return width, height


def _skip_profile_tier_level(bits: BitReader, sub_layers: int) -> None:
    bits.bits(88)
    bits.bits(8)
    present = [(bits.flag(), bits.flag()) for _ in range(sub_layers)]
    if sub_layers:
        bits.bits(2 * (8 - sub_layers))
    for profile, level in present:
        if profile:
            bits.bits(88)
        if level:
            bits.bits(8)


H265 = NalCodec(
    name="H265",
    pieces=pieces,
    kind_of=kind_of,
    key_kinds=frozenset(range(16, 22)),
    picture_kinds=frozenset(range(32)),
    parameter_kinds=(32, 33, 34),
    size_of=size_of,
    sps_kind=33,
)
