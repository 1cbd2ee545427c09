"""What rules may look at in a pass: put together from its readings and the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from agent.config import Device
from agent.delivery import fault_store, keepsake_store, reading_store, sibling_store
from agent.diagnosis.explanations import OF_UPLINK
from agent.diagnosis.pictures.look import PREFIX
from agent.diagnosis.rule import Sibling, View
from agent.facts import MAC, SERIAL, aliases_in
from agent.looking_back import LookingBack
from agent.sun_watch import Sun
from shared.reading import Reading

if TYPE_CHECKING:
    from agent.recording import Settings


def read_view(
    db: sqlite3.Connection,
    device: Device,
    latest: Mapping[str, Reading],
    fresh: Mapping[str, Reading],
    *,
    now: datetime,
    settings: Settings,
) -> View:
    """The view of a pass; ``latest`` and ``fresh`` hold readings by name, those of before and now.

    Inside the pass's transaction, and before its readings are kept.
    """
    wanted = {
        name
        for rule in settings.rules
        if not fresh.keys().isdisjoint(rule.needs)
        for name in rule.looks_back
    }
    pictured = any(name.startswith(PREFIX) for name in fresh)
    sun = settings.sun(device, now) if pictured else Sun()
    return View(
        now=now,
        readings={**latest, **fresh},
        history=LookingBack(db, device.device_id, wanted),
        fresh=frozenset(fresh),
        levels=settings.levels,
        recorder_login=settings.recorder_login,
        label_serial=device.label_serial,
        baselines=keepsake_store.read_baselines(db, device.device_id),
        acceptances=keepsake_store.read_acceptances(db, device.device_id),
        sun_elevation_deg=sun.elevation_deg,
        is_sun_certain=sun.is_certain,
        siblings=_siblings(db, device, now=now, settings=settings) if pictured else (),
        is_outdoor=device.ir_cut.is_outdoor,
        data_plan_bytes=device.data_plan_bytes,
        uplink_faults=_uplink_faults(db, device),
        dim_days=keepsake_store.read_dim_days(db, device.device_id) if pictured else (),
        named_at=_named_at(db, device.device_id, fresh, now=now) if pictured else None,
    )


def _uplink_faults(db: sqlite3.Connection, device: Device) -> frozenset[str]:
    """Radio faults that stand open at the gateway through which the device is reached."""
    if not (device.gateway and device.is_metered):
        return frozenset()
    memories = fault_store.read_memories(db, device.gateway).values()
    return frozenset(one.code for one in memories if one.is_open and one.code in OF_UPLINK)


def _named_at(
    db: sqlite3.Connection, device_id: str, fresh: Mapping[str, Reading], *, now: datetime
) -> datetime | None:
    """When the device last gave itself a name; None for one that never does."""
    if aliases_in(fresh):
        return now
    return reading_store.last_good(db, device_id, (SERIAL, MAC))


def _siblings(
    db: sqlite3.Connection, device: Device, *, now: datetime, settings: Settings
) -> tuple[Sibling, ...]:
    mates = settings.mates.get(device.device_id, ())
    support = settings.levels.baseline_pictures
    return sibling_store.read_siblings(db, mates, now=now, support=support)
