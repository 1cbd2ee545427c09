"""All that a pack is made of, as one frozen whole: what ``layout`` turns into files. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from collector.pack.claim import Claim
from collector.store.views.claim_file import EventRow
from collector.store.views.pack import SignedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """One reading of the weeks around the onset; ``value`` counts only when it is good."""

    name: str
    at: datetime
    value: str | int | float | bool | None
    unit: str
    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFacts:
    """The claim as it is told, and the bytes behind it."""

    claim: Claim
    events: tuple[EventRow, ...]
    signed: tuple[SignedRow, ...]  # in the order of ``claim.statements``
    series: tuple[Sampled, ...]
    contents: Mapping[str, bytes]  # of ``claim.files``, by path

    @property
    def filename(self) -> str:
        """What the pack is called: ``PC-2026-000123-7.zip``."""
        return f"{self.claim.number}-{self.claim.line}.zip"
