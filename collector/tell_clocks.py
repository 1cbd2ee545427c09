"""Tells people when a clock has used half, three quarters and all of its time: each once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.snapshot import Snapshot
from collector.notify import words
from collector.notify.topics import Topic
from collector.renew_clocks import renew_line
from collector.store import claim_news, clocks, notices
from collector.store.clocks import Reached
from collector.store.notices import Happened

MOST_AT_ONCE: Final = 100
BREACH: Final = 100


def tell_clocks(db: Connection, *, terms: ClockTerms, now: datetime) -> int:
    """Keep a notice for each share that was reached; how many those were.

    A share that was passed unseen, while the collector was away, is told by the highest one only.
    """
    return sum(
        _tell_one(db, one, terms=terms, now=now)
        for one in clocks.reached(db, now=now, limit=MOST_AT_ONCE)
    )


def _tell_one(db: Connection, one: Reached, *, terms: ClockTerms, now: datetime) -> bool:
    snapshots = renew_line(db, one.line_id, terms=terms, now=now)
    clock = next((s for s in snapshots if (s.kind, s.cycle) == (one.kind, one.cycle)), None)
    share = clock.reached(now) if clock else 0
    if clock is None or share <= one.warned:
        next_at = clock.next_after(one.warned) if clock else None
        clocks.set_warned(db, one, warned=one.warned, next_at=next_at)
        return False
    clocks.set_warned(db, one, warned=share, next_at=clock.next_after(share))
    return _keep(db, one, clock, share, terms=terms, now=now)


def _keep(
    db: Connection, one: Reached, clock: Snapshot, share: int, *, terms: ClockTerms, now: datetime
) -> bool:
    facts = claim_news.claim_facts(db, one.line_id)
    if facts is None:
        return False
    said = words.of_clock(
        kind=one.kind.value,
        share=share,
        number=facts.number,
        code=facts.code,
        site=facts.site_name,
        due_at=clock.due_at,
        zone=terms.zone,
        provisional=clock.is_provisional,
    )
    return notices.add(
        db,
        Happened(
            organisation_id=facts.organisation_id,
            topic=(Topic.CLAIM_LATE if share >= BREACH else Topic.CLAIM_DUE).value,
            thing="claim",
            thing_id=one.line_id,
            step=f"clock.{one.kind.value}.{one.cycle}.{share}",
            title=said.title,
            text=said.text,
            path=f"/preclaims/{one.line_id}",
            at=now,
            site_id=facts.site_id,
            position_id=facts.position_id,
            code=facts.code,
        ),
    )
