"""A partner's collector denies what it told: a person has compared both, and lets it go on."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector import retry_steps
from collector.agree_with_partner import agree
from collector.claims.lifecycle import Actor
from collector.store import partner_steps
from collector.store.partner_steps import Record, Way
from collector.store.scope import Role
from collector.store.views import claims
from collector.web.call import Call, found

MAY: Final = {
    Way.ANSWER: frozenset({Role.ADMIN, Role.INTEGRATOR}),  # the claimant's side
    Way.REPLY: frozenset({Role.ADMIN, Role.FACTORY_ENGINEER}),
}
EVERYBODY: Final = frozenset(role for roles in MAY.values() for role in roles)


async def agree_with_partner(call: Call) -> web.StreamResponse:
    """Let its present record count, and try what waits at once."""
    number = call.number("id")
    found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    form = await call.request.post()
    wanted = (str(form.get("partner", "")), str(form.get("way", "")), str(form.get("line", "")))

    def change(db: Connection) -> None:
        record = found(_find(db, number, wanted))
        if call.known.role not in MAY[record.way]:
            raise web.HTTPForbidden
        role = Actor(call.known.role.value)
        agreed = agree(db, record, actor=call.known.name, role=role, now=call.now)
        partners = {one.name: one for one in found(call.house.packs).partners}
        retry_steps.retry(db, agreed, partners, policy=call.house.policy, now=call.now)

    await call.house.write(change)
    return web.Response(status=303, headers={"Location": f"/preclaims/{number}#partners"})


def _find(db: Connection, number: int, wanted: tuple[str, str, str]) -> Record | None:
    """The record that denies something: of this line, or of one that was merged into it."""
    name, way, line = wanted
    rows = partner_steps.records_about(db, number)
    return next(
        (
            one
            for one in rows
            if (one.partner, one.way.value, str(one.line_id)) == (name, way, line)
            and one.differs_at is not None
        ),
        None,
    )
