"""Counts what the factory decides of claims as rulings on the verdicts that opened them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from collector import earn
from collector.claims.claim_vote import vote_of
from collector.claims.decide import proof_of
from collector.claims.policy import Policy
from collector.claims.story import read_payload
from collector.claims.trust import Pair, Ruling
from collector.store import claim_votes, notices, stories, trust
from collector.store.claim_votes import Behind, Moved
from collector.store.tables import claim_line
from shared.catalogue import CATALOGUE

MOST_AT_ONCE: Final = 200


def learn_from_claims(db: Connection, *, policy: Policy, now: datetime) -> int:
    """Read the log on; how many verdicts were ruled on.

    The newest word holds, as with rulings on a page. What a decision said and does not say any
    more (an appeal) counts neither way until it is decided again.
    """
    last = notices.reached(db, claim_votes.SOURCE)
    moved, reached = claim_votes.moved_after(db, last, limit=MOST_AT_ONCE)
    ruled = sum(_learn(db, one, policy=policy, now=now) for one in moved)
    if reached != last:
        notices.go_on(db, claim_votes.SOURCE, to=reached)
    return ruled


def _learn(db: Connection, moved: Moved, *, policy: Policy, now: datetime) -> int:
    codes = claim_votes.codes_of(db, moved.line_id)
    said = vote_of(stories.story_of(db, moved.line_id), codes)
    behind = claim_votes.behind(db, moved.line_id)
    return sum(_rule(db, one, moved, said, policy=policy, now=now) for one in behind)


def _rule(
    db: Connection,
    one: Behind,
    moved: Moved,
    said: Ruling | None,
    *,
    policy: Policy,
    now: datetime,
) -> bool:
    before = trust.claim_ruling(db, one.decision_id)
    if said is None:
        if before in (None, Ruling.CANNOT_TELL):
            return False
        said = Ruling.CANNOT_TELL
    if said is before:
        return False
    verdict = _on_record(db, one, moved.line_id, policy=policy, now=now)
    if verdict is None:
        return False
    reason = str(read_payload(moved.payload).get("reason", ""))
    trust.add_ruling(
        db,
        verdict,
        said=said,
        reason=reason or moved.number,
        actor=moved.actor,
        now=now,
        via=trust.BY_CLAIM,
    )
    earn.settle(db, verdict.pair, policy=policy, now=now)
    return True


def _on_record(
    db: Connection, one: Behind, line_id: int, *, policy: Policy, now: datetime
) -> trust.Verdict | None:
    """The verdict, put on record when it is not: what fact or experiment proved is only then."""
    known = trust.find_verdict(db, one.decision_id)
    entry = CATALOGUE.get(one.code)
    if known is not None or entry is None or not earn.may_be_claimed(entry, policy):
        return known
    model = db.execute(select(claim_line.c.model).where(claim_line.c.id == line_id)).scalar_one()
    pair = Pair(code=one.code, model=model.strip(), proof=proof_of(entry, one.proof).value)
    trust.keep_verdict(
        db,
        decision_id=one.decision_id,
        organisation_id=one.organisation_id,
        pair=pair,
        position_id=one.position_id,
        site_id=one.site_id,
        now=now,
    )
    return trust.find_verdict(db, one.decision_id)
