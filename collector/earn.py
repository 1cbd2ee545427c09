"""What engineers rule on verdicts, and what a fault code on a model may do afterwards.

A change is told in the audit log, in the list of changes and on the first page. When trust is
gained, verdicts that stayed in shadow are decided anew while their fault is open; when it is lost,
nothing that is open is withdrawn, but its history says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.decide import proof_of
from collector.claims.facts import TrustFacts
from collector.claims.lifecycle import Actor
from collector.claims.policy import Policy
from collector.claims.trust import (
    Pair,
    Record,
    Ruled,
    Ruling,
    Standing,
    describe,
    has_earned,
    is_below,
    weigh,
)
from collector.store import cases, meta, trust, units
from collector.store.due import Case
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import CatalogueEntry, Outcome, Proof

OPENS_NOTHING: Final = frozenset({Standing.SHADOW, Standing.STOPPED})


class ReasonNeededError(ValueError):
    """Ruling a verdict wrong takes a reason: it is what the rules are mended by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How a pair stands, and the record that it rests on."""

    record: Record
    standing: Standing


def may_be_claimed(entry: CatalogueEntry, policy: Policy) -> bool:
    """Whether such a fault can become a draft, by the policy: one that a firmware mends does where
    it fails on the version that should have mended it."""
    return policy.opening.outcome_of(entry) in (Outcome.CLAIMABLE, Outcome.FIRMWARE)


def pair_of(db: Connection, case: Case, policy: Policy) -> Pair | None:
    """What trust this case depends on; None when nothing could be claimed of it, or fact or
    experiment prove it and no such verdict of this fault was ever stopped.

    The model is the registry's, else what the device said; '' when another device hangs there now.
    """
    entry = CATALOGUE.get(case.code)
    if entry is None or not may_be_claimed(entry, policy):
        return None
    proof = proof_of(entry, case.proof)
    if proof is not Proof.PASSIVE and not trust.was_stopped(db, code=case.code, proof=proof.value):
        return None
    known = units.find(db, case.label_serial) if case.label_serial else None
    model = (known.model if known else "") or ("" if case.exchanged else case.model)
    return Pair(code=case.code, model=model.strip(), proof=proof.value)


def look_up(
    db: Connection, pair: Pair, *, decision_id: int, policy: Policy, now: datetime
) -> TrustFacts:
    """What the pure decision is told of trust.

    What fact or experiment prove is judged when a claim is decided, not at every opening.
    """
    if not pair.is_passive and trust.standing_told(db, pair) is not Standing.STOPPED:
        return TrustFacts()
    found = settle(db, pair, policy=policy, now=now)
    how_en, how_zh = _describe(pair, found.record, policy)
    ruled = trust.newest_ruling(db, decision_id)
    return TrustFacts(
        is_earned=found.standing is Standing.CLAIMABLE,
        is_stopped=found.standing is Standing.STOPPED,
        how_en=how_en,
        how_zh=how_zh,
        is_ruled_wrong=ruled is not None and ruled[0] is Ruling.WRONG,
    )


def judge(pair: Pair, rulings: list[Ruled], policy: Policy) -> Trust:
    """How a pair stands by its rulings and the policy; what no model is known of earns nothing."""
    record = weigh(rulings, confidence=policy.trust.confidence)
    if policy.trusts(pair.code, Proof(pair.proof)):
        standing = Standing.POLICY if pair.is_passive else Standing.PROVEN
        if pair.model and is_below(record, policy.trust):
            standing = Standing.STOPPED
    elif pair.model and has_earned(record, policy.trust):
        standing = Standing.CLAIMABLE
    else:
        standing = Standing.SHADOW
    return Trust(record=record, standing=standing)


def settle(db: Connection, pair: Pair, *, policy: Policy, now: datetime) -> Trust:
    """Judge the pair, and tell when it stands otherwise than was told last."""
    found = judge(pair, trust.rulings(db, pair).get(pair, []), policy)
    before = trust.standing_told(db, pair)
    if found.standing is not before:
        _tell(db, pair, before, found, policy=policy, now=now)
    return found


def settle_all(db: Connection, *, policy: Policy, now: datetime) -> None:
    """Judge every pair: the policy file may ask for more, or less, than it did."""
    for pair in trust.pairs(db):
        settle(db, pair, policy=policy, now=now)


def rule_on(
    db: Connection,
    verdict: trust.Verdict,
    *,
    said: Ruling,
    reason: str,
    actor: str,
    role: Actor,
    policy: Policy,
    now: datetime,
) -> bool:
    """Keep what an engineer says of a verdict; False when that is what holds already.

    ReasonNeededError when it is wrong without a reason. The caller has checked that the verdict
    is within the engineer's scope.
    """
    if said is Ruling.WRONG and not reason:
        raise ReasonNeededError("ruling a verdict wrong needs a reason")
    if trust.newest_ruling(db, verdict.decision_id) == (said, reason):
        return False
    trust.add_ruling(db, verdict, said=said, reason=reason, actor=actor, now=now)
    meta.note(
        db,
        actor=actor,
        action="verdict.ruled",
        detail=f"verdict {verdict.decision_id}, {_name(verdict.pair)}: {said.value}"
        + (f": {reason}" if reason else ""),
        now=now,
    )
    if verdict.line_id is not None:
        cases.append_event(
            db,
            line_id=verdict.line_id,
            organisation_id=verdict.organisation_id,
            actor=actor,
            role=role.value,
            type_=f"verdict_{said.value}",
            payload={"code": verdict.pair.code, "reason": reason},
            now=now,
        )
    settle(db, verdict.pair, policy=policy, now=now)
    return True


def _tell(
    db: Connection, pair: Pair, before: Standing, found: Trust, *, policy: Policy, now: datetime
) -> None:
    how_en, how_zh = _describe(pair, found.record, policy)
    trust.add_change(db, pair, found.standing, reason_en=how_en, reason_zh=how_zh, now=now)
    if found.standing in OPENS_NOTHING:
        for line_id, organisation_id in trust.open_lines(db, pair):
            cases.append_event(
                db,
                line_id=line_id,
                organisation_id=organisation_id,
                actor="collector",
                role=Actor.SYSTEM.value,
                type_="trust_lost",
                payload={"code": pair.code, "reason_en": how_en, "reason_zh": how_zh},
                now=now,
            )
    elif before in OPENS_NOTHING:
        trust.ask_again(db, pair, now=now)
    meta.note(
        db,
        actor="collector",
        action="trust.changed",
        detail=f"{_name(pair)}: {before.value} -> {found.standing.value}; {how_en}",
        now=now,
    )


def _name(pair: Pair) -> str:
    by = "" if pair.is_passive else f" by {pair.proof}"
    return f"{pair.code}{by} on {pair.model or 'an unknown model'}"


def _describe(pair: Pair, record: Record, policy: Policy) -> tuple[str, str]:
    if not pair.model:
        return (
            "the device's model is not known, so no record can be kept of it",
            "设备型号未知，无法累计其判定记录",
        )
    return describe(record, policy.trust)
