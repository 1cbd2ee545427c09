"""Where two clients differ about one camera; pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CLOCK: Final = "clock.offset_s"
_CLOCK_APART_S: Final = 3.0  # it is asked twice, some seconds apart


class Verdict(enum.Enum):
    """How the two stand to each other."""

    AGREE = "agree"
    DIFFER = "differ"
    ONLY_OURS = "only ours"
    ONLY_THEIRS = "only theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field."""

    name: str
    ours: str | None
    theirs: str | None
    verdict: Verdict


def compare(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[Row, ...]:
    """Every field that either read, in our order and then in theirs."""
    names = dict.fromkeys((*ours, *theirs))
    return tuple(_row(name, ours.get(name), theirs.get(name)) for name in names)


def _row(name: str, ours: str | None, theirs: str | None) -> Row:
    if theirs is None:
        verdict = Verdict.ONLY_OURS
    elif ours is None:
        verdict = Verdict.ONLY_THEIRS
    else:
        verdict = Verdict.AGREE if _same(name, ours, theirs) else Verdict.DIFFER
    return Row(name=name, ours=ours, theirs=theirs, verdict=verdict)


def _same(name: str, ours: str, theirs: str) -> bool:
    """The same text, or the same number however it is written."""
    if ours == theirs:
        return True
    try:
        apart = abs(float(ours) - float(theirs))
    except ValueError:
        return False
    # A serial that looks like a number is a text: 007 and 7 are two devices.
    if name == CLOCK:
        return apart <= _CLOCK_APART_S
    return name.startswith(("imaging.", "profile.")) and apart <= 1e-6 * max(1.0, abs(float(ours)))
