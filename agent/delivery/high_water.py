"""How far the numbers had come, kept beside the database: one that is behind has lost rows.

SQLite drops everything behind a damaged frame of its log without a word. The database is sound
then, and older: committed rows are gone, and their numbers would be given out again with other
content. The database cannot know it, so a file beside it does. It is written after every commit
that gave out numbers and synced before a row leaves, so that no number anybody has seen is used
twice. A copy of the whole card brings both back together and goes unnoticed here: the collector
finds the clash by the digests.
"""

from __future__ import annotations

import logging
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.identity import Epoch, EventId
from shared.limits import MAX_SEQ

_LOG = logging.getLogger(__name__)
_SLOT_BYTES: Final = 64  # within one sector: written whole or not at all


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The newest number that was given out; seq 0 when the epoch has none yet."""

    epoch: Epoch
    seq: int


class UnreadableError(Exception):
    """The file is there and says nothing."""


def path_of(database: Path) -> Path:
    """Where the high water of a database stands."""
    return database.with_name(database.name + ".high-water")


def read(path: Path) -> Mark | None:
    """What the file says; None when there is none. UnreadableError when it is damaged."""
    try:
        slot = path.read_bytes()
    except FileNotFoundError:
        return None
    text, _, checksum = slot.strip().rpartition(b" ")
    try:
        if len(slot) != _SLOT_BYTES or int(checksum, 16) != zlib.crc32(text):
            raise ValueError("checksum")
        epoch, _, seq = text.decode("ascii").rpartition(":")
        return Mark(Epoch.parse(epoch), min(int(seq), MAX_SEQ))
    except ValueError as error:
        raise UnreadableError(f"{path.name} is damaged") from error


class HighWater:
    """The file of one open database. Its failures are logged: the rows themselves go on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._noted: Mark | None = None
        self._synced: Mark | None = None

    def note(self, mark: Mark) -> None:
        """Write a mark that is committed, in place and without a sync."""
        if mark == self._noted:
            return
        text = f"{mark.epoch}:{mark.seq}".encode("ascii")
        slot = (text + b" %08x" % zlib.crc32(text)).ljust(_SLOT_BYTES)
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, slot, 0)
            finally:
                os.close(descriptor)
        except OSError as error:
            _LOG.warning("%s cannot be written (%s)", self._path.name, error.strerror)
            return
        self._noted = mark

    def secure(self) -> None:
        """Bring what was noted to the disk; before a row leaves."""
        if self._noted == self._synced:
            return
        try:
            sync(self._path)
        except OSError as error:
            _LOG.warning("%s cannot be synced (%s)", self._path.name, error.strerror)
            return
        self._synced = self._noted


def sync(path: Path) -> None:
    """Bring a file and its name to the disk."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Why a database must not go on with its numbers, and which ones it lacks."""

    why: str
    lost: tuple[EventId, EventId] | None  # first and last, of one epoch
    counter: int  # for the epoch that begins


def compare(stands: Mark, path: Path) -> Behind | None:
    """Compare a database with the file beside it; None when it may go on with its epoch.

    A database of a later epoch than the file's is not behind: the agent was killed between the
    commit and the note.
    """
    counter = stands.epoch.counter + 1
    try:
        known = read(path)
    except (UnreadableError, OSError) as error:
        return Behind(why=str(error), lost=None, counter=counter)
    if known is None:  # an older agent's file, or one that came from elsewhere
        why = f"no {path.name} beside it"
        return Behind(why=why, lost=None, counter=counter) if stands.seq else None
    if known.epoch == stands.epoch:
        first = stands.seq + 1
    elif known.epoch.counter < stands.epoch.counter:
        return None
    else:
        first = 1
    counter = max(counter, known.epoch.counter + 1)
    if first <= known.seq:
        lost = EventId(known.epoch, first), EventId(known.epoch, known.seq)
        return Behind(why=f"rows {first} to {known.seq} are missing", lost=lost, counter=counter)
    if known.epoch == stands.epoch:
        return None
    return Behind(why=f"epoch {known.epoch} was in use here", lost=None, counter=counter)
