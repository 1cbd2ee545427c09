"""The outbox: order, receipts, eviction, checksums."""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import eviction, losses, receipts
from agent.delivery.database import Database, Outside
from agent.delivery.departure import Row
from agent.delivery.opening import open_file
from agent.delivery.outbox import MIB, STORED_LANES, Outbox, rows_limit
from agent.delivery.salvage import open_or_salvage
from agent.delivery.volume import Free
from shared import wire
from shared.evidence import EvidenceChunk
from shared.frame import Lane, unpack
from shared.health import Health, Presence
from shared.identity import EventId
from shared.receipt import Receipt, SeqRange
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message, receipt, send_all

RESEND = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def append(database: Database, outbox: Outbox, *lanes: Lane) -> list[EventId]:
    """Append one message a lane, each in a transaction of its own."""
    events = []
    for lane in lanes:
        with database.transaction():
            events.append(outbox.append(message(lane, NOON), now=NOON))
    return events


def take(database: Database, outbox: Outbox, lane: Lane, limit: int = 100) -> tuple[Row, ...]:
    """Take what waits in a lane."""
    with database.transaction():
        return outbox.take(lane, limit=limit, now=NOON)


def test_rows_are_numbered_from_one_and_leave_in_order(database: Database, outbox: Outbox) -> None:
    """Seq counts from 1 without gaps, and a lane is sent oldest first."""
    events = append(database, outbox, Lane.FAULT, Lane.TELEMETRY, Lane.FAULT)

    assert [event.seq for event in events] == [1, 2, 3]
    assert [row.event.seq for row in take(database, outbox, Lane.FAULT)] == [1, 3]


def test_a_frame_carries_the_identity_of_its_row(database: Database, outbox: Outbox) -> None:
    """What is published can be read back as the same message under the same identity."""
    (event,) = append(database, outbox, Lane.FAULT)
    (row,) = take(database, outbox, Lane.FAULT)
    frame = unpack(row.frame)

    assert EventId(frame.header.epoch, frame.header.seq) == event == row.event
    assert wire.decode_up(frame.body, frame.header.lane) == message(Lane.FAULT, NOON)


def test_a_rolled_back_append_leaves_no_trace(database: Database, outbox: Outbox) -> None:
    """An error in the caller's transaction takes the row and its number back."""
    with contextlib.suppress(ZeroDivisionError), database.transaction():
        outbox.append(message(Lane.FAULT, NOON), now=NOON)
        raise ZeroDivisionError("something else in the pass failed")

    assert append(database, outbox, Lane.FAULT)[0].seq == 1
    assert outbox.depth(Lane.FAULT).waiting_rows == 1


def test_presence_is_never_stored(database: Database, outbox: Outbox) -> None:
    """Presence is retained at the broker and has no place in the outbox."""
    with pytest.raises(ValueError, match="never stored"), database.transaction():
        outbox.append(Presence(True, database.epoch()), now=NOON)


def test_a_sent_row_is_sent_again_only_when_overdue(database: Database, outbox: Outbox) -> None:
    """Without a receipt the same bytes go again after 30 s, then after 60 s more."""
    append(database, outbox, Lane.FAULT)
    (first,) = take(database, outbox, Lane.FAULT)
    again = []
    for seconds in (29, 31, 60, 92):
        with database.transaction():
            again.append(
                outbox.take_overdue(
                    Lane.FAULT, limit=9, now=NOON + seconds * SECOND, resend_after=RESEND
                )
            )

    assert [len(rows) for rows in again] == [0, 1, 0, 1]
    assert again[1][0].frame == first.frame


def test_a_clock_set_back_does_not_stop_resending(database: Database, outbox: Outbox) -> None:
    """A row sent 'in the future' counts as overdue at once."""
    append(database, outbox, Lane.FAULT)
    take(database, outbox, Lane.FAULT)
    earlier = NOON - timedelta(days=7)

    assert outbox.has_due(Lane.FAULT, now=earlier, resend_after=RESEND, room=0)


def test_a_fresh_fault_shows_though_another_was_evicted(database: Database) -> None:
    """The newest that waits has a higher id than any before, however few faults there are."""
    outbox = Outbox(database)
    append(database, outbox, Lane.FAULT, Lane.FAULT)
    before, rows = outbox.newest_waiting(Lane.FAULT), outbox.unreceipted(Lane.FAULT)
    with database.transaction():
        outbox.evict_bytes(1)
        assert outbox.newest_waiting(Lane.FAULT) <= before
        outbox.append(message(Lane.FAULT, NOON), now=NOON)

    assert outbox.unreceipted(Lane.FAULT) == rows
    assert outbox.newest_waiting(Lane.FAULT) > before


def test_only_named_rows_are_delivered(database: Database, outbox: Outbox) -> None:
    """A receipt with gaps delivers what its ranges name and nothing between them."""
    events = append(database, outbox, *[Lane.TELEMETRY] * 5)
    gaps = Receipt(events[0].epoch, "g1", NOON, (SeqRange(1, 2), SeqRange(5, 900)))
    with database.transaction():
        send_all(outbox, now=NOON)
        applied = receipts.apply(database, gaps, now=NOON)
        outbox.forget_sent()

    assert (applied.delivered, applied.unknown_rows) == (3, 895)
    assert [row.event.seq for row in take(database, outbox, Lane.TELEMETRY)] == [3, 4]


def test_a_receipt_of_another_epoch_delivers_nothing(database: Database, outbox: Outbox) -> None:
    """Sequence numbers mean nothing without their epoch."""
    events = append(database, outbox, Lane.FAULT)
    with database.transaction():
        database.begin_epoch(counter=2)
    foreign = Receipt(database.epoch(), "g1", NOON, (SeqRange(1, 100),))
    with database.transaction():
        applied = receipts.apply(database, foreign, now=NOON)

    assert (applied.delivered, outbox.depth(Lane.FAULT).waiting_rows) == (0, 1)
    assert events[0].epoch != database.epoch()


def test_a_refused_row_does_not_come_again(database: Database, outbox: Outbox) -> None:
    """What the collector quarantined is its own now."""
    (event,) = append(database, outbox, Lane.FAULT)
    with database.transaction():
        send_all(outbox, now=NOON)
        applied = receipts.apply(database, receipt(refused=(event,), now=NOON), now=NOON)

    assert (applied.refused, take(database, outbox, Lane.FAULT)) == (1, ())


def test_a_repeated_receipt_changes_nothing(database: Database, outbox: Outbox) -> None:
    """QoS 1 may bring a receipt twice."""
    (event,) = append(database, outbox, Lane.FAULT)
    for _ in range(2):
        with database.transaction():
            send_all(outbox, now=NOON)
            applied = receipts.apply(database, receipt(event, now=NOON), now=NOON)

    assert (applied.delivered, applied.unknown_rows) == (0, 1)
    assert outbox.depth(Lane.FAULT).kept_rows == 1


def test_a_new_store_gets_kept_faults_and_evidence_again(
    database: Database, outbox: Outbox
) -> None:
    """A collector restored from backup asks for all it may have lost, except what it just had."""
    events = append(database, outbox, Lane.FAULT, Lane.EVIDENCE, Lane.TELEMETRY, Lane.FAULT)
    with database.transaction():
        send_all(outbox, now=NOON)
        receipts.apply(database, receipt(*events[:3], now=NOON), now=NOON)
    with database.transaction():
        applied = receipts.apply(database, receipt(events[3], generation="g2", now=NOON), now=NOON)

    assert (applied.new_generation, applied.requeued) == (True, 2)
    assert [row.event.seq for row in take(database, outbox, Lane.FAULT)] == [1]
    assert [row.event.seq for row in take(database, outbox, Lane.EVIDENCE)] == [2]


def test_a_late_receipt_of_the_old_store_proves_nothing(database: Database, outbox: Outbox) -> None:
    """After a restore, receipts that the broker had queued before it are ignored."""
    events = append(database, outbox, Lane.FAULT, Lane.FAULT)
    for generation in ("g1", "g2"):
        with database.transaction():
            send_all(outbox, now=NOON)
            receipts.apply(database, receipt(events[0], generation=generation, now=NOON), now=NOON)
    with database.transaction():
        late = receipts.apply(database, receipt(events[1], generation="g1", now=NOON), now=NOON)
        outbox.forget_sent()

    assert late.stale
    assert 2 in [row.event.seq for row in take(database, outbox, Lane.FAULT)]


def test_delivered_rows_go_after_thirty_days(database: Database, outbox: Outbox) -> None:
    """Kept rows serve a restored collector for thirty days and then free their space."""
    (event,) = append(database, outbox, Lane.FAULT)
    with database.transaction():
        send_all(outbox, now=NOON)
        receipts.apply(database, receipt(event, now=NOON), now=NOON)
        dropped = [outbox.drop_old(now=NOON + timedelta(days=days)) for days in (29, 31)]

    assert dropped == [0, 1]


def test_cheap_rows_are_evicted_first(database: Database) -> None:
    """Under a limit, delivered rows go first, then telemetry, health, evidence, faults last."""
    outbox = Outbox(database, limit_bytes=10**9)
    events = append(
        database, outbox, Lane.FAULT, Lane.EVIDENCE, Lane.HEALTH, Lane.TELEMETRY, Lane.FAULT
    )
    with database.transaction():
        outbox.take(Lane.FAULT, limit=9, now=NOON)
        receipts.apply(database, receipt(events[4], now=NOON), now=NOON)
        outbox.forget_sent()
    left = []
    for _ in range(5):
        with database.transaction():
            outbox.evict_bytes(1)
        depths = [outbox.depth(lane) for lane in STORED_LANES]
        left.append([d.waiting_rows + d.kept_rows for d in depths])

    assert left == [[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_eviction_is_told_as_gaps(database: Database) -> None:
    """Rows that were thrown away while waiting are named once, as ranges, by lane."""
    outbox = Outbox(database, limit_bytes=10**9)
    append(database, outbox, *[Lane.TELEMETRY] * 4)
    with database.transaction() as db:
        outbox.evict_bytes(10**6)
        told = losses.take(db, current_epoch=str(database.epoch()))
        again = losses.take(db, current_epoch=str(database.epoch()))

    assert [(lost.lane, lost.range) for lost in told] == [(Lane.TELEMETRY, SeqRange(1, 4))]
    assert again == ()


def test_the_outbox_stays_below_its_limit(database: Database) -> None:
    """A thousand rows of evidence never make the outbox larger than it may be."""
    outbox = Outbox(database, limit_bytes=100_000)
    append(database, outbox, Lane.FAULT)
    for _ in range(1000):
        with database.transaction():
            outbox.append(message(Lane.EVIDENCE, NOON, size=3000), now=NOON)
    (total,) = database.connection.execute("SELECT sum(size) FROM outbox").fetchone()

    assert 50_000 < total <= 100_000
    assert outbox.depth(Lane.FAULT).waiting_rows == 1
    assert outbox.depth(Lane.EVIDENCE).unreceipted_bytes + 100_000 > total


def test_a_damaged_row_is_told_and_never_sent(database: Database, outbox: Outbox) -> None:
    """A frame whose checksum fails would be a lie; its neighbours still go."""
    append(database, outbox, Lane.FAULT, Lane.FAULT)
    with database.transaction() as db:
        db.execute("UPDATE outbox SET frame = zeroblob(length(frame)) WHERE seq = 1")
    rows = take(database, outbox, Lane.FAULT)
    with database.transaction() as db:
        told = losses.take(db, current_epoch=str(database.epoch()))

    assert [row.event.seq for row in rows] == [2]
    assert [(lost.lane, lost.range.first) for lost in told] == [(Lane.FAULT, 1)]


def test_losses_fit_into_one_health_message(database: Database) -> None:
    """More gaps than a message may hold wait for the next one."""
    with database.transaction() as db:
        for seq in range(2, 202, 2):
            losses.add(db, epoch=str(database.epoch()), lane=4, seq=seq, reason="evicted")
        sizes = [len(losses.take(db, current_epoch="other")) for _ in range(3)]

    assert sizes == [64, 36, 0]


class _Full:
    """A volume with nothing free."""

    def free(self) -> Free:
        """Nothing."""
        return Free(bytes=0, inodes=10**6)


def test_a_tight_volume_takes_faults_and_refuses_what_is_worse(tmp_path: Path) -> None:
    """With no headroom the file does not grow for telemetry; a fault gets in, and all is told."""
    outside = Outside(volume_of=lambda _: _Full())
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON, outside=outside)
    outbox = Outbox(database)
    append(database, outbox, Lane.TELEMETRY, Lane.HEALTH, Lane.FAULT, Lane.TELEMETRY)
    found = eviction.counts(database.connection)

    assert outbox.depth(Lane.FAULT).waiting_rows == 1
    assert [(lane, reason) for lane, reason, _ in found] == [
        (Lane.HEALTH, eviction.DISK_FULL),  # the fault took its place
        (Lane.TELEMETRY, eviction.REFUSED),
    ]
    assert losses.untold(database.connection) == 3


def test_what_an_evicted_health_message_was_to_tell_is_told_by_the_next(
    database: Database, outbox: Outbox
) -> None:
    """A gap leaves the database only with a health message that does not give way."""
    with database.transaction() as db:
        losses.add(db, epoch=str(database.epoch()), lane=4, seq=7, reason="evicted")
        told = losses.take(db, current_epoch=str(database.epoch()))
        outbox.append(Health(NOON, "1", 300.0, "wired", lost=told), now=NOON)
        outbox.evict_bytes(1)
        again = losses.take(db, current_epoch=str(database.epoch()))

    assert [(lost.lane, lost.range.first) for lost in again] == [(3, 1), (4, 7)]


@pytest.mark.parametrize("days", [-7, 3650, -20_000])
def test_order_and_resending_do_not_depend_on_the_clock(
    database: Database, outbox: Outbox, days: int
) -> None:
    """After a jump of the clock rows leave by seq, and one in flight is due within an interval."""
    append(database, outbox, Lane.FAULT)
    take(database, outbox, Lane.FAULT)
    later = NOON + timedelta(days=days)
    with database.transaction():
        outbox.append(message(Lane.FAULT, later), now=later)
        outbox.append(message(Lane.FAULT, NOON), now=NOON)
        waiting = outbox.take(Lane.FAULT, limit=9, now=later)
        overdue = outbox.take_overdue(Lane.FAULT, limit=9, now=later + RESEND, resend_after=RESEND)

    assert [row.event.seq for row in waiting] == [2, 3]
    assert 1 in {row.event.seq for row in overdue}


def test_database_and_log_stay_within_the_bound(tmp_path: Path) -> None:
    """Twice what 8 MiB hold, small and large rows in small transactions: never more on the disk."""
    dice = random.Random(1)
    database = open_file(tmp_path / "agent.db")
    outbox = Outbox(database, limit_bytes=rows_limit(8))
    log = tmp_path / "agent.db-wal"
    most = written = 0
    while written < 16 * MIB:
        with database.transaction():
            for _ in range(dice.randrange(1, 12)):
                size = dice.choice((2000, 8192, 8192))
                piece = EvidenceChunk("ab" * 32, 0, size, dice.randbytes(size))
                fault = message(Lane.FAULT, NOON, text="x" * dice.randrange(400))
                outbox.append(dice.choice((piece, piece, fault)), now=NOON)
                written += size
        most = max(most, database.path.stat().st_size + log.stat().st_size)
    database.close()

    assert 6 * MIB < most <= 8 * MIB
