"""What is damage to the file and what a fault of its place; the mark that condemns a file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final


class DatabaseDamagedError(Exception):
    """The file is no sound SQLite database; what was found is the text."""


def is_full(error: sqlite3.OperationalError) -> bool:
    """True for 'database or disk is full'; damage looks alike in class but not in code."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def condemn(path: Path, why: str) -> None:
    """Let the next opening find the file damaged: what a check missed was met while running."""
    _mark_of(path).write_text(why)


def condemned(path: Path) -> str | None:
    """Why the file was condemned; None when it was not."""
    try:
        return _mark_of(path).read_text(errors="replace")
    except FileNotFoundError:
        return None


def acquit(path: Path) -> None:
    """Take the mark away: the condemned file lies elsewhere now."""
    _mark_of(path).unlink(missing_ok=True)


def is_damage(error: Exception) -> bool:
    """True for what only a damaged file raises; False when the place or our statement is at fault.

    Damaged text is an OperationalError without a code of damage, as 'disk full' is: both are told
    apart by what is known to be about the place.
    """
    if isinstance(error, UnicodeDecodeError):
        return True
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.ProgrammingError):
        return False
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if isinstance(error, sqlite3.IntegrityError):
        return code & 0xFF == sqlite3.SQLITE_CORRUPT
    if code & 0xFF == sqlite3.SQLITE_IOERR:  # what cannot be written is not damaged for that
        return code in _UNREADABLE
    return code & 0xFF not in _OF_THE_PLACE


_UNREADABLE: Final = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_CORRUPTFS})
_OF_THE_PLACE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
    }
)


def _mark_of(path: Path) -> Path:
    return path.with_name(path.name + ".condemned")
