"""The one-time link by which the first administrator is made: in a file that its owner can read.

Never in the log: logs are collected, forwarded and read by people who administer nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

from sqlalchemy import Engine

from collector.store import accounts

log = logging.getLogger(__name__)

VALID_FOR: Final = timedelta(hours=24)


def offer(
    engine: Engine, *, path: Path, base_url: str, terminal: TextIO, now: datetime
) -> str | None:
    """Write a new link to ``path`` and say where it is; None when somebody can log in already.

    The link itself is shown only to a person who looks on: when ``terminal`` is one.
    """
    token = secrets.token_urlsafe(24)
    with engine.begin() as db:
        needed = accounts.count_people(db) == 0
        if needed:
            accounts.add_setup_link(db, token=token, expires_at=now + VALID_FOR)
    if not needed:
        path.unlink(missing_ok=True)
        return None
    link = f"{base_url}/setup/{token}"
    _write(path, link)
    log.warning("first administrator: open the link in %s (once, within 24 h)", path)
    if terminal.isatty():
        terminal.write(f"{link}\n")
    return link


def _write(path: Path, link: str) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)  # whoever made it may have opened it
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(f"{link}\n")
    os.replace(part, path)
