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
from tests.collector.house import House, fault, frame_of, health

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
    made = Worker(
        engine=house.engine,
        room=house.room,
        clock=lambda: house.now,
        backlog=backlog,
        link=lambda: link,
        on_recovered=lambda: None,
    )
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


def test_a_receipt_travels_as_its_rows_did(house: House) -> None:
    """Rows that asked for no acknowledgement get a receipt that asks for none."""
    stop, backlog = threading.Event(), Backlog()
    link = Link(stop, 2)
    made = Worker(
        engine=house.engine,
        room=house.room,
        clock=lambda: house.now,
        backlog=backlog,
        link=lambda: link,
        on_recovered=lambda: None,
    )
    for agent_id, qos in (("agent-farm", 0), ("agent-shop", 1)):
        arrival = frame_of(health(), seq=1, agent_id=agent_id)
        backlog.put(Received(arrival=arrival, mid=qos, qos=qos, connection=1))
    made.run(stop)

    assert sorted(link.published) == sorted(
        [(topics.receipt("agent-farm"), 0), (topics.receipt("agent-shop"), 1)]
    )
