"""Delivery over a fake link: every way a network lies, without a socket and without waiting."""

from __future__ import annotations

import itertools
import random

import pytest

from agent.delivery.backoff import PAUSE_CAP_S
from agent.delivery.database import Database
from agent.delivery.flight import PIECE_BYTES
from agent.delivery.link import Acknowledged, Gone
from agent.delivery.outbox import Outbox
from agent.delivery.sending import WINDOWS
from agent.delivery.watchdog import CONNECT_WITHIN_S, PUBACK_WITHIN_S
from shared import topics, wire
from shared.command import SignedCommand
from shared.evidence import EvidenceChunk
from shared.frame import Lane, pack
from shared.health import Health, Lost
from shared.receipt import SeqRange
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.fake_link import (
    AGENT,
    FakeBroker,
    HandClock,
    dispatcher_of,
    running,
    ticks,
    until,
)
from tests.agent.delivery.samples import message


@pytest.fixture
def broker() -> FakeBroker:
    """A fake broker that does all right until told otherwise."""
    return FakeBroker(HandClock())


def append(database: Database, outbox: Outbox, lane: Lane, *, rows: int = 1) -> None:
    """Append rows of a lane."""
    with database.transaction():
        for _ in range(rows):
            outbox.append(message(lane, NOON), now=NOON)


def left(outbox: Outbox, lane: Lane = Lane.FAULT) -> int:
    """Rows without a receipt."""
    depth = outbox.depth(lane)
    return depth.waiting_rows + depth.sent_rows


async def test_a_puback_without_a_receipt_is_resent_less_and_less(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """Broker alive, collector dead for 30 min: the same bytes again, ever rarer, one connection."""
    broker.receipts = False
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: len(broker.seqs) == 1)
        sent_at = [0.0]
        for _ in range(600):
            broker.clock.seconds += 3
            await ticks(1)
            while len(sent_at) < len(broker.seqs):
                sent_at.append(broker.clock.seconds)
        gaps = [later - earlier for earlier, later in itertools.pairwise(sent_at)]

    assert 0.8 * 30 <= gaps[0] <= 1.2 * 30 + 6
    assert 5 <= len(broker.seqs) <= 8
    assert gaps == sorted(gaps)
    assert len(broker.frames[1]) == 1
    assert len(broker.links) == 1


async def test_rows_of_one_moment_are_not_resent_in_one_moment(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Each row has its own jitter: forty rows sent together come due over several seconds."""
    broker.receipts = False
    append(database, outbox, Lane.FAULT, rows=40)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: len(broker.seqs) == 40)
        due: dict[int, int] = {}
        for second in range(24, 38):
            broker.clock.seconds = second
            await ticks(2)
            due[second] = len(broker.seqs)

    assert len(set(due.values())) >= 5
    assert due[37] >= 80


async def test_lost_doubled_and_reordered_rows_all_settle(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Each third row vanishes, receipts come twice or last first: in the end nothing waits."""
    broker.drop_every = 3
    broker.duplicates = 2
    append(database, outbox, Lane.FAULT, rows=20)
    async with running(dispatcher_of(broker, database, outbox)):
        for _ in range(60):
            broker.clock.seconds += 10
            await ticks(1)
        broker.drop_every, broker.reorder = 0, True
        append(database, outbox, Lane.EVIDENCE, rows=9)
        for _ in range(60):
            broker.clock.seconds += 10
            await ticks(1)
        await until(lambda: left(outbox) == 0 and left(outbox, Lane.EVIDENCE) == 0)

    assert set(broker.seqs) == set(range(1, 30))
    assert all(len(frames) == 1 for frames in broker.frames.values())


async def test_a_link_that_acknowledges_nothing_is_made_anew(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Half open: it says connected and takes rows, and nothing comes back."""
    broker.pubacks = broker.receipts = broker.pings = False
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: len(broker.seqs) == 1)
        first = broker.live
        broker.clock.seconds += PUBACK_WITHIN_S + 1
        broker.pubacks = broker.receipts = broker.pings = True
        await until(lambda: len(broker.links) == 2)
        broker.clock.seconds += 40
        await until(lambda: left(outbox) == 0)

    assert first.is_cut


async def test_an_idle_link_without_pings_is_made_anew(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Nothing is owed, but not one byte came back for two keep-alive intervals and a half."""
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: bool(broker.links))
        await ticks()
        broker.pings = False
        broker.clock.seconds += 100
        await ticks()
        assert len(broker.links) == 1
        broker.clock.seconds += 60
        await until(lambda: len(broker.links) == 2)


async def test_a_broker_that_never_says_connack_is_left(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """A connection that stays without an answer ends, and the next one serves."""
    broker.lets_in = False
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: len(broker.links) == 1)
        await ticks()
        broker.lets_in = True
        broker.clock.seconds += CONNECT_WITHIN_S + 1
        await until(lambda: left(outbox) == 0)

    assert len(broker.links) == 2


async def test_a_refused_connection_is_tried_again(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Nobody listens three times; the fourth connection delivers."""
    broker.refuses = 3
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: left(outbox) == 0)

    assert len(broker.links) == 4


async def test_poison_is_acknowledged_and_survived(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """What cannot be read or acted on is counted and acknowledged; the next receipt works."""
    dispatcher = dispatcher_of(broker, database, outbox)

    def breaks(_: SignedCommand) -> None:
        raise RuntimeError("a defect in a handler")

    dispatcher._reception._on_command = breaks
    epoch = database.epoch()
    command = wire.encode(SignedCommand(b"x", b"s" * 64, "0" * 16))
    poison = [
        ("", b""),
        (topics.receipt(AGENT), b"\xff" * 100),
        (topics.command(AGENT), pack(lane=Lane.COMMAND, epoch=epoch, seq=0, body=command)),
    ]
    async with running(dispatcher) as delivering:
        await until(lambda: dispatcher.is_connected)
        for topic, payload in poison:
            broker.live.deliver(topic, payload)
        await until(lambda: len(broker.live.acknowledged) == len(poison))
        append(database, outbox, Lane.FAULT)
        await until(lambda: left(outbox) == 0)
        assert not delivering.done()

    assert dispatcher.received.commands == 1
    assert dispatcher.received.bad_messages == 2
    assert len(broker.links) == 1


async def test_a_wish_to_wait_holds_faults_across_reconnects_and_ends(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """After retry_after_s nothing leaves, faults included, also over a new connection."""
    broker.retry_after_s = 100.0
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: left(outbox) == 0)
        append(database, outbox, Lane.FAULT)
        broker.live.hand(Gone("reset"))
        await until(lambda: len(broker.links) == 2)
        broker.clock.seconds += 50
        await ticks()
        assert broker.seqs == [1]
        broker.clock.seconds += 51
        await until(lambda: broker.seqs == [1, 2])


async def test_repeated_wishes_cannot_silence_an_agent(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Old receipts that ask for an hour, again and again, hold rows for the cap and no longer."""
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: left(outbox) == 0)
        began_s = broker.clock.seconds
        broker.live.receipt(1, retry_after_s=3600.0)
        await ticks()
        append(database, outbox, Lane.FAULT)
        while len(broker.seqs) < 2:
            assert broker.clock.seconds - began_s <= PAUSE_CAP_S + 20
            broker.clock.seconds += 10
            broker.live.receipt(1, retry_after_s=3600.0)
            await ticks(3)

    assert broker.clock.seconds - began_s >= PAUSE_CAP_S


async def test_only_chunks_without_a_receipt_go_again(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Evidence resumes chunk by chunk: after a reconnect the receipted ones stay where they are."""
    broker.receipts = False
    append(database, outbox, Lane.EVIDENCE, rows=10)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: len(broker.seqs) == 10)
        broker.live.receipt(1, 2, 3, 4, 6)
        await until(lambda: left(outbox, Lane.EVIDENCE) == 5)
        broker.live.hand(Gone("reset"))
        broker.receipts = True
        await until(lambda: len(broker.links) == 2)
        broker.clock.seconds += 60
        await until(lambda: left(outbox, Lane.EVIDENCE) == 0)

    assert sorted(broker.seqs[10:]) == [5, 7, 8, 9, 10]
    assert all(len(frames) == 1 for frames in broker.frames.values())


async def test_a_receipt_makes_a_connection_a_good_one(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """After hours without a broker, the first word of the collector ends the long waits, though
    the connection did not last."""
    waits: list[float] = []
    dispatcher = dispatcher_of(broker, database, outbox)

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await broker.clock.sleep(seconds)

    dispatcher._sleep = wait
    broker.refuses = 12
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher):
        await until(lambda: bool(broker.seqs) and left(outbox) == 0)
        broker.live.hand(Gone("reset"))
        await until(lambda: len(waits) == 13)

    assert waits[11] > 60.0
    assert waits[12] <= 1.0


async def test_a_new_connection_starts_the_waits_of_faults_anew(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """What backed off on a deaf link goes within one interval on the next, not after many."""
    broker.receipts = False
    append(database, outbox, Lane.FAULT)
    async with running(dispatcher_of(broker, database, outbox)):
        for sent in range(1, 6):
            await until(lambda sent=sent: len(broker.seqs) == sent)
            broker.clock.seconds += 40 * 2**sent
        await until(lambda: len(broker.seqs) == 6)
        broker.live.hand(Gone("reset"))
        await until(lambda: len(broker.links) == 2)
        broker.receipts = True
        broker.clock.seconds += 40
        await until(lambda: left(outbox) == 0)


async def test_what_a_slow_link_still_has_is_not_handed_over_again(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """One chunk at a time while PUBACKs are slow, each once; a fault overtakes those behind it."""
    broker.pubacks = False
    content = random.Random(1).randbytes(PIECE_BYTES)
    with database.transaction():
        for _ in range(4):
            outbox.append(EvidenceChunk("ab" * 32, 0, PIECE_BYTES, content), now=NOON)
    dispatcher = dispatcher_of(broker, database, outbox)
    broker.receipts = False
    async with running(dispatcher):
        await until(lambda: broker.seqs == [1])
        broker.clock.seconds += 50
        await ticks()
        append(database, outbox, Lane.FAULT)
        dispatcher.wake()
        await until(lambda: broker.seqs == [1, 5])
        broker.live.hand(Acknowledged(2))
        broker.live.hand(Acknowledged(3))
        broker.live.receipt(1, 5)
        await until(lambda: broker.seqs == [1, 5, 2])
        broker.clock.seconds += 50
        await ticks()
        broker.pubacks = True  # for the goodbye

    assert broker.seqs == [1, 5, 2]
    assert len(broker.links) == 1


async def test_a_row_that_is_dropped_each_time_is_sent_ever_more_rarely(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """Receipts for others do not start its waits anew: a row over a broker's limit costs little."""
    broker.drops = frozenset({1})
    append(database, outbox, Lane.EVIDENCE)
    async with running(dispatcher_of(broker, database, outbox)):
        await until(lambda: broker.seqs == [1])
        for _ in range(120):
            broker.clock.seconds += 15
            append(database, outbox, Lane.FAULT)
            await until(lambda: left(outbox) == 0)

    assert 4 <= broker.seqs.count(1) <= 9


async def test_faults_that_nobody_takes_do_not_stop_those_behind_them(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """A collector that cannot keep a window full of faults still gets the next one."""
    window = WINDOWS[Lane.FAULT]
    broker.drops = frozenset(range(1, window + 1))
    append(database, outbox, Lane.FAULT, rows=window)
    dispatcher = dispatcher_of(broker, database, outbox)
    async with running(dispatcher):
        await until(lambda: len(broker.seqs) == window)
        for _ in range(4):
            broker.clock.seconds += 40
            await ticks()
        append(database, outbox, Lane.FAULT)
        dispatcher.wake()
        await until(lambda: left(outbox) == window)

    assert window + 1 in broker.seqs


@pytest.mark.parametrize("receipts_for_others", [True, False])
async def test_other_rows_that_nobody_takes_pass_on_the_window_where_the_collector_lives(
    database: Database, outbox: Outbox, broker: FakeBroker, *, receipts_for_others: bool
) -> None:
    """Where receipts come for others they are passed by; a collector that is away gets no more."""
    window = WINDOWS[Lane.HEALTH]
    broker.drops = frozenset(range(1, window + 1))
    append(database, outbox, Lane.HEALTH, rows=window + 1)
    dispatcher = dispatcher_of(broker, database, outbox)
    async with running(dispatcher):
        await until(lambda: len(broker.seqs) == window)
        for _ in range(6):
            broker.clock.seconds += 40
            await ticks()
            if receipts_for_others:
                append(database, outbox, Lane.FAULT)
                await until(lambda: left(outbox) == 0)

    assert (window + 1 in broker.seqs) == receipts_for_others


async def test_health_is_not_silenced_by_pictures_that_wait(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """On a link that takes one piece at a time, health takes the next turn, thumbnail or not."""
    broker.pubacks = False
    content = random.Random(1).randbytes(PIECE_BYTES)
    with database.transaction():
        for _ in range(3):
            outbox.append(EvidenceChunk("ab" * 32, 0, PIECE_BYTES, content), now=NOON)
    dispatcher = dispatcher_of(broker, database, outbox)
    async with running(dispatcher):
        await until(lambda: broker.seqs == [1])
        append(database, outbox, Lane.HEALTH, rows=1)
        broker.live.hand(Acknowledged(2))
        await until(lambda: len(broker.seqs) >= 2)
        broker.pubacks = True

    assert broker.seqs[:2] == [1, 4]


async def test_a_row_that_does_not_fit_yet_is_not_passed_by_pictures(
    database: Database, outbox: Outbox, broker: FakeBroker
) -> None:
    """The link drains until a health message larger than a piece of a picture has its turn."""
    broker.pubacks = broker.receipts = False
    dice = random.Random(1)
    content = dice.randbytes(PIECE_BYTES)
    lost = tuple(
        Lost(Lane.TELEMETRY, SeqRange(row, row), dice.randbytes(190).hex()) for row in range(1, 61)
    )
    with database.transaction():
        for _ in range(6):
            outbox.append(EvidenceChunk("ab" * 32, 0, PIECE_BYTES, content), now=NOON)
    dispatcher = dispatcher_of(broker, database, outbox)
    async with running(dispatcher):
        await until(lambda: broker.seqs == [1])
        broker.live.hand(Acknowledged(2))  # at once, so that two leave now
        await until(lambda: broker.seqs == [1, 2, 3])
        with database.transaction():
            outbox.append(Health(NOON, "1", 300.0, "wired", lost=lost), now=NOON)
        broker.clock.seconds += 0.8  # for two: no third
        broker.live.hand(Acknowledged(3))
        await ticks()
        broker.live.hand(Acknowledged(4))
        await until(lambda: len(broker.seqs) >= 4)
        broker.pubacks = True

    assert broker.seqs[:4] == [1, 2, 3, 7]
