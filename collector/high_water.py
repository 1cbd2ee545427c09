"""How far the store had come, kept beside it: a store that is behind was restored from a backup.

A restored store lacks rows whose receipts agents have already; only another generation makes them
send those again. The store cannot know that it is an old copy, so a file beside it does. The file
follows the commits by about a second: a backup younger than that at the restore goes unnoticed,
and so does one that brought the whole data directory back. ``preclaim-collector restored`` is for
those.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine

from collector.intake.file_system import FileSystem, LocalFiles
from collector.store import meta
from collector.store.meta import Mark

log = logging.getLogger(__name__)

NAME: Final = "high-water"
_NOTHING: Final = Mark(generation="", commits=-1)


class HighWater:
    """Remembers the newest mark in memory and, given a path, in a file; any thread may call."""

    def __init__(self, path: Path | None = None, files: FileSystem | None = None) -> None:
        self._path = path
        self._files = files or LocalFiles()
        self._newest = _NOTHING
        self._written = _NOTHING
        self._lock = threading.Lock()

    def check(self, engine: Engine, *, now: datetime) -> Mark:
        """Compare store and file before anything is taken; a store that is behind is renewed."""
        why, known = self._read()  # before the store, which only moves on meanwhile
        with engine.begin() as db:
            stands = meta.mark(db)
            why = why or _why_restored(stands, known)
            if why:
                stands = meta.renew(db, beyond=known.commits if known else 0, why=why, now=now)
        if why:
            _say(stands, why)
        self.committed(stands)
        self.flush()
        return stands

    def renew(self, engine: Engine, *, now: datetime) -> Mark:
        """Begin another generation because a person says that the store was restored."""
        with engine.begin() as db:
            stands = meta.renew(
                db, beyond=self._newest.commits, why="said by preclaim-collector restored", now=now
            )
        self.committed(stands)
        self.flush()
        return stands

    def advance(self, db: Connection, *, now: datetime) -> Mark:
        """Count the caller's transaction; renews a store that was restored under us."""
        stands = meta.advance(db)
        newest = self._newest
        if stands.commits > newest.commits:
            return stands
        why = f"it went back from {newest.commits} to {stands.commits} commits while in use"
        stands = meta.renew(db, beyond=newest.commits, why=why, now=now)
        _say(stands, why)
        return stands

    def committed(self, mark: Mark) -> None:
        """The transaction that was counted is committed."""
        with self._lock:
            if mark.commits > self._newest.commits:
                self._newest = mark

    @property
    def generation(self) -> str:
        """The generation of the newest commit; '' before the first."""
        return self._newest.generation

    def flush(self) -> None:
        """Bring the file up to date; a failure is logged, the next call tries again."""
        with self._lock:
            newest = self._newest
            if self._path is None or newest == self._written:
                return
            try:
                self._replace(self._path, msgspec.json.encode(newest))
            except OSError as error:
                log.warning("%s cannot be written (%s)", self._path, error.strerror)
                return
            self._written = newest

    def _replace(self, path: Path, content: bytes) -> None:
        """Write beside and rename, so that a crash leaves the old file or the new one."""
        part = path.with_suffix(".part")
        self._files.unlink(part)
        self._files.write_at(part, content, 0)
        self._files.sync(part)
        self._files.rename(part, path)
        self._files.sync(path.parent)

    def _read(self) -> tuple[str, Mark | None]:
        """Why the file proves a restore by itself, '' mostly; and what it says."""
        if self._path is None:
            return "", None
        try:
            return "", msgspec.json.decode(b"".join(self._files.read(self._path)), type=Mark)
        except FileNotFoundError:
            return "", None
        except (OSError, msgspec.DecodeError):
            return f"{self._path} cannot be read", None


def _why_restored(stands: Mark, known: Mark | None) -> str:
    """Why the store must be an older copy; '' when nothing says so."""
    if known is None:  # a new store has taken nothing; one that has came from elsewhere
        return f"{stands.commits} commits and no {NAME} file beside it" if stands.commits else ""
    if known.generation != stands.generation:
        return f"generation {known.generation} was in use here"
    if known.commits > stands.commits:
        return f"it has {stands.commits} commits and had {known.commits}"
    return ""


def _say(stands: Mark, why: str) -> None:
    log.warning(
        "the store was restored (%s): generation %s begins, agents send again what they keep",
        why,
        stands.generation,
    )
