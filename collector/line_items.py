"""What must be there before a line may be ready, and what of it is missing."""

from __future__ import annotations

from sqlalchemy import Connection

from collector.claims import completeness, report_items
from collector.claims.completeness import Item
from collector.store import unsubmitted
from collector.store.unsubmitted import OpenLine


def missing_of(db: Connection, line_id: int) -> tuple[str, ...]:
    """The names of the items that an unsubmitted line lacks; () for any other line."""
    lines = unsubmitted.read(db, [line_id])
    return tuple(item.name for line in lines for item in items_of(line) if not item.here)


def items_of(line: OpenLine) -> tuple[Item, ...]:
    """Every must item of a line in draft or ready, here or not."""
    if line.told.is_alone:
        return report_items.check(
            subject=line.subject,
            serial=line.label_serial,
            batch=line.batch,
            model=line.model,
            warranty_verdict=line.warranty_verdict,
            told=line.told,
        )
    return completeness.check(
        label_serial=line.label_serial,
        model=line.model,
        firmware=line.firmware,
        warranty_verdict=line.warranty_verdict,
        codes=line.carried.codes or line.codes,
        kinds_here=line.kinds_here,
        signatures=line.signatures,
        is_profile_proven=line.carried.item,
        proven=report_items.proven_by(line.told, line.proven),
    )
