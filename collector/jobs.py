"""The jobs loop: liveness, due decisions, expired commands; each in a transaction of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from collector import liveness
from collector.claims.decide import decide
from collector.claims.facts import Facts, SiteFacts, UnitFacts
from collector.claims.policy import Policy
from collector.effects import carry_out
from collector.store import commands, decisions, due, meta, positions, twins, units
from collector.store.due import Case
from collector.store.units import Unit
from collector.tend import tend

log = logging.getLogger(__name__)

HELD_FOR = timedelta(minutes=1)  # a decision whose worker died or failed is taken again after this
MOST_AT_ONCE = 500
READINGS_KEPT = timedelta(days=90)
TEND_EVERY = timedelta(seconds=2)
PRUNE_EVERY = timedelta(hours=6)


class Jobs:
    """Runs what is due; ``listening_since`` says since when the broker reaches us, or None."""

    def __init__(
        self,
        engine: Engine,
        *,
        policy: Policy,
        listening_since: Callable[[], datetime | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._listening_since = listening_since
        self._clock = clock
        self._pruned_at: datetime | None = None
        self._tended_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop; a failed tick is logged and the next one tries again."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.tick, self._clock())
            except Exception:  # the loop must outlive every defect in one job
                log.exception("a tick of the jobs loop failed; the next one tries again")
            try:
                await asyncio.wait_for(stop.wait(), self._policy.tick_s)
            except TimeoutError:
                continue

    def tick(self, now: datetime) -> int:
        """Everything that is due at ``now``; how many decisions were taken up."""
        listening_since = self._listening_since()
        if listening_since is None:
            return 0  # deaf: who is silent cannot be known, so nothing is decided
        with self._engine.begin() as db:
            liveness.check(db, policy=self._policy, listening_since=listening_since, now=now)
            commands.expire(db, now=now)
        self._prune(now)
        done = 0
        while done < MOST_AT_ONCE and self._decide_one(now):
            done += 1
        self._tend(now)
        return done

    def _decide_one(self, now: datetime) -> bool:
        """Take one decision; False when none is due. A failed one waits, the others go on."""
        with self._engine.begin() as db:
            decision_id = decisions.take_due(db, now=now, until=now + HELD_FOR)
        if decision_id is None:
            return False
        try:
            with self._engine.begin() as db:
                decide_episode(db, decision_id=decision_id, policy=self._policy, now=now)
        except Exception as error:  # one bad case must not stop the queue behind it
            log.exception("decision %d failed; it is tried again later", decision_id)
            with self._engine.begin() as db:
                meta.note(
                    db,
                    actor="collector",
                    action="decision.failed",
                    detail=f"decision {decision_id}: {type(error).__name__}",
                    now=now,
                )
        return True

    def _tend(self, now: datetime) -> None:
        """Lines move with evidence and clearings, which come in their own time."""
        if self._tended_at is not None and timedelta(0) <= now - self._tended_at < TEND_EVERY:
            return
        self._tended_at = now
        with self._engine.begin() as db:
            tend(db, policy=self._policy, now=now)

    def _prune(self, now: datetime) -> None:
        if self._pruned_at is not None and timedelta(0) <= now - self._pruned_at < PRUNE_EVERY:
            return
        self._pruned_at = now
        with self._engine.begin() as db:
            positions.prune_log(db, before=now - READINGS_KEPT)


def decide_episode(db: Connection, *, decision_id: int, policy: Policy, now: datetime) -> None:
    """Read the facts, decide, write the effects; the caller owns the transaction."""
    case = due.read(db, decision_id=decision_id)
    carry_out(db, case, decide(facts_of(db, case), policy, now), now=now)


def facts_of(db: Connection, case: Case) -> Facts:
    """What the pure part is told of a case."""
    note_en, note_zh = identity_note(case)
    return Facts(
        code=case.code,
        onset_at=case.onset_at,
        cleared_at=case.cleared_at,
        label_serial=case.label_serial,
        unit=unit_facts(units.find(db, case.label_serial)) if case.label_serial else None,
        twins=twins.alive_elsewhere(
            db, label_serial=case.label_serial, position_id=case.position_id
        ),
        note_en=note_en,
        note_zh=note_zh,
        site=SiteFacts(
            devices=due.devices_at(db, site_id=case.site_id),
            unreachable=due.unreachable_at(db, site_id=case.site_id),
            agent_silent_since=case.silent_since,
            promised_within_s=case.promised_within_s,
        ),
    )


def unit_facts(found: Unit | None) -> UnitFacts | None:
    """What the registry says, for the pure part."""
    if found is None:
        return None
    return UnitFacts(
        model=found.model,
        product=found.product,
        batch=found.batch,
        delivered_on=found.delivered_on,
    )


def identity_note(case: Case) -> tuple[str, str]:
    """What is odd about whose fault this is, in English and Chinese; two '' when nothing is."""
    if not case.exchanged:
        return case.serial_note_en, case.serial_note_zh
    return (
        "; ".join(
            filter(
                None,
                (
                    case.serial_note_en,
                    "the device has been exchanged since: this is about the earlier one",
                ),
            )
        ),
        "；".join(filter(None, (case.serial_note_zh, "设备已更换：此处指更换前的设备"))),
    )
