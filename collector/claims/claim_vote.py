"""What the factory's decision of a claim says of the verdict that opened it. Pure.

Approved: the fault was there. Rejected because none was found: it was not. Every other rejection
(out of warranty, the user's damage, a duplicate) says nothing of what the machine saw. Where a
line carries several faults, an approval does not say which of them was there.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from collector.claims.answer import RejectCode
from collector.claims.lifecycle import LineState
from collector.claims.no_fault import BenchFinding
from collector.claims.story_parts import Story
from collector.claims.trust import Ruling

_APPROVED: Final = frozenset(
    {
        LineState.APPROVED,
        LineState.AWAITING_RETURN,
        LineState.RECEIVED,
        LineState.RESOLVING,
        LineState.FULFILLED,
        LineState.RESOLVED,
        LineState.CLOSED,
    }
)


def vote_of(story: Story, codes: AbstractSet[str]) -> Ruling | None:
    """What holds by the claim now; None while the factory has decided nothing.

    A decision that is taken back (an appeal, a bench without a finding) decides nothing.
    """
    if story.state in _APPROVED and story.finding == BenchFinding.NONE_FOUND.value:
        return Ruling.WRONG  # the new unit was sent ahead, and the old one has no fault
    if story.state in _APPROVED:
        return Ruling.RIGHT if len(codes) == 1 else Ruling.CANNOT_TELL
    if story.state is LineState.REJECTED:
        is_none_found = story.reject_code == RejectCode.NO_FAULT_FOUND.value
        return Ruling.WRONG if is_none_found else Ruling.CANNOT_TELL
    return None
