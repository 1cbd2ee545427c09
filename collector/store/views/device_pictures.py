"""What can be shown of a picture: the whole file, or its thumbnail while pieces are missing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.store.scope import Scope
from collector.store.tables import evidence_file, manifest_item
from shared.evidence import full_name, is_thumbnail


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture as far as it is here.

    ``sha256`` is what to show: the picture's, its thumbnail's, or '' when neither is here.
    """

    sha256: str
    is_whole: bool
    received_bytes: int
    size: int


def find(db: Connection, scope: Scope, sha256: str) -> Shown | None:
    """The picture with this hash; None when no manifest in the slice names it."""
    mine = scope.covers(manifest_item.c.organisation_id)
    naming = select(manifest_item.c.manifest_id).where(mine, manifest_item.c.sha256 == sha256)
    rows = db.execute(
        select(
            manifest_item.c.manifest_id,
            manifest_item.c.sha256,
            manifest_item.c.name,
            manifest_item.c.size,
            evidence_file.c.received_bytes,
            evidence_file.c.complete,
        )
        .outerjoin(evidence_file, evidence_file.c.sha256 == manifest_item.c.sha256)
        .where(mine, manifest_item.c.manifest_id.in_(naming))
        .order_by(manifest_item.c.manifest_id, manifest_item.c.number)
    ).all()
    pictures = [row for row in rows if row.sha256 == sha256]
    if not pictures:
        return None
    is_whole = any(row.complete for row in pictures)
    names = {(row.manifest_id, row.name) for row in pictures}
    small = [
        row.sha256
        for row in rows
        if row.complete
        and is_thumbnail(row.name)
        and (row.manifest_id, full_name(row.name)) in names
    ]
    return Shown(
        sha256=sha256 if is_whole else next(iter(small), ""),
        is_whole=is_whole,
        received_bytes=pictures[0].received_bytes or 0,
        size=pictures[0].size,
    )
