"""``[pack]`` and ``[[partners]]`` of the configuration: packs out, and whose come in."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from collector.claims.toml_reader import TomlReader
from collector.settings import DEFAULT_FONT, PackSettings, PartnerEntry

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def read_pack(table: TomlReader, keys: TomlReader, base: Path) -> PackSettings:
    """Read it; what is wrong is noted in the tables."""
    font = table.text("font", "")
    return PackSettings(
        key=base / keys.text("pack", "keys/pack.pem"),
        font=base / font if font else DEFAULT_FONT,
        name=table.text("name", ""),
    )


def read_partners(top: TomlReader, organisations: set[str], base: Path) -> tuple[PartnerEntry, ...]:
    """The collectors whose packs are taken; each key and each name once."""
    made: list[PartnerEntry] = []
    for table in top.tables("partners"):
        name = table.text("name", None)
        if name and not _NAME.fullmatch(name):
            table.wrong("name", "bad_id", found=name)
        if name in {known.name for known in made}:
            table.wrong("name", "id_twice", found=name)
        fingerprint = table.text("fingerprint", None).replace(" ", "").lower()
        if fingerprint and not _FINGERPRINT.fullmatch(fingerprint):
            table.wrong("fingerprint", "no_fingerprint")
        if fingerprint in {known.fingerprint for known in made}:
            table.wrong("fingerprint", "key_twice")
        made.append(
            PartnerEntry(
                name=name,
                fingerprint=fingerprint,
                organisation_id=table.choice("organisation", None, organisations),
                answers_to=_console(table, "answers_to"),
                replies_to=_console(table, "replies_to"),
                ca=_ca(table, base),
                decides_for=table.text("decides_for", "").strip(),
            )
        )
    return tuple(made)


def _console(table: TomlReader, key: str) -> str:
    """Where a partner's console is: https, or http to this machine; '' for nowhere."""
    url = table.text(key, "")
    if not url:
        return ""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not is_safe or not parts.hostname or "@" in parts.netloc or parts.query:
        table.wrong(key, "no_https_url")
    return url.rstrip("/")


def _ca(table: TomlReader, base: Path) -> Path | None:
    name = table.text("ca", "")
    if not name:
        return None
    try:
        ssl.create_default_context(cafile=base / name)
    except (OSError, ssl.SSLError) as error:
        table.wrong("ca", "no_certificate", why=getattr(error, "reason", "") or str(error))
    return base / name
