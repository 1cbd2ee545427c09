"""What is refused leaves nothing behind, and is receipted only when it shall not come again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.intake.arrival import Arrival
from collector.intake.backlog import Backlog, Received
from collector.intake.ingest import ingest
from collector.intake.replay import replay
from collector.intake.store_fault import SNAPSHOT_LIMIT
from collector.settings import AgentEntry
from collector.store import tables
from collector.store.assignments import assign
from shared import topics
from shared.fault import EpisodeSnapshot, FaultKind, FaultState, OpenEpisode
from shared.frame import Lane, unpack
from shared.health import Telemetry
from shared.identity import EventId
from tests.collector.house import (
    EPOCH,
    NOON,
    ORGANISATIONS,
    SITES,
    House,
    agents,
    chunks,
    device,
    fault,
    frame_of,
    health,
)


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


def test_what_a_replay_takes_is_on_the_disk_before_it_is_committed(house: House) -> None:
    """The pieces of a picture that waited in quarantine are synced as those that came live."""
    (piece,) = chunks(b"a picture", size=99)
    stranger = frame_of(piece, seq=1, agent_id="agent-new")
    house.take(stranger)
    with house.engine.begin() as db:
        new = AgentEntry(id="agent-new", organisation_id="north", site_id="farm", evidence_key=None)
        assign(db, organisations=ORGANISATIONS, sites=SITES, agents=(*agents(None), new))
    house.room.evidence.sync()
    assert replay(house.engine, reason="unassigned", room=house.room, now=house.now) == (1, 0)

    assert not house.room.evidence._unsynced
    assert not house.room.evidence._unsynced_names


def test_telemetry_that_is_carried_by_hand_is_no_sign_of_life(house: House) -> None:
    """Its agent may be dead since: only what it says itself proves that it lives."""
    batch = frame_of(Telemetry(NOON, ()), seq=1)
    ingest(house.engine, [batch], room=house.room, now=house.now, is_live=False)
    before = [row["last_seen_at"] for row in house.rows(tables.agent)]
    house.take(frame_of(Telemetry(NOON, ()), seq=2))

    assert before == [None, None]
    assert [row["last_seen_at"] for row in house.rows(tables.agent)] == [NOON, None]


def test_a_full_snapshot_concludes_nothing(house: House) -> None:
    """It may have left episodes out: what it does not list stays open."""
    house.take(frame_of(fault(), seq=1))
    lines = tuple(
        OpenEpisode(EventId(EPOCH, seq), "gate", "battery.not_charging", FaultState.OPEN, NOON)
        for seq in range(1000, 1000 + SNAPSHOT_LIMIT)
    )
    house.take(frame_of(EpisodeSnapshot(NOON, lines), seq=2))
    states = {row["seq"]: row["state"] for row in house.rows(tables.episode)}

    assert states[1] == FaultState.OPEN.value


def test_a_backlog_is_bounded_by_bytes_too() -> None:
    """Large frames fill it before they are many: the broker keeps the rest."""
    backlog = Backlog(max_frames=100, max_bytes=1000)
    backlog.put(Received(arrival=Arrival("t", bytes(2000)), mid=1, qos=1, connection=1))

    assert not backlog.has_room()
    backlog.take(max_frames=9, max_bytes=9, wait_s=0.0, linger_s=0.0)
    assert backlog.has_room()
