"""Tells the people of a pre-claim that something is still waited for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.notify.topics import Topic
from collector.notify.words import Said
from collector.store import notices
from collector.store.claim_news import ClaimFacts
from collector.store.notices import Happened


def remind_people(
    db: Connection, line_id: int, facts: ClaimFacts, said: Said, *, step: str, now: datetime
) -> bool:
    """Keep it as news; False when the same ``step`` of the line was told already."""
    return notices.add(
        db,
        Happened(
            organisation_id=facts.organisation_id,
            topic=Topic.CLAIM_ASKED.value,
            thing="claim",
            thing_id=line_id,
            step=step,
            title=said.title,
            text=said.text,
            path=f"/preclaims/{line_id}",
            at=now,
            site_id=facts.site_id,
            position_id=facts.position_id,
            code=facts.code,
        ),
    )
