"""``[collector] database_url`` of the configuration: where the store lies, password kept apart."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from collector.claims.toml_reader import TomlReader
from collector.store.engine import BACKENDS, sqlite_url
from collector.store.postgresql import LIBPQ_QUERY, SSL_MODES

KEY: Final = "database_url"
PASSWORD: Final = "database_password_file"
PASSWORD_VARIABLE: Final = "PGPASSWORD"  # as PostgreSQL's own programs read it


def read_database(table: TomlReader, base: Path, *, data_dir: Path) -> URL:
    """Read it; what is wrong is noted in ``table``. Its text form shows no password.

    The password comes from ``database_password_file``, else from the variable PGPASSWORD. In the
    URL itself it is refused: configurations are copied into tickets and mails.
    """
    default = make_url(sqlite_url(data_dir))
    said, password_file = table.text(KEY, ""), table.text(PASSWORD, "")
    if not said:
        return default
    try:
        url = make_url(said)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        table.wrong(KEY, "not_database")
        return default
    if url.get_backend_name() not in BACKENDS:
        table.wrong(KEY, "not_database")
        return default
    if url.get_backend_name() == "sqlite":
        return url
    if url.password:
        table.wrong(KEY, "password_in_url")
    _check_query(table, url)
    return url.set(password=_password(table, base, password_file))


def _check_query(table: TomlReader, url: URL) -> None:
    for name in sorted(set(url.query) - LIBPQ_QUERY):
        table.wrong(KEY, "not_in_url", found=name, known=", ".join(sorted(LIBPQ_QUERY)))
    mode = str(url.query.get("sslmode", "verify-full"))
    if mode not in SSL_MODES:
        table.wrong(KEY, "not_choice", found=mode, known=", ".join(sorted(SSL_MODES)))
    authority = url.query.get("sslrootcert")
    if authority and not Path(str(authority)).is_file():
        table.wrong(KEY, "unreadable", why=f"sslrootcert={authority}")


def _password(table: TomlReader, base: Path, name: str) -> str | None:
    if not name:
        return os.environ.get(PASSWORD_VARIABLE)
    try:
        return (base / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        table.wrong(PASSWORD, "unreadable", why=type(error).__name__)
        return None
