"""What a device's table says of its certificate: pinned fingerprints, or an authority's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.camera.tls import is_ca_file, read_fingerprint
from agent.config_table import Table

_MOST: Final = 8  # one a port of the device, and the next one while it is exchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Keys of ``Target`` about TLS."""

    tls: bool
    tls_fingerprints: tuple[str, ...]
    tls_ca: str


def read_certificates(table: Table, folder: Path) -> Certificates:
    """``tls``, ``tls_fingerprint`` (one or a list) and ``tls_ca``, relative to ``folder``."""
    is_tls = table.flag("tls", False)
    written = table.texts("tls_fingerprint", most=_MOST)
    pins = []
    for text in written:
        pin = read_fingerprint(text)
        if pin is None:
            table.complain("tls_fingerprint", "bad_fingerprint", found=text[:80])
        else:
            pins.append(pin)
    ca = table.text("tls_ca", "")
    path = folder / Path(ca).expanduser()
    if ca and not path.is_file():
        table.complain("tls_ca", "no_ca_file", found=ca)
    elif ca and not is_ca_file(path):
        table.complain("tls_ca", "bad_ca", found=ca)
    if (written or ca) and not is_tls:
        table.complain("tls", "trust_without_tls")
    return Certificates(tls=is_tls, tls_fingerprints=tuple(pins), tls_ca=str(path) if ca else "")
