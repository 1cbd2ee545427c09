"""Rows of table frame: every accepted row of every agent, by its identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, tuple_

from collector.store.tables import frame
from shared.identity import EventId


def digest_of(db: Connection, *, agent_id: str, identity: EventId) -> bytes | None:
    """The digest under which this identity is stored; None when it is not."""
    return db.execute(
        select(frame.c.digest).where(
            frame.c.agent_id == agent_id,
            frame.c.epoch == str(identity.epoch),
            frame.c.seq == identity.seq,
        )
    ).scalar_one_or_none()


def digests_of(
    db: Connection, identities: Sequence[tuple[str, str, int]]
) -> dict[tuple[str, str, int], bytes]:
    """The digests of those ``(agent_id, epoch, seq)`` that are stored."""
    key = tuple_(frame.c.agent_id, frame.c.epoch, frame.c.seq)
    rows = db.execute(
        select(frame.c.agent_id, frame.c.epoch, frame.c.seq, frame.c.digest).where(
            key.in_(identities)
        )
    )
    return {(agent_id, epoch, seq): bytes(digest) for agent_id, epoch, seq, digest in rows}


def add(
    db: Connection,
    *,
    agent_id: str,
    organisation_id: str,
    identity: EventId,
    lane: int,
    kind: str,
    digest: bytes,
    raw: bytes | None,
    now: datetime,
) -> None:
    """Keep one row; IntegrityError when the identity is taken (look first)."""
    db.execute(
        insert(frame).values(
            agent_id=agent_id,
            organisation_id=organisation_id,
            epoch=str(identity.epoch),
            seq=identity.seq,
            lane=lane,
            kind=kind,
            digest=digest,
            raw=raw,
            received_at=now,
        )
    )


def add_all(db: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep rows of which none is there; IntegrityError when one is."""
    if rows:
        db.execute(insert(frame), rows)
