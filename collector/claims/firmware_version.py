"""Which of two firmware versions is the newer one, where that can be told. Pure.

Makers write versions as they like: ``V5.5.0 build 170725``, ``2.800.0000000.16.R, Build Date:
2019-05-29``, ``IPC_NT98566_3.2.1``. Two are put in order only where nothing but numbers differs,
and where a build date that differs too says the same: 1.3.0 of January does not hold what was
mended in 1.2.5 of March. A date that begins with its day or names its month, and a number padded
otherwise than the other (1.05 beside 1.4: a fraction, or a count?) can be read in two ways.
Everything else is unknown, and unknown is never "newer".
"""

from __future__ import annotations

import enum
import re
from typing import Final, NamedTuple


class Order(enum.Enum):
    """How the first version stands to the second."""

    OLDER = "older"
    SAME = "same"
    NEWER = "newer"
    UNKNOWN = "unknown"


class _Parts(NamedTuple):
    """A version taken apart: its words in order, its numbers, and the numbers that date it."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]  # as written
    dates: tuple[str, ...]


_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d\d)[-/.](\d\d)(?!\d)")
_DAY_FIRST: Final = re.compile(
    r"(?<!\d)\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d(?!\d)"
    r"|(?<![^\W\d_])(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![^\W\d_])"
)
_RUN: Final = re.compile(r"[^\W_]+")
# A number with at most a letter before it ('V5', '16R'); 'NT98566' is the name of a chip, and a
# commit alternates. 'build170725' is written without a space by some.
_PLAIN: Final = re.compile(r"([^\W\d_]?|build|ver|rev)(\d+)([^\W\d_]*)")
_IS_DAY: Final = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_BUILD: Final = frozenset({"build", "date", "rel", "release"})
_LONGEST: Final = 80


def order(one: str, other: str) -> Order:
    """How ``one`` stands to ``other``; UNKNOWN for '' and wherever words differ."""
    first, second = _fold(one), _fold(other)
    if not first or not second:
        return Order.UNKNOWN
    if first == second:
        return Order.SAME
    a, b = _take_apart(first), _take_apart(second)
    is_doubtful = any(_DAY_FIRST.search(version) for version in (first, second))
    if is_doubtful or a.words != b.words or len(a.dates) != len(b.dates):
        return Order.UNKNOWN
    by_number, by_date = _compare(a.numbers, b.numbers), _compare(a.dates, b.dates)
    if by_number is Order.SAME:
        return by_date
    if by_date in (Order.SAME, by_number):
        return by_number
    return Order.UNKNOWN


def _fold(version: str) -> str:
    return " ".join(version.casefold().split())[:_LONGEST]


def _compare(one: tuple[str, ...], other: tuple[str, ...]) -> Order:
    for a, b in zip(one, other, strict=False):
        if a != b:
            if len(a) != len(b) and (_is_padded(a) or _is_padded(b)):
                return Order.UNKNOWN
            return Order.NEWER if int(a) > int(b) else Order.OLDER
    if len(one) == len(other):
        return Order.SAME
    longer = one if len(one) > len(other) else other
    if not any(int(more) for more in longer[min(len(one), len(other)) :]):
        return Order.UNKNOWN  # 1.2 beside 1.2.0: makers differ on whether these are one
    return Order.NEWER if longer is one else Order.OLDER


def _is_padded(digits: str) -> bool:
    return len(digits) > 1 and digits.startswith("0")


def _take_apart(version: str) -> _Parts:
    words: list[str] = []
    numbers: list[str] = []
    dates: list[str] = []
    after_build = False
    for run in _RUN.findall(_DATE.sub(r"\1\2\3", version)):
        plain = _PLAIN.fullmatch(run)
        if plain is None:
            words.append(run)
            after_build = run in _BUILD
            continue
        before, digits, after = plain.groups()
        words += [word for word in (before, after) if word]
        is_date = after_build or before in _BUILD or bool(_IS_DAY.fullmatch(digits))
        (dates if is_date else numbers).append(digits)
        after_build = False
    return _Parts(tuple(words), tuple(numbers), tuple(dates))
