"""Notes that one serial was sent for another: warranty follows the chain, history the position."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from collector.registry.unit_row import DeliveredBy
from collector.store import imports, undo, unit_images
from collector.store.registry import Change
from collector.store.unit_images import UnitImage


class TakenError(ValueError):
    """One of the two serials already stands in another chain; ``by`` is the serial there."""

    def __init__(self, serial: str, by: str) -> None:
        super().__init__(f"{serial} is already in a chain with {by}")
        self.serial = serial
        self.by = by


def note(
    db: Connection,
    *,
    old: str,
    new: str,
    model: str,
    organisation_id: str,
    sent_on: date,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep that ``new`` was sent for ``old`` on a factory-local day; the same again changes
    nothing, and it can be undone like an import.

    A new serial that no list has named yet gets its model, product, maker and buyer from the old
    unit (``model`` and ``organisation_id`` where that one is unknown too), no batch, and is
    delivered on that day. TakenError when either is part of another chain.
    """
    known = unit_images.read(db, (old, new))
    sent = unit_images.replacements_of(db, (old, new))
    before = known.get(new)
    if before is not None and before.replaces == old:
        return
    if old == new:
        raise TakenError(new, old)
    if before is not None and before.replaces:
        raise TakenError(new, before.replaces)
    for serial in (new, old):  # a device that was replaced itself is not sent for another
        if serial in sent:
            raise TakenError(serial, sent[serial])
    after = _after(before, known.get(old), model, organisation_id, sent_on)
    after = msgspec.structs.replace(after, replaces=old)
    imports.write_by_hand(
        db,
        Change(row=0, key=new, before=before, after=after),
        organisation_id=after.organisation_id,
        actor=actor,
        reason=reason,
        now=now,
    )


def take_back(
    db: Connection, *, old: str, new: str, actor: str, reason: str, now: datetime
) -> None:
    """``new`` was never sent for ``old``: what ``note`` wrote of it is undone, with the reason.

    A unit that the note made is gone again; one that was changed since keeps the rest and leaves
    the chain. Nothing changes when the registry does not hold it so (any more).
    """
    known = unit_images.read(db, (new,)).get(new)
    if known is None or known.replaces != old:
        return
    if undo.take_back_by_hand(db, new, known, actor=actor, reason=reason, now=now):
        return
    imports.write_by_hand(
        db,
        Change(row=0, key=new, before=known, after=msgspec.structs.replace(known, replaces="")),
        organisation_id=known.organisation_id,
        actor=actor,
        reason=reason,
        now=now,
    )


def _after(
    before: UnitImage | None,
    old: UnitImage | None,
    model: str,
    organisation_id: str,
    sent_on: date,
) -> UnitImage:
    if before is not None:
        return before
    return UnitImage(
        organisation_id=old.organisation_id if old else organisation_id,
        model=old.model if old else model,
        product=old.product if old else "other",
        maker=old.maker if old else "",
        buyer=old.buyer if old else "",
        delivered_on=sent_on,
        delivered_by=DeliveredBy.SHIPMENT.value,
    )
