"""The jobs loop: liveness, decisions, expired commands, origins; each in its own transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from collector import (
    ask_for_evidence,
    earn,
    liveness,
    renew_clocks,
    retry_steps,
    suggest_origin,
    timed_moves,
)
from collector.claims.policy import Policy
from collector.decide_episode import decide_episode
from collector.learn_from_claims import learn_from_claims
from collector.left_alone import LeftAlone
from collector.missing_rows import look_for_gaps
from collector.outlets.settings import NO_NOTIFICATIONS, NotifySettings
from collector.settings import PartnerEntry
from collector.steady import Steady
from collector.store import commands, decisions, meta
from collector.store.cause import cause_of
from collector.tell import tell
from collector.tell_clocks import tell_clocks
from collector.tend import tend
from collector.tend_firmware import Reached, tend_firmware
from collector.verify_tasks import verify_tasks

log = logging.getLogger(__name__)

HELD_FOR = timedelta(minutes=1)  # a decision whose worker died or failed is taken again after this
MOST_AT_ONCE = 500
LATE_TICKS = 10
LATE_S = 60.0
TEND_EVERY_TICKS = 2
GAPS_EVERY = timedelta(minutes=1)


class Jobs:
    """Runs what is due; ``listening_since`` says since when the broker reaches us, or None."""

    def __init__(
        self,
        engine: Engine,
        *,
        policy: Policy,
        listening_since: Callable[[], datetime | None],
        clock: Callable[[], datetime],
        notify: NotifySettings = NO_NOTIFICATIONS,
        command_key: Ed25519PrivateKey | None = None,
        partners: Iterable[PartnerEntry] = (),
    ) -> None:
        self._engine = engine
        self._notify = notify
        self._command_key = command_key  # None: agents are asked for nothing
        self._requests = ask_for_evidence.Round()
        self._asked_at: datetime | None = None
        self._no_asking = LeftAlone()  # asking failed
        self._partners = retry_steps.Round(engine, partners, policy=policy)
        self._policy = policy
        self._listening_since = listening_since
        self._clock = clock
        self._tend_every = timedelta(seconds=TEND_EVERY_TICKS * policy.tick_s)
        self._steady = Steady(engine, tick=timedelta(seconds=policy.tick_s))
        self._good_s = time.monotonic()  # when a tick last came through
        self._tended_at: datetime | None = None
        self._tended = 0  # where the next slice of drafts begins
        self._gaps_at: datetime | None = None
        self._told_at: datetime | None = None
        self._timed_at: datetime | None = None
        self._timed_after = 0  # where the next slice of timed moves begins
        self._firmware_after = Reached()
        self._first_clocks_after: int | None = 0  # None: every line on a clock has one
        self._no_move = LeftAlone()  # the timed move failed
        self._trust_is_settled = False
        self._no_origin = LeftAlone()  # suggesting one failed

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop; a failed tick is logged and the next one tries again."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self._settle_and_tick)
            except OperationalError as error:  # full, locked or away: no defect of a job
                log.error("the store took nothing (%s); the next tick tries again", cause_of(error))
            except Exception:  # the loop must outlive every defect in one job
                log.exception("a tick of the jobs loop failed; the next one tries again")
            try:
                async with asyncio.timeout(self._policy.tick_s):
                    await stop.wait()
            except TimeoutError:
                continue

    def _settle_and_tick(self) -> None:
        now = self._look()
        self.tick(now, look=self._look)
        self._good_s = time.monotonic()

    def _look(self) -> datetime:
        """Compare the clocks; the time now. What lies between two looks is absence when long."""
        now = self._clock()
        self._steady.settle(now=now, monotonic_s=time.monotonic())
        if self._listening_since() is not None:
            self._steady.go_on(now=now)
        return now

    def trouble(self, *, monotonic_s: float) -> str:
        """Why nothing is decided; '' while ticks come through. Deaf ticks count as good ones."""
        since_s = monotonic_s - self._good_s
        if since_s <= max(LATE_TICKS * self._policy.tick_s, LATE_S):
            return ""
        return f"no tick of the jobs loop came through for {since_s:.0f} s; see the log"

    def tick(self, now: datetime, *, look: Callable[[], object] = lambda: None) -> int:
        """Everything that is due at ``now``; how many decisions were taken up.

        ``look`` is called between two jobs: own work that is long as a whole is no absence.
        """
        listening_since = self._listening_since()
        if listening_since is None:
            return 0  # deaf: who is silent cannot be known, so nothing is decided
        self._settle_trust(now)
        with self._engine.begin() as db:
            liveness.check(db, policy=self._policy, listening_since=listening_since, now=now)
            commands.expire(db, now=now)
        look()
        done = 0
        while done < MOST_AT_ONCE and self._decide_one(now):
            done += 1
            look()
        self._tend(now)
        look()
        self._suggest_origins(now, look)
        self._keep_time(now, look)
        self._ask_for_evidence(now, look)
        self._look_for_gaps(now, look)
        self._tell(now)
        return done

    def _settle_trust(self, now: datetime) -> None:
        """Once: the policy file may have been changed while the collector was stopped."""
        if self._trust_is_settled:
            return
        with self._engine.begin() as db:
            earn.settle_all(db, policy=self._policy, now=now)
        self._trust_is_settled = True

    def _decide_one(self, now: datetime) -> bool:
        """Take one decision; False when none is due. A failed one waits, the others go on."""
        with self._engine.begin() as db:
            decision_id = decisions.take_due(db, now=now, until=now + HELD_FOR)
        if decision_id is None:
            return False
        try:
            with self._engine.begin() as db:
                decide_episode(db, decision_id=decision_id, policy=self._policy, now=now)
        except OperationalError:
            raise  # not this decision's fault; it is taken again when its time is over
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
        if self._tended_at is not None and timedelta(0) <= now - self._tended_at < self._tend_every:
            return
        self._tended_at = now
        with self._engine.begin() as db:
            self._tended = tend(db, policy=self._policy, now=now, after=self._tended)
            verify_tasks(db, policy=self._policy, now=now)

    def _suggest_origins(self, now: datetime, look: Callable[[], object]) -> None:
        """Where the faults of unsubmitted lines came from; a line that fails holds up no other."""
        with self._engine.begin() as db:
            due = suggest_origin.due(db, policy=self._policy, but=self._no_origin.at(now), now=now)
        for line_id in due:
            try:
                with self._engine.begin() as db:
                    suggest_origin.renew(db, line_id, policy=self._policy, now=now)
            except OperationalError:
                raise
            except Exception:  # a claim stands without a suggestion too
                log.exception(
                    "no origin could be suggested for line %d; it is tried again later", line_id
                )
                self._no_origin.add(line_id, now=now)
            look()

    def _keep_time(self, now: datetime, look: Callable[[], object]) -> None:
        """Clocks go on and lines move with time, a slice at each look; one that fails holds up no
        other."""
        if self._timed_at is not None and timedelta(0) <= now - self._timed_at < self._tend_every:
            return
        self._timed_at = now
        terms = self._policy.clocks
        with self._engine.begin() as db:
            renew_clocks.renew_stale(db, terms=terms, now=now)
            if self._first_clocks_after is not None:
                self._first_clocks_after = renew_clocks.renew_first(
                    db, after=self._first_clocks_after, terms=terms, now=now
                )
            due = timed_moves.due(db, terms=terms, after=self._timed_after, now=now)
        self._timed_after = due[-1] if len(due) == timed_moves.MOST_AT_ONCE else 0
        left_alone = self._no_move.at(now)
        for line_id in due:
            if line_id not in left_alone:
                self._go_on(line_id, now)
            look()
        self._partners.go(now, look)
        with self._engine.begin() as db:
            tell_clocks(db, terms=terms, now=now)
        with self._engine.begin() as db:
            learn_from_claims(db, policy=self._policy, now=now)
        with self._engine.begin() as db:
            self._firmware_after = tend_firmware(
                db, policy=self._policy, now=now, after=self._firmware_after
            )

    def _go_on(self, line_id: int, now: datetime) -> None:
        try:
            with self._engine.begin() as db:
                timed_moves.go_on(db, line_id, terms=self._policy.clocks, now=now)
        except OperationalError:
            raise
        except Exception:  # a person can still move it
            log.exception("line %d could not go on by itself; it is tried again later", line_id)
            self._no_move.add(line_id, now=now)

    def _ask_for_evidence(self, now: datetime, look: Callable[[], object]) -> None:
        """What claims lack is asked of agents, a slice at each look; one that fails holds up no
        other."""
        if self._asked_at is not None and timedelta(0) <= now - self._asked_at < self._tend_every:
            return
        self._asked_at = now
        with self._engine.begin() as db:
            due = self._requests.next_lines(db, now=now)
        left_alone = self._no_asking.at(now)
        for line_id in due:
            if line_id not in left_alone:
                self._look_after(line_id, now)
            look()

    def _look_after(self, line_id: int, now: datetime) -> None:
        try:
            with self._engine.begin() as db:
                ask_for_evidence.look_after(
                    db, line_id, key=self._command_key, policy=self._policy, now=now
                )
        except OperationalError:
            raise
        except Exception:  # a person can still bring it
            log.exception("line %d could not be asked for; it is tried again later", line_id)
            self._no_asking.add(line_id, now=now)

    def _tell(self, now: datetime) -> None:
        """Last of all: what people are told of must not stand before what it is about."""
        if self._told_at is not None and timedelta(0) <= now - self._told_at < self._tend_every:
            return
        self._told_at = now
        with self._engine.begin() as db:
            tell(
                db,
                notify=self._notify,
                settled=self._policy.outages.reopen,
                clocks=self._policy.clocks,
                now=now,
            )

    def _look_for_gaps(self, now: datetime, look: Callable[[], object]) -> None:
        """Which numbered rows never came; not needed for a decision, so after all of them."""
        last = self._gaps_at
        if last is not None and timedelta(0) <= now - last < GAPS_EVERY:
            return
        look_for_gaps(self._engine, now=now, look=look)
        self._gaps_at = now
