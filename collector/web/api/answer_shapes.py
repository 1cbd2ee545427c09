"""What the API says of the answer to a pre-claim, and of what can be done with it."""

from __future__ import annotations

from collector.claims.action import Action
from collector.claims.actions import offered
from collector.claims.answer import PATHS
from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import Actor
from collector.claims.owed_unit import due_at
from collector.claims.story import Story
from collector.roles import Role
from collector.web.action_forms import needs_reason
from collector.web.api.shapes import when


def answer(
    story: Story, *, terms: ClockTerms, serial: str = "", ship_to: str = ""
) -> dict[str, object]:
    """The answer so far; null for what nobody has said. ``serial`` is the claimed unit's,
    ``ship_to`` what the case has now: it may have been confirmed with another of its lines."""
    return {
        "path": story.path or None,
        "path_said": story.path_said or None,
        "counter": story.counter or None,
        "origin": story.origin or None,
        "rma_number": story.rma_number or None,
        "rma_at": when(story.rma_at),
        "asked_for": list(story.named_gaps),
        "reject_code": story.reject_code or None,
        "rejected_at": when(story.rejected_at),
        "appeal_used": story.appeal_used,
        "received_serial": story.received_serial or None,
        "owed": {
            "serials": [one or serial for one in story.owed],
            "due_at": when(due_at(story, terms)),
            "reminders": story.return_reminders,
        }
        if story.owed
        else None,
        "returned_at": when(story.returned_at),
        "bench": story.bench or None,
        "finding": story.finding or None,
        "fee": {
            "amount": story.fee or None,
            "ways_paid_by": story.fee_payer,
            "waived_by": story.fee_waived_by or None,
        }
        if story.fee_payer
        else None,
        "repair_partner": story.repair_partner or None,
        "tracking": story.tracking or None,
        "carrier": story.carrier or None,
        "new_serial": story.replacement_serial or None,
        "credit_note": story.credit_note or None,
        "firmware_version": story.fixed_version or None,
        "ship_to": ship_to or story.ship_to or None,
        "merged_into": story.merged_into,
        "frozen_by": story.frozen_by or None,
        "is_held": story.is_held,
        "fulfilled_at": when(story.fulfilled_at),
        "resolved_at": when(story.resolved_at),
        "verified_by_probe": story.verified_by_probe,
    }


def actions(story: Story, role: Role) -> list[dict[str, object]]:
    """The actions that this role can take now."""
    return [_action(one, story) for one in offered(story, Actor(role.value))]


def _action(one: Action, story: Story) -> dict[str, object]:
    return {
        "action": one.id,
        "reason_needed": needs_reason(one, story),
        "fields": [
            {
                "name": field.name,
                "kind": field.kind.value,
                "needed": field.needed,
                "suggested": field.suggested,
                "options": list(field.options),
                "longest": field.longest,
            }
            for field in one.fields_for(PATHS.get(story.path))
        ],
    }
