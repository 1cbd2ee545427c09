"""Who gives way when there is no room: order, what is left alone, and what is told of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agent.delivery import eviction, losses, receipts
from agent.delivery.ballast import NEEDED_BYTES, Ballast
from agent.delivery.database import Database, Outside
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.delivery.rank import SMALL_FILE_BYTES
from agent.delivery.relief import relieve
from agent.delivery.volume import HEADROOM, Free
from shared.evidence import EvidenceChunk
from shared.frame import Lane
from shared.health import Health
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message, receipt, send_all

GIB = 2**30


class Disk:
    """A volume whose free space the test sets."""

    def __init__(self, free_bytes: int = 0) -> None:
        self.free_bytes = free_bytes

    def free(self) -> Free:
        """What is left."""
        return Free(bytes=self.free_bytes, inodes=10**6)


def on_disk(path: Path, disk: Disk) -> Database:
    """An agent database on this volume."""
    return open_file(path, outside=Outside(volume_of=lambda _: disk))


def append(database: Database, outbox: Outbox, lane: Lane, *, size: int = 200) -> None:
    """One message in a transaction of its own."""
    with database.transaction():
        outbox.append(message(lane, NOON, size=size), now=NOON)


def test_of_kept_copies_evidence_goes_before_faults(database: Database, outbox: Outbox) -> None:
    """A restored collector misses a picture less than a fault."""
    with database.transaction():
        events = [
            outbox.append(message(lane, NOON), now=NOON) for lane in (Lane.FAULT, Lane.EVIDENCE)
        ]
        send_all(outbox, now=NOON)
        receipts.apply(database, receipt(*events, now=NOON), now=NOON)
        outbox.evict_bytes(1)

    assert (outbox.depth(Lane.FAULT).kept_rows, outbox.depth(Lane.EVIDENCE).kept_rows) == (1, 0)


def test_nothing_better_than_asked_for_goes(database: Database, outbox: Outbox) -> None:
    """However much is wanted: where health may go, pictures and faults stay."""
    for lane in (Lane.TELEMETRY, Lane.HEALTH, Lane.EVIDENCE, Lane.FAULT):
        append(database, outbox, lane)
    with database.transaction():
        outbox.evict_bytes(10**9, least=Lane.HEALTH)

    assert [depth.lane for depth in outbox.lane_depths()] == [Lane.FAULT, Lane.EVIDENCE]


def test_a_kept_copy_that_goes_is_no_loss(database: Database, outbox: Outbox) -> None:
    """The collector has the row: it is counted as a copy, and told to nobody as missing."""
    with database.transaction():
        event = outbox.append(message(Lane.FAULT, NOON), now=NOON)
        send_all(outbox, now=NOON)
        receipts.apply(database, receipt(event, now=NOON), now=NOON)
        outbox.evict_bytes(1)

    reasons = [reason for _, reason, _ in eviction.counts(database.connection)]
    assert (reasons, losses.untold(database.connection)) == ([eviction.KEPT_COPY], 0)


def test_pieces_of_a_large_file_go_before_a_thumbnail(database: Database, outbox: Outbox) -> None:
    """What shows the fault in few bytes is the last evidence to go, though it is older."""
    for size in (200, SMALL_FILE_BYTES + 1):
        append(database, outbox, Lane.EVIDENCE, size=size)
    with database.transaction():
        outbox.evict_bytes(1)
        left = outbox.take(Lane.EVIDENCE, limit=9, now=NOON)

    assert [row.event.seq for row in left] == [1]


def test_where_others_filled_the_disk_no_row_goes_in_vain(tmp_path: Path) -> None:
    """When all that may go would not make the ballast fit, all of it stays."""
    disk = Disk(GIB)
    database = on_disk(tmp_path / "agent.db", disk)
    outbox = Outbox(database)
    for lane in (Lane.TELEMETRY, Lane.HEALTH, Lane.EVIDENCE):
        append(database, outbox, lane)
    disk.free_bytes = 0
    database.make_way()

    assert not relieve(database, outbox)
    assert [outbox.depth(lane).waiting_rows for lane in (Lane.TELEMETRY, Lane.HEALTH)] == [1, 1]
    assert eviction.counts(database.connection) == ()


def test_evidence_never_gives_way_to_the_ballast(tmp_path: Path) -> None:
    """The ballast takes the place of health and telemetry; pictures go for a fault's row only."""
    disk = Disk(GIB)
    database = on_disk(tmp_path / "agent.db", disk)
    outbox = Outbox(database)
    content = random.Random(1).randbytes(48 * 1024)
    with database.transaction():
        for _ in range(60):
            outbox.append(EvidenceChunk("ab" * 32, 0, len(content), content), now=NOON)
    disk.free_bytes = 0
    database.make_way()
    relieve(database, outbox)

    assert outbox.depth(Lane.EVIDENCE).waiting_rows == 60


def test_on_a_full_disk_telemetry_leaves_free_pages_to_better_rows(tmp_path: Path) -> None:
    """Of the reserve's 256 KiB telemetry may not have the last 64, which a picture still gets."""
    disk = Disk(GIB)
    database = on_disk(tmp_path / "agent.db", disk)
    disk.free_bytes = 0
    with database.transaction():
        taken = [
            eviction.admit(database, lane, 155 * 1024, limit_bytes=GIB)
            for lane in (Lane.TELEMETRY, Lane.EVIDENCE)
        ]

    assert taken == [False, True]


@pytest.mark.parametrize(
    ("free", "lies"),
    [
        (Free(bytes=NEEDED_BYTES, inodes=10**6), True),
        (Free(bytes=NEEDED_BYTES - 1, inodes=10**6), False),
        (Free(bytes=GIB, inodes=0), False),
    ],
)
def test_the_ballast_lies_only_where_room_is(tmp_path: Path, free: Free, *, lies: bool) -> None:
    """Bytes and inodes are both what a disk can run out of."""

    class Left:
        """A volume with so much left."""

        def free(self) -> Free:
            """That much."""
            return free

    ballast = Ballast(tmp_path / "agent.db.ballast", volume=Left(), headroom=HEADROOM)

    assert ballast.lay() is lies
    assert ballast.is_laid is lies


def test_what_a_refused_health_message_was_to_tell_is_told_by_the_next(tmp_path: Path) -> None:
    """With no room for a second health message, the gaps that it named wait for the one after."""
    database = on_disk(tmp_path / "agent.db", Disk())
    outbox = Outbox(database)
    append(database, outbox, Lane.HEALTH)  # one is taken even so: the agent is not dead
    with database.transaction() as db:
        losses.add(db, epoch=str(database.epoch()), lane=4, seq=7, reason="evicted")
        told = losses.take(db, current_epoch=str(database.epoch()))
        event = outbox.append(Health(NOON, "1", 300.0, "wired", lost=told), now=NOON)
        again = losses.take(db, current_epoch=str(database.epoch()))

    assert [(lost.lane, lost.range.first) for lost in again] == [(3, event.seq), (4, 7)]
