"""The worker beside a row that the store refuses: others pass, and it is left to its agent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from collector.intake import worker
from collector.intake.backlog import Backlog, Received
from collector.intake.worker import Worker
from collector.store import tables
from shared import topics
from tests.collector.house import House, chunks, fault, frame_of, health

BAD = 13


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


class Link:
    """Remembers what was acknowledged and how many receipts went out."""

    def __init__(self, stop: threading.Event, expected: int) -> None:
        self._stop = stop
        self._expected = expected
        self.acknowledged: list[int] = []
        self.published: list[tuple[str, int]] = []

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> bool:
        """Remember where it went and how."""
        assert payload
        self.published.append((topic, qos))
        return True

    def acknowledge(self, received: Received) -> None:
        """Remember it; stop when all are there."""
        self.acknowledged.append(received.mid)
        if len(self.acknowledged) == self._expected:
            self._stop.set()


def worker_of(house: House, backlog: Backlog, link: Link) -> Worker:
    """A worker of this collector."""
    return Worker(
        engine=house.engine,
        room=house.room,
        clock=lambda: house.now,
        backlog=backlog,
        link=lambda: link,
        on_recovered=lambda: None,
    )


@pytest.mark.store("sqlite")  # the fault is set by the values of its statements
def test_a_row_that_always_fails_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its batch is split a few times, the rest is receipted, and the next batch is whole again."""
    monkeypatch.setattr(worker, "RETRY_S", 0.0)

    def refuse(*call: object) -> None:
        if "INSERT INTO frame" in str(call[2]) and BAD in tuple(call[3]):  # type: ignore[arg-type]
            raise OperationalError(str(call[2]), {}, Exception("disk I/O error"))

    event.listen(house.engine, "before_cursor_execute", refuse)
    stop, backlog = threading.Event(), Backlog()
    link = Link(stop, 80)
    made = worker_of(house, backlog, link)
    for seq in range(1, 81):
        backlog.put(Received(arrival=frame_of(fault(), seq=seq), mid=seq, qos=1, connection=1))
    made.run(stop)
    event.remove(house.engine, "before_cursor_execute", refuse)

    assert sorted(link.acknowledged) == list(range(1, 81))
    stored = {row["seq"] for row in house.rows(tables.frame)}
    assert stored == set(range(1, 81)) - {BAD}
    assert made.trouble == ""
    assert made.commits < 30, "row by row"
    assert link.published


def test_a_row_that_fails_alone_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other row of its batch tells that the store works: the rows that wait behind it do."""
    monkeypatch.setattr(worker, "RETRY_S", 0.0)
    monkeypatch.setattr(worker, "BATCH_BYTES", 1)  # one row each, as on a quiet system
    content = b"a picture that nobody may write"
    (piece,) = chunks(content, size=len(content))
    part = house.room.evidence.path_of(piece.sha256).with_suffix(".part")
    part.mkdir(parents=True)  # stands for a file of another user, or on a bad sector
    stop, backlog = threading.Event(), Backlog()
    link = Link(stop, 21)
    made = worker_of(house, backlog, link)
    for seq in range(1, 22):
        arrival = frame_of(fault() if seq > 1 else piece, seq=seq)
        backlog.put(Received(arrival=arrival, mid=seq, qos=1, connection=1))
    ending = threading.Timer(20, stop.set)  # else a failure would never end
    ending.start()
    made.run(stop)
    ending.cancel()

    assert sorted(link.acknowledged) == list(range(1, 22))
    assert {row["seq"] for row in house.rows(tables.frame)} == set(range(2, 22))
    assert made.trouble == ""


@pytest.mark.store("sqlite")  # pg8000's driver tells a full disk in another way
def test_a_store_that_takes_nothing_leaves_nothing_to_agents(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often all fails, nothing is acknowledged before it is stored, and then all is."""
    monkeypatch.setattr(worker, "RETRY_S", 0.0)
    monkeypatch.setattr(worker, "BATCH_BYTES", 2000)
    left, told = [100], set[tuple[str, int]]()
    stop, backlog = threading.Event(), Backlog()
    link = Link(stop, 40)
    made = worker_of(house, backlog, link)

    def fail(*call: object) -> None:
        if "INSERT INTO frame" in str(call[2]) and left[0]:
            left[0] -= 1
            told.add((made.trouble, len(link.acknowledged)))
            raise OperationalError(str(call[2]), {}, Exception("database or disk is full"))

    event.listen(house.engine, "before_cursor_execute", fail)
    for seq in range(1, 41):
        backlog.put(Received(arrival=frame_of(fault(), seq=seq), mid=seq, qos=1, connection=1))
    made.run(stop)
    event.remove(house.engine, "before_cursor_execute", fail)

    assert {acknowledged for _, acknowledged in told} == {0}
    assert any("disk is full" in trouble for trouble, _ in told)
    assert sorted(link.acknowledged) == list(range(1, 41))
    assert {row["seq"] for row in house.rows(tables.frame)} == set(range(1, 41))
    assert made.trouble == ""


def test_a_receipt_travels_as_its_rows_did(house: House) -> None:
    """Rows that asked for no acknowledgement get a receipt that asks for none."""
    stop, backlog = threading.Event(), Backlog()
    link = Link(stop, 2)
    made = worker_of(house, backlog, link)
    for agent_id, qos in (("agent-farm", 0), ("agent-shop", 1)):
        arrival = frame_of(health(), seq=1, agent_id=agent_id)
        backlog.put(Received(arrival=arrival, mid=qos, qos=qos, connection=1))
    made.run(stop)

    assert sorted(link.published) == sorted(
        [(topics.receipt("agent-farm"), 0), (topics.receipt("agent-shop"), 1)]
    )
