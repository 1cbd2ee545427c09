"""Which pack files rows still speak for, and which have been kept for long enough."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from collector.store.tables import claim_line, claim_pack, pack_import

_TABLES: Final = (claim_pack, pack_import)


def outlived(db: Connection, *, before: datetime) -> frozenset[str]:
    """SHA-256 of packs of lines that ended before then, and that no other row still needs."""
    ended: set[str] = set()
    needed: set[str] = set()
    for table in _TABLES:
        rows = db.execute(
            select(table.c.sha256, claim_line.c.closed_at)
            .join(claim_line, claim_line.c.id == table.c.line_id)
            .where(table.c.removed_at.is_(None))
        )
        for row in rows:
            is_over = row.closed_at is not None and row.closed_at < before
            (ended if is_over else needed).add(row.sha256)
    return frozenset(ended - needed)


def named(db: Connection) -> frozenset[str]:
    """SHA-256 of every pack that a row says is here."""
    return frozenset(
        sha256
        for table in _TABLES
        for sha256 in db.execute(
            select(table.c.sha256).where(table.c.removed_at.is_(None))
        ).scalars()
    )


def note_removed(db: Connection, gone: Collection[str], *, now: datetime) -> None:
    """These files are here no more; the rows stay, for the log names their hashes."""
    for table in _TABLES:
        db.execute(
            update(table)
            .where(table.c.sha256.in_(sorted(gone)), table.c.removed_at.is_(None))
            .values(removed_at=now)
        )
