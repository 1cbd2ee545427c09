"""Rows of passive_verdict, ruling and trust_change; and what is open because of a pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, func, insert, select, true, update

from collector.claims.trust import Pair, Ruled, Ruling, Standing
from collector.store.tables import (
    claim_line,
    decision,
    episode,
    finding,
    passive_verdict,
    ruling,
    trust_change,
)
from collector.store.upsert import insert_into
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Proof

BY_PAGE: Final = "page"
BY_CLAIM: Final = "claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A passive verdict on record, and the line that it opened or joined."""

    decision_id: int
    organisation_id: str
    pair: Pair
    line_id: int | None


def keep_verdict(
    db: Connection,
    *,
    decision_id: int,
    organisation_id: str,
    pair: Pair,
    position_id: int,
    site_id: str,
    now: datetime,
) -> None:
    """Put a verdict on record; one that is there already stays as it was first known."""
    db.execute(
        insert_into(db, passive_verdict)
        .values(
            decision_id=decision_id,
            organisation_id=organisation_id,
            code=pair.code,
            model=pair.model,
            proof=pair.proof,
            position_id=position_id,
            site_id=site_id,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=["decision_id"])
    )


def find_verdict(db: Connection, decision_id: int) -> Verdict | None:
    """The verdict of this decision; None when there is none."""
    row = db.execute(
        select(passive_verdict, decision.c.line_id)
        .join(decision, decision.c.id == passive_verdict.c.decision_id)
        .where(passive_verdict.c.decision_id == decision_id)
    ).one_or_none()
    if row is None:
        return None
    return Verdict(
        decision_id=row.decision_id,
        organisation_id=row.organisation_id,
        pair=Pair(code=row.code, model=row.model, proof=row.proof),
        line_id=row.line_id,
    )


def add_ruling(
    db: Connection,
    verdict: Verdict,
    *,
    said: Ruling,
    reason: str,
    actor: str,
    now: datetime,
    via: str = BY_PAGE,
) -> None:
    """Append a ruling; from now on it holds."""
    db.execute(
        insert(ruling).values(
            decision_id=verdict.decision_id,
            organisation_id=verdict.organisation_id,
            ruling=said.value,
            reason=reason,
            actor=actor,
            at=now,
            via=via,
        )
    )


def claim_ruling(db: Connection, decision_id: int) -> Ruling | None:
    """What was last taken from the claim of this verdict; None when nothing was."""
    said = db.execute(
        select(ruling.c.ruling)
        .where(ruling.c.decision_id == decision_id, ruling.c.via == BY_CLAIM)
        .order_by(ruling.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if said is None else Ruling(said)


def newest_ruling(db: Connection, decision_id: int) -> tuple[Ruling, str] | None:
    """What holds of this verdict, and the reason given; None while nobody has ruled."""
    row = db.execute(
        select(ruling.c.ruling, ruling.c.reason)
        .where(ruling.c.decision_id == decision_id)
        .order_by(ruling.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (Ruling(row.ruling), row.reason)


def newest_ids() -> Select[tuple[int]]:
    """The ids of the rulings that hold: the newest of each verdict."""
    return select(func.max(ruling.c.id)).group_by(ruling.c.decision_id)


def rulings(db: Connection, pair: Pair | None = None) -> dict[Pair, list[Ruled]]:
    """The rulings that hold, by pair; of one pair when it is named."""
    query = (
        select(
            passive_verdict.c.code,
            passive_verdict.c.model,
            passive_verdict.c.proof,
            passive_verdict.c.position_id,
            passive_verdict.c.site_id,
            ruling.c.ruling,
            ruling.c.via,
        )
        .join(passive_verdict, passive_verdict.c.decision_id == ruling.c.decision_id)
        .where(ruling.c.id.in_(newest_ids()))
    )
    if pair is not None:
        query = query.where(
            passive_verdict.c.code == pair.code,
            passive_verdict.c.model == pair.model,
            passive_verdict.c.proof == pair.proof,
        )
    found: dict[Pair, list[Ruled]] = {}
    for row in db.execute(query):
        ruled = Ruled(
            camera=row.position_id,
            site=row.site_id,
            ruling=Ruling(row.ruling),
            by_claim=row.via == BY_CLAIM,
        )
        pair_of = Pair(code=row.code, model=row.model, proof=row.proof)
        found.setdefault(pair_of, []).append(ruled)
    return found


def pairs(db: Connection) -> tuple[Pair, ...]:
    """Every pair that has a verdict on record."""
    rows = db.execute(
        select(passive_verdict.c.code, passive_verdict.c.model, passive_verdict.c.proof).distinct()
    )
    return tuple(Pair(code=row.code, model=row.model, proof=row.proof) for row in rows)


def standing_told(db: Connection, pair: Pair) -> Standing:
    """How the pair stands by the last change that was told; what only pictures or trends say
    begins in shadow."""
    told = db.execute(
        select(trust_change.c.standing)
        .where(
            trust_change.c.code == pair.code,
            trust_change.c.model == pair.model,
            trust_change.c.proof == pair.proof,
        )
        .order_by(trust_change.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if told is None:
        return Standing.SHADOW if pair.is_passive else Standing.PROVEN
    return Standing(told)


def was_stopped(db: Connection, *, code: str, proof: str) -> bool:
    """Whether such verdicts of a fault were stopped at any time, on any model."""
    found = db.execute(
        select(trust_change.c.id)
        .where(
            trust_change.c.code == code,
            trust_change.c.proof == proof,
            trust_change.c.standing == Standing.STOPPED.value,
        )
        .limit(1)
    )
    return found.first() is not None


def told_at(db: Connection) -> dict[Pair, datetime]:
    """Since when each pair stands as it was told last; not of those that never changed."""
    newest = select(func.max(trust_change.c.id)).group_by(
        trust_change.c.code, trust_change.c.model, trust_change.c.proof
    )
    rows = db.execute(select(trust_change).where(trust_change.c.id.in_(newest)))
    return {Pair(code=row.code, model=row.model, proof=row.proof): row.at for row in rows}


def add_change(
    db: Connection,
    pair: Pair,
    standing: Standing,
    *,
    reason_en: str,
    reason_zh: str,
    now: datetime,
) -> None:
    """Append how the pair stands from now on."""
    db.execute(
        insert(trust_change).values(
            code=pair.code,
            model=pair.model,
            proof=pair.proof,
            standing=standing.value,
            reason_en=reason_en,
            reason_zh=reason_zh,
            at=now,
        )
    )


def ask_again(db: Connection, pair: Pair, *, now: datetime) -> int:
    """Make decisions that stayed in shadow due, while their fault is open; how many.

    Not those that an engineer ruled wrong or could not tell.
    """
    holding = select(ruling.c.decision_id).where(
        ruling.c.id.in_(newest_ids()), ruling.c.ruling != Ruling.RIGHT.value
    )
    asked = db.execute(
        update(decision)
        .where(
            decision.c.id.in_(_of(pair)),
            decision.c.state == "decided",
            decision.c.outcome == "shadow",
            decision.c.episode_id.in_(select(episode.c.id).where(episode.c.cleared_at.is_(None))),
            decision.c.id.not_in(holding),
        )
        .values(state="pending", due_at=now, taken_until=None)
    )
    return int(asked.rowcount)


def open_lines(db: Connection, pair: Pair) -> tuple[tuple[int, str], ...]:
    """``(line, organisation)`` of open lines with a finding that rests on this pair.

    Not those of an episode that a test has proven since: it does not rest on pictures any more.
    """
    if not pair.is_passive:
        return _open_lines_by_model(db, pair)
    rows = db.execute(
        select(claim_line.c.id, claim_line.c.organisation_id)
        .join(finding, finding.c.line_id == claim_line.c.id)
        .join(decision, decision.c.episode_id == finding.c.episode_id)
        .join(episode, episode.c.id == finding.c.episode_id)
        .where(
            decision.c.id.in_(_of(pair)),
            claim_line.c.closed_at.is_(None),
            episode.c.proof != Proof.EXPERIMENT.value,
        )
        .distinct()
        .order_by(claim_line.c.id)
    )
    return tuple((row.id, row.organisation_id) for row in rows)


def _open_lines_by_model(db: Connection, pair: Pair) -> tuple[tuple[int, str], ...]:
    """Of what fact or experiment proved: no verdict was put on record when it opened."""
    is_tested = episode.c.proof == Proof.EXPERIMENT.value
    rows = db.execute(
        select(claim_line.c.id, claim_line.c.organisation_id)
        .join(finding, finding.c.line_id == claim_line.c.id)
        .join(episode, episode.c.id == finding.c.episode_id)
        .where(
            finding.c.code == pair.code,
            claim_line.c.model == pair.model,
            claim_line.c.closed_at.is_(None),
            is_tested if _needs_test(pair) else true(),
        )
        .distinct()
        .order_by(claim_line.c.id)
    )
    return tuple((row.id, row.organisation_id) for row in rows)


def _needs_test(pair: Pair) -> bool:
    """The code alone promises less than the pair's proof: each event states it."""
    entry = CATALOGUE.get(pair.code)
    return entry is not None and entry.proof.value != pair.proof


def _of(pair: Pair) -> Select[tuple[int]]:
    return select(passive_verdict.c.decision_id).where(
        passive_verdict.c.code == pair.code,
        passive_verdict.c.model == pair.model,
        passive_verdict.c.proof == pair.proof,
    )
