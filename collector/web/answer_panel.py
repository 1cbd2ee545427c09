"""What was answered to a pre-claim, and what the visitor can do with it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.act import Wish
from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import Actor, LineState
from collector.claims.origin.kinds import Origin, Payer
from collector.claims.origin.shipping import payer, payer_when_rejected
from collector.claims.origin.terms import OriginTerms
from collector.claims.owed_unit import due_at
from collector.claims.story import Story
from collector.store import answers
from collector.store.answers import CaseRow
from collector.store.views.claim_file import EventRow
from collector.suggest_answer import SuggestedAnswer, is_on_arrival, suggest_answer
from collector.web.action_forms import Form, actions_of, forms_of
from collector.web.call import Call
from collector.web.clock_panel import story_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPanel:
    """The answer so far, the case it belongs to, and the forms."""

    story: Story
    case: CaseRow
    forms: tuple[Form, ...]
    suggested: SuggestedAnswer | None  # for the engineer who is to decide
    payer: Payer | None  # of the ways, once the origin is decided
    is_on_arrival: bool
    rma_until: datetime | None
    appeal_until: datetime | None
    owed_until: datetime | None  # when the unit that was replaced ahead is due back

    @property
    def has_answer(self) -> bool:
        """Whether there is anything to tell beyond the state."""
        said = self.story
        return bool(
            said.path
            or said.reject_code
            or said.named_gaps
            or said.frozen_by
            or said.merged_into
            or self.case.ship_to
        )


async def read_answer(
    call: Call,
    line: int,
    events: Sequence[EventRow],
    *,
    is_unproven: bool,
    gaps: Sequence[tuple[str, bool]],
    typed: Wish | None,
) -> AnswerPanel:
    """Everything that the page shows of the answer to a line within the visitor's slice."""
    house, story = call.house, story_of(events)
    role, terms = Actor(call.known.role.value), house.policy.clocks
    actions = actions_of(story, role, is_unproven=is_unproven)
    decides = any(action.id == "approve" for action in actions)
    suggested = (
        await house.read(
            lambda db: suggest_answer(db, line, story, policy=house.policy, now=call.now)
        )
        if decides
        else None
    )
    case = await house.read(lambda db: answers.case_of(db, line))
    arrived = await house.read(lambda db: is_on_arrival(db, line, policy=house.policy))
    return AnswerPanel(
        story=story,
        case=case,
        forms=forms_of(
            call,
            actions,
            story,
            suggested=suggested,
            gaps=gaps,
            ship_to=case.ship_to,
            typed=typed,
        ),
        suggested=suggested,
        payer=payer_of(story, is_on_arrival=arrived, terms=house.policy.origin),
        is_on_arrival=arrived,
        rma_until=story.rma_at + terms.rma_valid if story.rma_at else None,
        appeal_until=appeal_until(story, terms),
        owed_until=due_at(story, terms),
    )


def payer_of(story: Story, *, is_on_arrival: bool, terms: OriginTerms) -> Payer | None:
    """None before an approval: nothing was to be shipped."""
    if story.fee_payer:  # the bench found no fault in what came back
        return Payer(story.fee_payer)
    if not story.path or not story.origin:
        return None
    if story.state is LineState.REJECTED:
        said = payer_when_rejected(story.reject_code, terms=terms)
        if said is not None:
            return said
    return payer(Origin(story.origin), is_on_arrival=is_on_arrival, terms=terms)


def appeal_until(story: Story, terms: ClockTerms) -> datetime | None:
    """Until when a rejected line can be appealed; None when it cannot, or no longer."""
    if story.state is not LineState.REJECTED or story.appeal_used or story.rejected_at is None:
        return None
    return story.rejected_at + terms.appeal_within


def takes_files(story: Story, terms: ClockTerms, *, now: datetime) -> bool:
    """Whether files can be added: while the line is open, for an appeal, and to open it again."""
    until = appeal_until(story, terms)
    return story.is_open or story.state is LineState.LAPSED or (until is not None and now <= until)
