"""Gathers from the store what signals of fault origin look at; what is not there stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector import site_weather
from collector.claims.decide import proof_of
from collector.claims.origin import family
from collector.claims.origin.facts import (
    Failures,
    Lot,
    OriginFacts,
    Shipment,
    Update,
    Version,
)
from collector.claims.policy import Policy
from collector.store import (
    firmware_changes,
    origin_fleet,
    origin_site,
    origin_subject,
    sites,
    units,
)
from collector.store.firmware_changes import Change, Ran
from collector.store.origin_fleet import Delivered, Failed
from collector.store.origin_subject import Subject
from collector.store.units import Unit
from shared.catalogue import CATALOGUE

_DAY_S = 86_400.0


def gather(db: Connection, subject: Subject, *, policy: Policy, now: datetime) -> OriginFacts:
    """Everything that is known around the fault that leads a line."""
    alike = family.family_of(subject.code)
    unit = units.find(db, subject.label_serial) if subject.label_serial else None
    first_seen_at = origin_subject.first_seen(db, subject)
    failed = origin_fleet.failed_of_model(db, model=subject.model, family=alike)
    delivered, told = _deliveries(db, unit), origin_subject.day_zero(db, subject)
    entry = CATALOGUE.get(subject.code)
    return OriginFacts(
        code=subject.code,
        onset_at=subject.onset_at,
        proof=proof_of(entry, subject.proof).value if entry else "",
        component=subject.component,
        delivered_at=_delivered_at(unit, policy),
        first_seen_at=first_seen_at,
        accepted=told.accepted,
        refused_for=told.refused_for,
        lot=_lot(subject, unit, failed, delivered) if unit and delivered else None,
        shipment=_shipment(subject, unit, failed, delivered, policy=policy)
        if unit and delivered
        else None,
        at_position=origin_subject.other_faults(db, subject, first_seen_at=first_seen_at),
        updates=_updates(db, subject, policy),
        version=_version(subject, firmware_changes.of_model(db, subject.model), failed),
        site=origin_site.around(
            db,
            subject,
            family=alike,
            within=timedelta(minutes=policy.origin.strike_minutes),
            first_days=timedelta(hours=policy.origin.contact_hours),
            now=now,
        ),
        cell=origin_site.cell_of(db, subject) if family.is_cellular(subject.code) else None,
        weather=site_weather.look(
            db,
            site_id=subject.site_id,
            position_id=subject.position_id,
            zone=sites.zone_of(db, subject.site_id),
            until=subject.onset_at,
            of_site=family.is_battery(subject.code) or subject.code in family.MOIST,
        ),
        predecessor_failed=origin_fleet.predecessor_failed(db, subject, family=alike),
        failed_elsewhere=origin_fleet.failed_elsewhere(db, subject, family=alike),
        repaired_before=origin_fleet.repaired_before(db, subject, family=alike),
    )


def _delivered_at(unit: Unit | None, policy: Policy) -> datetime | None:
    if unit is None or unit.delivered_on is None:
        return None
    day = unit.delivered_on
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(policy.zone)).astimezone(UTC)


def _deliveries(db: Connection, unit: Unit | None) -> tuple[Delivered, ...]:
    """What of the unit's model was delivered when; () where the registry names no lot."""
    if unit is None or not unit.batch or unit.delivered_on is None:
        return ()
    return origin_fleet.delivered_of_model(db, unit.model)


def _lot(
    subject: Subject, unit: Unit, failed: Sequence[Failed], delivered: Sequence[Delivered]
) -> Lot:
    own = [one for one in failed if one.batch == unit.batch]
    peers = [one for one in own if one.serial != subject.label_serial]
    others = [one for one in failed if one.batch not in ("", unit.batch)]
    sent = origin_fleet.shipment_of(unit.delivery_proof, unit.buyer, unit.delivered_on)
    other_days = _exposure(delivered, subject.onset_at, lots_but=unit.batch)
    return Lot(
        name=unit.batch,
        units=sum(one.units for one in delivered if one.batch == unit.batch),
        peers=len(origin_fleet.serials(peers)),
        peer_sites=len({one.site_id for one in peers} - {subject.site_id, ""}),
        own=Failures(
            failed=len(origin_fleet.serials(own)),
            device_days=_exposure(delivered, subject.onset_at, lot=unit.batch),
        ),
        others=Failures(failed=len(origin_fleet.serials(others)), device_days=other_days)
        if other_days
        else None,
        shipments=len({one.shipment for one in delivered if one.batch == unit.batch}),
        peer_shipments=len({one.shipment for one in peers} - {sent}),
    )


def _exposure(
    delivered: Sequence[Delivered], until: datetime, *, lot: str = "", lots_but: str = ""
) -> float:
    """Device-days from delivery; of one lot, or of all but one."""
    return float(
        sum(
            one.units * max(0, (until.date() - one.on).days)
            for one in delivered
            if (one.batch == lot if lot else one.batch != lots_but)
        )
    )


def _shipment(
    subject: Subject,
    unit: Unit,
    failed: Sequence[Failed],
    delivered: Sequence[Delivered],
    *,
    policy: Policy,
) -> Shipment | None:
    own = origin_fleet.shipment_of(unit.delivery_proof, unit.buyer, unit.delivered_on)
    if own == ("", ""):
        return None
    contact = timedelta(hours=policy.origin.contact_hours)
    arrived = [
        one
        for one in failed
        if one.batch == unit.batch
        and one.serial != subject.label_serial
        and one.serial_since is not None
        and timedelta(0) <= one.onset_at - one.serial_since <= contact
    ]
    return Shipment(
        units=sum(
            one.units for one in delivered if one.batch == unit.batch and one.shipment == own
        ),
        faulty_on_arrival=len(
            origin_fleet.serials([one for one in arrived if one.shipment == own])
        ),
        elsewhere=len(origin_fleet.serials([one for one in arrived if one.shipment != own])),
    )


def _updates(db: Connection, subject: Subject, policy: Policy) -> tuple[Update, ...] | None:
    """Changes before the onset; None while the camera's history is shorter than the window."""
    changes = firmware_changes.until(
        db, agent_id=subject.agent_id, position_id=subject.position_id, at=subject.onset_at
    )
    window = timedelta(hours=policy.origin.update_hours)
    if not any(one.of == "camera" and one.at <= subject.onset_at - window for one in changes):
        return None
    return tuple(
        Update(of=one.of, before=one.before, after=one.after, ago=subject.onset_at - one.at)
        for one in changes
        if one.before
    )


def _version(subject: Subject, ran: Sequence[Ran], failed: Sequence[Failed]) -> Version | None:
    """How the version of the fault does; None when the model is known with no other version."""
    name = subject.firmware
    if not name:
        return None
    own_days = other_days = 0.0
    lots: dict[int, str] = {}
    for one in ran:
        lots[one.position_id] = one.batch
        for version, days in _days_of(one.changes, subject.onset_at):
            if version == name:
                own_days += days
            else:
                other_days += days
    if own_days <= 0 or other_days <= 0:
        return None
    own = [one for one in failed if one.firmware == name]
    others = [one for one in failed if one.firmware not in ("", name)]
    return Version(
        name=name,
        own=Failures(failed=len(origin_fleet.serials(own)), device_days=own_days),
        others=Failures(failed=len(origin_fleet.serials(others)), device_days=other_days),
        lots=len({one.batch for one in own if one.batch}),
    )


def _days_of(changes: Sequence[Change], until: datetime) -> list[tuple[str, float]]:
    """``(version, days)`` of each stretch between changes, the last one until then."""
    ends = [*(one.at for one in changes[1:]), until]
    return [
        (one.after, max(0.0, (min(end, until) - one.at).total_seconds() / _DAY_S))
        for one, end in zip(changes, ends, strict=True)
    ]
