"""What people do to silences: ask for one, end one early; kept with its line in the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.claims.silence import Silence
from collector.claims.surroundings import SILENCED_EN
from collector.store import accounts, decisions, notices, silences
from collector.store.scope import Scope
from collector.store.silences import NewSilence


def begin(db: Connection, wanted: NewSilence, *, now: datetime) -> int:
    """Keep a silence that was checked (``claims.silence.check_wish``). Returns its id."""
    silence_id = silences.add(db, wanted, now=now)
    target = wanted.site_id or wanted.organisation_id
    if wanted.position_id is not None:
        target += f"/{wanted.position_id}"
    accounts.record(
        db,
        at=now,
        actor=wanted.made_by,
        action=f"{wanted.kind.value}.add",
        detail=f"silence {silence_id}: {wanted.scope.value} {target}, {wanted.code or 'all faults'}"
        f", {wanted.starts_at:%Y-%m-%d %H:%M} to {wanted.ends_at:%Y-%m-%d %H:%M} UTC: "
        f"{wanted.reason}",
    )
    return silence_id


def end(
    db: Connection, scope: Scope, *, silence_id: int, actor: str, now: datetime
) -> Silence | None:
    """End it now; what waited for it is looked at at once. None when there is none to end."""
    ended = silences.end(db, scope, silence_id=silence_id, actor=actor, now=now)
    if ended is None:
        return None
    decisions.hasten(db, reason_en=SILENCED_EN, due_at=now)
    notices.hasten(db, now=now)
    accounts.record(
        db, at=now, actor=actor, action=f"{ended.kind.value}.end", detail=f"silence {silence_id}"
    )
    return ended


def end_or_find(
    db: Connection, scope: Scope, *, silence_id: int, actor: str, now: datetime
) -> bool:
    """End it now; one that is over stays as it is. False when there is none in the slice."""
    ended = end(db, scope, silence_id=silence_id, actor=actor, now=now)
    return ended is not None or silences.exists(db, scope, silence_id=silence_id)
