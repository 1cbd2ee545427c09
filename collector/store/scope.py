"""Who may see what: a role, and the organisations whose rows it covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, select

from collector.roles import Role
from collector.store.tables import organisation

__all__ = ["Role", "Scope", "ancestors_of", "descendants", "scope_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The slice of the store that one reader sees; every read for people takes one."""

    organisation_ids: frozenset[str]
    role: Role

    def covers(self, column: Column[Any]) -> ColumnElement[bool]:
        """The SQL condition that keeps a row inside the slice; an empty slice sees nothing."""
        return column.in_(sorted(self.organisation_ids))


def descendants(parents: Mapping[str, str | None], root: str) -> frozenset[str]:
    """``root`` and everything under it; a loop in the tree ends, it does not hang."""
    found: set[str] = set()
    waiting = [root] if root in parents else []
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        waiting.extend(child for child, parent in parents.items() if parent == current)
    return frozenset(found)


def ancestors_of(db: Connection, organisation_id: str) -> frozenset[str]:
    """The organisations above this one; a loop in the tree ends, it does not hang."""
    rows = db.execute(select(organisation.c.id, organisation.c.parent_id)).all()
    parents: dict[str, str | None] = {str(row.id): row.parent_id for row in rows}
    found: set[str] = set()
    current = parents.get(organisation_id)
    while current is not None and current not in found:
        found.add(current)
        current = parents.get(current)
    return frozenset(found)


def scope_of(db: Connection, *, organisation_id: str, role: Role) -> Scope:
    """The scope of somebody in this organisation: itself and its descendants, from the store."""
    rows = db.execute(select(organisation.c.id, organisation.c.parent_id)).all()
    parents: dict[str, str | None] = {str(row.id): row.parent_id for row in rows}
    return Scope(organisation_ids=descendants(parents, organisation_id), role=role)
