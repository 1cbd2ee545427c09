"""Delivered units by the API: the registry's list, and one unit with its claims and its chain."""

from __future__ import annotations

from aiohttp import web

from collector.store.scope import Role
from collector.store.units import aliases_of
from collector.store.views import registry, unit_file
from collector.store.views.registry import UnitFilter, UnitHit
from collector.web.api import shapes
from collector.web.api.pages import answer, read_limit
from collector.web.call import Call, found
from collector.web.pages.registry import end_of, months_of

SERIAL = 64


async def list_units(call: Call) -> web.StreamResponse:
    """Units by serial; ``q`` (serial, alias, lot, batch, buyer), ``batch``, ``buyer`` and
    ``model`` filter. The cursor is the serial to go on behind."""
    limit = read_limit(call)
    wanted = UnitFilter(
        text=call.asked("q"),
        batch=call.asked("batch"),
        buyer=call.asked("buyer"),
        model=call.asked("model"),
    )
    after = call.asked("cursor", longest=SERIAL)
    rows = await call.house.read(
        lambda db: registry.search(db, call.scope, wanted, after=after, limit=limit + 1)
    )
    shown = rows[:limit]
    sees = call.known.role is not Role.DISTRIBUTOR
    return answer(
        {
            "items": [_hit(row, sees_devices=sees) for row in shown],
            "next_cursor": shown[-1].serial if len(rows) > limit else None,
        }
    )


async def show_unit(call: Call) -> web.StreamResponse:
    """One unit: delivery, warranty of the unit itself, aliases, claims, and what replaced what."""
    house, scope = call.house, call.scope
    serial = call.request.match_info["serial"]
    unit = found(await house.read(lambda db: registry.find(db, scope, serial)))
    aliases = await house.read(lambda db: aliases_of(db, serial))
    chain = await house.read(lambda db: unit_file.chain_of(db, serial))
    claims = await house.read(lambda db: unit_file.list_claims(db, scope, serial))
    return answer(
        {
            "serial": unit.serial,
            "maker": unit.maker or None,
            "model": unit.model,
            "product": unit.product or None,
            "batch": unit.batch or None,
            "buyer": unit.buyer or None,
            "delivered_on": shapes.when(unit.delivered_on),
            "delivered_by": unit.delivered_by or None,
            "delivery_proof": unit.delivery_proof or None,
            "produced_on": shapes.when(unit.produced_on),
            "warranty_months": months_of(call, unit),
            "warranty_until": shapes.when(end_of(call, unit)),
            "blocked": unit.blocked or None,
            "component_lots": dict(unit.component_lots),
            "aliases": [{"kind": one.kind.value, "value": one.value} for one in aliases],
            "replaces": unit.replaces or None,
            "replaced_by": unit.replaced_by or None,
            "chain": [link.serial for link in chain],
            "preclaims": [
                {
                    "id": one.id,
                    "number": one.number,
                    "state": one.state,
                    "component": one.component,
                    "opened_at": shapes.when(one.opened_at),
                    "closed_at": shapes.when(one.closed_at),
                    "url": f"/preclaims/{one.id}",
                }
                for one in claims
            ],
        }
    )


def _hit(row: UnitHit, *, sees_devices: bool) -> dict[str, object]:
    return {
        "serial": row.serial,
        "maker": row.maker or None,
        "model": row.model,
        "batch": row.batch or None,
        "buyer": row.buyer or None,
        "delivered_on": shapes.when(row.delivered_on),
        "delivered_by": row.delivered_by or None,
        "blocked": row.blocked or None,
        "replaces": row.replaces or None,
        "device": row.position_id if sees_devices else None,
        "site": row.site_id or None,
    }
