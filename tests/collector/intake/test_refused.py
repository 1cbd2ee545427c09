"""What is refused leaves nothing behind, and is receipted only when it shall not come again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.intake.arrival import Arrival
from collector.store import tables
from shared import topics
from shared.fault import FaultKind
from shared.frame import Lane, unpack
from tests.collector.house import House, chunks, device, fault, frame_of, health


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def test_a_refused_row_leaves_nothing_but_its_place_in_quarantine(house: House) -> None:
    """No frame by which it would pass for stored when it comes again, no half of its effects."""
    row = frame_of(fault(kind=FaultKind.CLEARED), seq=1)
    for _ in range(2):
        counts = house.take(row).counts
        assert (counts.stored, counts.duplicate, counts.quarantined) == (0, 0, 1)

    assert [house.count(table) for table in (tables.frame, tables.episode, tables.position)] == [
        0,
        0,
        0,
    ]


def test_a_wrong_piece_leaves_no_progress(house: House) -> None:
    """Pieces that turn out to be something else are forgotten whole: the true ones come anew."""
    good, other = b"a true picture " * 9, b"something other" * 9
    first, _ = chunks(good, size=len(good) // 2 + 1)
    _, last = chunks(other, size=len(other) // 2 + 1)
    wrong = type(last)(first.sha256, last.offset, last.total, last.content)
    house.take(frame_of(first, seq=1))
    refused = house.take(frame_of(wrong, seq=2)).counts
    for seq, piece in enumerate(chunks(good, size=len(good) // 2 + 1), start=3):
        house.take(frame_of(piece, seq=seq))

    assert refused.quarantined == 1
    assert [row["complete"] for row in house.rows(tables.evidence_file)] == [True]


def test_a_row_on_another_lanes_topic_is_not_receipted(house: House) -> None:
    """No checksum covers the topic: the agent keeps the row and sends it on the right one."""
    row = frame_of(health(device()), seq=1)
    strayed = Arrival(topics.up("agent-farm", Lane.FAULT), row.payload)
    done = house.take(strayed)

    assert (done.counts.quarantined, done.receipts) == (1, ())
    assert [seqs.first for _, told in house.take(row).receipts for seqs in told.ranges] == [1]


def test_the_digest_of_a_row_is_what_every_store_holds(house: House) -> None:
    """SHA-256 over the lane's byte and the body: another one would make each resend a clone."""
    row = frame_of(fault(), seq=1)
    house.take(row)
    body = unpack(row.payload).body

    assert [kept["digest"] for kept in house.rows(tables.frame)] == [
        hashlib.sha256(b"\x01" + body).digest()
    ]
