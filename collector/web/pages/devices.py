"""The fleet's table, and one device with all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.claims.warranty import Warranty
from collector.store.views import device_file, device_pictures, devices
from collector.store.views.device_file import LatestReading
from collector.store.views.devices import Device, DeviceFilter
from collector.unit_warranty import judge_serial
from collector.web.call import Call, found
from collector.web.pages import orders
from collector.web.pages.device_days import ENERGY, RADIO, read_days
from collector.web.pages.device_strips import read_shown
from collector.web.pages.device_trend import read_trend
from collector.web.reasons import explain
from collector.web.render import page
from shared.catalogue_entry import Component

# A picture is taken with evidence, not live: after an hour nobody should take it for the present.
STALE_AFTER: Final = timedelta(hours=1)
PAGE_ROWS: Final = 200


def is_stale(device: Device, now: datetime) -> bool:
    """True when the last picture may not show the present: old, or the device is unknown."""
    if device.picture_at is None or device.standing == "unknown":
        return True
    return now - device.picture_at > STALE_AFTER


def read_filter(call: Call) -> DeviceFilter:
    """The filter that the URL states."""
    return DeviceFilter(
        site=call.asked("site"),
        standing=call.asked("standing"),
        model=call.asked("model"),
        search=call.asked("q"),
    )


async def show_devices(call: Call) -> web.StreamResponse:
    """The fleet's table."""
    wanted = read_filter(call)
    after = int(text) if (text := call.asked("after", longest=18)).isdecimal() else 0
    rows = await call.house.read(
        lambda db: devices.list_devices(db, call.scope, wanted, after=after, limit=PAGE_ROWS + 1)
    )
    sites = await call.house.read(lambda db: devices.list_sites(db, call.scope))
    return page(
        call,
        "devices.html",
        rows=rows[:PAGE_ROWS],
        more=rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else 0,
        sites=sites,
        wanted=wanted,
    )


async def show_device(call: Call) -> web.StreamResponse:
    """One device."""
    house, scope, number = call.house, call.scope, call.number("id")
    device = found(await house.read(lambda db: devices.find_device(db, scope, number)))
    readings = await house.read(lambda db: device_file.list_readings(db, scope, number))
    return page(
        call,
        "device.html",
        device=device,
        standing_reason=explain(call.voice, device.standing_reason),
        stale=is_stale(device, call.now),
        picture=await house.read(lambda db: device_pictures.find(db, scope, device.picture_sha256)),
        reference=await house.read(
            lambda db: device_pictures.find(db, scope, device.reference_sha256)
        ),
        silent_since=await house.read(
            lambda db: device_file.find_silence(db, scope, device.agent_id)
        ),
        readings=readings,
        families=families,
        shown=await house.read(lambda db: read_shown(db, call, device, readings)),
        energy=await house.read(lambda db: read_days(db, device, ENERGY, now=call.now)),
        radio=await house.read(lambda db: read_days(db, device, RADIO, now=call.now)),
        trend=await house.read(lambda db: read_trend(db, call, device)),
        episodes=await house.read(lambda db: device_file.list_episodes(db, scope, number)),
        unit=await house.read(lambda db: device_file.find_unit(db, device.label_serial)),
        line=await house.read(lambda db: device_file.find_latest_line(db, scope, number)),
        warranty=await house.read(lambda db: judge_now(db, house.policy, device, call.now)),
        orders=await orders.list_of(call, device),
        polled=orders.polled(device),
        zone=device.zone,
        nothing="order.none",
        may_order=call.known.role in orders.MAY and house.command_key is not None,
    )


def families(readings: Sequence[LatestReading]) -> list[tuple[str, list[LatestReading]]]:
    """Readings by the first part of their names, in order."""
    return [
        (family, list(group))
        for family, group in groupby(readings, key=lambda reading: reading.name.split(".")[0])
    ]


def judge_now(db: Connection, policy: Policy, device: Device, now: datetime) -> Warranty:
    """The warranty if a fault were seen now: of the whole device, not of one component."""
    return judge_serial(
        db,
        device.label_serial,
        position_id=device.id,
        component=Component.NONE,
        onset_at=now,
        policy=policy,
    )
