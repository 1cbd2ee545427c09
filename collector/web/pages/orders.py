"""Commands from a person to a device: asked for by a button, their answers polled."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from collector.commands import order
from collector.store import accounts
from collector.store.scope import Role
from collector.store.views import commands, devices
from collector.store.views.commands import CommandRow
from collector.store.views.devices import Device
from collector.web.call import Call, found
from collector.web.render import page
from shared.command import Verb

MAY: Final = frozenset({Role.ADMIN, Role.INTEGRATOR})
BUTTONS: Final = (Verb.PROBE_NOW, Verb.TAKE_PICTURE, Verb.TEST_IR_CUT)


async def list_of(call: Call, device: Device) -> tuple[CommandRow, ...]:
    """The latest commands for the device."""
    return await call.house.read(
        lambda db: commands.list_commands(
            db, call.scope, agent_id=device.agent_id, device_id=device.device_id, now=call.now
        )
    )


async def show_orders(call: Call) -> web.StreamResponse:
    """The part of the device page that is polled while an answer is owed."""
    number = call.number("id")
    device = found(await call.house.read(lambda db: devices.find_device(db, call.scope, number)))
    return page(
        call,
        "orders.html",
        orders=await list_of(call, device),
        polled=polled(device),
        zone=device.zone,
        nothing="order.none",
    )


def polled(device: Device) -> str:
    """The URL of the list alone."""
    return f"/devices/{device.id}/orders"


async def give_order(call: Call) -> web.StreamResponse:
    """Sign and keep the command; the same one twice waits for its first answer."""
    house, number = call.house, call.number("id")
    device = found(await house.read(lambda db: devices.find_device(db, call.scope, number)))
    asked = (await call.request.post()).get("verb")
    verb = {verb.value: verb for verb in BUTTONS}.get(str(asked))
    key = house.command_key
    if verb is None or key is None:
        raise web.HTTPUnprocessableEntity
    organisation_id = device.organisation_id
    await house.write(
        lambda db: order(
            db,
            key=key,
            agent_id=device.agent_id,
            organisation_id=organisation_id,
            verb=verb,
            device_id=device.device_id,
            actor=call.known.name,
            now=call.now,
        )
    )
    await house.write(
        lambda db: accounts.record(
            db,
            at=call.now,
            actor=call.known.name,
            action=f"command.{verb.value}",
            detail=f"{device.agent_id}/{device.device_id}",
        )
    )
    return web.Response(status=303, headers={"Location": f"/devices/{number}#orders"})
