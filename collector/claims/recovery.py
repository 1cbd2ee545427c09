"""When a probe's good word counts as the proof that a claim was resolved. Pure.

Source: claims and warranty, section 8, row 15: the same test that failed is well for seven days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from collector.claims.answer import BRINGS_UNIT, PATHS
from collector.claims.clock_terms import ClockTerms
from collector.claims.guards import same_serial
from collector.claims.story import Story


class Recovered(Protocol):
    """One fault of a line, ended by the word of the test that had found it."""

    @property
    def cleared_at(self) -> datetime:
        """When it ended."""

    @property
    def serial(self) -> str:
        """What hangs there now."""

    @property
    def serial_since(self) -> datetime | None:
        """Since when."""


def is_verified(
    story: Story, recoveries: Sequence[Recovered], *, terms: ClockTerms, now: datetime
) -> bool:
    """True when every fault has been over for long enough since it was resolved.

    A replacement counts only where the new unit hangs; without one the fault must have been there
    until something was sent: what was well before proves nothing for the repair.
    """
    fulfilled = story.fulfilled_here_at
    if fulfilled is None or not recoveries:
        return False
    brings = PATHS.get(story.path) in BRINGS_UNIT
    return all(
        (_hangs_there(story, one) if brings else one.cleared_at >= fulfilled)
        and now - max(fulfilled, one.cleared_at, one.serial_since or fulfilled)
        >= terms.verified_after
        for one in recoveries
    )


def _hangs_there(story: Story, one: Recovered) -> bool:
    return bool(story.replacement_serial) and same_serial(one.serial, story.replacement_serial)
