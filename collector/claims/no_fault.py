"""What is said of a returned unit in which no fault was found: who pays, which fee, and when it is
waived. Pure.

Source: claims and warranty, section 15: the customer pays the ways; a fee only where one is
configured, and it is waived when the same unit's fault is confirmed later (section 2: the second
visit finds what the first did not).
"""

from __future__ import annotations

import enum
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Final

from collector.claims.answer import PATHS, Path, RejectCode
from collector.claims.lifecycle import LineState
from collector.claims.origin.terms import OriginTerms
from collector.claims.story_parts import LogEvent, Story


class BenchFinding(enum.Enum):
    """What the bench says of the unit; nothing is said where it is left out."""

    CONFIRMED = "fault_confirmed"
    NONE_FOUND = "no_fault_found"


JUDGED: Final = "return_judged"  # of a unit that came back after its replacement had left
FEE_WAIVED: Final = "fee_waived"


def terms_of(
    story: Story, action: str, fields: Mapping[str, object], terms: OriginTerms
) -> dict[str, object]:
    """The fields of a judgement with what the policy says of it; as they are where a fault was
    found, or where nothing came back that a bench could look at."""
    is_none = (
        fields.get("finding") == BenchFinding.NONE_FOUND.value
        if action == "judge_return"
        else fields.get("reason_code") == RejectCode.NO_FAULT_FOUND.value
        and bool(story.received_serial)
    )
    if not is_none:
        return dict(fields)
    said = {"finding": BenchFinding.NONE_FOUND.value, "fee_payer": terms.no_fault.value}
    fee = {"fee": terms.no_fault_fee} if terms.no_fault_fee else {}
    return {**fields, **said, **fee}


def is_confirmed(
    story: Story, action: str, fields: Mapping[str, object], *, returns: Container[Path]
) -> bool:
    """Whether the step says that the unit has a fault: a bench that found it, or the factory's
    last word. An approval is that only where no bench will look at the unit any more; ``returns``
    are the paths on which it comes back. ``story`` is that before the step."""
    if fields.get("finding") == BenchFinding.CONFIRMED.value:
        return True
    path = PATHS.get(str(fields.get("path") or story.path))
    is_sent_ahead = path is Path.ADVANCE_REPLACE
    if action == "approve":
        comes_back = is_sent_ahead or path in returns
        return bool(story.received_serial) or not comes_back
    return action == "fulfil" and not is_sent_ahead


def moved(story: Story, event: LogEvent) -> Story:
    """The story after a move: what a bench or a rejection found. An approval takes it back, and a
    rejection for another reason the fee of the one before."""
    to = event.payload.get("to")
    if to == LineState.APPROVED.value:
        return replace(story, finding="", fee="", fee_payer="", fee_waived_by="")
    if to == LineState.REJECTED.value:
        story = replace(story, fee="", fee_payer="", fee_waived_by="")
    return judged(story, event)


def judged(story: Story, event: LogEvent) -> Story:
    """The bench has spoken; the words of the bench stay with the other answers."""
    finding = _text(event, "finding")
    if not finding:
        return story
    return replace(
        story,
        finding=finding,
        bench=_text(event, "bench") or story.bench,
        fee=_text(event, "fee"),
        fee_payer=_text(event, "fee_payer"),
        fee_waived_by="",
    )


def fee_waived(story: Story, event: LogEvent) -> Story:
    """Nobody pays the fee any more; which claim showed the fault, or who said so."""
    return replace(story, fee_waived_by=_text(event, "by") or event.actor) if story.fee else story


def _text(event: LogEvent, key: str) -> str:
    said = event.payload.get(key)
    return said.strip() if isinstance(said, str) else ""
