"""The store's own facts: its generation, and the audit log."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, insert, select

from collector.store.tables import audit, store_meta


def generation(db: Connection) -> str:
    """The store's generation; made at first use, a restored store gets another one."""
    known = db.execute(select(store_meta.c.generation)).scalar_one_or_none()
    if known is not None:
        return str(known)
    fresh = f"g-{secrets.token_hex(8)}"
    db.execute(insert(store_meta).values(id=1, generation=fresh))
    return fresh


def note(db: Connection, *, actor: str, action: str, detail: str, now: datetime) -> None:
    """Write one line of the audit log; never a secret."""
    db.execute(insert(audit).values(at=now, actor=actor, action=action, detail=detail))
