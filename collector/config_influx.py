"""``[influx]`` of the collector's configuration: a time-series server beside the store."""

from __future__ import annotations

import importlib.util
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from collector.claims.toml_reader import TomlReader
from collector.settings import InfluxSettings

_SCHEMES: Final = ("http", "https")
_LIBRARY: Final = "influxdb_client"


def read_influx(table: TomlReader, base: Path, *, is_given: bool) -> InfluxSettings | None:
    """Read it; what is wrong is noted in ``table``. None when there is no such table.

    The token comes from a file, so that configurations can be copied into tickets.
    """
    if not is_given:
        return None
    ca, token_file = table.text("ca", ""), table.text("token_file", "")
    settings = InfluxSettings(
        url=_url(table),
        org=table.text("org", ""),
        bucket=table.text("bucket", None),
        token=_token(table, base / token_file) if token_file else "",
        ca=_ca(table, base / ca) if ca else None,
        gzip=table.truth("gzip", default=False),
        serial=table.truth("serial", default=False),
        timeout_s=table.number("timeout_s", 10.0, at_least=1, at_most=300),
        backlog_mb=table.whole("backlog_mb", 1024, at_least=1, at_most=1_000_000),
    )
    if importlib.util.find_spec(_LIBRARY) is None:
        table.wrong("url", "no_influx_client")
    return settings


def _url(table: TomlReader) -> str:
    url = table.text("url", None)
    parts = urlsplit(url)
    if url and (parts.scheme not in _SCHEMES or not parts.hostname):
        table.wrong("url", "not_http", found=url)
    elif parts.username or parts.password or parts.query:
        table.wrong("url", "secret_in_url")
    return url.rstrip("/")


def _token(table: TomlReader, path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        table.wrong("token_file", "unreadable", why=type(error).__name__)
        return ""
    if not token or not token.isascii() or any(sign.isspace() for sign in token):
        table.wrong("token_file", "no_token")
        return ""
    return token


def _ca(table: TomlReader, path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        table.wrong("ca", "no_server_certificate", why=error.reason or "")
    except OSError as error:
        table.wrong("ca", "unreadable", why=type(error).__name__)
    return path
