"""What a partner's collector tells of a claim beside what it told before. Pure.

Each document tells everything so far. Whoever told a step and tells it no more, or tells another
under its number, speaks from another record than before: mostly one restored from a backup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MADE: Final = "~"
"""Begins an identity that is made here, of a step from a collector that tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step of the partner as it was told; ``body`` is the whole of it, as JSON."""

    step_id: str
    seq: int
    at: datetime
    actor: str
    what: str
    body: str

    def is_same(self, other: Told) -> bool:
        """Whether both are one step of one record; only where one was told without an identity
        do number, time, actor and content say so."""
        if self.step_id == other.step_id:
            return True
        is_made = self.step_id.startswith(MADE) != other.step_id.startswith(MADE)
        return is_made and self._facts == other._facts

    @property
    def _facts(self) -> tuple[int, datetime, str, str]:
        return self.seq, self.at, self.actor, self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is new, and which of the known steps the partner denies now."""

    fresh: tuple[Told, ...]
    denied: tuple[Told, ...]
    is_whole: bool  # all that is known and not denied stands in it: its order is the order


def make_id(*, seq: int, at: datetime, actor: str, what: str) -> str:
    """An identity for a step that brings none."""
    text = "\n".join((str(seq), at.isoformat(), actor, what))
    return MADE + hashlib.sha256(text.encode()).hexdigest()[1:]


def compare(
    told: Sequence[Told], known: Iterable[Told], denied_before: Iterable[Told], *, is_later: bool
) -> Compared:
    """``is_later``: it was written after all that came before. An older one that overtook nothing
    tells less and denies nothing; one with news must hold everything that is known."""
    held, gone = tuple(known), tuple(denied_before)
    fresh = tuple(one for one in told if not any(one.is_same(other) for other in (*held, *gone)))
    missing = tuple(one for one in held if not any(one.is_same(other) for other in told))
    is_whole = bool(fresh) or is_later or not missing
    return Compared(fresh=fresh, denied=missing if is_whole else (), is_whole=is_whole)
