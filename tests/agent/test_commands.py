"""Orders from the collector: who may give them, until when, and that each is done once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from agent.answer_words import NotDone
from agent.commands import CannotDo, Commander, DidNotWork
from agent.delivery import command_store, receipts
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.delivery.uplink import Uplink
from agent.trial import TrialDesk
from agent.uplink_budget import DataPlan
from agent.wrong import Both
from shared import signing, wire
from shared.command import Command, CommandResult, Outcome, SignedCommand, Verb
from shared.frame import Lane, unpack
from shared.receipt import Receipt
from tests.agent.fakes import NOON, Clock

WISHED = Both("as you wish", "遵命")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


class Killed(BaseException):
    """The process ends here."""


class FakeHands:
    """Notes what it was told to do, and fails as told."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.error: BaseException | None = None

    def _do(self, what: str, device_id: str) -> Both:
        self.done.append((what, device_id))
        if self.error is not None:
            raise self.error
        return WISHED

    async def probe_now(self, device_id: str, arguments: Mapping[str, str]) -> Both:
        return self._do("probe", device_id)

    async def take_picture(self, device_id: str, arguments: Mapping[str, str]) -> Both:
        return self._do("picture", device_id)

    async def fetch_log(self, device_id: str) -> Both:
        return self._do("log", device_id)

    async def test_ir_cut(self, device_id: str, *, ordered_by: str) -> Both:
        return self._do(f"filter, {ordered_by}", device_id)


class Desk:
    """A commander with its database, and orders made for it."""

    def __init__(self, folder: Path, key: Ed25519PublicKey | None) -> None:
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=NOON)
        self.outbox = Outbox(self.database)
        self.hands, self.clock, self.steady_s = FakeHands(), Clock(), 0.0
        self.collector_clock = CollectorClock(
            self.database, clock=self.clock, steady_s=lambda: self.steady_s
        )
        self.commander = Commander(
            agent_id="agent",
            key=key,
            hands=self.hands,
            settings=TrialDesk(
                source=None,
                health_every=timedelta(minutes=5),
                database=self.database,
                outbox=self.outbox,
                clock=self.clock,
                steady_s=lambda: self.steady_s,
                uplink=Uplink(DataPlan(), database=self.database, clock=self.clock),
            ),
            collector_clock=self.collector_clock,
            database=self.database,
            outbox=self.outbox,
            clock=self.clock,
            wake=lambda: None,
        )

    def hear(self, collector_at: datetime) -> None:
        """A receipt comes that tells the collector's time."""
        receipt = Receipt(self.database.epoch(), "g", collector_at)
        with self.database.transaction():
            receipts.apply(self.database, receipt, now=self.clock.now)
        self.collector_clock.note(receipt)

    def answers(self) -> list[CommandResult]:
        """Results that wait for the collector."""
        with self.database.transaction():
            rows = self.outbox.take(Lane.HEALTH, limit=50, now=self.clock.now)
        found = [wire.decode_up(unpack(row.frame).body, row.lane) for row in rows]
        return [message for message in found if isinstance(message, CommandResult)]


def order(
    verb: Verb = Verb.PROBE_NOW,
    *,
    key: Ed25519PrivateKey = KEY,
    agent_id: str = "agent",
    command_id: str = "c-1",
    arguments: dict[str, str] | None = None,
) -> SignedCommand:
    """An order about the gate that is valid for an hour from noon."""
    return command_from(
        verb,
        key=key,
        agent_id=agent_id,
        command_id=command_id,
        device_id="gate",
        arguments=arguments,
    )


def command_from(
    verb: Verb,
    *,
    key: Ed25519PrivateKey = KEY,
    agent_id: str,
    command_id: str,
    device_id: str = "",
    arguments: dict[str, str] | None = None,
    now: datetime = NOON,
) -> SignedCommand:
    """A signed command that is valid for an hour."""
    until = now + timedelta(hours=1)
    body = wire.encode(Command(command_id, agent_id, verb, device_id, now, until, arguments or {}))
    signature = signing.sign(key, signing.COMMAND, body)
    return SignedCommand(body, signature, signing.key_id(key.public_key()))


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public half as a file holds it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A commander that trusts KEY."""
    made = Desk(tmp_path, KEY.public_key())
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("verb", "what"),
    [
        (Verb.PROBE_NOW, "probe"),
        (Verb.TAKE_PICTURE, "picture"),
        (Verb.FETCH_LOG, "log"),
        (Verb.TEST_IR_CUT, "filter, collector: c-1"),
    ],
)
async def test_an_order_is_done_and_answered(desk: Desk, verb: Verb, what: str) -> None:
    """Each verb reaches the device it names, and a result waits in the outbox."""
    await desk.commander.carry_out(order(verb))

    assert desk.hands.done == [(what, "gate")]
    (answer,) = desk.answers()
    assert (answer.command_id, answer.outcome) == ("c-1", Outcome.DONE)
    assert Both(answer.detail, answer.detail_zh) == WISHED


async def test_a_second_delivery_is_answered_and_not_done_again(desk: Desk) -> None:
    """MQTT may deliver twice; the device is asked once, and the collector hears the same."""
    for _ in range(2):
        await desk.commander.carry_out(order())

    assert len(desk.hands.done) == 1
    assert [a.outcome for a in desk.answers()] == [Outcome.DONE, Outcome.DONE]


def forged_body() -> SignedCommand:
    """A genuine signature over other bytes."""
    genuine, other = order(), order(command_id="c-2")
    return SignedCommand(other.body, genuine.signature, genuine.key_id)


def wrong_domain() -> SignedCommand:
    """Signed with the right key, but as a manifest."""
    genuine = order()
    signature = signing.sign(KEY, signing.MANIFEST, genuine.body)
    return SignedCommand(genuine.body, signature, genuine.key_id)


def posing_as(key: Ed25519PrivateKey) -> SignedCommand:
    """Signed by a stranger who claims to be KEY."""
    strange = order(key=key)
    return SignedCommand(strange.body, strange.signature, signing.key_id(KEY.public_key()))


@pytest.mark.parametrize(
    "signed",
    [
        pytest.param(order(key=OTHER), id="another key"),
        pytest.param(posing_as(OTHER), id="another key under our key's name"),
        pytest.param(forged_body(), id="body changed after signing"),
        pytest.param(wrong_domain(), id="signature made for something else"),
        pytest.param(order(agent_id="neighbour"), id="for another agent"),
    ],
)
async def test_what_is_not_signed_for_us_is_dropped(desk: Desk, signed: SignedCommand) -> None:
    """No device is asked and nothing is answered: a forger learns nothing."""
    assert await desk.commander.carry_out(signed) is None
    assert (desk.hands.done, desk.answers()) == ([], [])


async def test_without_a_key_nobody_gives_orders(tmp_path: Path) -> None:
    """An agent with no command key configured obeys no one."""
    desk = Desk(tmp_path, None)
    assert await desk.commander.carry_out(order()) is None
    assert desk.hands.done == []
    desk.database.close()


async def test_an_order_expires_by_the_collectors_clock(desk: Desk) -> None:
    """Our clock says noon; the collector's, known from its receipt, says that it is too late."""
    desk.hear(NOON + timedelta(hours=2))
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert (result.outcome, desk.hands.done) == (Outcome.EXPIRED, [])


async def test_our_wrong_clock_does_not_expire_an_order(desk: Desk) -> None:
    """Our clock is a day ahead; by the collector's there is time left."""
    desk.clock.pass_by(days=1)
    desk.hear(NOON)
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert result.outcome is Outcome.DONE


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-7)])
async def test_a_jump_of_our_clock_changes_nothing(desk: Desk, jump: timedelta) -> None:
    """What counts after a receipt is the time that has passed, not what our clock was set to."""
    desk.hear(NOON)
    desk.clock.now += jump
    desk.steady_s += 3599
    in_time = await desk.commander.carry_out(order())
    desk.steady_s += 2
    late = await desk.commander.carry_out(order(command_id="c-2"))

    assert in_time is not None
    assert late is not None
    assert (in_time.outcome, late.outcome) == (Outcome.DONE, Outcome.EXPIRED)


async def test_nothing_expires_by_a_guess(desk: Desk) -> None:
    """After a start with a wrong clock an order waits until a receipt has told the time."""
    desk.clock.pass_by(days=3650)
    assert await desk.commander.carry_out(order()) is None
    assert (desk.answers(), desk.hands.done) == ([], [])

    desk.hear(NOON)
    result = await desk.commander.carry_out(order())
    assert result is not None
    assert result.outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("verb", "outcomes", "times"),
    [
        pytest.param(Verb.PROBE_NOW, [None, Outcome.FAILED], 2, id="harmless, so once more"),
        pytest.param(Verb.TAKE_PICTURE, [None, Outcome.FAILED], 2, id="a picture, once more"),
        pytest.param(Verb.FETCH_LOG, [Outcome.FAILED], 1, id="costly, so never again"),
    ],
)
async def test_what_the_agents_death_interrupted(
    desk: Desk, verb: Verb, outcomes: list[Outcome | None], times: int
) -> None:
    """An order that kills the agent each time does not do so for ever, and is answered."""
    desk.hands.error = Killed()
    with pytest.raises(Killed):
        await desk.commander.carry_out(order(verb))
    for outcome in outcomes:
        if outcome is None:
            with pytest.raises(Killed):
                await desk.commander.carry_out(order(verb))
            continue
        result = await desk.commander.carry_out(order(verb))
        assert result is not None
        assert result.outcome is outcome
        assert "interrupted" in result.detail
    assert len(desk.hands.done) == times


async def test_an_answer_that_was_evicted_is_given_again_in_full(desk: Desk) -> None:
    """The collector asks again and hears the same words, though the row is gone."""
    await desk.commander.carry_out(order())
    (first,) = desk.answers()
    with desk.database.transaction():
        desk.outbox.evict_bytes(10**6)
    await desk.commander.carry_out(order())
    (second,) = desk.answers()

    assert Both(first.detail, first.detail_zh) == WISHED
    assert second == replace(first, finished_at=second.finished_at)
    assert len(desk.hands.done) == 1


@given(english=st.text(min_size=1), chinese=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_answer_is_kept_in_both_languages(desk: Desk, english: str, chinese: str) -> None:
    """Whatever a device says within it, one language never runs into the other."""
    with desk.database.transaction() as db:
        said = Both(english, chinese)
        command_store.keep_outcome(db, "c-1", Outcome.DONE, said, issued_at=NOON)
    past = command_store.find(desk.database.connection, "c-1")

    assert past is not None
    assert past.detail == Both(english.replace("\x1e", " "), chinese)


async def test_an_answer_that_an_older_agent_kept_is_given_again(desk: Desk) -> None:
    """It kept English alone: that is told, and no Chinese is made up."""
    with desk.database.transaction() as db:
        row = ("c-1", 1, "failed\nsome camera\nsaid no")
        db.execute("INSERT INTO command_seen VALUES (?, ?, ?)", row)
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert (result.outcome, result.detail) == (Outcome.FAILED, "some camera\nsaid no")
    assert result.detail_zh == ""


async def test_a_thousand_orders_later_it_is_still_known(desk: Desk) -> None:
    """Old orders are forgotten by number and by the collector's time, never by our clock."""
    await desk.commander.carry_out(order())
    desk.clock.pass_by(days=3650)
    desk.hear(NOON)
    await desk.commander.carry_out(order(command_id="c-2"))

    assert command_store.find(desk.database.connection, "c-1") is not None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CannotDo(Both("no such device", "没有此设备")), Outcome.REFUSED),
        (DidNotWork(Both("connection refused", "连接被拒绝")), Outcome.FAILED),
    ],
)
async def test_what_cannot_be_done_says_why(desk: Desk, error: NotDone, outcome: Outcome) -> None:
    """The person who asked reads the reason."""
    desk.hands.error = error
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert (result.outcome, result.detail, result.detail_zh) == (
        outcome,
        error.why.en,
        error.why.zh,
    )


async def test_a_defect_met_by_an_order_fails_that_order(desk: Desk) -> None:
    """The agent goes on watching; whoever asked reads what was met."""
    desk.hands.error = KeyError("a defect")
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert result.outcome is Outcome.FAILED
    assert "KeyError('a defect')" in result.detail


async def test_a_new_epoch_begins_once(desk: Desk) -> None:
    """The order is done in one epoch change however often it arrives; its answer is the first."""
    old = desk.database.epoch()
    for _ in range(3):
        await desk.commander.carry_out(order(Verb.NEW_EPOCH))
    new = desk.database.epoch()

    assert (new.counter, new.nonce != old.nonce) == (old.counter + 1, True)
    assert [answer.outcome for answer in desk.answers()] == [Outcome.DONE] * 3


async def test_an_epoch_that_ended_already_is_not_ended_again(desk: Desk) -> None:
    """Rows of the old epoch may clash for days; they cost no further epoch."""
    old = desk.database.epoch()
    await desk.commander.carry_out(order(Verb.NEW_EPOCH, arguments={"epoch": str(old)}))
    new = desk.database.epoch()
    again = order(Verb.NEW_EPOCH, command_id="c-2", arguments={"epoch": str(old)})
    result = await desk.commander.carry_out(again)

    assert new != old
    assert desk.database.epoch() == new
    assert result is not None
    assert result.outcome is Outcome.DONE
