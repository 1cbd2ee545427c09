"""What to do when the disk is full: evict the cheapest rows, fold the log, lay the ballast."""

from __future__ import annotations

import logging
import sqlite3
from typing import Final

from agent.delivery.ballast import BALLAST_BYTES
from agent.delivery.database import Database, is_full
from agent.delivery.outbox import Outbox

_LOG = logging.getLogger(__name__)
_EVICT_BYTES: Final = 2 * BALLAST_BYTES


def relieve(database: Database, outbox: Outbox) -> bool:
    """Make room after 'disk full'; True when the ballast lies again.

    The failed transaction has dropped the ballast, so there is a MiB to evict with. Faults go
    last of all lanes.
    """
    try:
        with database.transaction():
            evicted = outbox.evict_bytes(_EVICT_BYTES)
        laid = database.reclaim()
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        _LOG.error("the disk is full and there is nothing left to evict")
        return False
    if evicted:
        _LOG.warning("the disk is full: %d outbox rows were evicted, cheapest first", evicted)
    return laid
