"""Delivery within a data plan, over a fake link: what leaves, what waits, and when it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from agent.delivery.backoff import CAP_S
from agent.delivery.database import Database
from agent.delivery.link import Carried, Gone
from agent.delivery.outbox import Outbox
from agent.delivery.uplink import Uplink
from agent.uplink_budget import MB, DataPlan, Mode
from shared.frame import Lane
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.fake_link import (
    FakeBroker,
    HandClock,
    dispatcher_of,
    running,
    ticks,
    until,
)
from tests.agent.delivery.samples import message

PLAN = DataPlan(plan_bytes=100 * MB, cap_bytes=100 * MB)


@pytest.fixture
def broker() -> FakeBroker:
    """A fake broker that does all right."""
    return FakeBroker(HandClock())


def uplink_of(broker: FakeBroker, database: Database, *, spent: int) -> Uplink:
    """An account that has spent so much this month, all of it today."""
    uplink = Uplink(PLAN, database=database, clock=broker.clock.now)
    uplink.note(Carried(bytes=spent, is_measured=True))
    uplink.keep()
    return uplink


def append_all(database: Database, outbox: Outbox) -> dict[int, str]:
    """One row of each kind, the cheapest first; their names by seq."""
    rows = {
        "telemetry": message(Lane.TELEMETRY, NOON),
        "picture": message(Lane.EVIDENCE, NOON, size=40_000),
        "thumbnail": message(Lane.EVIDENCE, NOON, size=9_000),
        "health": message(Lane.HEALTH, NOON),
        "fault": message(Lane.FAULT, NOON),
    }
    with database.transaction():
        return {outbox.append(row, now=NOON).seq: name for name, row in rows.items()}


@pytest.mark.parametrize(
    ("spent_mb", "mode", "leaves"),
    [
        (0, Mode.ALL, ["fault", "health", "thumbnail", "picture", "telemetry"]),
        (71, Mode.NO_BULK, ["fault", "health", "thumbnail", "telemetry"]),
        (86, Mode.THUMBNAILS, ["fault", "health", "thumbnail"]),
        (96, Mode.FAULTS, ["fault", "health"]),
    ],
)
async def test_what_a_mode_sheds_waits(
    broker: FakeBroker,
    database: Database,
    outbox: Outbox,
    spent_mb: int,
    mode: Mode,
    leaves: list[str],
) -> None:
    """Faults leave first in every mode; what may not leave is still there in the next month."""
    clock = broker.clock
    if spent_mb:
        clock.seconds = 26 * 86_400.0  # late in the month: the day's share is large
    uplink = Uplink(PLAN, database=database, clock=clock.now)
    with database.transaction() as db:
        db.execute("INSERT INTO uplink_day VALUES ('2026-06-02', ?)", (spent_mb * MB,))
    assert uplink.mode() is mode
    names = append_all(database, outbox)
    async with running(dispatcher_of(broker, database, outbox, uplink=uplink)):
        await until(lambda: len(broker.seqs) >= len(leaves))
        await ticks()
        assert [names[seq] for seq in broker.seqs] == leaves
        clock.seconds += 6 * 86_400
        await until(lambda: {names[seq] for seq in broker.seqs} == set(names.values()))


async def test_a_picture_in_flight_does_not_hold_a_thumbnail_up(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """Pieces without a receipt that must wait for the plan leave the window to small files."""
    uplink = uplink_of(broker, database, spent=0)
    broker.receipts = False
    with database.transaction():
        for _ in range(10):
            outbox.append(message(Lane.EVIDENCE, NOON, size=40_000), now=NOON)
    async with running(dispatcher_of(broker, database, outbox, uplink=uplink)):
        await until(lambda: len(broker.seqs) == 8)
        with database.transaction() as db:
            db.execute("INSERT INTO uplink_day VALUES ('2026-06-02', ?)", (72 * MB,))
        broker.clock.seconds += 2 * 86_400
        assert uplink.mode() is Mode.NO_BULK
        with database.transaction():
            outbox.append(message(Lane.EVIDENCE, NOON, size=9_000), now=NOON)
        await until(lambda: 11 in broker.seqs)


async def test_a_metered_link_holds_eight_pieces_of_evidence(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """Where bytes are paid for, no more is under way than what may be needed twice."""
    uplink = Uplink(DataPlan(), database=database, clock=broker.clock.now, is_metered=True)
    broker.receipts = False
    with database.transaction():
        for _ in range(12):
            outbox.append(message(Lane.EVIDENCE, NOON, size=8_000), now=NOON)
    async with running(dispatcher_of(broker, database, outbox, uplink=uplink)):
        await until(lambda: len(broker.seqs) >= 8)
        await ticks()

    assert broker.seqs == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(("is_metered", "longest_s"), [(True, 1800.0), (False, 120.0)])
async def test_a_broker_that_stays_away_is_tried_rarely_where_tries_are_paid_for(
    broker: FakeBroker, database: Database, outbox: Outbox, *, is_metered: bool, longest_s: float
) -> None:
    """After hours without it a metered link tries twice an hour, a wired one each two minutes."""
    uplink = Uplink(DataPlan(), database=database, clock=broker.clock.now, is_metered=is_metered)
    broker.refuses = 200
    dispatcher = dispatcher_of(broker, database, outbox, uplink=uplink)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await broker.clock.sleep(seconds)

    dispatcher._sleep = wait
    async with running(dispatcher):
        await until(lambda: len(waits) >= 60)

    assert longest_s / 2 <= waits[59] <= longest_s


async def test_at_the_cap_the_connection_ends_and_faults_go_on_next_month(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """Not even a connection costs anything then; the fault leaves when the month begins."""
    uplink = uplink_of(broker, database, spent=100 * MB)
    append_all(database, outbox)

    async def wait(seconds: float) -> None:
        assert seconds > 0
        await ticks(1)  # the clock is the test's to move

    dispatcher = dispatcher_of(broker, database, outbox, uplink=uplink)
    dispatcher._sleep = wait
    async with running(dispatcher):
        await ticks(20)
        assert broker.links == []
        broker.clock.seconds += 31 * 86_400
        await until(lambda: 5 in broker.seqs)


@pytest.mark.parametrize(
    ("waiting", "qos"), [pytest.param(1, [0], id="one"), pytest.param(4, [1] * 4, id="backlog")]
)
async def test_a_backlog_on_a_metered_link_is_paced(
    broker: FakeBroker, database: Database, outbox: Outbox, waiting: int, qos: list[int]
) -> None:
    """One batch saves its PUBACK; several ask for it, for only that paces them."""
    broker.pubacks = broker.receipts = False
    uplink = Uplink(DataPlan(), database=database, clock=broker.clock.now, is_metered=True)
    with database.transaction():
        for _ in range(waiting):
            outbox.append(message(Lane.TELEMETRY, NOON), now=NOON)
    async with running(dispatcher_of(broker, database, outbox, uplink=uplink)):
        await until(lambda: bool(broker.seqs))
        await ticks(20)
        sent, broker.pubacks = tuple(broker.qos), True  # the goodbye waits for its own
    assert list(sent) == qos


async def test_a_fresh_fault_ends_a_long_wait_for_the_broker(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """On a metered link it is tried for at once instead of in a quarter or half of an hour."""
    uplink = Uplink(DataPlan(), database=database, clock=broker.clock.now, is_metered=True)
    broker.refuses = 200
    dispatcher = dispatcher_of(broker, database, outbox, uplink=uplink)
    for_ever = asyncio.Event()
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if seconds > CAP_S:
            await for_ever.wait()
        await broker.clock.sleep(seconds)

    dispatcher._sleep = wait
    async with running(dispatcher):
        await until(lambda: bool(waits) and waits[-1] > CAP_S)
        broker.refuses = 0
        with database.transaction():
            seq = outbox.append(message(Lane.FAULT, NOON), now=NOON).seq
        dispatcher.wake()
        await until(lambda: seq in broker.seqs)


async def test_a_fault_that_nobody_takes_costs_the_plan_little_though_the_link_flaps(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """Where bytes are paid for its waits grow to hours, whatever connects and is receipted."""
    uplink = Uplink(DataPlan(), database=database, clock=broker.clock.now, is_metered=True)
    broker.drops = frozenset({1})
    with database.transaction():
        outbox.append(message(Lane.FAULT, NOON), now=NOON)
    dispatcher = dispatcher_of(broker, database, outbox, uplink=uplink)
    async with running(dispatcher):
        await until(lambda: broker.seqs == [1])
        for minute in range(0, 24 * 60, 4):
            broker.clock.seconds += 240
            if minute % 60 == 0:
                with database.transaction():
                    outbox.append(message(Lane.HEALTH, NOON), now=NOON)
            if minute % 20 == 0:
                links = len(broker.links)
                broker.live.hand(Gone("reset"))
                await until(lambda links=links: len(broker.links) > links)
            await ticks(2)

    # The doubling up to 4.3 h takes 10 sends; a connection and a receipt begin it anew once each.
    assert 8 <= broker.seqs.count(1) <= 3 * 10


async def test_what_waits_for_the_plan_opens_no_transaction(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """Looking each second at pictures that may not leave writes nothing to the flash."""
    uplink = uplink_of(broker, database, spent=72 * MB)
    assert uplink.mode() is not Mode.ALL
    with database.transaction():
        outbox.append(message(Lane.EVIDENCE, NOON, size=40_000), now=NOON)
    wait = {"now": NOON, "resend_after": timedelta(seconds=30), "room": 8}

    assert outbox.has_due(Lane.EVIDENCE, **wait)
    assert not outbox.has_due(Lane.EVIDENCE, most_rank=0, **wait)
    count = 0

    class Counted(Database):
        @contextlib.contextmanager
        def transaction(self) -> Iterator[sqlite3.Connection]:
            nonlocal count
            count += 1
            with super().transaction() as db:
                yield db

    counted = Counted(database.connection, database.path)
    async with running(dispatcher_of(broker, counted, outbox, uplink=uplink)):
        await until(lambda: len(broker.links) == 1)
        await ticks()
        before = count
        await ticks(50)
        assert count == before
    assert broker.seqs == []
