"""Pictures with turned bits, holes, transplants and lying headers, the same for a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

from tests.agent.pictures import coded, view

WIDTH_PX, HEIGHT_PX = 320, 192
CODECS: Final = ("H264", "H265", "JPEG")
_HEAD_BYTES: Final = 96  # parameter sets or tables: where a decoder's own defects are
Change = Callable[[bytearray, random.Random], bytes]


def originals(codec: str) -> tuple[bytes, ...]:
    """Whole pictures of one codec: two views, coarse and fine."""
    made = []
    for seed, coarse in ((5, False), (6, True)):
        picture = view(seed=seed, width=WIDTH_PX, height=HEIGHT_PX)
        if codec == "JPEG":
            made.append(coded(picture, quality=20 if coarse else 4))
        elif codec == "H264":
            options = {"crf": "40" if coarse else "20", "profile": "main" if coarse else "high"}
            made.append(coded(picture, "libx264", "yuv420p", options))
        else:
            options = {"x265-params": f"log-level=none:crf={40 if coarse else 20}"}
            made.append(coded(picture, "libx265", "yuv420p", options))
    return tuple(made)


def _flip(content: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 24)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return bytes(content)


def _flip_head(content: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 8)):
        content[dice.randrange(min(_HEAD_BYTES, len(content)))] ^= 1 << dice.randrange(8)
    return bytes(content)


def _overwrite(content: bytearray, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    length = dice.randint(1, 400)
    fill = dice.choice((b"\x00", b"\xff", b"\x80")) * length
    content[at : at + length] = dice.choice((fill, dice.randbytes(length)))
    return bytes(content)


def _cut(content: bytearray, dice: random.Random) -> bytes:
    return bytes(content[: dice.randrange(len(content))])


def _hole(content: bytearray, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    del content[at : at + dice.randint(1, 600)]
    return bytes(content)


def _repeat(content: bytearray, dice: random.Random) -> bytes:
    at, length = dice.randrange(len(content)), dice.randint(1, 600)
    return bytes(content[:at] + content[at : at + length] * dice.randint(2, 5) + content[at:])


def _transplant(content: bytearray, dice: random.Random) -> bytes:
    source, goal = dice.randrange(len(content)), dice.randrange(len(content))
    length = dice.randint(4, 300)
    content[goal : goal + length] = content[source : source + length]
    return bytes(content)


def _numbers(content: bytearray, dice: random.Random) -> bytes:
    """Extreme numbers where a header may hold a size or a length."""
    at = dice.randrange(min(_HEAD_BYTES, len(content) - 4))
    content[at : at + 2] = dice.choice((b"\xff\xff", b"\x00\x00", b"\x7f\xff", b"\x80\x00"))
    return bytes(content)


CHANGES: Final[tuple[Change, ...]] = (
    _flip, _flip_head, _overwrite, _cut, _hole, _repeat, _transplant, _numbers,
)  # fmt: skip


def mutants(codec: str, count: int, *, seed: int) -> Iterator[bytes]:
    """So many mutants; one in eight bears two changes."""
    dice = random.Random(f"{codec} {seed}")
    whole = originals(codec)
    for number in range(count):
        content = bytearray(whole[number % len(whole)])
        changed = CHANGES[number // len(whole) % len(CHANGES)](content, dice)
        if dice.randrange(8) == 0 and changed:
            changed = _flip(bytearray(changed), dice)
        yield changed
