"""Matching what agents see with what was delivered: a person decides, with a reason."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector.store import accounts, imports, unit_images
from collector.store.registry import Change
from collector.store.scope import Role
from collector.store.views import match
from collector.store.views.match import Unmatched
from collector.web.call import Call, found
from collector.web.render import page

MAY: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})
SEES: Final = MAY | {Role.INTEGRATOR}
_REASON: Final = 500


class _RefusedError(ValueError):
    """The link cannot be made; key and values of the text."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


async def show_match(call: Call) -> web.StreamResponse:
    """The positions that need a person."""
    rows = await call.house.read(lambda db: match.list_unmatched(db, call.scope))
    return page(call, "registry_match.html", rows=rows, limit=match.LIMIT)


async def show_one(call: Call) -> web.StreamResponse:
    """One position beside the units that it may be."""
    return await _show_one(call)


async def _show_one(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    one = await _find(call)
    return page(
        call,
        "registry_match_one.html",
        status=status,
        one=one,
        candidates=await call.house.read(lambda db: match.list_candidates(db, call.scope, one)),
        may_link=call.known.role in MAY,
        trouble=trouble,
    )


async def _find(call: Call) -> Unmatched:
    number = call.number("id")
    rows = await call.house.read(lambda db: match.list_unmatched(db, call.scope, only=number))
    return found(rows[0] if rows else None)


async def link(call: Call) -> web.StreamResponse:
    """Make the device's names aliases of the unit; logged, and undone like an import."""
    one = await _find(call)
    form = await call.request.post()
    serial = str(form.get("serial", "")).strip()[:64]
    reason = str(form.get("reason", "")).strip()[:_REASON]
    try:
        if not reason:
            raise _RefusedError("match.wrong.reason")
        number = await call.house.write(lambda db: _link(db, call, one, serial, reason))
    except _RefusedError as refused:
        trouble = call.voice.t(refused.key, **refused.values)
        return await _show_one(call, status=422, trouble=trouble)
    return web.Response(status=303, headers={"Location": f"/registry/import/{number}"})


def _link(db: Connection, call: Call, one: Unmatched, serial: str, reason: str) -> int:
    if not match.is_known(db, call.scope, serial):
        raise _RefusedError("match.wrong.unknown", serial=serial or "–")
    named = {(alias.kind.value, alias.value) for alias in one.aliases}
    if not named:
        raise _RefusedError("match.nameless")
    for alias, owner in unit_images.owners_of_aliases(db, named).items():
        if owner != serial:
            raise _RefusedError("match.wrong.taken", alias=alias[1], serial=owner)
    before = unit_images.read(db, [serial])[serial]
    after = msgspec.structs.replace(before, aliases=tuple(sorted({*before.aliases, *named})))
    detail = f"{one.site_name}: {one.name} (position {one.position_id}) is {serial}: {reason}"
    number = imports.write_by_hand(
        db,
        Change(row=0, key=serial, before=before, after=after),
        organisation_id=before.organisation_id,
        actor=call.known.name,
        reason=detail,
        now=call.now,
    )
    said = ", ".join(f"{kind} {value}" for kind, value in sorted(named))
    accounts.record(
        db,
        at=call.now,
        actor=call.known.name,
        action="registry.link",
        detail=f"{said} -> {detail} (import {number})",
    )
    return number
