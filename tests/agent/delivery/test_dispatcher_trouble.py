"""Delivery over a fake link when this host is in trouble: no room on the disk, no TLS file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.delivery.database import Database
from agent.delivery.link import Link, Will
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker, Connection
from shared.frame import Lane
from shared.receipt import Receipt
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


class FullDisk(Database):
    """A database whose disk can be switched to full."""

    is_full = False

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Refuse as SQLite does."""
        if self.is_full:
            raise full()
        with super().transaction() as db:
            yield db


def full() -> sqlite3.OperationalError:
    """What SQLite raises."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.fixture
def broker() -> FakeBroker:
    """A fake broker that does all right."""
    return FakeBroker(HandClock())


@pytest.fixture
def disk(database: Database) -> FullDisk:
    """The database of the other fixtures, on a disk that can be full."""
    return FullDisk(database.connection, database.path)


def append(database: Database, outbox: Outbox, lane: Lane = Lane.FAULT, *, rows: int = 1) -> None:
    """Append rows."""
    with database.transaction():
        for _ in range(rows):
            outbox.append(message(lane, NOON), now=NOON)


def left(outbox: Outbox) -> int:
    """Faults without a receipt."""
    depth = outbox.depth(Lane.FAULT)
    return depth.waiting_rows + depth.sent_rows


async def test_a_disk_that_is_full_at_the_start_does_not_end_delivery(
    broker: FakeBroker, disk: FullDisk, outbox: Outbox
) -> None:
    """Nothing can be written before the first connection, nor when it is made; later all leaves."""
    append(disk, outbox)
    disk.is_full = True
    greeted = []

    def greet() -> None:
        with disk.transaction():
            greeted.append(True)

    dispatcher = dispatcher_of(broker, disk, outbox)
    dispatcher._on_connected = greet
    async with running(dispatcher) as delivering:
        await until(lambda: bool(broker.links) or delivering.done())
        await ticks()
        assert not delivering.done()
        disk.is_full = False
        await until(lambda: left(outbox) == 0)

    assert greeted == []
    assert len(broker.links) == 1


async def test_receipts_that_find_no_room_are_acknowledged(
    broker: FakeBroker, database: Database, outbox: Outbox
) -> None:
    """The broker's window stays open: what could not be kept comes again with the row's resend."""
    is_full = True

    def kept(_: Receipt) -> None:
        if is_full:
            raise full()

    dispatcher = dispatcher_of(broker, database, outbox)
    dispatcher._reception._on_receipt = kept
    append(database, outbox, rows=20)
    async with running(dispatcher):
        await until(lambda: len(broker.links) == 1 and len(broker.live.acknowledged) == 20)
        assert left(outbox) == 20
        is_full = False
        broker.clock.seconds += 40
        await until(lambda: left(outbox) == 0)


async def test_a_tls_file_that_is_missing_for_a_while_is_waited_for(
    broker: FakeBroker, database: Database, outbox: Outbox, tmp_path: Path
) -> None:
    """A certificate that is being replaced costs a connection, not the agent."""
    absent = tmp_path / "agent.crt"
    tries = 0

    def open_link(will: Will) -> Link:
        nonlocal tries
        tries += 1
        if tries <= 2:
            return Connection(
                Broker(host="fake", tls=True, cert=absent, key=absent), client_id="a", will=will
            )
        return broker.connect(will)

    append(database, outbox)
    dispatcher = dispatcher_of(broker, database, outbox)
    dispatcher._open_link = open_link
    async with running(dispatcher) as delivering:
        await until(lambda: left(outbox) == 0 or delivering.done())
        assert not delivering.done()

    assert tries == 3
