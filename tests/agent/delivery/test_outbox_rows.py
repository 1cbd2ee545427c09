"""Rows of the outbox one by one: what leaves first, what is in flight, what the disk damaged."""

from __future__ import annotations

from agent.delivery import losses, receipts
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.rank import SMALL_FILE_BYTES
from shared.evidence import EvidenceChunk
from shared.frame import Lane
from shared.identity import EventId
from shared.receipt import SeqRange
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message, receipt

TOTAL = 3 * SMALL_FILE_BYTES
SHORT = EvidenceChunk("cd" * 32, TOTAL - 9, TOTAL, b"the tail.")


def append(database: Database, outbox: Outbox, lane: Lane, *, size: int = 200) -> EventId:
    """One message in a transaction of its own."""
    with database.transaction():
        return outbox.append(message(lane, NOON, size=size), now=NOON)


def test_what_was_in_flight_waits_again_after_a_start(database: Database, outbox: Outbox) -> None:
    """Nobody holds it any more, so it goes at once instead of when it is overdue."""
    append(database, outbox, Lane.FAULT)
    with database.transaction():
        first = outbox.take(Lane.FAULT, limit=9, now=NOON)
        forgotten = outbox.forget_sent()
        again = outbox.take(Lane.FAULT, limit=9, now=NOON)

    assert (forgotten, again) == (1, first)


def test_small_files_leave_before_large_ones(database: Database, outbox: Outbox) -> None:
    """A thumbnail does not queue behind the pieces of a picture that came before it."""
    append(database, outbox, Lane.EVIDENCE, size=SMALL_FILE_BYTES + 1)
    append(database, outbox, Lane.EVIDENCE)
    with database.transaction():
        (first,) = outbox.take(Lane.EVIDENCE, limit=1, now=NOON)

    assert first.event.seq == 2


def test_the_short_last_piece_of_a_large_file_is_a_large_file(
    database: Database, outbox: Outbox
) -> None:
    """Where only thumbnails may leave, no tail leaves whose file cannot follow."""
    with database.transaction():
        outbox.append(SHORT, now=NOON)
        thumbnails = outbox.take(Lane.EVIDENCE, limit=9, now=NOON, most_rank=0)
        all_of_it = outbox.take(Lane.EVIDENCE, limit=9, now=NOON)

    assert (len(thumbnails), len(all_of_it)) == (0, 1)


def test_a_damaged_row_is_told_once(database: Database, outbox: Outbox) -> None:
    """It leaves the outbox with the word that it is lost: the next turn neither finds it nor
    tells it again."""
    append(database, outbox, Lane.FAULT)
    with database.transaction() as db:
        db.execute("UPDATE outbox SET frame = zeroblob(length(frame))")
        for _ in range(3):
            assert outbox.take(Lane.FAULT, limit=9, now=NOON) == ()
        told = losses.take(db, current_epoch=str(database.epoch()))

    assert [(lost.lane, lost.range) for lost in told] == [(Lane.FAULT, SeqRange(1, 1))]


def test_a_row_whose_lane_was_damaged_does_not_leave_by_it(
    database: Database, outbox: Outbox
) -> None:
    """A fault on the topic of telemetry would be refused each time it came: it is told as lost."""
    append(database, outbox, Lane.FAULT)
    with database.transaction() as db:
        db.execute("UPDATE outbox SET lane = 4")
        taken = outbox.take(Lane.TELEMETRY, limit=9, now=NOON)

    assert (taken, losses.untold(database.connection)) == ((), 1)


def test_a_row_whose_name_was_damaged_settles_by_its_frames_name(
    database: Database, outbox: Outbox
) -> None:
    """The receipt names what the frame says; the row is found by that again."""
    event = append(database, outbox, Lane.TELEMETRY)
    with database.transaction() as db:
        db.execute("UPDATE outbox SET seq = 77")
        (row,) = outbox.take(Lane.TELEMETRY, limit=9, now=NOON)
        applied = receipts.apply(database, receipt(event, now=NOON), now=NOON)

    assert (row.event, applied.delivered) == (event, 1)
    assert outbox.unreceipted(Lane.TELEMETRY) == 0
