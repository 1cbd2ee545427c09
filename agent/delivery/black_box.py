"""Writes the outbox into a file that can be carried to the collector; changes nothing here."""

from __future__ import annotations

import errno
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from shared.black_box import BoxHead, BoxRow, pack_head, pack_row

_NOT_ON_FAT: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS})
_AT_ONCE: Final = 64  # rows in memory: at most 4 MiB

# 2: delivered. Kept rows travel too: the collector's store may have been lost since.
_WHICH: Final = {True: "state < 2", False: "state <= 2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What the file holds; ``damaged`` rows failed their checksum and were left out."""

    rows: int
    bytes: int
    damaged: int


def export(
    db: sqlite3.Connection,
    path: Path,
    *,
    agent_id: str,
    waiting_only: bool,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Exported:
    """Write the rows, oldest first, as they stand at one moment; the file appears whole or not.

    FileExistsError: a file is never overwritten. OSError: the target cannot take it.
    ``progress`` is told rows done and rows in all.
    """
    part = path.with_name(path.name + ".part")
    if path.exists():
        raise FileExistsError(f"{path} exists")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _keep_private(file)
            done = _write(
                db, file, agent_id=agent_id, where=_WHICH[waiting_only], now=now, progress=progress
            )
            file.flush()
            os.fsync(file.fileno())
        _name(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync_directory(path.parent)
    return done


def _keep_private(file: BinaryIO) -> None:
    """Also what an earlier try left behind; FAT has no modes, and refuses to set one."""
    try:
        os.fchmod(file.fileno(), 0o600)
    except OSError as error:
        if error.errno not in _NOT_ON_FAT:
            raise


def _name(part: Path, path: Path) -> None:
    """Give the whole file its name; FileExistsError when something came there meanwhile."""
    try:
        os.link(part, path)
        return
    except OSError as error:
        if error.errno not in _NOT_ON_FAT:
            raise
    # FAT and exFAT, which USB sticks have, know no hard links: take the name first, then fill it.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        part.replace(path)
    except OSError:
        path.unlink(missing_ok=True)  # ours, and empty
        raise


def _write(
    db: sqlite3.Connection,
    file: BinaryIO,
    *,
    agent_id: str,
    where: str,
    now: datetime,
    progress: Callable[[int, int], None],
) -> Exported:
    db.execute("BEGIN")  # one snapshot for the count and the rows, beside a running agent
    try:
        (total,) = db.execute(f"SELECT count(*) FROM outbox WHERE {where}").fetchone()
        file.write(_head(agent_id, total, now))
        written = damaged = 0
        for lane, crc, frame in _rows(db, where):
            if not isinstance(frame, bytes) or zlib.crc32(frame) != crc:
                damaged += 1
                continue
            file.write(pack_row(BoxRow(lane, frame)))
            written += 1
            progress(written + damaged, total)
    finally:
        db.execute("ROLLBACK")
    size = file.tell()
    if damaged:
        file.seek(0)
        file.write(_head(agent_id, written, now))
    return Exported(rows=written, bytes=size, damaged=damaged)


def _head(agent_id: str, rows: int, now: datetime) -> bytes:
    return pack_head(BoxHead(agent_id=agent_id, rows=rows, written_at=now))


def _rows(db: sqlite3.Connection, where: str) -> Iterator[tuple[int, int, object]]:
    cursor = db.execute(f"SELECT lane, crc, frame FROM outbox WHERE {where} ORDER BY id")
    while some := cursor.fetchmany(_AT_ONCE):
        yield from some


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
