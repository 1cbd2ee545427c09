"""The warranty of a serial as the store knows it: registry, replacements, what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from collector.claims import warranty
from collector.claims.lifecycle import Actor
from collector.claims.policy import Policy
from collector.claims.unit_facts import Original, SeenFacts, UnitFacts
from collector.claims.warranty import Warranty, WarrantyVerdict
from collector.store import cases, first_seen, twins, units
from collector.store.units import Unit
from shared.catalogue_entry import Component

MOST_IN_A_CHAIN = 20  # a list that names a loop ends here


def judge_serial(
    db: Connection,
    serial: str,
    *,
    position_id: int | None,
    component: Component,
    onset_at: datetime,
    policy: Policy,
    macs: tuple[str, ...] = (),
) -> Warranty:
    """Judge the part ``component`` of this device; '' is a serial that nobody knows."""
    unit = unit_facts(db, serial)
    return warranty.judge(
        unit,
        SeenFacts(
            onset_at=onset_at,
            serial=serial,
            twins=()
            if position_id is None
            else twins.alive_elsewhere(db, label_serial=serial, position_id=position_id),
            first_seen_at=first_seen.of_serial(db, serial),
            macs=macs,
        ),
        months=policy.months_for(product=unit.product if unit else "", component=component),
        terms=policy.cover_terms,
    )


def tell_warranty(
    db: Connection, line_id: int, organisation_id: str, judged: Warranty, *, now: datetime
) -> None:
    """Write into the log of a line that its verdict has changed."""
    said = {
        "warranty": judged.verdict.value,
        "reason_en": judged.reason_en,
        "reason_zh": judged.reason_zh,
    }
    _append(db, line_id, organisation_id, "warranty_changed", said, now=now)


def freeze(
    db: Connection, line_id: int, organisation_id: str, *, is_twin: bool, now: datetime
) -> None:
    """Let nobody submit a line whose serial is alive at two positions, until one is corrected."""
    said = {"by": WarrantyVerdict.DUPLICATE_SERIAL.value}
    _append(db, line_id, organisation_id, "frozen" if is_twin else "thawed", said, now=now)


def _append(
    db: Connection,
    line_id: int,
    organisation_id: str,
    type_: str,
    payload: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=organisation_id,
        actor="collector",
        role=Actor.SYSTEM.value,
        type_=type_,
        payload=dict(payload),
        now=now,
    )


def unit_facts(db: Connection, serial: str) -> UnitFacts | None:
    """What the registry says of this serial, for the pure part; None when it knows none."""
    found = units.find(db, serial) if serial else None
    if found is None:
        return None
    return UnitFacts(
        model=found.model,
        product=found.product,
        batch=found.batch,
        delivered_on=found.delivered_on,
        delivered_by=found.delivered_by,
        produced_on=found.produced_on,
        until_override=found.warranty_until_override,
        override_reason=found.override_reason,
        blocked=found.blocked,
        original=_original(db, found),
    )


def _original(db: Connection, unit: Unit) -> Original | None:
    """The first device of the chain that this one replaced: its warranty goes on."""
    first, seen = unit, {unit.serial}
    for _ in range(MOST_IN_A_CHAIN):
        if not first.replaces or first.replaces in seen:
            break
        seen.add(first.replaces)
        before = units.find(db, first.replaces)
        if before is None:
            return Original(serial=first.replaces, delivered_on=None)
        first = before
    if first is unit:
        return None
    return Original(
        serial=first.serial,
        delivered_on=first.delivered_on,
        until_override=first.warranty_until_override,
    )
