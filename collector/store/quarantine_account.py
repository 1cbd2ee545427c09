"""Rows of table quarantine_share: what is kept of each kind, and what was only counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from collector.store.quarantine_share import Kind, Share
from collector.store.tables import quarantine_share
from collector.store.upsert import insert_into


@dataclass(slots=True)
class _Change:
    organisation_id: str | None
    rows: int = 0
    bytes: int = 0
    not_kept: int = 0
    not_kept_bytes: int = 0


@dataclass(slots=True)
class Changes:
    """What a batch changes, written at its end in one statement."""

    _by_kind: dict[Kind, _Change] = field(default_factory=dict)

    def keep(self, kind: Kind, organisation_id: str | None, *, rows: int, size: int) -> None:
        """Rows came in, or went with negative numbers."""
        change = self._of(kind, organisation_id)
        change.rows += rows
        change.bytes += size

    def count(self, kind: Kind, organisation_id: str | None, *, times: int, size: int) -> None:
        """Not kept; strangers are counted together, for they can invent names without end."""
        if organisation_id is None:
            kind = Kind(agent_id="", reason=kind.reason, lane=kind.lane)
        change = self._of(kind, organisation_id)
        change.not_kept += times
        change.not_kept_bytes += times * size

    def _of(self, kind: Kind, organisation_id: str | None) -> _Change:
        change = self._by_kind.get(kind)
        if change is None:
            change = self._by_kind[kind] = _Change(organisation_id)
        return change

    def write(self, db: Connection, *, now: datetime) -> None:
        """Add it all to the table; kinds of which nothing is left leave it."""
        table = quarantine_share
        statement = insert_into(db, table)
        new = statement.excluded
        names = ("rows", "bytes", "not_kept", "not_kept_bytes")
        added: dict[str, object] = {name: table.c[name] + new[name] for name in names}
        added["not_kept_at"] = func.coalesce(new.not_kept_at, table.c.not_kept_at)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["agent_id", "reason", "lane"], set_=added
            ),
            [
                {
                    "agent_id": kind.agent_id,
                    "reason": kind.reason,
                    "lane": kind.lane,
                    "organisation_id": change.organisation_id,
                    "rows": change.rows,
                    "bytes": change.bytes,
                    "not_kept": change.not_kept,
                    "not_kept_bytes": change.not_kept_bytes,
                    "not_kept_at": now if change.not_kept else None,
                }
                for kind, change in self._by_kind.items()
            ],
        )
        db.execute(delete(table).where(table.c.rows <= 0, table.c.not_kept == 0))


def shares(db: Connection) -> Iterator[Share]:
    """What is kept of each kind."""
    for row in db.execute(select(quarantine_share).where(quarantine_share.c.rows > 0)):
        yield Share(
            kind=Kind(agent_id=row.agent_id, reason=row.reason, lane=row.lane),
            is_ours=row.organisation_id is not None,
            rows=row.rows,
            bytes=row.bytes,
        )
