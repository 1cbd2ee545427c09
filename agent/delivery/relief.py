"""What to do when the disk is full: evict what can help, fold the log, lay the ballast."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

from agent.delivery import eviction
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from shared.frame import Lane

_LOG = logging.getLogger(__name__)
_LEAST: Final = Lane.HEALTH  # evidence gives way to a fault's row only, never to the ballast
_Done = TypeVar("_Done")


def relieve(database: Database, outbox: Outbox) -> bool:
    """Make room after 'disk full'; True when the ballast lies again.

    The failed transaction has dropped the ballast, so there is a MiB to work with. Rows are
    evicted only when they make the ballast fit: where others filled the disk they would be lost
    in vain.
    """
    try:
        if database.reclaim():
            return True
        missing = database.missing_bytes - database.room.surplus_bytes
        if missing > eviction.spare(database.connection, least=_LEAST):
            return False
        with database.transaction():
            evicted = outbox.evict_bytes(missing, least=_LEAST)
        laid = database.reclaim()
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        _LOG.error("the disk is full and there is nothing left to evict")
        return False
    if evicted:
        _LOG.warning("the disk is full: %d outbox rows were evicted, cheapest first", evicted)
    return laid


def commit(database: Database, outbox: Outbox, work: Callable[[], _Done]) -> _Done:
    """Do ``work`` in a transaction, and once more when the ballast's place lets it fit."""
    try:
        with database.transaction():
            return work()
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        relieve(database, outbox)
    with database.transaction():
        return work()
