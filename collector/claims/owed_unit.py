"""Which owed unit a scanned label is, and when the buyer is reminded of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from collector.claims import guard_words as words
from collector.claims.clock_terms import ClockTerms
from collector.claims.guards import same_serial
from collector.claims.refusal import IllegalMoveError
from collector.claims.story_parts import Story
from collector.claims.story_return import CLAIMED


def complete(
    story: Story,
    fields: Mapping[str, object],
    *,
    label_serial: str,
    reason: str,
    terms: ClockTerms,
    now: datetime,
) -> dict[str, object]:
    """The fields of a return, with the unit that it is; IllegalMoveError when the label is that of
    none that is owed, or the RMA number on the box ran out and no words say why it is taken.

    A claimed unit without a known serial is whatever the engineer scans, as when it is received.
    """
    if not story.owed:
        raise IllegalMoveError(words.NOT_OWED)
    scanned = str(fields.get("scanned_serial", ""))
    known = {unit: unit or label_serial for unit in story.owed}
    found = [unit for unit, serial in known.items() if serial and same_serial(scanned, serial)]
    if not found and CLAIMED in known and not label_serial:
        found = [CLAIMED]
    if not found:
        raise IllegalMoveError(words.serial_mismatch(scanned, ", ".join(known.values())))
    ran_out = story.rma_at is not None and now - story.rma_at > terms.rma_valid
    if ran_out and not reason.strip():
        raise IllegalMoveError(words.rma_expired(story.rma_number, terms.rma_valid.days))
    return {**fields, **({"unit": found[0]} if found[0] else {})}


def due_at(story: Story, terms: ClockTerms) -> datetime | None:
    """By when the factory has what is owed; None when nothing is."""
    return story.owed_since + terms.return_within if story.owed and story.owed_since else None


def is_to_be_reminded(story: Story, terms: ClockTerms, *, now: datetime) -> bool:
    """True when the time is over and nobody was reminded, or again as long after a reminder; not
    more often than of anything else that is asked for."""
    due = due_at(story, terms)
    if due is None or now < due or story.return_reminders >= terms.reminders:
        return False
    last = story.return_reminded_at
    return last is None or now - last >= terms.return_within
