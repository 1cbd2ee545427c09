"""Rows of table quarantine: what could not be accepted, with its reason, bounded, replayable.

What the bound does not let us keep is counted in ``quarantine_share``: kept or counted, never
silently gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from collector.store import quarantine_account, quarantine_gone
from collector.store.quarantine_account import Changes
from collector.store.quarantine_oldest import Leaving, Oldest
from collector.store.quarantine_row import Quarantined
from collector.store.quarantine_share import Kind, Shares
from collector.store.tables import quarantine
from shared.limits import MAX_BODY_BYTES

MAX_ROWS: Final = 10_000
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_PAYLOAD_BYTES: Final = MAX_BODY_BYTES + 1024  # longer was no frame; its start is kept
MAX_DETAIL: Final = 400
_IN_ONE_QUERY: Final = 400
# Built once: building it for 400 digests costs more than the database does with it.
_SAME: Final = select(quarantine.c.id, quarantine.c.digest, quarantine.c.reason).where(
    quarantine.c.agent_id == bindparam("of_agent"),
    quarantine.c.digest.in_(bindparam("digests", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much may be kept."""

    rows: int = MAX_ROWS
    bytes: int = MAX_BYTES


@dataclass(slots=True)
class _New:
    item: Quarantined
    digest: bytes
    kind: Kind
    size: int
    count: int = 1


def add_all(
    db: Connection, items: Iterable[Quarantined], *, now: datetime, bound: Bound | None = None
) -> tuple[Quarantined, ...]:
    """Keep each payload, or count one more of the same, or count what the bound cannot keep.

    Returns the faults that were not kept: they must not be receipted, so that their agent keeps
    them.
    """
    fresh = _count_repeats(db, _fold(items), now=now)
    if not fresh:
        return ()
    limit = bound or Bound()
    shares = Shares(quarantine_account.shares(db), max_rows=limit.rows, max_bytes=limit.bytes)
    changes, leaving = Changes(), Leaving(db)
    kept: list[_New] = []
    for new in fresh:
        kind, owner = new.kind, new.item.organisation_id
        if _make_room(new, shares, changes, leaving, kept):
            kept.append(new)
            shares.add(kind, is_ours=owner is not None, rows=1, size=new.size)
            changes.keep(kind, owner, rows=1, size=new.size)
        else:
            changes.count(kind, owner, times=new.count, size=new.size)
    leaving.write(now=now)
    written = {id(new) for new in kept}
    unkept = [new.item for new in fresh if id(new) not in written]
    quarantine_gone.note_unkept(db, [item for item in unkept if not item.kind.stays], now=now)
    _insert(db, kept, now=now)
    changes.write(db, now=now)
    return tuple(item for item in unkept if item.kind.stays)


def _make_room(
    new: _New, shares: Shares, changes: Changes, leaving: Leaving, kept: list[_New]
) -> bool:
    """Let others go until it fits; False when it is the one that gives way."""
    is_ours = new.item.organisation_id is not None
    if not shares.may_hold(new.kind, is_ours=is_ours, size=new.size):
        return False
    while not shares.has_room(new.size):
        victim = shares.victim(new.kind, is_ours=is_ours, size=new.size)
        if victim is None:
            return False
        gone = leaving.next(victim) or _one_of(kept, victim)
        if gone is None:  # the account was wrong: put it right, or nobody would find room
            shares.forget(victim)
            continue
        owner = gone.organisation_id
        shares.add(victim, is_ours=owner is not None, rows=-1, size=-gone.size)
        changes.keep(victim, owner, rows=-1, size=-gone.size)
        changes.count(victim, owner, times=gone.times, size=gone.size)
    return True


def _one_of(kept: list[_New], kind: Kind) -> Oldest | None:
    """One of this very batch, not yet written."""
    for number, new in enumerate(kept):
        if new.kind == kind:
            del kept[number]
            return Oldest(0, new.item.organisation_id, new.count, new.size)
    return None


def _fold(items: Iterable[Quarantined]) -> dict[tuple[str, bytes, str], _New]:
    folded: dict[tuple[str, bytes, str], _New] = {}
    for item in items:
        digest = hashlib.sha256(item.payload).digest()
        key = (item.agent_id, digest, item.reason)
        if key in folded:
            folded[key].count += 1
        else:
            size = min(len(item.payload), MAX_PAYLOAD_BYTES)
            folded[key] = _New(item, digest, item.kind, size)
    return folded


def _count_repeats(
    db: Connection, folded: dict[tuple[str, bytes, str], _New], *, now: datetime
) -> list[_New]:
    """Count what is here already; what is left is new."""
    by_agent: dict[str, list[bytes]] = {}
    for agent_id, digest, _ in folded:
        by_agent.setdefault(agent_id, []).append(digest)
    known: list[dict[str, object]] = []
    for agent_id, digests in by_agent.items():
        for start in range(0, len(digests), _IN_ONE_QUERY):
            rows = db.execute(
                _SAME,
                {"of_agent": agent_id, "digests": digests[start : start + _IN_ONE_QUERY]},
            )
            for row in rows:
                same = folded.pop((agent_id, bytes(row.digest), row.reason), None)
                if same is not None:
                    known.append({"b_id": row.id, "b_count": same.count})
    if known:
        db.execute(
            update(quarantine)
            .where(quarantine.c.id == bindparam("b_id"))
            .values({"count": quarantine.c["count"] + bindparam("b_count"), "last_at": now}),
            known,
        )
    return list(folded.values())


def _insert(db: Connection, kept: Sequence[_New], *, now: datetime) -> None:
    if not kept:
        return
    db.execute(
        insert(quarantine),
        [
            {
                "organisation_id": new.item.organisation_id,
                "received_at": now,
                "last_at": now,
                "agent_id": new.item.agent_id,
                "epoch": str(new.item.identity.epoch) if new.item.identity else "",
                "seq": new.item.identity.seq if new.item.identity else None,
                "lane": new.item.lane,
                "topic": _storable(new.item.topic),
                "reason": new.item.reason,
                "detail": _storable(new.item.detail),
                "payload": new.item.payload[:MAX_PAYLOAD_BYTES],
                "digest": new.digest,
                "count": new.count,
            }
            for new in kept
        ],
    )


def _storable(text: str) -> str:
    """Without NUL and lone surrogates, which one database or the other refuses."""
    return text[:MAX_DETAIL].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def remove(db: Connection, *, quarantine_id: int, now: datetime) -> bool:
    """Forget a row that a replay accepted or a person dropped; False when it is gone already.

    Of a dropped one tell ``quarantine_gone`` before.
    """
    row = db.execute(
        delete(quarantine)
        .where(quarantine.c.id == quarantine_id)
        .returning(
            quarantine.c.agent_id,
            quarantine.c.reason,
            quarantine.c.lane,
            quarantine.c.organisation_id,
            func.length(quarantine.c.payload).label("size"),
        )
    ).one_or_none()
    if row is None:
        return False
    kind = Kind(agent_id=row.agent_id, reason=row.reason, lane=row.lane or 0)
    changes = Changes()
    changes.keep(kind, row.organisation_id, rows=-1, size=-row.size)
    changes.write(db, now=now)
    return True
