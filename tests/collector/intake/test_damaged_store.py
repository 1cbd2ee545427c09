"""A damaged SQLite file: what meets the damage is not called refused, and nothing dies of it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from collector.intake import worker
from collector.intake.backlog import Backlog, Received
from collector.intake.worker import Worker
from collector.store import tables
from collector.store.engine import open_engine
from tests.collector.house import House, fault, frame_of
from tests.stores import STORES

pytestmark = pytest.mark.store("sqlite")


def damaged(folder: Path, *, table: str) -> House:
    """A collector with two faults, and noise over the first page of a table or index."""
    house = House(folder)
    house.take(frame_of(fault(), seq=1), frame_of(fault(), seq=2))
    house.engine.dispose()
    with closing(sqlite3.connect(house.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
    with house.path.open("r+b") as file:
        file.seek((page - 1) * page_bytes)
        file.write(b"\xff" * 12)
    house.engine = open_engine(STORES.url(folder))
    return house


@pytest.mark.parametrize(
    "table", ["episode", "decision", "position", "sqlite_autoindex_decision_1"]
)
def test_a_damaged_page_is_not_the_fault_of_the_row(tmp_path: Path, table: str) -> None:
    """A row that meets it is neither refused nor receipted: it may be tried again."""
    house = damaged(tmp_path, table=table)
    with pytest.raises(OperationalError, match="malformed"):
        house.take(frame_of(fault(code="picture.blurred"), seq=9))

    assert house.count(tables.quarantine) == 0
    house.engine.dispose()


def test_the_worker_outlives_a_damaged_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what is wrong, acknowledges nothing and goes on trying until it is told to stop."""
    monkeypatch.setattr(worker, "RETRY_S", 0.0)
    house = damaged(tmp_path, table="episode")
    stop, backlog, tries = threading.Event(), Backlog(), 0

    def no_link() -> None:
        nonlocal tries
        tries += 1
        if tries > 10:
            stop.set()

    made = Worker(
        engine=house.engine,
        room=house.room,
        clock=lambda: house.now,
        backlog=backlog,
        link=no_link,
        on_recovered=lambda: None,
    )
    arrival = frame_of(fault(code="picture.blurred"), seq=9)
    backlog.put(Received(arrival=arrival, mid=1, qos=1, connection=1))
    made.run(stop)

    assert made.trouble == "database disk image is malformed"
    assert made.counts.stored == 0
    house.engine.dispose()
