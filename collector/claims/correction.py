"""What a correction says: which field, how it stood, how it should read. Pure.

Nothing of the log is edited: the event ``corrected`` says both, and the fold takes the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collector.claims import action_fields, action_words
from collector.claims.actions import CARRIER, CREDIT_NOTE, NEW_SERIAL, RMA, TRACKING
from collector.claims.lifecycle import LineState
from collector.claims.refusal import IllegalMoveError
from collector.claims.story_parts import Story

FIELDS: Final = {one.name: one for one in (RMA, TRACKING, CARRIER, CREDIT_NOTE, NEW_SERIAL)}
_SERIAL_IN: Final = frozenset({LineState.FULFILLED, LineState.RESOLVING})
"""Before them no unit was sent; after them its warranty has begun to be counted on."""


def complete(story: Story, fields: Mapping[str, object]) -> dict[str, object]:
    """The event's fields with the old value, the new one as its own field takes it.

    IllegalMoveError when nothing was typed there, it says the same, the field cannot take it, or
    a serial is corrected where the line no longer stands so.
    """
    name = str(fields["field"])
    new, old = str(action_fields.read_one(FIELDS[name], fields["new"])), story.typed[name]
    if not old:
        raise IllegalMoveError(action_words.not_typed(name))
    if new == old:
        raise IllegalMoveError(action_words.same_as_before(name, old))
    if name == NEW_SERIAL.name and story.state not in _SERIAL_IN:
        raise IllegalMoveError(action_words.SERIAL_IS_SETTLED)
    return {**fields, "new": new, "old": old}
