"""When the ground moves: a clock that is set, a full disk, a locked store, a second collector."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from collector.__main__ import main
from collector.intake.subscriber import Subscriber
from collector.lock import AlreadyRunningError, hold
from collector.settings import BrokerSettings
from collector.steady import Steady
from collector.store import engine as store_engine
from collector.store import tables
from tests.collector.house import House, device, fault, frame_of, health
from tests.collector.mosquitto import WAIT_S, Peer, mosquitto
from tests.collector.test_serve import write_config


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    (tmp_path / "collector").mkdir()
    made = House(tmp_path / "collector")
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("jump_s", [86_400.0, -86_400.0])
def test_a_clock_that_is_set_decides_nothing_early_or_late(house: House, jump_s: float) -> None:
    """After a jump of a day the hold still takes its seconds, and no agent has fallen silent."""
    house.register("SC24010001", delivered_on=date(2025, 1, 1))
    steady = Steady(house.engine)
    house.jobs._listening_since = lambda: house.now.replace(year=2025)
    named = device(label_serial="SC24010001")
    house.take(frame_of(health(named), seq=1), frame_of(fault(), seq=2))
    assert steady.settle(now=house.now, monotonic_s=0) == timedelta(0)

    house.pass_time(jump_s + 0.5)
    assert steady.settle(now=house.now, monotonic_s=0.5) == timedelta(seconds=jump_s)
    house.tick()
    assert [row["state"] for row in house.rows(tables.decision)] == ["pending"]
    assert house.count(tables.incident) == 0
    assert house.rows(tables.audit)[-1]["action"] == "clock.jumped"

    house.take(frame_of(health(named), seq=3))
    house.pass_time(2.2)
    steady.settle(now=house.now, monotonic_s=2.7)
    house.take(frame_of(health(named), seq=4))
    house.tick()
    assert [row["outcome"] for row in house.rows(tables.decision)] == ["claim"]


def test_a_clock_that_is_slewed_moves_nothing(house: House) -> None:
    """What NTP corrects slowly is no jump."""
    steady = Steady(house.engine)
    for second in range(100):
        now = house.now + timedelta(seconds=second * 1.0005)
        assert steady.settle(now=now, monotonic_s=float(second)) == timedelta(0)


def test_a_second_collector_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two on one store would decide everything twice: the second says who is there, and ends."""
    config = write_config(tmp_path, broker=1, web=0)
    (tmp_path / "data").mkdir()
    with hold(tmp_path / "data"):
        assert main(["serve", "-c", str(config)]) == 1
    error = capsys.readouterr().err
    assert "another collector (process" in error
    assert "data_dir of its own" in error
    with hold(tmp_path / "data"), pytest.raises(AlreadyRunningError), hold(tmp_path / "data"):
        pass
    with hold(tmp_path / "data"):
        pass  # let go after the block


def limit_pages(house: House) -> None:
    """Let the store grow no more, as on a full disk."""

    def limit(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite raises it to the present size

    event.listen(house.engine, "connect", limit)
    house.engine.dispose()


@pytest.mark.store("sqlite")
def test_a_full_disk_takes_nothing_and_receipts_nothing(house: House) -> None:
    """The batch is undone as a whole and can be given again; nothing is quarantined for it."""
    limit_pages(house)
    rows = [
        frame_of(fault(of=device(f"cam-{n}", label_serial=f"SC-{n:06}")), seq=n)
        for n in range(1, 400)
    ]
    with pytest.raises(OperationalError):
        house.take(*rows)
    assert house.count(tables.frame) == house.count(tables.quarantine) == 0


@pytest.mark.broker
@pytest.mark.store("sqlite")
@pytest.mark.parametrize("what", ["full", "locked"])
def test_the_subscriber_outlives_a_store_that_takes_nothing(
    house: House, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says why, sends no receipt, and stores the rows when the store takes them again."""
    monkeypatch.setattr(store_engine, "BUSY_MS", 100)
    house.engine.dispose()
    other = sqlite3.connect(tmp_path / "collector" / "collector.db", isolation_level=None)
    with mosquitto(tmp_path) as port:
        subscriber = Subscriber(
            BrokerSettings(port=port), engine=house.engine, room=house.room, clock=lambda: house.now
        )
        subscriber.start()
        peer = Peer(port)
        wait_until(lambda: subscriber.listening_since() is not None)
        if what == "locked":
            other.execute("BEGIN EXCLUSIVE")
        else:
            limit_pages(house)
        for seq in range(1, 60):
            named = device("cam" * 20, name="n" * 200, label_serial=f"SC-{seq:06}")
            peer.publish(frame_of(fault(of=named), seq=seq))
        wait_until(lambda: subscriber.trouble() != "")
        assert what in subscriber.trouble()
        assert subscriber.is_alive()

        if what == "locked":
            other.execute("ROLLBACK")
        else:
            event.listen(house.engine, "connect", allow_growth)
            house.engine.dispose()
        wait_until(lambda: subscriber.counts().stored == 59)
        assert subscriber.trouble() == ""
        subscriber.stop()
        peer.close()
    with house.engine.connect() as db:
        assert len(db.execute(select(tables.frame.c.seq)).all()) == 59
    other.close()


def allow_growth(connection: sqlite3.Connection, _entry: object) -> None:
    """Somebody made room."""
    connection.execute("PRAGMA max_page_count = 1000000")


def wait_until(done: object) -> None:
    """Wait until it is so; fails after the time that everything here must take."""
    assert callable(done)
    until = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < until, "it never came to it"
        time.sleep(0.02)
