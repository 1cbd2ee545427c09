"""The agent database: durability at kill -9, damage, and a full disk's ballast."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from agent.delivery import schema
from agent.delivery.ballast import BALLAST_BYTES, ballast_of
from agent.delivery.damage import DatabaseDamagedError, is_damage
from agent.delivery.database import Database, Outside
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.delivery.rank import SMALL_FILE_BYTES
from agent.delivery.room import MOST_LOG_BYTES
from agent.delivery.salvage import open_or_salvage
from agent.delivery.volume import Free
from agent.uplink_budget import BULK
from shared import wire
from shared.evidence import EvidenceChunk
from shared.frame import Lane, pack, unpack
from shared.identity import Epoch
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message

_WRITER = """
import sys
from pathlib import Path
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from shared.frame import Lane
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message
database = open_file(Path(sys.argv[1]))
outbox = Outbox(database)
while True:
    with database.transaction():
        event = outbox.append(message(Lane.FAULT, NOON), now=NOON)
    sys.stdout.write(f"{event.seq}\\n")
    sys.stdout.flush()
"""


def test_a_database_is_private_and_durable(tmp_path: Path) -> None:
    """Mode 0600, WAL and synchronous=FULL: what SQLite needs to survive a power cut."""
    database = open_file(tmp_path / "agent.db")
    found = [
        database.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    ]

    assert (os.stat(database.path).st_mode & 0o777, found) == (0o600, ["wal", 2])


def test_rows_whose_append_returned_survive_kill_9(tmp_path: Path) -> None:
    """A writer killed mid-way leaves every row that it had reported, and a file that opens."""
    reported = 0
    for number in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path / "agent.db")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        assert writer.stdout is not None
        for _ in range(20 + 13 * number):
            reported = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        whole = [line for line in rest.split("\n")[:-1] if line]
        reported = int(whole[-1]) if whole else reported

    database, salvaged = open_or_salvage(tmp_path / "agent.db", now=NOON)
    seqs = [seq for (seq,) in database.connection.execute("SELECT seq FROM outbox ORDER BY seq")]
    assert salvaged is None
    assert reported > 80
    assert seqs[:reported] == list(range(1, reported + 1))
    assert len(seqs) <= reported + 4  # at most one commit a kill whose report was lost


def test_an_epoch_is_kept_across_restarts(tmp_path: Path) -> None:
    """The same file is the same life; another file is another one."""
    epochs = []
    for name in ("a.db", "a.db", "b.db"):
        database = open_file(tmp_path / name)
        epochs.append(database.epoch())
        database.close()

    assert epochs[0] == epochs[1] != epochs[2]


def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    """A file that a newer agent wrote is refused instead of guessed at."""
    database = open_file(tmp_path / "agent.db")
    database.connection.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(DatabaseDamagedError, match="newer agent"):
        open_file(tmp_path / "agent.db")


def _filled(path: Path, rows: int) -> None:
    database = open_file(path)
    outbox = Outbox(database)
    with database.transaction():
        for number in range(rows):
            outbox.append(message(Lane.FAULT, NOON, text=f"row {number} " * 20), now=NOON)
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@pytest.mark.parametrize("seed", range(40))
def test_damage_never_sends_a_wrong_row(tmp_path: Path, seed: int) -> None:
    """Whatever bytes of the file are damaged, the agent starts, and what it sends is true."""
    path = tmp_path / "agent.db"
    _filled(path, 60)
    truth = {
        wire.encode(message(Lane.FAULT, NOON, text=f"row {number} " * 20)) for number in range(60)
    }
    draw = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(draw.choice([1, 4, 40])):
        start = draw.randrange(len(content))
        length = draw.choice([1, 16, 2000])
        content[start : start + length] = draw.randbytes(len(content[start : start + length]))
    path.write_bytes(content)

    database, salvaged = open_or_salvage(path, now=NOON)
    outbox = Outbox(database)
    try:
        with database.transaction():
            rows = outbox.take(Lane.FAULT, limit=100, now=NOON)
    except sqlite3.DatabaseError:
        return  # told as an error of the file; nothing was sent
    for row in rows:
        assert unpack(row.frame).body in truth
    if salvaged is not None:
        (told,) = database.connection.execute("SELECT count(*) FROM lost").fetchone()
        assert told >= 1
    database.close()


def test_a_salvaged_file_begins_a_new_epoch_and_keeps_its_rows(tmp_path: Path) -> None:
    """Rows of a file with a damaged index page are taken over under their own identity."""
    path = tmp_path / "agent.db"
    _filled(path, 60)
    old = open_file(path)
    epoch = old.epoch()
    (root,) = old.connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'outbox_next'"
    ).fetchone()
    (page_size,) = old.connection.execute("PRAGMA page_size").fetchone()
    old.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * page_size : (root - 1) * page_size + 64] = bytes(64)
    path.write_bytes(content)

    database, salvaged = open_or_salvage(path, now=NOON)
    assert salvaged is not None
    assert salvaged.rows_saved == 60
    assert salvaged.set_aside.exists()
    assert database.epoch().counter == epoch.counter + 1
    with database.transaction():
        rows = Outbox(database).take(Lane.FAULT, limit=100, now=NOON)
    assert {row.event.epoch for row in rows} == {epoch}


def _append_evidence(database: Database, outbox: Outbox, *, rows: int) -> None:
    with database.transaction():
        for _ in range(rows):
            outbox.append(message(Lane.EVIDENCE, NOON, size=3000), now=NOON)


def test_ballast_goes_when_the_disk_is_full_and_comes_back(tmp_path: Path) -> None:
    """At 'disk full' the ballast gives its space back, and returns when there is room."""
    database = open_file(tmp_path / "agent.db", outside=Outside(reserve_bytes=0))
    outbox = Outbox(database)
    assert not database.is_short_of_space
    (pages,) = database.connection.execute("PRAGMA page_count").fetchone()
    database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        _append_evidence(database, outbox, rows=20)
    was_short = database.is_short_of_space

    assert was_short
    assert database.reclaim()
    assert not database.is_short_of_space


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_IOERR_SHMSIZE, False),
        (sqlite3.SQLITE_IOERR_WRITE, False),
        (sqlite3.SQLITE_IOERR_FSYNC, False),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_IOERR_READ, True),
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_NOTADB, True),
    ],
)
def test_what_cannot_be_written_is_not_damaged(code: int, expected: bool) -> None:
    """A disk that takes nothing leads to no salvage of a sound file; unreadable blocks do."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code

    assert is_damage(error) is expected


def test_a_full_disk_keeps_the_logs_place_for_the_next_start(tmp_path: Path) -> None:
    """A close below the headroom leaves a ballast, though one would not be laid there."""
    database = open_file(
        tmp_path / "agent.db", outside=Outside(headroom=Free(bytes=2**62, inodes=0))
    )
    ballast_of(database.path).unlink()
    database.close()

    assert ballast_of(database.path).stat().st_size == BALLAST_BYTES


def test_rows_of_the_first_schema_get_their_rank(tmp_path: Path) -> None:
    """After the upgrade small pieces of a full picture still wait behind a thumbnail."""
    path = tmp_path / "agent.db"
    old = sqlite3.connect(path)
    old.executescript(
        f"{schema.VERSIONS[0]} INSERT INTO meta VALUES ('epoch', '1-9'), ('next_seq', '4');"
        "PRAGMA user_version = 1;"
    )
    pieces = {
        1: EvidenceChunk("ab" * 32, 0, 2 * SMALL_FILE_BYTES, b"of a picture"),
        2: EvidenceChunk("cd" * 32, 0, 9, b"thumbnail"),
        3: message(Lane.FAULT, NOON),
    }
    for seq, piece in pieces.items():
        lane = wire.LANE_OF[type(piece)]
        frame = pack(lane=lane, epoch=Epoch(1, 9), seq=seq, body=wire.encode(piece))
        old.execute(
            "INSERT INTO outbox (epoch, seq, lane, created_us, size, crc, frame)"
            " VALUES ('1-9', ?, ?, 0, ?, ?, ?)",
            (seq, int(lane), len(frame), zlib.crc32(frame), frame),
        )
    old.commit()
    old.close()
    database = open_file(path)
    found = database.connection.execute("SELECT seq, rank FROM outbox ORDER BY seq").fetchall()

    assert found == [(1, BULK), (2, 0), (3, 0)]
    database.close()


def test_a_log_that_one_transaction_made_grow_shrinks_again(tmp_path: Path) -> None:
    """The place is the disk's again after the next commits, and what was written is there."""
    database = open_file(tmp_path / "agent.db")
    outbox, log = Outbox(database), tmp_path / "agent.db-wal"
    chunk = EvidenceChunk("ab" * 32, 0, 40_000, random.Random(1).randbytes(40_000))
    with database.transaction():
        for _ in range(100):
            outbox.append(chunk, now=NOON)
        grown = log.stat().st_size
    for _ in range(2):
        with database.transaction():
            outbox.append(message(Lane.FAULT, NOON), now=NOON)

    assert grown > 2 * MOST_LOG_BYTES
    assert log.stat().st_size <= MOST_LOG_BYTES
    assert outbox.unreceipted(Lane.EVIDENCE) == 100
    database.close()
