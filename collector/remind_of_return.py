"""Reminds a buyer of the old unit that an advance replacement waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import Actor
from collector.claims.owed_unit import due_at
from collector.claims.story import Story
from collector.claims.story_return import REMINDED
from collector.notify import words
from collector.remind_people import remind_people
from collector.store import answers, cases, claim_news

COLLECTOR: Final = "collector"


def remind_of_return(
    db: Connection, line_id: int, story: Story, *, terms: ClockTerms, now: datetime
) -> bool:
    """Note it in the line's log and keep it as news; False when there is no such line."""
    facts, due = claim_news.claim_facts(db, line_id), due_at(story, terms)
    if facts is None or due is None:
        return False
    label = answers.read(db, line_id).label_serial
    serials = [unit or label for unit in story.owed]
    event = cases.append_event(
        db,
        line_id=line_id,
        organisation_id=facts.organisation_id,
        actor=COLLECTOR,
        role=Actor.SYSTEM.value,
        type_=REMINDED,
        payload={"number": story.return_reminders + 1, "serials": serials},
        now=now,
    )
    said = words.of_owed(
        number=facts.number,
        serials=[serial or facts.device_name for serial in serials],
        site=facts.site_name,
        rma_number=story.rma_number,
        due_at=due,
        zone=terms.zone,
    )
    return remind_people(db, line_id, facts, said, step=f"return.{event.seq}", now=now)
