"""PostgreSQL behind the store: one writer at a time, durable commits, errors by what they mean."""

from __future__ import annotations

import getpass
import logging
import ssl
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from collector.store.sqlstate import Meaning, meaning_of

log = logging.getLogger(__name__)

# Advisory locks are numbers that programs agree on; the first half is ours ('Prec').
LOCK_SPACE: Final = 0x50726563
WRITER: Final = 1
SERVER: Final = 2
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
SSL_MODES: Final = frozenset({"disable", "require", "verify-full"})
SOCKETS: Final = "/var/run/postgresql"
LIBPQ_QUERY: Final = frozenset({"host", "sslmode", "sslrootcert"})  # what a URL's query may say
CONNECT_AND_ANSWER_S: Final = 120.0  # a server that says nothing for so long is gone

# What a database or role may have set otherwise, and what the promises of the store need.
_SESSION: Final = {
    "synchronous_commit": "on",  # a receipt follows the commit: it must be on disk
    "default_transaction_isolation": "read committed",  # writers are one; see _begin
    "lock_timeout": "10s",  # as SQLite's busy timeout
    "idle_in_transaction_session_timeout": "120s",  # nobody holds the write lock for ever
    "tcp_keepalives_idle": "30",  # a collector whose machine died lets go of its locks
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "TimeZone": "UTC",
    "DateStyle": "ISO",
}


def open_engine(url: URL) -> Engine:
    """Open the store with pg8000; ModuleNotFoundError when that is not installed."""
    from collector.store.prepared import PreparedConnection  # noqa: PLC0415 SQLite needs no driver

    engine = create_engine(
        url.set(drivername="postgresql+pg8000").difference_update_query(LIBPQ_QUERY),
        connect_args=_connect_arguments(url),
        pool_pre_ping=True,  # the server may have been restarted since
        hide_parameters=True,
    )
    event.listen(
        engine, "do_connect", lambda _d, _r, given, named: PreparedConnection(*given, **named)
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate, retval=True)
    return engine


class UnfitDatabaseError(RuntimeError):
    """The database cannot keep what agents send."""


class UnsendableError(ValueError):
    """A value has no form that can be sent; nothing of its statement has left."""


def look_over(db: Connection) -> None:
    """Look at what only the administrator can set; UnfitDatabaseError when it cannot serve."""
    if db.dialect.name != "postgresql":
        return
    encoding, fsync = db.exec_driver_sql(
        "SELECT current_setting('server_encoding'), current_setting('fsync')"
    ).one()
    if encoding != "UTF8":
        raise UnfitDatabaseError(
            f"the database {db.engine.url.database} is encoded in {encoding} and cannot hold "
            "Chinese texts; make it anew with createdb -E UTF8 -T template0"
        )
    if fsync != "on":
        log.warning("PostgreSQL runs with fsync = off: a power cut loses what was receipted")


def ssl_mode_of(url: URL) -> str:
    """What the URL says, else: nothing on this machine, everything verified beyond it."""
    said = url.query.get("sslmode", "")
    if said:
        return str(said)
    return "disable" if _socket_of(url) or url.host in LOOPBACK else "verify-full"


def _connect_arguments(url: URL) -> dict[str, Any]:
    """The query of libpq's URLs in pg8000's arguments."""
    arguments: dict[str, Any] = {
        "application_name": "preclaim-collector",
        "startup_params": _SESSION,
        "timeout": CONNECT_AND_ANSWER_S,
    }
    if not url.username:
        arguments["user"] = getpass.getuser()
    if not url.password:
        arguments["password"] = ""  # pg8000 fails without a word where SCRAM asks and it has none
    if socket := _socket_of(url):
        arguments["unix_sock"] = socket
    mode = ssl_mode_of(url)
    arguments["ssl_context"] = False if mode == "disable" else _ssl_context(url, mode)
    return arguments


def _socket_of(url: URL) -> str:
    """The Unix socket: in the directory that the query names as ``host``, or in Debian's when no
    host is named at all; '' for a host of the network."""
    directory = str(url.query.get("host", "" if url.host else SOCKETS))
    return f"{directory}/.s.PGSQL.{url.port or 5432}" if directory.startswith("/") else ""


def _ssl_context(url: URL, mode: str) -> ssl.SSLContext:
    authority = url.query.get("sslrootcert")
    context = ssl.create_default_context(cafile=str(authority) if authority else None)
    if mode != "verify-full":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.register_out_adapter(str, storable)


def storable(text: str) -> str:
    """PostgreSQL's text has no NUL and no half surrogates: U+FFFD stands for them.

    SQLite takes NUL. A fault whose summary holds one must not be refused for it; the frame as it
    came is kept beside what is read from it.
    """
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _begin(connection: Connection) -> None:
    """Writers come one after the other, as with BEGIN IMMEDIATE; readers see one moment.

    The lock is let go at the end of the transaction, however it ends. Read committed is enough
    under it: what the statements after the lock see is what the writer before has committed.
    """
    if connection.get_execution_options().get("read_only", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_SPACE}, {WRITER})")


def _translate(context: ExceptionContext) -> BaseException | None:
    """Errors of the driver in the class that says what to do; None leaves the others alone.

    pg8000 knows two classes for all that a server reports. An exchange that broke off anywhere
    leaves answers unread that the next statement would take for its own: that connection ends.
    A value that could not be made ready has sent nothing: its error is the row's own.
    """
    error, known = context.original_exception, context.sqlalchemy_exception
    is_statement = context.execution_context is not None
    is_ours = isinstance(error, Exception) and not isinstance(error, UnsendableError)
    broke_off = known is None and is_statement and is_ours
    if not broke_off and not isinstance(known, DBAPIError):
        return None
    meaning = meaning_of(error)
    if meaning is Meaning.GONE:
        context.is_disconnect = True
    kind = _CLASSES.get(meaning, OperationalError)
    return kind(
        context.statement,
        None,
        error,
        hide_parameters=True,
        connection_invalidated=context.is_disconnect,
    )


_CLASSES: Final = {Meaning.DATA: DataError, Meaning.INTEGRITY: IntegrityError}
