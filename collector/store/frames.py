"""Rows of table frame: every accepted row of every agent, by its identity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Final, NamedTuple

from sqlalchemy import (
    Connection,
    LargeBinary,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    tuple_,
)

from collector.store import merged
from collector.store.tables import frame, seq_merged
from collector.store.upsert import driver_value, insert_tuples
from shared.frame import Lane
from shared.identity import EventId

MERGED: Final = b""  # stands for the digest of telemetry that is merged: content no longer known

# Built once: every row asks, and building it costs more than the look-up.
_FRAME: Final = select(frame.c.digest).where(
    frame.c.agent_id == bindparam("of_agent"),
    frame.c.epoch == bindparam("in_epoch"),
    frame.c.seq == bindparam("with_seq"),
)
_BELOW: Final = (
    select(seq_merged.c.last)
    .where(
        seq_merged.c.agent_id == bindparam("of_agent"),
        seq_merged.c.epoch == bindparam("in_epoch"),
        seq_merged.c.first <= bindparam("with_seq"),
    )
    .order_by(seq_merged.c.first.desc())
    .limit(1)
    .subquery()
)
_MERGED: Final = select(cast(literal(MERGED), LargeBinary)).where(
    _BELOW.c.last >= bindparam("with_seq")
)
_DIGEST: Final = select(func.coalesce(_FRAME.scalar_subquery(), _MERGED.scalar_subquery()))


class NewFrame(NamedTuple):
    """A row whose bytes are kept elsewhere, in the order of its columns."""

    agent_id: str
    organisation_id: str
    epoch: str
    seq: int
    lane: int
    kind: str
    digest: bytes


def digest_of(db: Connection, *, agent_id: str, identity: EventId) -> bytes | None:
    """The digest under which this identity is stored, or MERGED; None when it is not."""
    key = {"of_agent": agent_id, "in_epoch": str(identity.epoch), "with_seq": identity.seq}
    return db.execute(_DIGEST, key).scalar_one_or_none()


def digests_of(
    db: Connection, identities: Sequence[tuple[str, str, int]]
) -> dict[tuple[str, str, int], bytes]:
    """The digests, or MERGED, of those ``(agent_id, epoch, seq)`` that are stored."""
    if db.dialect.name != "sqlite":
        key = tuple_(frame.c.agent_id, frame.c.epoch, frame.c.seq)
        wanted = select(frame.c.agent_id, frame.c.epoch, frame.c.seq, frame.c.digest)
        rows = db.execute(wanted.where(key.in_(identities)))
    else:  # the same by hand: for hundreds of keys SQLAlchemy takes longer than SQLite
        marks = ", ".join(["(?, ?, ?)"] * len(identities))
        rows = db.exec_driver_sql(
            "SELECT agent_id, epoch, seq, digest FROM frame"
            f" WHERE (agent_id, epoch, seq) IN (VALUES {marks})",
            tuple(chain.from_iterable(identities)),
        )
    found = {(agent_id, epoch, seq): bytes(digest) for agent_id, epoch, seq, digest in rows}
    rest = [identity for identity in identities if identity not in found]
    return found | dict.fromkeys(merged.among(db, rest), MERGED)


def is_same(known: bytes, digest: bytes, lane: int) -> bool:
    """Whether a row is a repeat of the one that is known under its identity.

    Of merged telemetry only the lane is known: other telemetry under its identity passes for a
    repeat and has no effect; a row of any other lane is a conflict, as before.
    """
    return lane == Lane.TELEMETRY if known == MERGED else known == digest


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


def add_all(db: Connection, rows: Sequence[NewFrame], *, now: datetime) -> None:
    """Keep rows of which none is there; IntegrityError when one is."""
    moment = driver_value(db, frame.c.received_at, now)
    insert_tuples(
        db,
        frame,
        (
            "agent_id",
            "organisation_id",
            "epoch",
            "seq",
            "lane",
            "kind",
            "digest",
            "received_at",
        ),
        [(*row, moment) for row in rows],
    )
