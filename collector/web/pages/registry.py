"""The registry: what was delivered, found by serial, alias, batch or buyer, and one unit's page."""

from __future__ import annotations

from datetime import date
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.warranty import last_covered_day
from collector.store import accounts, documents, spare_parts
from collector.store.accounts import Organisation
from collector.store.scope import Role
from collector.store.units import Unit, aliases_of
from collector.store.views import registry, unit_file
from collector.store.views.registry import LIMIT, UnitFilter
from collector.web.call import Call, found
from collector.web.render import page
from shared.catalogue_entry import Component

WRITES: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})
_COMPONENTS: Final = tuple(part.value for part in Component if part is not Component.NONE)


async def show_registry(call: Call) -> web.StreamResponse:
    """Batches, or the units that the URL asks for."""
    return await show_list(call)


async def show_list(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    """The page, with what went wrong in a form."""
    house, scope = call.house, call.scope
    wanted = UnitFilter(
        text=call.asked("q"),
        batch=call.asked("batch"),
        buyer=call.asked("buyer"),
        model=call.asked("model"),
    )
    asked = any((wanted.text, wanted.batch, wanted.buyer, wanted.model))
    after = call.asked("after", longest=64)
    rows = (
        await house.read(
            lambda db: registry.search(db, scope, wanted, after=after, limit=LIMIT + 1)
        )
        if asked
        else ()
    )
    sees = bool(wanted.batch) and await house.read(
        lambda db: registry.sees_batch(db, scope, wanted.batch)
    )
    papers = await house.read(lambda db: documents.of_batch(db, wanted.batch)) if sees else ()
    return page(
        call,
        "registry.html",
        status=status,
        wanted=wanted,
        asked=asked,
        rows=rows[:LIMIT],
        more=rows[LIMIT - 1].serial if len(rows) > LIMIT else "",
        batches=() if asked else await house.read(lambda db: registry.list_batches(db, scope)),
        total=await house.read(lambda db: registry.count(db, scope)),
        choices=await house.read(lambda db: registry.list_choices(db, scope)),
        documents=papers,
        kinds=documents.KINDS,
        may_write=call.known.role in WRITES,
        sees_devices=call.known.role is not Role.DISTRIBUTOR,
        trouble=trouble,
    )


async def show_unit(call: Call) -> web.StreamResponse:
    """All that is known of one serial."""
    house, scope = call.house, call.scope
    serial = call.request.match_info["serial"]
    unit = found(await house.read(lambda db: registry.find(db, scope, serial)))
    may_write = call.known.role in WRITES
    return page(
        call,
        "unit.html",
        unit=unit,
        months=months_of(call, unit),
        until=end_of(call, unit),
        aliases=await house.read(lambda db: aliases_of(db, serial)),
        chain=await house.read(lambda db: unit_file.chain_of(db, serial)),
        hanging=await house.read(lambda db: unit_file.list_hanging(db, scope, serial)),
        claims=await house.read(lambda db: unit_file.list_claims(db, scope, serial)),
        edits=await house.read(lambda db: unit_file.list_edits(db, serial)) if may_write else (),
        documents=await house.read(lambda db: documents.of_batch(db, unit.batch))
        if unit.batch
        else (),
        may_write=may_write,
        sees_devices=call.known.role is not Role.DISTRIBUTOR,
    )


def choose_factory(db: Connection, call: Call, wanted: str = "") -> str:
    """Whose the rows of a list are: the factory that is named, the visitor's own, or the first of
    the slice."""
    factories = [one.id for one in list_factories(db, call)]
    own = call.known.organisation_id
    for one in (wanted, own, *factories):
        if one in factories:
            return one
    return own


def list_factories(db: Connection, call: Call) -> list[Organisation]:
    """The factories of the slice."""
    found = accounts.list_organisations(db, call.scope)
    return [one for one in found if one.kind == "factory"]


def months_of(call: Call, unit: Unit) -> int:
    """The warranty months of the unit's product line; a component may have others."""
    return call.house.policy.months_for(product=unit.product, component=Component.NONE)


def end_of(call: Call, unit: Unit) -> date | None:
    """The last covered day of the unit itself; None without a delivery date.

    A replacement's own end is never shown as later than it is: whether it keeps the rest of the
    first warranty is judged with each claim.
    """
    if unit.warranty_until_override is not None:
        return unit.warranty_until_override
    if unit.delivered_on is None or unit.replaces:
        return None
    return last_covered_day(unit.delivered_on, months_of(call, unit))


async def show_stock(call: Call) -> web.StreamResponse:
    """Spare parts as the last lists said."""
    text, component = call.asked("q"), call.asked("component")
    wanted = component if component in _COMPONENTS else ""
    parts = await call.house.read(
        lambda db: spare_parts.list_parts(db, call.scope, text=text, component=wanted)
    )
    return page(
        call,
        "stock.html",
        parts=parts,
        text=text,
        component=wanted,
        components=_COMPONENTS,
    )
