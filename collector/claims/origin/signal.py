"""What a signal is, and the three things that looking at one can come to. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from collector.claims.origin.facts import OriginFacts
from collector.claims.origin.kinds import Origin
from collector.claims.origin.terms import OriginTerms


class State(enum.Enum):
    """What looking came to."""

    FOUND = "found"
    ABSENT = "absent"  # looked at, and it is not so; or it does not concern this fault
    UNKNOWN = "unknown"  # could not be looked at: counts for nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look; words in both languages for what was found, or for what is missing."""

    state: State
    en: str = ""
    zh: str = ""


ABSENT: Final = Sight(state=State.ABSENT)


def found(en: str, zh: str) -> Sight:
    """It is so, and this is why."""
    return Sight(state=State.FOUND, en=en, zh=zh)


def unknown(en: str, zh: str) -> Sight:
    """It could not be looked at, for want of this."""
    return Sight(state=State.UNKNOWN, en=en, zh=zh)


Look: TypeAlias = Callable[[OriginFacts, OriginTerms], Sight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One line of the table: what is looked at, how much it weighs for whom, and why."""

    id: str
    name_en: str
    name_zh: str
    weights: Mapping[Origin, float]
    source: str
    look: Look
