"""Rows of table quarantine: what could not be accepted, with its reason, bounded, replayable.

What the bound does not let us keep is counted in ``quarantine_share``: kept or counted, never
silently gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from collector.store.quarantine_share import Kind, Share, Shares
from collector.store.tables import quarantine, quarantine_share
from collector.store.upsert import insert_into
from shared.identity import EventId
from shared.limits import MAX_BODY_BYTES

MAX_ROWS: Final = 10_000
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_PAYLOAD_BYTES: Final = MAX_BODY_BYTES + 1024  # longer was no frame; its start is kept
MAX_DETAIL: Final = 400
_IN_ONE_QUERY: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One payload that was not accepted; ``identity`` is None when it cannot be trusted."""

    topic: str
    agent_id: str
    organisation_id: str | None
    identity: EventId | None
    lane: int | None
    reason: str
    detail: str
    payload: bytes

    @property
    def kind(self) -> Kind:
        """With whom it shares its fate at the bound."""
        return Kind(agent_id=self.agent_id, reason=self.reason, lane=self.lane or 0)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much may be kept."""

    rows: int = MAX_ROWS
    bytes: int = MAX_BYTES


@dataclass(slots=True)
class _New:
    item: Quarantined
    digest: bytes
    count: int = 1

    @property
    def size(self) -> int:
        return min(len(self.item.payload), MAX_PAYLOAD_BYTES)


@dataclass(slots=True)
class _Change:
    """What a batch changes in one share."""

    organisation_id: str | None
    rows: int = 0
    bytes: int = 0
    not_kept: int = 0
    not_kept_bytes: int = 0


def add_all(
    db: Connection, items: Iterable[Quarantined], *, now: datetime, bound: Bound | None = None
) -> None:
    """Keep each payload, or count one more of the same, or count what the bound cannot keep."""
    fresh = _count_repeats(db, _fold(items), now=now)
    if not fresh:
        return
    limit = bound or Bound()
    shares = Shares(_shares(db), max_rows=limit.rows, max_bytes=limit.bytes)
    changes: dict[Kind, _Change] = {}
    kept: list[_New] = []
    for new in fresh:
        kind, is_ours = new.item.kind, new.item.organisation_id is not None
        while not shares.has_room(new.size):
            victim = shares.victim(kind, is_ours=is_ours)
            if victim is None:
                _count_not_kept(changes, kind, new.item.organisation_id, new.count, new.size)
                break
            _insert(db, kept, now=now)  # it may be one of these
            kept = []
            _evict(db, victim, shares, changes)
        else:
            kept.append(new)
            shares.add(kind, is_ours=is_ours, rows=1, size=new.size)
            change = changes.setdefault(kind, _Change(new.item.organisation_id))
            change.rows += 1
            change.bytes += new.size
    _insert(db, kept, now=now)
    _write_shares(db, changes, now=now)


def _fold(items: Iterable[Quarantined]) -> dict[tuple[str, bytes, str], _New]:
    folded: dict[tuple[str, bytes, str], _New] = {}
    for item in items:
        digest = hashlib.sha256(item.payload).digest()
        key = (item.agent_id, digest, item.reason)
        if key in folded:
            folded[key].count += 1
        else:
            folded[key] = _New(item, digest)
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
                select(quarantine.c.id, quarantine.c.digest, quarantine.c.reason).where(
                    quarantine.c.agent_id == agent_id,
                    quarantine.c.digest.in_(digests[start : start + _IN_ONE_QUERY]),
                )
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


def _evict(db: Connection, kind: Kind, shares: Shares, changes: dict[Kind, _Change]) -> None:
    """Let the oldest row of a kind go, and count it."""
    row = db.execute(
        select(
            quarantine.c.id,
            quarantine.c.organisation_id,
            quarantine.c["count"].label("times"),
            func.length(quarantine.c.payload).label("size"),
        )
        .where(*_is_of(kind))
        .order_by(quarantine.c.id)
        .limit(1)
    ).one_or_none()
    if row is None:  # the count was wrong: put it right, or nobody would ever find room
        shares.forget(kind)
        return
    db.execute(delete(quarantine).where(quarantine.c.id == row.id))
    shares.add(kind, is_ours=row.organisation_id is not None, rows=-1, size=-row.size)
    change = changes.setdefault(kind, _Change(row.organisation_id))
    change.rows -= 1
    change.bytes -= row.size
    _count_not_kept(changes, kind, row.organisation_id, row.times, row.size)


def _is_of(kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return (
        quarantine.c.agent_id == kind.agent_id,
        quarantine.c.reason == kind.reason,
        func.coalesce(quarantine.c.lane, 0) == kind.lane,
    )


def _count_not_kept(
    changes: dict[Kind, _Change], kind: Kind, organisation_id: str | None, times: int, size: int
) -> None:
    """Strangers are counted together, for they can invent names without end."""
    if organisation_id is None:
        kind = Kind(agent_id="", reason=kind.reason, lane=kind.lane)
    change = changes.setdefault(kind, _Change(organisation_id))
    change.not_kept += times
    change.not_kept_bytes += times * size


def _shares(db: Connection) -> Iterator[Share]:
    for row in db.execute(select(quarantine_share).where(quarantine_share.c.rows > 0)):
        yield Share(
            kind=Kind(agent_id=row.agent_id, reason=row.reason, lane=row.lane),
            is_ours=row.organisation_id is not None,
            rows=row.rows,
            bytes=row.bytes,
        )


def _write_shares(db: Connection, changes: dict[Kind, _Change], *, now: datetime) -> None:
    table = quarantine_share
    for kind, change in changes.items():
        counts = {
            "rows": change.rows,
            "bytes": change.bytes,
            "not_kept": change.not_kept,
            "not_kept_bytes": change.not_kept_bytes,
        }
        added: dict[str, object] = {name: table.c[name] + n for name, n in counts.items()}
        if change.not_kept:
            added["not_kept_at"] = now
        db.execute(
            insert_into(db, table)
            .values(
                agent_id=kind.agent_id,
                reason=kind.reason,
                lane=kind.lane,
                organisation_id=change.organisation_id,
                not_kept_at=now if change.not_kept else None,
                **counts,
            )
            .on_conflict_do_update(index_elements=["agent_id", "reason", "lane"], set_=added)
        )
    db.execute(delete(table).where(table.c.rows <= 0, table.c.not_kept == 0))


def remove(db: Connection, *, quarantine_id: int, now: datetime) -> bool:
    """Forget a row that a replay accepted or a person dropped; False when it is gone already."""
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
    change = _Change(row.organisation_id, rows=-1, bytes=-row.size)
    _write_shares(db, {kind: change}, now=now)
    return True
