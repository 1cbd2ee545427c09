"""Numbers are given out once, whatever becomes of the rows that had them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from agent.delivery import high_water, losses
from agent.delivery.database import Database
from agent.delivery.high_water import Mark
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from shared.frame import Lane
from shared.identity import Epoch
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.fake_link import FakeBroker, HandClock, dispatcher_of, running, until
from tests.agent.delivery.samples import message

_ROWS = 5


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The files of an agent that was killed with its rows still in the log."""
    live = open_file(tmp_path / "live" / "agent.db")
    _append(live, _ROWS)
    copy = tmp_path / "killed" / "agent.db"
    shutil.copytree(live.path.parent, copy.parent)
    live.close()
    return copy


def _append(database: Database, rows: int) -> None:
    outbox = Outbox(database)
    for _ in range(rows):
        with database.transaction():
            outbox.append(message(Lane.FAULT, NOON), now=NOON)


def _told(database: Database) -> list[tuple[int, int]]:
    with database.transaction() as db:
        told = losses.take(db, current_epoch=str(database.epoch()))
    return [(lost.range.first, lost.range.last) for lost in told]


def _lose_two_rows(path: Path) -> Epoch:
    """Damage the last frames of the log, as a bad block does; SQLite says nothing."""
    sound = open_file(_copy(path))
    epoch = sound.epoch()
    sound.close()
    log = path.with_name(path.name + "-wal")
    content = log.read_bytes().rstrip(b"\0")
    frame = 24 + 4096
    # A row's commit is a few frames; find where two are gone, and no more.
    for frames in range(1, len(content) // frame):
        log.write_bytes(content[: len(content) - frames * frame])
        database = open_file(_copy(path, water=False))
        (rows,) = database.connection.execute("SELECT count(*) FROM outbox").fetchone()
        database.close()
        if rows == _ROWS - 2:
            return epoch
    raise AssertionError("the log holds no two commits")


def _copy(path: Path, *, water: bool = True) -> Path:
    target = path.parent.with_name("look")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(path.parent, target)
    if not water:
        high_water.path_of(target / path.name).unlink()
    return target / path.name


def test_a_restart_goes_on_with_its_numbers(killed: Path) -> None:
    """After a kill nothing is missing: the epoch stays, and nothing is told as lost."""
    database = open_file(killed)

    assert (database.mark().seq, _told(database)) == (_ROWS, [])


def test_rows_that_vanish_from_the_log_are_told_and_their_numbers_not_used_again(
    killed: Path,
) -> None:
    """Behind a damaged log the agent begins a new epoch and names the rows that are gone."""
    epoch = _lose_two_rows(killed)
    database = open_file(killed)

    assert database.epoch().counter == epoch.counter + 1
    assert database.mark().seq == 0
    assert _told(database) == [(_ROWS - 1, _ROWS)]
    database.close()
    again = open_file(killed)
    assert (again.epoch().counter, _told(again)) == (epoch.counter + 1, [])


def test_an_old_copy_of_the_database_is_noticed(killed: Path, tmp_path: Path) -> None:
    """A database brought back alone begins a new epoch: its next numbers are in use outside."""
    old = tmp_path / "backup"
    shutil.copytree(killed.parent, old)
    database = open_file(killed)
    _append(database, 3)
    database.close()
    for name in ("agent.db", "agent.db-wal"):
        shutil.copyfile(old / name, killed.with_name(name))
    database = open_file(killed)

    assert (database.mark(), _told(database)) == (
        Mark(database.epoch(), 0),
        [(_ROWS + 1, _ROWS + 3)],
    )


def test_a_new_file_in_the_old_ones_place_is_another_life(killed: Path) -> None:
    """Where the database is gone, its rows are told, and its epoch's counter is not used again."""
    epoch = high_water.read(high_water.path_of(killed))
    assert epoch is not None
    for name in ("agent.db", "agent.db-wal", "agent.db-shm"):
        killed.with_name(name).unlink()
    database = open_file(killed)

    assert database.epoch().counter == epoch.epoch.counter + 1
    assert _told(database) == [(1, _ROWS)]


@pytest.mark.parametrize("content", [None, b"", b"1-0:3 00000000".ljust(64), b"\xff" * 64])
def test_without_a_sound_file_no_number_is_trusted(killed: Path, content: bytes | None) -> None:
    """A file that is gone or damaged leads to a new epoch, with nothing told as lost."""
    water = high_water.path_of(killed)
    before = high_water.read(water)
    assert before is not None
    water.unlink() if content is None else water.write_bytes(content)
    database = open_file(killed)

    assert database.epoch().counter == before.epoch.counter + 1
    assert _told(database) == []
    assert high_water.read(water) == database.mark()


def test_a_kill_between_commit_and_note_changes_nothing(killed: Path) -> None:
    """A database that is ahead of the file goes on: what is behind is the file."""
    database = open_file(killed)
    water = high_water.path_of(killed)
    behind = water.read_bytes()
    with database.transaction():
        database.begin_epoch(counter=7)
    database.close()
    water.write_bytes(behind)
    again = open_file(killed)

    assert (again.epoch().counter, _told(again)) == (7, [])


def test_what_was_noted_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row costs a sync of the file before it leaves, and a second one of it costs none."""
    synced: list[Mark | None] = []
    path = tmp_path / "agent.db.high-water"
    monkeypatch.setattr(high_water, "sync", lambda at: synced.append(high_water.read(at)))
    water = high_water.HighWater(path)
    for seq in (1, 2, 2):
        water.note(Mark(Epoch(1, 5), seq))
        water.secure()

    assert synced == [Mark(Epoch(1, 5), 1), Mark(Epoch(1, 5), 2)]


def test_the_name_of_the_file_is_synced_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose name is lost with the power says nothing: numbers would be given out again."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda at: synced.append(os.fstat(at).st_ino))
    water = high_water.HighWater(tmp_path / "agent.db.high-water")
    water.note(Mark(Epoch(1, 5), 1))
    water.secure()

    assert synced == [(tmp_path / name).stat().st_ino for name in ("agent.db.high-water", ".")]


def test_a_place_that_takes_no_file_stops_nothing(tmp_path: Path) -> None:
    """Where the file cannot be written the agent goes on; the failure is logged."""
    water = high_water.HighWater(tmp_path / "gone" / "agent.db.high-water")
    water.note(Mark(Epoch(1, 5), 1))
    water.secure()

    assert not (tmp_path / "gone").exists()


async def test_a_row_leaves_only_below_the_synced_mark(
    database: Database, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the broker sees a number, the file that says so is on the disk."""
    broker = FakeBroker(HandClock())
    synced = [0]

    def sync(path: Path) -> None:
        mark = high_water.read(path)
        assert mark is not None
        assert mark.seq not in broker.seqs  # its row has not left yet
        synced.append(mark.seq)

    monkeypatch.setattr(high_water, "sync", sync)
    async with running(dispatcher_of(broker, database, outbox)):
        for count in (1, 2, 3):
            _append(database, 1)
            await until(lambda: len(set(broker.seqs)) >= count)  # noqa: B023 - awaited here
            assert max(broker.seqs) <= synced[-1]
