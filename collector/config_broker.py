"""``[broker]`` of the collector's configuration, with every file that TLS needs tried out."""

from __future__ import annotations

import ssl
from pathlib import Path

from collector.claims.toml_reader import TomlReader
from collector.settings import BrokerSettings


def read_broker(table: TomlReader, base: Path) -> BrokerSettings:
    """Read it; what is wrong is noted in ``table``. Paths are relative to ``base``."""
    password_file = table.text("password_file", "")
    settings = BrokerSettings(
        host=table.text("host", "127.0.0.1"),
        port=table.whole("port", 1883, at_least=1, at_most=65_535),
        username=table.text("username", ""),
        password=_secret(table, base / password_file) if password_file else "",
        tls=table.truth("tls", default=False),
        ca=_path(table, "ca", base),
        cert=_path(table, "cert", base),
        key=_path(table, "key", base),
        embedded=table.truth("embedded", default=False),
        client_id=table.text("client_id", "preclaim-collector"),
    )
    _try_tls(table, settings)
    return settings


def _path(table: TomlReader, key: str, base: Path) -> Path | None:
    name = table.text(key, "")
    return base / name if name else None


def _secret(table: TomlReader, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        table.wrong("password_file", "unreadable", why=type(error).__name__)
        return ""


def _try_tls(table: TomlReader, settings: BrokerSettings) -> None:
    """Load the files as the connection will, so that what is wrong with them is said at once."""
    given = {"ca": settings.ca, "cert": settings.cert, "key": settings.key}
    readable = {name for name, path in given.items() if path and _can_read(table, name, path)}
    for name, path in given.items():
        if path and not settings.tls:
            table.wrong(name, "without_tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if settings.ca and "ca" in readable:
        try:
            context.load_verify_locations(settings.ca)
        except ssl.SSLError as error:
            table.wrong("ca", "no_certificate", why=error.reason or "")
    if settings.cert and not settings.key:
        table.wrong("key", "no_pair", other="cert")
    if settings.key and not settings.cert:
        table.wrong("cert", "no_pair", other="key")
    if settings.cert and settings.key and readable >= {"cert", "key"}:
        try:
            # The empty passphrase keeps OpenSSL from asking for one at the terminal.
            context.load_cert_chain(settings.cert, settings.key, password="")
        except (ssl.SSLError, ValueError) as error:
            why = getattr(error, "reason", None) or type(error).__name__
            table.wrong("cert", "not_a_pair", why=why)


def _can_read(table: TomlReader, key: str, path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError as error:
        table.wrong(key, "unreadable", why=error.strerror)
        return False
    return True
