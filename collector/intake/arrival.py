"""A payload on its way in, and the three ways in which it may end."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import msgspec


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A payload as the broker gave it."""

    topic: str
    payload: bytes


class End(enum.Enum):
    """How one payload ended."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The three ends; their sum is the number of payloads sent."""

    stored: int = 0
    duplicate: int = 0
    quarantined: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add up batches."""
        return Counts(
            stored=self.stored + other.stored,
            duplicate=self.duplicate + other.duplicate,
            quarantined=self.quarantined + other.quarantined,
        )
