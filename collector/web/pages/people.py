"""People: who may sign in, with which role, for which organisation; for administrators."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import Connection

from collector.store import accounts, revoke, tasks
from collector.store.scope import Role
from collector.web import passwords
from collector.web.call import Call
from collector.web.render import page
from collector.web.voice import LANGUAGES


async def show_people(call: Call) -> web.StreamResponse:
    """The list and the form."""
    return await _page(call)


async def add_person(call: Call) -> web.StreamResponse:
    """Add somebody to an organisation of the administrator's own slice."""
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    name, password = form.get("name", "").strip(), form.get("password", "")
    organisation_id, language = form.get("organisation", ""), form.get("language", "en")
    roles = {role.value: role for role in Role}
    role = roles.get(form.get("role", ""))
    if (
        role is None
        or not 0 < len(name) <= 120
        or not name.isprintable()
        or language not in LANGUAGES
        or organisation_id not in call.scope.organisation_ids
        or not passwords.fits(password)
    ):
        trouble = call.voice.t("people.refused", n=passwords.SHORTEST)
        return await _page(call, status=422, trouble=trouble)
    password_hash = await call.house.passwords.hash(password)

    def add(db: Connection) -> bool:
        added = accounts.add_person(
            db,
            name=name,
            password_hash=password_hash,
            role=role,
            organisation_id=organisation_id,
            language=language,
        )
        if added:
            accounts.record(
                db,
                at=call.now,
                actor=call.known.name,
                action="person.add",
                detail=f"{name}: {role.value} of {organisation_id}",
            )
        return added

    if not await call.house.write(add):
        return await _page(call, status=422, trouble=call.voice.t("people.taken", name=name))
    return web.Response(status=303, headers={"Location": "/people"})


async def end_person(call: Call) -> web.StreamResponse:
    """Let somebody sign in no more; nobody does it to themselves, so an administrator remains."""
    number = call.number("id")

    def end(db: Connection) -> None:
        me = accounts.find_person(db, call.known.name)
        if me is not None and me.id == number:
            raise web.HTTPUnprocessableEntity
        name = revoke.end_person(db, call.scope, person_id=number, now=call.now)
        if name is None:
            raise web.HTTPNotFound
        tasks.release_all(db, person_id=number, actor=call.known.name, now=call.now)
        _record(db, call, action="person.end", detail=name)

    await call.house.write(end)
    return web.Response(status=303, headers={"Location": "/people"})


async def revoke_token(call: Call) -> web.StreamResponse:
    """Make a token open nothing from now on."""
    token_hash = call.request.match_info["hash"]

    def take_away(db: Connection) -> None:
        name = revoke.revoke_token(db, call.scope, token_hash=token_hash, now=call.now)
        if name is None:
            raise web.HTTPNotFound
        _record(db, call, action="token.revoke", detail=name)

    await call.house.write(take_away)
    return web.Response(status=303, headers={"Location": "/people"})


def _record(db: Connection, call: Call, *, action: str, detail: str) -> None:
    accounts.record(db, at=call.now, actor=call.known.name, action=action, detail=detail)


async def _page(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    people = await call.house.read(lambda db: accounts.list_people(db, call.scope))
    organisations = await call.house.read(lambda db: accounts.list_organisations(db, call.scope))
    return page(
        call,
        "people.html",
        status=status,
        people=people,
        organisations=organisations,
        tokens=await call.house.read(lambda db: revoke.list_tokens(db, call.scope)),
        roles=tuple(role.value for role in reversed(Role)),  # the least first
        shortest=passwords.SHORTEST,
        trouble=trouble,
    )
