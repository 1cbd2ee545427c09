"""What must be true before a claim line takes a step: one small function a guard. Pure.

Source: claims and warranty, section 8, column 'Guard'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from collector.claims import guard_words as words
from collector.claims.answer import BRINGS_UNIT, PATHS, REJECT_CODES, SHIPS, Path
from collector.claims.clock_terms import DEFAULT_TERMS, ClockTerms
from collector.claims.lifecycle import Actor, Guard, IllegalMoveError, LineState, Move
from collector.claims.origin.kinds import Origin
from collector.claims.refusal import Refusal
from collector.claims.story_parts import Story
from collector.claims.warranty import WarrantyVerdict

NEEDS_OVERRIDE: Final = frozenset(
    verdict.value
    for verdict in (
        WarrantyVerdict.OUT,
        WarrantyVerdict.DUPLICATE_SERIAL,
        WarrantyVerdict.NOT_OURS,
        WarrantyVerdict.BLOCKED,
    )
)
"""Warranty verdicts with which a line is submitted by a person only, with the reason."""
AUTO_SUBMITTED: Final = frozenset({WarrantyVerdict.IN.value})
_ORIGINS: Final = frozenset(origin.value for origin in Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLine:
    """The line that this one shall be merged into."""

    id: int
    organisation_id: str
    is_open: bool
    opened_at: datetime
    label_serial: str = ""
    position_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFacts:
    """What the guards look at; ``fields`` are those of the action (see ``review.move_line``)."""

    move: Move
    actor: Actor
    reason: str
    story: Story
    now: datetime
    line_id: int = 0
    organisation_id: str = ""
    label_serial: str = ""
    position_id: int | None = None
    warranty_verdict: str = ""
    warranty_until: date | None = None
    today: date | None = None  # in the factory's calendar
    missing: tuple[str, ...] = ()  # must items that are not here
    fields: Mapping[str, object] = field(default_factory=dict)
    other: OtherLine | None = None
    has_open_twin: bool = False  # another line is open for the same serial by now
    terms: ClockTerms = DEFAULT_TERMS

    def text(self, key: str) -> str:
        """A field of the action, '' when it is not given."""
        said = self.fields.get(key)
        return said.strip() if isinstance(said, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A field that is a list of names; none when it is not given."""
        said = self.fields.get(key)
        named = said if isinstance(said, list | tuple) else ()
        return tuple(text for one in named if (text := str(one).strip()))


def refuse(facts: GuardFacts) -> Refusal | None:
    """Why this step may not be taken now; None when it may."""
    if facts.move.sources & _ENDED_SOURCES and facts.has_open_twin:
        return words.OPEN_TWIN
    return _GUARDS[facts.move.guard](facts)


def ask(facts: GuardFacts) -> None:
    """IllegalMoveError when the guard refuses."""
    if refusal := refuse(facts):
        raise IllegalMoveError(refusal)


def same_serial(one: str, other: str) -> bool:
    """Labels are scanned in either case, with the blanks of a print."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _none(facts: GuardFacts) -> Refusal | None:
    return None


def _complete(facts: GuardFacts) -> Refusal | None:
    if not facts.missing or (facts.actor is not Actor.SYSTEM and facts.reason.strip()):
        return None
    return words.incomplete(facts.missing)


def _submittable(facts: GuardFacts) -> Refusal | None:
    if facts.story.frozen_by:
        return words.frozen(facts.story.frozen_by)
    if facts.warranty_verdict in NEEDS_OVERRIDE and not facts.reason.strip():
        return words.needs_override(facts.warranty_verdict)
    return None


def _auto_submit(facts: GuardFacts) -> Refusal | None:
    if facts.organisation_id not in facts.terms.auto_submit:
        return words.NO_AUTO_SUBMIT
    if facts.story.frozen_by:
        return words.frozen(facts.story.frozen_by)
    if facts.missing:
        return words.incomplete(facts.missing)
    if facts.warranty_verdict not in AUTO_SUBMITTED:
        return words.needs_override(facts.warranty_verdict)
    return None


def _names_items(facts: GuardFacts) -> Refusal | None:
    return None if facts.texts("missing") else words.NAMES_NOTHING


def _brings_item(facts: GuardFacts) -> Refusal | None:
    """A person says what was brought; the machine saw at least one named item arrive."""
    if {*facts.story.named_gaps} & {*facts.texts("brought")}:
        return None
    if facts.actor is not Actor.SYSTEM and (facts.reason.strip() or facts.story.heard_at):
        return None
    return words.BRINGS_NOTHING


def _decided(facts: GuardFacts) -> Refusal | None:
    if facts.text("path") not in PATHS:
        return words.NO_PATH
    if (facts.text("origin") or facts.story.origin) not in _ORIGINS:
        return words.NO_ORIGIN
    if not (facts.text("rma_number") or facts.story.rma_number):
        return words.NO_RMA
    return None


def _reject_code(facts: GuardFacts) -> Refusal | None:
    return None if facts.text("reason_code") in REJECT_CODES else words.NO_REJECT_CODE


def _needs_return(facts: GuardFacts) -> Refusal | None:
    """An engineer may ask for any unit; the machine only for what the path needs."""
    if refusal := _unanswered(facts):
        return refusal
    path = PATHS.get(facts.story.path)
    if facts.actor is not Actor.SYSTEM or path in facts.terms.return_paths:
        return None
    return words.NO_RETURN


def _unanswered(facts: GuardFacts) -> Refusal | None:
    """What the buyer proposed instead is answered first, or words say why not."""
    is_countered = facts.story.path_said == "countered"
    return words.COUNTERED if is_countered and not facts.reason.strip() else None


def _rma_valid(facts: GuardFacts) -> Refusal | None:
    scanned = facts.text("scanned_serial")
    if not scanned:
        return words.NOT_SCANNED
    if facts.label_serial and not same_serial(scanned, facts.label_serial):
        return words.serial_mismatch(scanned, facts.label_serial)
    rma_at = facts.story.rma_at
    if rma_at and facts.now - rma_at > facts.terms.rma_valid and not facts.reason.strip():
        return words.rma_expired(facts.story.rma_number, facts.terms.rma_valid.days)
    return None


def _bench(facts: GuardFacts) -> Refusal | None:
    return None if facts.text("bench") else words.NO_BENCH


def _returned(facts: GuardFacts) -> Refusal | None:
    """Beginning without the unit that has to come back is possible, and says why."""
    if refusal := _unanswered(facts):
        return refusal
    if facts.story.state is LineState.RECEIVED or facts.reason.strip():
        return None
    path = PATHS.get(facts.story.path)
    return words.NOT_RETURNED if path in facts.terms.return_paths else None


def _delivered(facts: GuardFacts) -> Refusal | None:
    """Row 14, by path: what was sent, credited, released or said."""
    path = PATHS.get(facts.story.path)
    if path is None:
        return words.NO_PATH
    for paths, key, refusal in _PROOFS_OF_DELIVERY:
        if path in paths and not (facts.reason.strip() if key == "reason" else facts.text(key)):
            return refusal
    return _new_unit(facts) if path in BRINGS_UNIT else None


def _new_unit(facts: GuardFacts) -> Refusal | None:
    serial = facts.text("new_serial")
    if not serial:
        return words.NO_NEW_SERIAL
    if facts.label_serial and same_serial(serial, facts.label_serial):
        return words.SAME_SERIAL
    return None


def _verified(facts: GuardFacts) -> Refusal | None:
    if PATHS.get(facts.story.path) in BRINGS_UNIT and not facts.story.replacement_serial:
        return words.NO_NEW_SERIAL
    if facts.actor is not Actor.SYSTEM:
        return None
    fulfilled = facts.story.fulfilled_here_at
    waited = fulfilled is not None and facts.now - fulfilled >= facts.terms.verified_after
    probed = facts.fields.get("verified_by_probe") is True
    return None if waited and probed else words.NOT_VERIFIED


def _settled(facts: GuardFacts) -> Refusal | None:
    if facts.story.owed:
        return words.UNIT_OWED
    resolved = facts.story.resolved_at
    if resolved and facts.now - resolved >= facts.terms.close_after:
        return None
    return words.not_settled(facts.terms.close_after.days)


def _appeal(facts: GuardFacts) -> Refusal | None:
    story = facts.story
    if story.appeal_used:
        return words.APPEALED
    if story.rejected_at is None or facts.now - story.rejected_at > facts.terms.appeal_within:
        return words.too_late(facts.terms.appeal_within.days)
    added = story.evidence_at is not None and story.evidence_at > story.rejected_at
    return None if added or facts.texts("brought") else words.NO_NEWS


def _same_key(facts: GuardFacts) -> Refusal | None:
    """The older line goes on, with its clocks."""
    other = facts.other
    if other is None or other.id == facts.line_id or not other.is_open:
        return words.NO_OTHER
    if other.organisation_id != facts.organisation_id:
        return words.NO_OTHER
    if _is_another_unit(facts, other):
        return words.OTHER_UNIT
    opened = facts.story.opened_at
    if opened is not None and (other.opened_at, other.id) > (opened, facts.line_id):
        return words.YOUNGER
    return None


def _is_another_unit(facts: GuardFacts, other: OtherLine) -> bool:
    """Two units that fail are two claims: merged, one would be lost and its batch miscounted.

    Two serials at one place may be two names of one device; the engineer's words say so.
    """
    mine, its = facts.label_serial, other.label_serial
    at_one_place = facts.position_id is not None and facts.position_id == other.position_id
    return bool(mine and its) and not same_serial(mine, its) and not at_one_place


def _silent(facts: GuardFacts) -> Refusal | None:
    """The last reminder had its time too: a collector that was away sends both, then waits."""
    story, terms = facts.story, facts.terms
    since = silent_since(story)
    if since is None or facts.now - since < terms.lapse_after or story.reminders < terms.reminders:
        return words.not_silent(terms.lapse_after.days, terms.reminders)
    if story.reminded_at and facts.now - story.reminded_at < terms.remind_after:
        return words.not_silent(terms.lapse_after.days, terms.reminders)
    return None


def silent_since(story: Story) -> datetime | None:
    """Since when nothing came from the asker; None when nothing was asked."""
    if story.state is not LineState.NEED_INFO:
        return None
    return max(filter(None, (story.moved_at, story.heard_at)), default=None)


def _in_warranty(facts: GuardFacts) -> Refusal | None:
    until, today = facts.warranty_until, facts.today
    if facts.warranty_verdict in NEEDS_OVERRIDE or until is None or today is None or today > until:
        return words.OUT_OF_WARRANTY
    return None


_PROOFS_OF_DELIVERY: Final = (
    (SHIPS, "tracking", words.NO_TRACKING),
    ({Path.CREDIT}, "credit_note", words.NO_CREDIT_NOTE),
    ({Path.FIRMWARE_FIX}, "firmware_version", words.NO_VERSION),
    ({Path.GUIDANCE, Path.ONSITE_REPAIR}, "reason", words.NO_REPORT),
)
_ENDED_SOURCES: Final = frozenset({LineState.REJECTED, LineState.LAPSED})
_GUARDS: Final[Mapping[Guard, Callable[[GuardFacts], Refusal | None]]] = {
    Guard.NONE: _none,
    Guard.COMPLETE: _complete,
    Guard.SUBMITTABLE: _submittable,
    Guard.AUTO_SUBMIT: _auto_submit,
    Guard.NAMES_ITEMS: _names_items,
    Guard.BRINGS_ITEM: _brings_item,
    Guard.DECIDED: _decided,
    Guard.REJECT_CODE: _reject_code,
    Guard.NEEDS_RETURN: _needs_return,
    Guard.RMA_VALID: _rma_valid,
    Guard.BENCH: _bench,
    Guard.RETURNED: _returned,
    Guard.DELIVERED: _delivered,
    Guard.VERIFIED: _verified,
    Guard.SETTLED: _settled,
    Guard.APPEAL: _appeal,
    Guard.SAME_KEY: _same_key,
    Guard.SILENT: _silent,
    Guard.IN_WARRANTY: _in_warranty,
}
