"""A store put back from a backup gets from the agents what it lost, once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import receipts
from agent.delivery.database import Database
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from collector.__main__ import main
from collector.high_water import NAME, HighWater
from collector.intake.arrival import Arrival
from collector.store import tables
from shared import topics
from shared.frame import Lane
from tests.collector.house import House, fault
from tests.collector.test_serve import write_config
from tests.stores import STORES

LANES = (Lane.FAULT, Lane.EVIDENCE, Lane.HEALTH, Lane.TELEMETRY)


class Site:
    """An agent's outbox, and the wire between it and a collector."""

    def __init__(self, directory: Path) -> None:
        self.database: Database = open_file(directory / "agent.db")
        self.outbox = Outbox(self.database)

    def find_fault(self, house: House) -> None:
        """A fault is found and waits for its receipt."""
        with self.database.transaction():
            self.outbox.append(fault(), now=house.now)

    def deliver(self, house: House) -> list[receipts.Applied]:
        """Send what waits, apply the receipts."""
        with self.database.transaction():
            rows = [
                row for lane in LANES for row in self.outbox.take(lane, limit=50, now=house.now)
            ]
        done = house.take(
            *(Arrival(topics.up("agent-farm", row.lane), bytes(row.frame)) for row in rows)
        )
        with self.database.transaction():
            return [
                receipts.apply(self.database, receipt, now=house.now)
                for _, receipt in done.receipts
            ]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector that keeps its high-water file."""
    made = House(tmp_path)
    made.start(tmp_path / NAME)
    yield made
    made.engine.dispose()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An agent with nothing to tell yet."""
    made = Site(tmp_path)
    yield made
    made.database.close()


def put_back(house: House, backup: Path) -> None:
    """The backup in the place of the store; PostgreSQL's is replaced under open connections."""
    if STORES.name == "sqlite":
        house.engine.dispose()
    STORES.put_back(house.path.parent, backup)


def lose_two(house: House, site: Site, tmp_path: Path) -> str:
    """Four receipted faults, of which the backup knows two; the generation before."""
    for _ in range(2):
        site.find_fault(house)
        site.deliver(house)
    STORES.back_up(tmp_path, tmp_path / "backup.db")
    before = house.mark().generation
    for _ in range(2):
        site.find_fault(house)
        site.deliver(house)
    assert house.count(tables.episode) == 4
    return before


@pytest.mark.parametrize("moment", ["stopped", "running", "moved"])
def test_agents_send_again_what_a_restored_store_lacks(
    house: House, site: Site, tmp_path: Path, moment: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Restored while stopped, under a running collector, or onto a new machine: the next receipt
    has another generation, the agent's kept rows come again, all are there and none twice."""
    before = lose_two(house, site, tmp_path)
    house.room.high_water.flush()
    put_back(house, tmp_path / "backup.db")
    assert house.count(tables.episode) == 2
    with caplog.at_level(logging.WARNING):
        if moment == "stopped":
            house.start(tmp_path / NAME)
        elif moment == "moved":
            house.start(tmp_path / "other")

        site.find_fault(house)
        (applied,) = site.deliver(house)
    assert "the store was restored" in caplog.text
    assert applied.new_generation
    assert applied.requeued == 4
    assert house.mark().generation != before

    assert not any(again.new_generation for again in site.deliver(house))
    assert house.count(tables.episode) == house.count(tables.decision) == 5
    assert house.count(tables.frame) == 5
    assert house.count(tables.quarantine) == 0
    assert house.rows(tables.audit)[0]["action"] == "store.restored"


def test_a_backup_from_before_another_restore_is_noticed(
    house: House, site: Site, tmp_path: Path
) -> None:
    """The generation in it is one that agents have seen the end of: they would ignore it."""
    lose_two(house, site, tmp_path)
    for _ in range(2):
        house.room.high_water.flush()
        put_back(house, tmp_path / "backup.db")
        house.start(tmp_path / NAME)
        site.find_fault(house)
        (applied,) = site.deliver(house)
        assert applied.new_generation
        assert not applied.stale
        site.deliver(house)
    assert house.count(tables.episode) == 6


def test_a_restart_is_no_restore(house: House, site: Site, tmp_path: Path) -> None:
    """After a clean end, after a kill before the file was written, and after a copy was moved
    together with its file, the generation stays."""
    site.find_fault(house)
    site.deliver(house)
    first = house.mark().generation
    house.start(tmp_path / NAME)
    house.room.high_water.flush()
    site.find_fault(house)
    site.deliver(house)  # not flushed: as after a kill
    house.start(tmp_path / NAME)
    assert house.mark().generation == first
    assert house.count(tables.audit) == 0


def test_a_damaged_file_counts_as_a_restore(house: House, site: Site, tmp_path: Path) -> None:
    """Sending again costs little; a row that nobody sends again is lost."""
    site.find_fault(house)
    site.deliver(house)
    first = house.mark().generation
    (tmp_path / NAME).write_bytes(b"\0\0")
    house.start(tmp_path / NAME)
    assert house.mark().generation != first


def test_the_file_is_written_only_when_something_came(house: House, tmp_path: Path) -> None:
    """No wear on a disk while nothing happens, and a full one stops no receipt."""
    water = house.room.high_water
    water.flush()
    (tmp_path / NAME).unlink()
    water.flush()
    assert not (tmp_path / NAME).exists()
    blocked = HighWater(tmp_path / "no" / "such" / "folder")
    blocked.check(house.engine, now=house.now + timedelta(1))


def test_restored_begins_a_generation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command for a data directory that was put back as a whole."""
    config = write_config(tmp_path, broker=1, web=0)
    found: list[str] = []
    for _ in range(2):
        assert main(["restored", "-c", str(config)]) == 0
        found.append(capsys.readouterr().out.split()[0])
    assert found[0] != found[1]
