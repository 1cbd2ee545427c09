"""The exported outbox: every row as it would travel, in one file that appears whole."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.delivery.black_box import export
from agent.delivery.opening import open_file, open_for_reading
from agent.delivery.outbox import Outbox
from agent.delivery.receipts import apply
from shared.black_box import BoxRow, read_head, read_rows
from shared.frame import Lane, unpack
from shared.receipt import Receipt, SeqRange
from tests.shared import examples

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(path: Path) -> None:
    """A fault and a health row that were receipted, and a fault that waits."""
    database = open_file(path)
    outbox = Outbox(database)
    messages = examples.up_messages()
    with database.transaction():
        for name in ("fault", "health", "fault"):
            outbox.append(messages[name], now=NOW)
        outbox.take(Lane.FAULT, limit=1, now=NOW)
        outbox.take(Lane.HEALTH, limit=1, now=NOW)
        receipt = Receipt(database.epoch(), "g-1", NOW, (SeqRange(1, 2),))
        apply(database, receipt, now=NOW)
    database.close()


def box(path: Path) -> list[BoxRow]:
    """The rows of a file."""
    with path.open("rb") as file:
        head = read_head(file)
        assert head.agent_id == "agent-1"
        return list(read_rows(file, head))


@pytest.mark.parametrize(("waiting_only", "seqs"), [(False, [1, 3]), (True, [3])])
def test_rows_without_receipt_and_kept_ones_are_exported(
    tmp_path: Path, waiting_only: bool, seqs: list[int]
) -> None:
    """A fault that was receipted travels too, unless only waiting rows are asked for."""
    fill(tmp_path / "agent.db")
    database = open_for_reading(tmp_path / "agent.db")
    target = tmp_path / "box"
    done = export(
        database.connection, target, agent_id="agent-1", waiting_only=waiting_only, now=NOW
    )
    database.close()

    assert [unpack(row.frame).header.seq for row in box(target)] == seqs
    assert (done.rows, done.damaged, done.bytes) == (len(seqs), 0, target.stat().st_size)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("box")) == ["box"]


def test_a_running_agent_is_not_disturbed(tmp_path: Path) -> None:
    """Rows appended while the file is written are not in it, and nothing waits for it."""
    fill(tmp_path / "agent.db")
    writer = open_file(tmp_path / "agent.db")
    reader = open_for_reading(tmp_path / "agent.db")

    def append(done: int, _total: int) -> None:
        if done == 1:
            with writer.transaction():
                Outbox(writer).append(examples.up_messages()["fault"], now=NOW)

    target = tmp_path / "box"
    export(
        reader.connection, target, agent_id="agent-1", waiting_only=False, now=NOW, progress=append
    )
    assert len(box(target)) == 2
    assert Outbox(writer).depth(Lane.FAULT).waiting_rows == 2
    reader.close()
    writer.close()


def on_fat(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Linux answers on vfat and exfat: no hard links, and no modes but its own."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    monkeypatch.setattr("os.fchmod", refuse)


def test_a_stick_without_links_or_modes_takes_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """USB sticks are FAT: the file appears whole, alone, and never over another one."""
    fill(tmp_path / "agent.db")
    on_fat(monkeypatch)
    database = open_for_reading(tmp_path / "agent.db")
    target = tmp_path / "box"

    def write(progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        export(
            database.connection,
            target,
            agent_id="agent-1",
            waiting_only=False,
            now=NOW,
            progress=progress,
        )

    write()
    assert [unpack(row.frame).header.seq for row in box(target)] == [1, 3]
    target.unlink()
    with pytest.raises(FileExistsError):
        write(lambda _done, _all: target.write_bytes(b"came meanwhile") and None)
    assert target.read_bytes() == b"came meanwhile"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("box")) == ["box"]
    database.close()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """Neither one that was there, nor anything half-written left behind."""
    fill(tmp_path / "agent.db")
    database = open_for_reading(tmp_path / "agent.db")
    target = tmp_path / "box"
    target.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        export(database.connection, target, agent_id="agent-1", waiting_only=False, now=NOW)
    database.close()
    assert target.read_bytes() == b"mine"


def test_a_damaged_row_is_left_out_and_told(tmp_path: Path) -> None:
    """A row whose checksum fails never leaves, here neither; the file is whole without it."""
    fill(tmp_path / "agent.db")
    database = open_file(tmp_path / "agent.db")
    with database.transaction() as db:
        db.execute("UPDATE outbox SET frame = x'00' WHERE seq = 3")
    target = tmp_path / "box"
    done = export(
        database.connection,
        target,
        agent_id="agent-1",
        waiting_only=False,
        now=NOW + timedelta(1),
    )
    database.close()
    assert (done.rows, done.damaged) == (1, 1)
    assert [unpack(row.frame).header.seq for row in box(target)] == [1]
