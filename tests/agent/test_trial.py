"""A configuration on trial: confirmed by a receipt, or gone by itself; never half of each."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent.delivery import overlay_store, receipts, uplink_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.delivery.uplink import Uplink
from agent.overlay import read_source
from agent.trial import NotTaken, TrialDesk, overlay_to_start_with, window_of
from agent.uplink_budget import MB, DataPlan, Mode, Spent, mode_of
from shared import wire
from shared.command import Command, CommandResult, Outcome, Verb
from shared.fault import EpisodeSnapshot
from shared.frame import Lane, unpack
from shared.health import Health
from shared.identity import EventId
from shared.receipt import Receipt, Refused, SeqRange
from tests.agent.fakes import NOON, Clock

NEW = "[schedule]\nhealth_every_s = 600\n"
HEALTH = Health(NOON, "0", 300.0, "wired")


class Killed(BaseException):
    """The process ends here."""


class Mortal(Database):
    """A database whose process is killed at the n-th end of a transaction, before or after it."""

    dies_at = -1  # even: just before the commit, odd: just after it
    ends = 0

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with super().transaction() as db:
            yield db
            self._live_or_die()
        self._live_or_die()

    def _live_or_die(self) -> None:
        Mortal.ends += 1
        if Mortal.ends - 1 == Mortal.dies_at:
            raise Killed


class Gateway:
    """An agent reduced to its database and the trial; each start is a process."""

    def __init__(self, folder: Path, *, mortal: bool = False) -> None:
        (folder / "agent.toml").write_text('[agent]\nid = "agent"\n')
        self.source = read_source(folder / "agent.toml")
        self.clock, self.steady_s, self.plan = Clock(), 0.0, DataPlan()
        self.folder, self._mortal = folder, mortal
        self.open()
        self.database: Database
        self.outbox: Outbox
        self.desk: TrialDesk

    def open(self) -> None:
        """Start: another process opens the file."""
        database, _ = open_or_salvage(self.folder / "agent.db", now=NOON)
        if self._mortal:
            database = Mortal(database.connection, database.path)
        self.database, self.outbox = database, Outbox(database)

    def start(self) -> str:
        """Build the parts; the overlay that they are built with."""
        overlay = overlay_to_start_with(self.database, self.outbox, now=self.clock())
        self.desk = TrialDesk(
            source=self.source,
            health_every=self.source.read(overlay).pace.health_every,
            database=self.database,
            outbox=self.outbox,
            uplink=Uplink(self.plan, database=self.database, clock=self.clock),
            clock=self.clock,
            steady_s=lambda: self.steady_s,
        )
        return overlay

    def tell_health(self) -> EventId:
        """A health message, as the reporter appends it."""
        with self.database.transaction():
            event = self.outbox.append(HEALTH, now=NOON)
            self.desk.note_health(event)
        return event

    def hear(self, *events: EventId, refused: bool = False) -> None:
        """A receipt, as the dispatcher applies it."""
        seqs = () if refused else tuple(SeqRange(event.seq, event.seq) for event in events)
        bad = tuple(Refused(event.seq, "no") for event in events) if refused else ()
        receipt = Receipt(self.database.epoch(), "g", NOON, seqs, bad)
        with self.database.transaction():
            receipts.apply(self.database, receipt, now=NOON)
            self.desk.note_receipt(receipt)

    def results(self) -> list[CommandResult]:
        """Answers in the outbox."""
        rows = self.database.connection.execute("SELECT lane, frame FROM outbox").fetchall()
        found = [wire.decode_up(unpack(frame).body, Lane(lane)) for lane, frame in rows]
        return [message for message in found if isinstance(message, CommandResult)]


def ordered(text: str = NEW, command_id: str = "c-1", **arguments: str) -> Command:
    """An order to set the configuration."""
    until = NOON + timedelta(days=1)
    return Command(
        command_id, "agent", Verb.SET_CONFIG, "", NOON, until, {"config": text, **arguments}
    )


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """One that has started with its own file."""
    made = Gateway(tmp_path)
    assert made.start() == ""
    yield made
    made.database.close()


def test_a_receipt_for_a_health_message_made_under_it_keeps_it(gateway: Gateway) -> None:
    """Neither the order itself, nor a health message from before, nor another receipt will do."""
    before = gateway.tell_health()
    gateway.desk.take(ordered())
    assert gateway.desk.look()
    assert gateway.start() == NEW
    gateway.hear(before)
    health = gateway.tell_health()
    gateway.hear(health, refused=True)
    assert (gateway.results(), overlay_store.in_force(gateway.database)) == ([], "")

    gateway.hear(gateway.tell_health())
    (result,) = gateway.results()
    assert result.outcome is Outcome.DONE
    assert gateway.source.digest(NEW) in result.detail
    assert gateway.start() == NEW
    assert not gateway.desk.look()


def test_without_a_receipt_it_goes_back(gateway: Gateway) -> None:
    """The broker never answers: after ten minutes the file governs, and the reason is told."""
    gateway.desk.take(ordered())
    gateway.start()
    gateway.tell_health()
    gateway.clock.pass_by(days=3650)  # a jump of the wall clock is no waiting
    gateway.steady_s += window_of(timedelta(seconds=600)).total_seconds()
    assert not gateway.desk.look()
    gateway.steady_s += 1
    assert gateway.desk.look()

    (result,) = gateway.results()
    assert result.outcome is Outcome.FAILED
    assert "rolled back because no receipt" in result.detail
    assert gateway.start() == ""


def test_the_former_order_comes_back_and_not_the_bare_file(gateway: Gateway) -> None:
    """Rolling back means: as it was just before."""
    gateway.desk.take(ordered())
    gateway.start()
    gateway.hear(gateway.tell_health())
    gateway.desk.take(ordered("[schedule]\nconcurrency = 1\n", "c-2"))
    gateway.start()
    gateway.steady_s += 10**6
    assert gateway.desk.look()
    assert gateway.start() == NEW


def test_an_agent_that_does_not_stay_up_goes_back(gateway: Gateway) -> None:
    """The second restart on trial is one too many."""
    gateway.desk.take(ordered())
    assert [gateway.start() for _ in range(4)] == [NEW, NEW, "", ""]
    (result,) = gateway.results()
    assert result.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("command", "word"),
    [
        pytest.param(ordered("[broker]\nport = 1\n"), "broker", id="not allowed"),
        pytest.param(ordered("[schedule"), "not TOML", id="bad TOML"),
        pytest.param(ordered("[schedule]\nconcurrency = 65\n"), "65", id="out of range"),
        pytest.param(ordered("#" * 4097), "4097", id="oversize"),
        pytest.param(ordered(base="0123456789abcdef"), "0123456789abcdef", id="another base"),
        pytest.param(ordered(colour="red"), "colour", id="another argument"),
    ],
)
def test_what_is_refused_changes_nothing(gateway: Gateway, command: Command, word: str) -> None:
    """The reason names what is wrong, and nothing is on trial."""
    with pytest.raises(NotTaken, match=word):
        gateway.desk.take(command)
    assert overlay_store.on_trial(gateway.database) is None
    assert not gateway.desk.look()


@given(
    spent=st.integers(0, 30 * MB), plan_mb=st.integers(1, 30), cap_mb=st.none() | st.integers(1, 40)
)
@example(spent=10 * MB - 20_000, plan_mb=10, cap_mb=None)
@example(spent=10 * MB - 20_001, plan_mb=10, cap_mb=None)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
def test_no_order_puts_an_agent_out_of_reach(
    tmp_path: Path, spent: int, plan_mb: int, cap_mb: int | None
) -> None:
    """A plan that this month's bytes have used up is refused; any other is put on trial."""
    with TemporaryDirectory(dir=tmp_path) as folder:
        gateway = Gateway(Path(folder))
        with gateway.database.transaction() as db:
            uplink_store.add(db, day=NOON.date(), count=spent)
        gateway.start()
        text = f"[uplink]\nmb_per_month = {plan_mb}\n"
        text += "" if cap_mb is None else f"hard_cap_mb = {cap_mb}\n"
        plan = DataPlan(plan_bytes=plan_mb * MB, cap_bytes=(cap_mb or plan_mb) * MB)
        would_be = mode_of(plan, Spent(month_bytes=spent, today_bytes=spent), now=NOON)
        try:
            gateway.desk.take(ordered(text))
        except NotTaken as refusal:
            assert would_be in (Mode.FAREWELL, Mode.CLOSED)
            assert "write at least" in str(refusal).lower()
            least = re.search(r"at least ([0-9.]+) MB", str(refusal))
            assert least
            remedy = replace(plan, plan_bytes=10**9, cap_bytes=int(float(least[1]) * MB))
            mode = mode_of(remedy, Spent(month_bytes=spent, today_bytes=spent), now=NOON)
            assert mode not in (Mode.FAREWELL, Mode.CLOSED)
        else:
            assert would_be not in (Mode.FAREWELL, Mode.CLOSED)
        gateway.database.close()


def test_a_plan_that_is_used_up_already_does_not_forbid_other_orders(gateway: Gateway) -> None:
    """What is in use is not the order's doing: a last command may still tune something else."""
    gateway.plan = DataPlan(plan_bytes=MB, cap_bytes=MB)
    with gateway.database.transaction() as db:
        uplink_store.add(db, day=NOON.date(), count=2 * MB)
    (gateway.folder / "agent.toml").write_text(
        '[agent]\nid = "agent"\n[uplink]\nmb_per_month = 1\n'
    )
    gateway.source = read_source(gateway.folder / "agent.toml")
    gateway.start()
    gateway.desk.take(ordered("[schedule]\nconcurrency = 1\n"))
    assert gateway.desk.look()


def test_one_at_a_time_and_only_from_where_it_was_made(gateway: Gateway) -> None:
    """While one is on trial another is refused; the right base is taken."""
    gateway.desk.take(ordered(base=gateway.source.digest("")))
    gateway.start()
    with pytest.raises(NotTaken, match="on trial"):
        gateway.desk.take(ordered(command_id="c-2"))
    assert gateway.desk.knows(ordered())


def rows_of(gateway: Gateway) -> list[tuple[object, ...]]:
    """What the collector must still get, byte for byte; answers are left out."""
    found = gateway.database.connection.execute(
        "SELECT epoch, seq, lane, state, crc, frame FROM outbox WHERE lane = ? ORDER BY id",
        (int(Lane.FAULT),),
    )
    return [tuple(row) for row in found]


def well(gateway: Gateway) -> None:
    """The collector hears of it."""
    gateway.hear(gateway.tell_health())


def badly(gateway: Gateway) -> None:
    """The broker never answers."""
    gateway.tell_health()
    gateway.steady_s += 10**6
    gateway.desk.look()


@pytest.mark.parametrize("ending", [well, badly])
@pytest.mark.parametrize("dies_at", range(14))
def test_killed_at_any_step_it_is_the_old_or_the_new(
    tmp_path: Path, dies_at: int, ending: Callable[[Gateway], None]
) -> None:
    """Killed before or after any commit: old or new, one answer that is true, no row touched."""
    Mortal.dies_at, Mortal.ends = -1, 0
    gateway = Gateway(tmp_path, mortal=True)
    with gateway.database.transaction():
        for _ in range(3):
            gateway.outbox.append(EpisodeSnapshot(NOON), now=NOON)
    before, command = rows_of(gateway), ordered()
    Mortal.dies_at, Mortal.ends = dies_at, 0
    for _ in range(3):  # the collector sends the command until it is answered
        try:
            used = gateway.start()
            assert used in ("", NEW)
            if not gateway.results() and not gateway.desk.knows(command):
                gateway.desk.take(command)
                used = gateway.start()
            if used == NEW and not gateway.results():
                ending(gateway)
        except Killed:
            gateway.database.connection.close()
            gateway.open()
    used = gateway.start()

    (result,) = gateway.results()
    assert (result.outcome is Outcome.DONE) is (used == NEW)
    assert used in ("", NEW)
    assert rows_of(gateway) == before
    gateway.database.close()


def test_the_kills_reach_every_step(tmp_path: Path) -> None:
    """The test above kills at as many places as an order has."""
    Mortal.dies_at, Mortal.ends = -1, 0
    gateway = Gateway(tmp_path, mortal=True)
    gateway.start()
    gateway.desk.take(ordered())
    gateway.start()
    well(gateway)
    assert 0 < Mortal.ends <= 14
    gateway.database.close()
