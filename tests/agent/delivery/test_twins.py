"""Two agents on copies of one card: one epoch, one count of rows, one topic of receipts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import receipts
from agent.delivery.database import Database
from agent.delivery.high_water import path_of
from agent.delivery.link import Arrived
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.delivery.reception import Reception
from shared import topics, wire
from shared.frame import Lane, pack
from shared.identity import EventId
from shared.receipt import Receipt
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message, receipt, send_all

AGENT = "agent-north"


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two databases of which one was a copy of the other."""
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    original = open_file(first)
    with original.transaction():
        Outbox(original).append(message(Lane.FAULT, NOON, text="before the copy"), now=NOON)
    original.close()
    shutil.copy(first, second)
    shutil.copy(path_of(first), path_of(second))
    pair = open_file(first), open_file(second)
    yield pair
    for database in pair:
        database.close()


def append(database: Database, text: str) -> EventId:
    """A fault that only this agent has."""
    with database.transaction():
        return Outbox(database).append(message(Lane.FAULT, NOON, text=text), now=NOON)


def send(database: Database) -> list[bytes]:
    """What leaves now."""
    with database.transaction():
        return [row.frame for row in Outbox(database).take(Lane.FAULT, limit=9, now=NOON)]


def reception_of(database: Database) -> Reception:
    """As the agent reads what comes down."""
    return Reception(
        agent_id=AGENT,
        database=database,
        outbox=Outbox(database),
        clock=lambda: NOON,
        on_command=lambda _: None,
        on_receipt=lambda _: None,
    )


def hear(reception: Reception, told: Receipt) -> None:
    """A receipt comes from the broker."""
    body = wire.encode(told)
    frame = pack(lane=Lane.RECEIPT, epoch=told.epoch, seq=0, body=body)
    assert reception.take(Arrived(topics.receipt(AGENT), frame, mid=1, qos=1)) is not None


def test_a_receipt_for_the_twin_takes_no_fault_of_ours(twins: tuple[Database, Database]) -> None:
    """Both made a row of one number; the receipt for one's row leaves the other's to be sent."""
    ours, theirs = twins
    event, same = append(ours, "ours"), append(theirs, "theirs")
    send(theirs)
    named = receipt(event, now=NOON)
    for database in twins:
        hear(reception_of(database), named)

    assert event == same
    assert Outbox(theirs).unreceipted(Lane.FAULT) == 1, "the row from before the copy"
    assert len(send(ours)) == 2
    hear(reception_of(ours), named)
    assert Outbox(ours).unreceipted(Lane.FAULT) == 1


def test_a_copied_card_is_told_once(
    twins: tuple[Database, Database], caplog: pytest.LogCaptureFixture
) -> None:
    """Each such receipt is counted, and the log says once what to do about it."""
    ours, _ = twins
    event, reception = append(ours, "ours"), reception_of(ours)
    for _ in range(3):
        hear(reception, receipt(event, now=NOON))

    assert reception.counts.foreign_rows == 3
    assert len([line for line in caplog.messages if "copy of this card" in line]) == 1


def test_a_receipt_after_a_restart_raises_no_alarm(database: Database, outbox: Outbox) -> None:
    """It may be for what was sent before: the row goes again, and its next receipt ends it."""
    with database.transaction():
        event = outbox.append(message(Lane.FAULT, NOON), now=NOON)
        send_all(outbox, now=NOON)
        outbox.forget_sent()
        late = receipts.apply(database, receipt(event, now=NOON), now=NOON)
        send_all(outbox, now=NOON + timedelta(seconds=1))
        own = receipts.apply(database, receipt(event, now=NOON), now=NOON)

    assert (late.delivered, late.not_sent, late.foreign, late.unknown_rows) == (0, 1, 0, 0)
    assert (own.delivered, outbox.unreceipted(Lane.FAULT)) == (1, 0)
