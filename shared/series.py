"""Rows of small integers as one large one: a mixed-radix number, a fraction of a byte a value.

Numbers that move by -1, 0 or 1 need 1.6 bits each here; a general compressor that sees 72 of them
spends three. Where one number lies far off, all would pay for it: then they are written plainly,
and the frame's compressor takes care of them. Pure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

import msgspec

MAX_VALUES: Final = 20_000
MAX_RADIX: Final = 2**32
# What deflate spends on such numbers over their entropy, measured on columns of 72 differences.
_DEFLATE_OVER_ENTROPY: Final = 1.4
_MAX_BYTES: Final = MAX_VALUES * 4 + 1

# A difference of two whole numbers in range may be twice as large as either.
Step: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**54), le=2**54)]


class Series(msgspec.Struct, frozen=True, array_like=True):
    """Integers in order; read with :func:`read`.

    ``digits`` is the big-endian number whose digits in base ``radix``, the first one highest, are
    the values less ``low``. With radix 0 the values stand in ``plain``; with radix 1 all are
    ``low`` and there are no digits.
    """

    low: Step = 0
    radix: Annotated[int, msgspec.Meta(ge=0, le=MAX_RADIX)] = 1
    digits: Annotated[bytes, msgspec.Meta(max_length=_MAX_BYTES)] = b""
    plain: Annotated[tuple[Step, ...], msgspec.Meta(max_length=MAX_VALUES)] = ()


def write(values: Sequence[int]) -> Series:
    """The shorter of both forms, as far as it can be told before compressing."""
    if not values:
        return Series()
    low = min(values)
    radix = max(values) - low + 1
    if radix == 1:
        return Series(low=low)
    if radix > MAX_RADIX or _is_shorter_plain(values, _packed_bytes(len(values), radix)):
        return Series(low=0, radix=0, plain=tuple(values))
    number = 0
    for value in values:
        number = number * radix + value - low
    return Series(low=low, radix=radix, digits=number.to_bytes((number.bit_length() + 7) // 8))


def _packed_bytes(count: int, radix: int) -> float:
    return count * math.log2(radix) / 8


def _is_shorter_plain(values: Sequence[int], packed_bytes: float) -> bool:
    """Whether the compressor makes less of them: of their entropy of order 0, and its overhead."""
    count, found = len(values), Counter(values)
    overhead = 2 * len(found)
    if packed_bytes <= overhead:  # most short columns: whatever their entropy
        return False
    entropy = -sum([n * math.log2(n / count) for n in found.values()])
    return packed_bytes > _DEFLATE_OVER_ENTROPY * entropy / 8 + overhead


def check(series: Series, count: int) -> None:
    """ValueError when this is not ``count`` values."""
    if series.radix == 0:
        fits = len(series.plain) == count and not series.digits
    else:
        number = int.from_bytes(series.digits)
        fits = not series.plain and (number < series.radix**count if number else True)
    if not fits:
        raise ValueError(f"a series is not {count} numbers")


def read(series: Series, count: int) -> list[int]:
    """The values; ``count`` was checked when the series arrived."""
    if series.radix == 0:
        return list(series.plain)
    if series.radix == 1:
        return [series.low] * count
    values = [series.low] * count
    number = int.from_bytes(series.digits)
    for place in range(count - 1, -1, -1):
        number, digit = divmod(number, series.radix)
        values[place] += digit
    return values
