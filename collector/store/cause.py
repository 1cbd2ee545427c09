"""Why the store took nothing, in words that can be shown: never a statement, never its values."""

from __future__ import annotations

from collector.store.sqlstate import message_of


def cause_of(error: BaseException) -> str:
    """The first cause: 'database or disk is full', 'Connection refused', 'deadlock detected'.

    SQLite ends the whole transaction when the disk is full; what fails afterwards is that the
    savepoint is gone, which tells nobody anything.
    """
    first = error
    while first.__context__ is not None:
        first = first.__context__
    if isinstance(first, OSError):
        return str(first.strerror or first)
    return message_of(first) or str(first)
