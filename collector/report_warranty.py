"""The warranty of what a person reports: judged at the day of the report, not at the day told.

A device that an agent watches has a first observation that is signed; since when a person has
seen a fault is their word, and does not bring a device back into its warranty.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.claims import warranty
from collector.claims.policy import Policy
from collector.claims.report import Report
from collector.claims.unit_facts import SeenFacts, UnitFacts
from collector.claims.warranty import Warranty, WarrantyVerdict
from collector.store import twins
from collector.store.reports import Deliveries, Place
from collector.unit_warranty import judge_serial
from shared.catalogue_entry import Component
from shared.device import Product


def of_unit(
    db: Connection,
    said: Report,
    place: Place | None,
    *,
    component: str,
    policy: Policy,
    now: datetime,
) -> Warranty:
    """The verdict for one device."""
    elsewhere = twins.hangs_elsewhere(
        db, label_serial=said.serial, organisation_id=said.organisation_id
    )
    if place is None and elsewhere:
        return twins.OF_OTHERS
    return judge_serial(
        db,
        said.serial,
        position_id=place.position_id if place else None,
        component=Component(component),
        onset_at=now,
        policy=policy,
    )


def of_lot(lot: Deliveries, *, component: str, policy: Policy, now: datetime) -> Warranty:
    """The verdict for a lot of modules: its pieces may have been delivered on several days."""
    months = policy.months_for(
        product=lot.product or Product.MODULE.value, component=Component(component)
    )
    first, last = (
        warranty.judge(
            UnitFacts(model="", product=lot.product, batch="", delivered_on=day)
            if lot.is_known
            else None,
            SeenFacts(onset_at=now),
            months=months,
            terms=policy.cover_terms,
        )
        for day in (lot.first, lot.last)
    )
    if first.verdict is last.verdict:
        return first
    return Warranty(
        verdict=WarrantyVerdict.GREY_ESTIMATED,
        until=first.until,
        reason_en=f"pieces of this lot were delivered from {lot.first} to {lot.last}: some are out "
        f"of warranty since {first.until}",
        reason_zh=f"该批次于 {lot.first} 至 {lot.last} 分次交付：部分自 {first.until} 起已过保",
    )
