"""Video whose bits were turned, or whose parameter sets lie."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import PICTURE, Behaviour, without_snapshot
from tests.zoo.honest import frames, interleaved, key_frame, rtp, units_of

_SDP_H265: Final = honest.SDP.replace("H264/90000", "H265/90000").replace(
    "packetization-mode=1", "sprop-max-don-diff=0"
)


def _animal(name: str, does: str, stands_for: str, packets: Any, **more: Any) -> Behaviour:
    known: dict[str, Any] = {"http": without_snapshot, "spoils": PICTURE}
    return Behaviour(name=name, does=does, stands_for=stands_for, packets=packets, **(known | more))


def _flipped(codec: str, kinds: frozenset[int], seed: int) -> Any:
    """The honest stream with bits of these units turned."""

    def play() -> Iterator[bytes]:
        dice = random.Random(seed)
        changed = []
        for unit in units_of(key_frame(codec)):
            kind = unit[0] & 0x1F if codec == "H264" else (unit[0] >> 1) & 0x3F
            content = bytearray(unit)
            if kind in kinds:
                for _ in range(max(3, len(content) // 200)):
                    content[dice.randrange(2, len(content))] ^= 1 << dice.randrange(8)
            changed.append(bytes(content))
        annexb = b"".join(b"\x00\x00\x00\x01" + unit for unit in changed)
        yield from frames(annexb) if codec == "H264" else _frames_h265(annexb)

    return play


def _frames_h265(content: bytes, count: int = 60) -> Iterator[bytes]:
    sequence = 0
    payloads = [part for unit in units_of(content) for part in _fragments_h265(unit)]
    for number in range(count):
        piece = b""
        for index, payload in enumerate(payloads):
            marker = index == len(payloads) - 1
            stamp = number * 9000
            piece += interleaved(rtp(payload, sequence=sequence, timestamp=stamp, marker=marker))
            sequence += 1
        yield piece


def _fragments_h265(unit: bytes, size: int = 1200) -> Iterator[bytes]:
    """A NAL unit as fragmentation units (RFC 7798 section 4.4.3), or as it is when small."""
    if len(unit) <= size:
        yield unit
        return
    kind = (unit[0] >> 1) & 0x3F
    parts = [unit[at : at + size] for at in range(2, len(unit), size)]
    for index, part in enumerate(parts):
        flags = (0x80 if index == 0 else 0) | (0x40 if index == len(parts) - 1 else 0)
        yield bytes((unit[0] & 0x81 | 49 << 1, unit[1], flags | kind)) + part


def _with_set(sps: bytes) -> Any:
    """The honest stream with another sequence parameter set."""

    def play() -> Iterator[bytes]:
        units = [sps if unit[0] & 0x1F == 7 else unit for unit in units_of(key_frame())]
        yield from frames(b"".join(b"\x00\x00\x00\x01" + unit for unit in units))

    return play


def _bits(*fields: tuple[str, int]) -> bytes:
    """A parameter set from fields: ("u8", value) or ("ue", value)."""
    text = ""
    for kind, value in fields:
        if kind == "ue":
            number = bin(value + 1)[2:]
            text += "0" * (len(number) - 1) + number
        else:
            text += format(value, f"0{kind[1:]}b")
    text += "1"
    text += "0" * (-len(text) % 8)
    return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def sps_of(width_mbs: int, height_mbs: int) -> bytes:
    """A baseline sequence parameter set of this many macroblocks (H.264 section 7.3.2.1.1)."""
    return b"\x67" + _bits(
        ("u8", 66), ("u8", 0xC0), ("u8", 51), ("ue", 0), ("ue", 0), ("ue", 2), ("ue", 1),
        ("u1", 0), ("ue", width_mbs - 1), ("ue", height_mbs - 1), ("u1", 1), ("u1", 1),
        ("u1", 0), ("u1", 0),
    )  # fmt: skip


def _no_picture_but_sets() -> Iterator[bytes]:
    """Parameter sets without end and no picture."""
    for number in range(60):
        sets = [unit for unit in units_of(key_frame()) if unit[0] & 0x1F in (7, 8)]
        yield b"".join(
            interleaved(rtp(unit + bytes((number,)), sequence=number * 9 + i, timestamp=number))
            for i, unit in enumerate(sets)
        )


def _sizes_that_change() -> Iterator[bytes]:
    """Another size stated in front of each picture, and the old one too."""
    units = [sps_of(28, 10), *units_of(key_frame())]
    yield from frames(b"".join(b"\x00\x00\x00\x01" + unit for unit in units))


BEHAVIOURS: Final = (
    _animal("h264_slices_flipped", "sends H.264 whose pictures have turned bits",
            "a radio link without checks", _flipped("H264", frozenset({5}), 1),
            faults=frozenset({"picture.decode_damage"})),
    _animal("h264_sets_flipped", "sends H.264 whose parameter sets have turned bits",
            "an attack on the decoder", _flipped("H264", frozenset({7, 8}), 2)),
    _animal("h265_slices_flipped", "sends H.265 whose pictures have turned bits",
            "a radio link without checks", _flipped("H265", frozenset(range(22)), 3),
            sdp=_SDP_H265, spoils=()),
    _animal("h265_sets_flipped", "sends H.265 whose parameter sets have turned bits",
            "an attack on the decoder", _flipped("H265", frozenset({32, 33, 34}), 4),
            sdp=_SDP_H265),
    _animal("set_of_16k_pixels", "states pictures of 16,384 by 16,384", "memory exhaustion",
            _with_set(sps_of(1024, 1024)), is_heavy=True),
    _animal("set_of_another_size", "states a size that its pictures have not",
            "a forged distortion", _with_set(sps_of(28, 10))),
    _animal("set_without_end", "sends a parameter set of 4,000 zeros", "a parser without bounds",
            _with_set(b"\x67" + bytes(4000))),
    _animal("sets_alone", "sends parameter sets and no picture", "an encoder that died",
            _no_picture_but_sets),
    _animal("sizes_that_change", "states two sizes for each picture", "an attack on the decoder",
            _sizes_that_change),
    _animal("noise_as_video", "sends noise where key frames belong", "a broken encoder",
            lambda: frames(b"\x00\x00\x01\x65" + random.Random(5).randbytes(9000))),
)  # fmt: skip
