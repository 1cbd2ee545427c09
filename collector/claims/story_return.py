"""What is owed after an advance replacement, and what became of the unit that came back. Pure.

The new unit left first; the old one is the factory's and still with the buyer. That is no state of
the line, which goes on to be verified and resolved meanwhile: it is a debt beside it, with a date
of its own. Source: claims and warranty, sections 2 (replacement first: 25 days), 8 and 15.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from collector.claims.answer import Path
from collector.claims.lifecycle import LineState
from collector.claims.story_parts import LogEvent, Story

CLAIMED: Final = ""
"""In ``Story.owed``: the unit of the line itself, whose serial the log need not know."""
RETURNED: Final = "unit_returned"
WAIVED: Final = "return_waived"
REMINDED: Final = "return_reminded"


def owe(before: Story, after: Story, event: LogEvent) -> Story:
    """The story after a move: what was sent ahead leaves the unit owed that it was sent for.

    The same unit under another tracking number owes nothing more, nor does one for a unit that
    had been received before.
    """
    if event.payload.get("to") != LineState.FULFILLED.value:
        return after
    sent, last = after.replacement_serial, before.replacement_serial
    if after.path != Path.ADVANCE_REPLACE.value or not sent or sent == last:
        return after
    unit = last or CLAIMED
    came_before = unit == CLAIMED and bool(before.received_serial)
    if came_before or unit in after.owed:
        return after
    return replace(
        after,
        owed=(*after.owed, unit),
        owed_since=event.at,
        return_reminders=0,
        return_reminded_at=None,
    )


def returned(story: Story, event: LogEvent) -> Story:
    """A unit came back; ``unit`` of the event says which, left out for the claimed one."""
    unit, scanned = event.payload.get("unit", CLAIMED), event.payload.get("scanned_serial")
    if unit not in story.owed:
        return story
    return replace(
        story,
        owed=tuple(one for one in story.owed if one != unit),
        received_serial=scanned if isinstance(scanned, str) else story.received_serial,
        returned_at=event.at,
    )


def waived(story: Story, event: LogEvent) -> Story:
    """The factory no longer waits for what is owed; why stands in the event."""
    return replace(story, owed=()) if story.owed else story


def reminded(story: Story, event: LogEvent) -> Story:
    """The buyer was reminded of what is owed."""
    if not story.owed:
        return story
    return replace(story, return_reminders=story.return_reminders + 1, return_reminded_at=event.at)
