"""One serving collector a database: PostgreSQL can be reached from two machines at once.

The lock lives in a session of its own and ends with it: after kill -9 at once, after the loss of
a machine when the keep-alives of that session fail. SQLite's store is held by ``collector.lock``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import OperationalError

from collector.lock import AlreadyRunningError
from collector.store.cause import cause_of
from collector.store.engine import reader
from collector.store.postgresql import LOCK_SPACE, SERVER

log = logging.getLogger(__name__)

WAIT_S: Final = 10.0  # the session of a collector that was just killed ends within this
_TRY_S: Final = 0.2

_TAKE: Final = text(f"SELECT pg_try_advisory_lock({LOCK_SPACE}, {SERVER})")
_HOLDER: Final = text(
    "SELECT a.pid, coalesce(host(a.client_addr), 'this machine') AS host, a.backend_start"
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    f" WHERE l.locktype = 'advisory' AND l.classid = {LOCK_SPACE} AND l.objid = {SERVER}"
    " AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = a.datname)"
)


class Serving:
    """Holds the database for one ``serve``; ``hold`` makes it, ``keep`` is called now and then."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None

    def take(self, *, wait_s: float | None = None) -> None:
        """Take the lock; AlreadyRunningError when another collector has it for ``wait_s``."""
        wait_s = WAIT_S if wait_s is None else wait_s
        session = reader(self._engine)
        session.detach()  # the pool ends its connections when it likes
        until = time.monotonic() + wait_s
        try:
            while not _ask(session, _TAKE)[0]:
                if time.monotonic() > until:
                    raise AlreadyRunningError(_who(session))
                time.sleep(_TRY_S)
        except BaseException:
            session.close()
            raise
        self._session = session

    def keep(self) -> None:
        """Take it again after the server was restarted; AlreadyRunningError when too late."""
        try:
            if self._session is not None:
                _ask(self._session, text("SELECT 1"))
                return
            self.take()
            log.info("the store is held again")
        except OperationalError as error:
            if self._session is not None:
                log.warning("the store is held no more (%s); taking it again", cause_of(error))
                self.let_go()

    def let_go(self) -> None:
        """End the session, and with it the lock."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None


@contextmanager
def hold(engine: Engine) -> Iterator[Serving | None]:
    """Hold the store until the end of the block; None where a file lock does it.

    AlreadyRunningError when another collector serves the same database.
    """
    if engine.dialect.name != "postgresql":
        yield None
        return
    serving = Serving(engine)
    serving.take()
    try:
        yield serving
    finally:
        serving.let_go()


def _ask(session: Connection, question: TextClause) -> Sequence[Any]:
    """The first row, () for none, in a transaction of its own: the lock is the session's and
    outlives it, and nobody's session is idle within one.

    No other isolation level: one that is set for a connection is set back at its return to the
    pool, which this one never sees, and by then the entry belongs to somebody else.
    """
    with session.begin():
        return session.execute(question).first() or ()


def _who(session: Connection) -> str:
    holder = _ask(session, _HOLDER)
    found = f"session {holder[0]} from {holder[1]}" if holder else "a session just ended"
    return (
        f"another collector ({found}) serves the database {session.engine.url.database}; "
        "stop it, or give this one a database of its own"
    )
