"""What one link carries: held while it is owed, and as much at once as leaves in a second."""

from __future__ import annotations

import random

from agent.delivery.evidence import EvidenceFile, pack_files
from agent.delivery.flight import QUICK_S, STEP_BYTES, Flight, Room
from agent.delivery.watchdog import PUBACK_WITHIN_S, Watchdog
from shared import wire
from shared.evidence import EvidenceKind
from tests.agent.delivery.conftest import NOON

GRACE_S = 24.0


def test_a_row_is_held_until_its_receipt_had_time_to_come() -> None:
    """Owed rows are held without end, acknowledged ones for the grace, others not."""
    flight = Flight(grace_s=GRACE_S)
    flight.sent(7, row_id=70, paced_bytes=0, now_s=0.0)
    assert 70 in flight.held(10_000.0)
    flight.acknowledged(7, 10_000.0)
    assert 70 in flight.held(10_000.0 + GRACE_S - 1)
    assert 70 not in flight.held(10_000.0 + GRACE_S)


def test_a_puback_that_was_lost_holds_no_row() -> None:
    """Brokers answer in order: what came before an answered row will not be answered any more."""
    flight = Flight(grace_s=GRACE_S)
    for mid in (1, 2, 3):
        flight.sent(mid, row_id=mid * 10, paced_bytes=STEP_BYTES, now_s=0.0)
    flight.acknowledged(2, 1.0)
    assert set(flight.held(1.0 + GRACE_S)) == {30}


def test_the_window_follows_what_the_link_carries_in_a_second() -> None:
    """Quick PUBACKs open it one by one up to its bound; slow ones halve it, never to nothing."""
    flight, mid = Flight(grace_s=GRACE_S), 0

    def room_after(took_s: float) -> int:
        nonlocal mid
        mid += 1
        flight.sent(mid, row_id=mid, paced_bytes=pieces(flight) * STEP_BYTES, now_s=100.0)
        flight.acknowledged(mid, 100.0 + took_s)
        return pieces(flight)

    assert pieces(flight) == 1
    assert [room_after(QUICK_S / 2) for _ in range(17)] == [*range(2, 17), 16, 16]
    assert [room_after(QUICK_S * 2) for _ in range(5)] == [8, 4, 2, 1, 1]
    # One row in 0.8 s: two would take 1.6 s, and a fault behind them more than its two seconds.
    assert [room_after(QUICK_S * 0.8) for _ in range(3)] == [1, 1, 1]


def pieces(flight: Flight) -> int:
    """How many pieces of a large file the link may take."""
    room, count = flight.room(), 0
    while not room.is_used_up and room.admits(STEP_BYTES):
        room.count_in(STEP_BYTES)
        count += 1
    return count


def test_what_is_owed_takes_room_by_its_bytes_and_faults_take_none() -> None:
    """Small rows go beside others; faults may always leave."""
    flight = Flight(grace_s=GRACE_S)
    flight.sent(1, row_id=1, paced_bytes=0, now_s=0.0)
    assert pieces(flight) == 1
    assert flight.faults() == 1
    flight.sent(2, row_id=2, paced_bytes=1000, now_s=0.0)
    assert pieces(flight) == 0
    assert flight.room().admits(STEP_BYTES - 1000)
    flight.sent(3, row_id=3, paced_bytes=STEP_BYTES - 1000, now_s=0.0)
    assert flight.room().is_used_up


def test_a_row_larger_than_the_window_goes_alone() -> None:
    """What cannot be cut is not kept for ever."""
    room = Room(owed_bytes=0, window_bytes=STEP_BYTES)
    assert room.admits(STEP_BYTES * 3)
    room.count_in(1)
    assert not room.admits(STEP_BYTES * 3)
    assert not room.admits(1)  # or small ones would take its place each time


def test_a_quick_answer_to_a_small_row_says_nothing_of_large_ones() -> None:
    """The window opens by what was carried, or a burst would follow on a slow link."""
    flight = Flight(grace_s=GRACE_S)
    for mid in range(1, 30):
        flight.sent(mid, row_id=mid, paced_bytes=300, now_s=100.0)
        flight.acknowledged(mid, 100.0 + QUICK_S / 10)
    assert pieces(flight) == 1


def test_a_piece_of_evidence_passes_the_slowest_link_in_about_a_second() -> None:
    """At 64 kbit/s a fault behind one piece still leaves within its two seconds."""
    picture = EvidenceFile(
        name="picture.jpg",
        kind=EvidenceKind.PICTURE,
        media_type="image/jpeg",
        content=random.Random(1).randbytes(100_000),
        taken_at=NOON,
    )
    pieces = pack_files([picture]).chunks
    assert b"".join(piece.content for piece in pieces) == picture.content
    assert max(len(wire.encode(piece)) for piece in pieces) * 8 / 64_000 < QUICK_S + 0.1


def test_what_is_sent_meanwhile_does_not_make_a_dead_link_live() -> None:
    """The first row without a PUBACK counts: handing over more of them is no progress."""
    watchdog = Watchdog(keepalive_s=60.0, now_s=0.0)
    watchdog.connected(0.0)
    for mid in range(1, 10):
        watchdog.published(mid, 10.0 * mid)

    assert watchdog.complaint(10.0 + PUBACK_WITHIN_S) is None
    assert "no PUBACK" in (watchdog.complaint(11.0 + PUBACK_WITHIN_S) or "")
