"""What a salvage takes over, and what is no reason for one."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.budget import Spend
from agent.delivery import losses, soundness, spend_store
from agent.delivery.ballast import ballast_of
from agent.delivery.damage import DatabaseDamagedError, condemn
from agent.delivery.database import Database, Outside
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.delivery.rank import SMALL_FILE_BYTES
from agent.delivery.salvage import open_or_salvage
from agent.delivery.volume import Free
from shared.evidence import EvidenceChunk
from shared.frame import Lane
from shared.receipt import SeqRange
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message


def salvaged(path: Path, fill: Callable[[Database, Outbox], None]) -> Database:
    """A file with this in it, condemned and salvaged."""
    database = open_file(path)
    fill(database, Outbox(database))
    database.close()
    condemn(path, "met while running")
    found, salvage = open_or_salvage(path, now=NOON)
    assert salvage is not None
    return found


def append(database: Database, outbox: Outbox, *lanes: Lane) -> None:
    """One message a lane."""
    with database.transaction():
        for lane in lanes:
            outbox.append(message(lane, NOON), now=NOON)


def test_pieces_of_a_large_file_stay_what_they_are(tmp_path: Path) -> None:
    """After a salvage full pictures still wait where only thumbnails may leave."""
    total = 4 * SMALL_FILE_BYTES
    piece = EvidenceChunk("ab" * 32, 0, total, random.Random(1).randbytes(total // 8))

    def fill(database: Database, outbox: Outbox) -> None:
        with database.transaction():
            outbox.append(piece, now=NOON)

    database = salvaged(tmp_path / "agent.db", fill)
    outbox = Outbox(database)
    with database.transaction():
        thumbnails = outbox.take(Lane.EVIDENCE, limit=9, now=NOON, most_rank=0)
        pictures = outbox.take(Lane.EVIDENCE, limit=9, now=NOON)

    assert (len(thumbnails), len(pictures)) == (0, 1)


def test_what_was_sent_and_not_receipted_is_sent_again(tmp_path: Path) -> None:
    """A row in flight when the file was damaged is nobody's yet: only a receipt settles it."""

    def fill(database: Database, outbox: Outbox) -> None:
        append(database, outbox, Lane.FAULT)
        with database.transaction():
            outbox.take(Lane.FAULT, limit=9, now=NOON)

    depth = Outbox(salvaged(tmp_path / "agent.db", fill)).depth(Lane.FAULT)

    assert (depth.waiting_rows, depth.kept_rows) == (1, 0)


def test_a_salvage_names_every_number_that_was_given_out(tmp_path: Path) -> None:
    """Whatever of them is missing at the collector is explained by it."""

    def fill(database: Database, outbox: Outbox) -> None:
        append(database, outbox, Lane.FAULT, Lane.TELEMETRY, Lane.FAULT)
        with database.transaction() as db:
            db.execute("DELETE FROM outbox WHERE seq = 3")

    database = salvaged(tmp_path / "agent.db", fill)
    with database.transaction() as db:
        told = losses.take(db, current_epoch=str(database.epoch()))

    assert [lost.range for lost in told] == [SeqRange(1, 3)]


def test_a_kill_between_two_renames_costs_no_row(tmp_path: Path) -> None:
    """The salvaged file was complete, the damaged one lay aside already: it takes the place."""
    path = tmp_path / "agent.db"
    database = open_file(path)
    append(database, Outbox(database), Lane.FAULT)
    database.close()
    path.rename(tmp_path / "agent.db.salvaged")

    found, _ = open_or_salvage(path, now=NOON)
    assert Outbox(found).depth(Lane.FAULT).waiting_rows == 1


def test_the_log_of_a_damaged_file_goes_aside_with_it(tmp_path: Path) -> None:
    """Beside the salvaged file it would be replayed into it, and the old file be back."""
    live, path = tmp_path / "live" / "agent.db", tmp_path / "agent.db"
    old = open_file(live)
    append(old, Outbox(old), Lane.TELEMETRY)
    for suffix in ("", "-wal"):  # as a kill leaves them
        shutil.copy(live.with_name(live.name + suffix), path.with_name(path.name + suffix))
    new = open_file(tmp_path / "agent.db.salvaged", first_counter=2)
    append(new, Outbox(new), Lane.FAULT)
    new.close()
    found, _ = open_or_salvage(path, now=NOON)

    assert [line.lane for line in Outbox(found).lane_depths()] == [Lane.FAULT]
    assert len(list(tmp_path.glob("agent.db.corrupt-*-wal"))) == 1


class Trouble(sqlite3.Connection):
    """A connection on which reading can be made to fail."""

    fails_with = 0

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """As SQLite, or its error."""
        if self.fails_with:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self.fails_with
            raise error
        return super().execute(*args)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE]
)
def test_a_place_in_trouble_is_no_damage(tmp_path: Path, code: int) -> None:
    """A check that a lock or a full disk stops says nothing against the file: no salvage."""
    connections: list[Trouble] = []

    def connect(path: Path) -> sqlite3.Connection:
        made = sqlite3.connect(path, isolation_level=None, factory=Trouble)
        connections.append(made)
        return made

    database = open_file(tmp_path / "agent.db", outside=Outside(connect=connect))
    connections[0].fails_with = code
    with pytest.raises(sqlite3.OperationalError):
        soundness.check(database)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tally SET rows = rows + 5",
        "UPDATE outbox SET attempts = -1",
        "UPDATE outbox SET crc = 'x'",
    ],
)
def test_values_that_nobody_wrote_are_damage(tmp_path: Path, damage: str) -> None:
    """SQLite's own check passes them, and the agent would count or resend by them."""
    database = open_file(tmp_path / "agent.db")
    append(database, Outbox(database), Lane.FAULT)
    database.connection.execute(damage)

    with pytest.raises(DatabaseDamagedError):
        soundness.check(database)


def test_a_start_on_a_full_disk_takes_the_ballasts_place(tmp_path: Path) -> None:
    """The log and its index need room before anything can be evicted."""

    class Nothing:
        """A volume with nothing free."""

        def free(self) -> Free:
            """Nothing."""
            return Free(bytes=0, inodes=10**6)

    path = tmp_path / "agent.db"
    open_file(path).connection.close()
    assert ballast_of(path).exists()
    open_file(path, outside=Outside(volume_of=lambda _: Nothing()))

    assert not ballast_of(path).exists()


def test_what_an_older_agent_had_spent_is_taken_over(tmp_path: Path) -> None:
    """A damaged file from before a column was added: its spend of the day is not forgotten."""
    path = tmp_path / "agent.db"
    open_file(path).close()
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE spend DROP COLUMN requests")
        db.execute("ALTER TABLE spend DROP COLUMN awake_ms")
        db.execute("INSERT INTO spend VALUES ('gate', ?, 900, 3, 2, 0)", (str(NOON.date()),))
    db.close()
    condemn(path, "met while running")

    database, salvage = open_or_salvage(path, now=NOON)

    assert salvage is not None
    spend = spend_store.read_spend(database.connection, "gate", now=NOON)
    assert spend == Spend(NOON.date(), 900, 3, 2, 0)
    database.close()
