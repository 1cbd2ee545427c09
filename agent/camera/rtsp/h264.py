"""H.264 over RTP (RFC 6184) and the picture size in its sequence parameter set."""

from __future__ import annotations

from collections.abc import Iterator

from agent.camera.rtsp.nal import BitReader, NalCodec, Piece, split_aggregate

_STAP_A, _FU_A = 24, 28
_LAST_SINGLE = 23
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_CROP = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}  # chroma format to crop units
_MAX_REFERENCES = 256


def kind_of(unit: bytes) -> int:
    """nal_unit_type of a unit."""
    return unit[0] & 0x1F


def pieces(payload: memoryview) -> Iterator[Piece]:
    """What one RTP payload carries; unknown packet types carry nothing."""
    if not payload:
        return
    kind = payload[0] & 0x1F
    if 0 < kind <= _LAST_SINGLE:
        yield Piece(kind, payload, True, True)
    elif kind == _STAP_A:
        yield from split_aggregate(payload[1:], kind_of)
    elif kind == _FU_A and len(payload) > 2:
        head = payload[1]
        first = bool(head & 0x80)
        header = bytes([payload[0] & 0xE0 | head & 0x1F]) if first else b""
        yield Piece(head & 0x1F, header + bytes(payload[2:]), first, bool(head & 0x40))


def size_of(sps: bytes) -> tuple[int, int] | None:
    """Width and height in pixels after cropping (H.264 section 7.3.2.1.1); None if unreadable."""
    try:
        return _size(BitReader(sps, skip_bytes=1))
    except EOFError:
        return None


def _size(bits: BitReader) -> tuple[int, int]:
    profile = bits.bits(8)
    bits.bits(16)
    bits.ue()
    chroma = 1
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        if chroma == 3:
            bits.flag()
        bits.ue()
        bits.ue()
        bits.flag()
        if bits.flag():
            _skip_scaling_lists(bits, 12 if chroma == 3 else 8)
    bits.ue()
    _skip_order_count(bits)
    bits.ue()
    bits.flag()
    width = (bits.ue() + 1) * 16
    map_units = bits.ue() + 1
    frames_only = bits.flag()
    height = map_units * 16 * (1 if frames_only else 2)
    if not frames_only:
        bits.flag()
    bits.flag()
    if bits.flag():
        unit_x, unit_y = _CROP.get(chroma, (1, 1))
        unit_y *= 1 if frames_only else 2
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
    if width <= 0 or height <= 0:
        raise EOFError
    return width, height


def _skip_order_count(bits: BitReader) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.flag()
        bits.se()
        bits.se()
        count = bits.ue()
        if count > _MAX_REFERENCES:
            raise EOFError
        for _ in range(count):
            bits.se()


def _skip_scaling_lists(bits: BitReader, count: int) -> None:
    for index in range(count):
        if not bits.flag():
            continue
        last, following = 8, 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.se()) % 256
            last = following or last


H264 = NalCodec(
    name="H264",
    pieces=pieces,
    kind_of=kind_of,
    key_kinds=frozenset({5}),
    picture_kinds=frozenset(range(1, 6)),
    parameter_kinds=(7, 8),
    size_of=size_of,
    sps_kind=7,
)
