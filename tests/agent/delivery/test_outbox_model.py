"""The outbox against a dictionary: any order of appends, sends, receipts, restarts, evictions,
short volumes and damage; ``model_settings`` with ``LONG`` sizes is a figure."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.delivery import losses, receipts
from agent.delivery.damage import condemn
from agent.delivery.database import Database, Outside
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.relief import relieve
from agent.delivery.salvage import open_or_salvage
from agent.delivery.volume import Free
from shared.frame import Lane
from shared.identity import Epoch, EventId
from shared.receipt import Receipt, Refused, ranges_of
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message

LANES = st.sampled_from(STORED_LANES)
KEPT = (Lane.FAULT, Lane.EVIDENCE)


class Dial:
    """A volume that has as much free as a test says."""

    def __init__(self) -> None:
        self.free_bytes = 10**9

    def free(self) -> Free:
        """What the test set."""
        return Free(bytes=self.free_bytes, inodes=10**6)


class OutboxModel(RuleBasedStateMachine):
    """Each row is in exactly one place, and only a receipt or an eviction takes it away."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "agent.db"
        self.now = NOON
        self.generation = 1
        self.states: dict[EventId, str] = {}
        self.lanes: dict[EventId, Lane] = {}
        self.frames: dict[EventId, bytes] = {}
        self.volume = Dial()
        self._outside = Outside(volume_of=lambda _: self.volume, reserve_bytes=0)
        self._open()

    def _open(self) -> bool:
        database, salvaged = open_or_salvage(self._path, now=self.now, outside=self._outside)
        self.database: Database = database
        self.outbox = Outbox(self.database, limit_bytes=60_000)
        return salvaged is not None

    def teardown(self) -> None:
        self.database.close()
        self._folder.cleanup()

    @rule(lane=LANES)
    def append(self, lane: Lane) -> None:
        with self.database.transaction():
            event = self.outbox.append(message(lane, self.now), now=self.now)
        assert event not in self.states, "an identity was given out twice"
        self.states[event], self.lanes[event] = "waiting", lane
        self._forget_evicted(newcomer=event)

    @rule(lane=LANES)
    def append_then_fail(self, lane: Lane) -> None:
        try:
            with self.database.transaction():
                self.outbox.append(message(lane, self.now), now=self.now)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    @rule(lane=LANES, limit=st.integers(1, 4))
    def send(self, lane: Lane, limit: int) -> None:
        with self.database.transaction():
            rows = self.outbox.take(lane, limit=limit, now=self.now)
        expected = [e for e, s in self.states.items() if s == "waiting" and self.lanes[e] == lane]
        assert sorted(row.event for row in rows) == sorted(expected)[:limit]
        for row in rows:
            assert self.frames.setdefault(row.event, row.frame) == row.frame
            self.states[row.event] = "sent"

    @rule(lane=LANES, seconds=st.integers(0, 4000))
    def send_again(self, lane: Lane, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with self.database.transaction():
            rows = self.outbox.take_overdue(
                lane, limit=99, now=self.now, resend_after=timedelta(seconds=30)
            )
        for row in rows:
            assert self.states[row.event] == "sent"
            assert self.frames[row.event] == row.frame

    @precondition(lambda self: self.states)
    @rule(choice=st.data(), refuse=st.booleans(), renew=st.booleans())
    def receive(self, choice: st.DataObject, refuse: bool, renew: bool) -> None:
        known = sorted(self.states)
        epoch = choice.draw(st.sampled_from(known)).epoch
        named = [
            event
            for event in choice.draw(st.lists(st.sampled_from(known), max_size=6))
            if event.epoch == epoch
        ]
        before = self.database.meta("generation")
        if renew:
            self.generation += 1
        generation = f"g{self.generation}"
        seqs = {event.seq for event in named}
        with self.database.transaction():
            receipts.apply(
                self.database,
                Receipt(
                    epoch,
                    generation,
                    self.now,
                    () if refuse else ranges_of(seqs),
                    tuple(Refused(seq, "why") for seq in sorted(seqs)) if refuse else (),
                ),
                now=self.now,
            )
        if before is not None and before != generation:
            for event, state in self.states.items():
                if state == "delivered":
                    self.states[event] = "waiting"
        for event in named:
            if self.states[event] == "sent":
                keeps = self.lanes[event] in KEPT
                self.states[event] = "delivered" if keeps else "gone"

    @rule(size=st.integers(1, 600))
    def evict(self, size: int) -> None:
        with self.database.transaction():
            self.outbox.evict_bytes(size)
        self._forget_evicted(newcomer=None)

    def _forget_evicted(self, newcomer: EventId | None) -> None:
        """Whatever gave way was told, and nothing better gave way before anything worse."""
        left = {
            EventId(Epoch.parse(epoch), seq)
            for epoch, seq in self.database.connection.execute("SELECT epoch, seq FROM outbox")
        }
        gone = [e for e, s in self.states.items() if s != "gone" and e not in left]
        waiting = {e for e in left if self.states[e] != "delivered" and e != newcomer}
        worst_left = max((self.lanes[e] for e in waiting), default=None)
        told = self._told()
        for event in gone:
            if self.states[event] != "delivered":
                assert event in told, "a row went untold"
                if worst_left is not None and event != newcomer:
                    assert self.lanes[event] >= worst_left, "a better row went before a worse one"
            self.states[event] = "gone"

    def _told(self) -> set[EventId]:
        found = self.database.connection.execute("SELECT epoch, first, last FROM lost").fetchall()
        return {
            EventId(Epoch.parse(epoch), seq)
            for epoch, first, last in found
            for seq in range(first, last + 1)
        }

    @rule(free_bytes=st.sampled_from([0, 10**6, 5 * 10**6, 10**9]))
    def others_use_the_disk(self, free_bytes: int) -> None:
        self.volume.free_bytes = free_bytes
        relieve(self.database, self.outbox)
        self._forget_evicted(newcomer=None)

    @rule()
    def tell_losses(self) -> None:
        with self.database.transaction() as db:
            told = losses.take(db, current_epoch=str(self.database.epoch()))
        assert len(told) <= losses.MAX_TOLD

    @rule(days=st.sampled_from([-20_000, -7, 1, 3650]))
    def the_clock_jumps(self, days: int) -> None:
        if 1971 < (self.now.year + days / 365) < 2100:
            self.now += timedelta(days=days)

    @rule()
    def a_file_is_condemned(self) -> None:
        epoch = self.database.epoch()
        self.database.close()
        condemn(self._path, "met while running")
        assert self._open()
        assert self.database.epoch().counter == epoch.counter + 1
        for event, state in self.states.items():
            if state == "sent":
                self.states[event] = "waiting"

    @precondition(lambda self: any(s == "waiting" for s in self.states.values()))
    @rule(choice=st.data())
    def a_row_is_damaged(self, choice: st.DataObject) -> None:
        waiting = sorted(e for e, s in self.states.items() if s == "waiting")
        event = choice.draw(st.sampled_from(waiting))
        with self.database.transaction() as db:
            db.execute(
                "UPDATE outbox SET crc = crc + 1 WHERE epoch = ? AND seq = ?",
                (str(event.epoch), event.seq),
            )
            rows = self.outbox.take(self.lanes[event], limit=10**6, now=self.now)
        assert event not in {row.event for row in rows}, "a damaged row was sent"
        assert event in self._told(), "a damaged row went untold"
        for row in rows:
            self.states[row.event] = "sent"
        self.states[event] = "gone"

    @rule()
    def restart(self) -> None:
        self.database.close()
        self._open()
        with self.database.transaction():
            self.outbox.forget_sent()
        for event, state in self.states.items():
            if state == "sent":
                self.states[event] = "waiting"

    @rule()
    def new_epoch(self) -> None:
        with self.database.transaction():
            self.database.begin_epoch(counter=self.database.epoch().counter + 1)

    @invariant()
    def depths_agree(self) -> None:
        for lane in STORED_LANES:
            depth = self.outbox.depth(lane)
            states = [s for e, s in self.states.items() if self.lanes[e] is lane]
            assert (depth.waiting_rows, depth.sent_rows, depth.kept_rows) == (
                states.count("waiting"),
                states.count("sent"),
                states.count("delivered"),
            )


def model_settings(*, examples: int, steps: int) -> settings:
    """How often, and how far, the model is walked."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


TestOutboxModel = OutboxModel.TestCase
TestOutboxModel.settings = model_settings(examples=40, steps=30)
