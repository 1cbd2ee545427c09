"""Orders from the collector: who may give them, until when, and that each is done once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agent.commands import CannotDo, Commander, DidNotWork
from agent.delivery import receipts
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from shared import signing, wire
from shared.command import Command, CommandResult, Outcome, SignedCommand, Verb
from shared.frame import Lane, unpack
from shared.receipt import Receipt
from tests.agent.fakes import NOON, Clock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


class FakeHands:
    """Notes what it was told to do, and fails as told."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def _do(self, what: str, device_id: str) -> str:
        self.done.append((what, device_id))
        if self.error is not None:
            raise self.error
        return "as you wish"

    async def probe_now(self, device_id: str) -> str:
        return self._do("probe", device_id)

    async def take_picture(self, device_id: str) -> str:
        return self._do("picture", device_id)

    async def fetch_log(self, device_id: str) -> str:
        return self._do("log", device_id)


class Desk:
    """A commander with its database, and orders made for it."""

    def __init__(self, folder: Path, key: Ed25519PublicKey | None) -> None:
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=NOON)
        self.outbox = Outbox(self.database)
        self.hands, self.clock = FakeHands(), Clock()
        self.commander = Commander(
            agent_id="agent",
            key=key,
            hands=self.hands,
            database=self.database,
            outbox=self.outbox,
            clock=self.clock,
            wake=lambda: None,
        )

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
    """An order that is valid for an hour from noon."""
    body = wire.encode(
        Command(
            command_id, agent_id, verb, "gate", NOON, NOON + timedelta(hours=1), arguments or {}
        )
    )
    signature = signing.sign(key, signing.COMMAND, body)
    return SignedCommand(body, signature, signing.key_id(key.public_key()))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A commander that trusts KEY."""
    made = Desk(tmp_path, KEY.public_key())
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("verb", "what"),
    [(Verb.PROBE_NOW, "probe"), (Verb.TAKE_PICTURE, "picture"), (Verb.FETCH_LOG, "log")],
)
async def test_an_order_is_done_and_answered(desk: Desk, verb: Verb, what: str) -> None:
    """Each verb reaches the device it names, and a result waits in the outbox."""
    await desk.commander.carry_out(order(verb))

    assert desk.hands.done == [(what, "gate")]
    assert [(a.command_id, a.outcome) for a in desk.answers()] == [("c-1", Outcome.DONE)]


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
    with desk.database.transaction():
        late = Receipt(desk.database.epoch(), "g", NOON + timedelta(hours=2))
        receipts.apply(desk.database, late, now=NOON)
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert (result.outcome, desk.hands.done) == (Outcome.EXPIRED, [])


async def test_our_wrong_clock_does_not_expire_an_order(desk: Desk) -> None:
    """Our clock is a day ahead; by the collector's there is time left."""
    desk.clock.pass_by(days=1)
    with desk.database.transaction():
        receipts.apply(desk.database, Receipt(desk.database.epoch(), "g", NOON), now=desk.clock.now)
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert result.outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CannotDo("no such device"), Outcome.REFUSED),
        (DidNotWork("connection refused"), Outcome.FAILED),
    ],
)
async def test_what_cannot_be_done_says_why(desk: Desk, error: Exception, outcome: Outcome) -> None:
    """The person who asked reads the reason."""
    desk.hands.error = error
    result = await desk.commander.carry_out(order())

    assert result is not None
    assert (result.outcome, result.detail) == (outcome, str(error))


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
