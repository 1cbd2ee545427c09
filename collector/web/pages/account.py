"""The visitor's own account: a new password."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import Connection

from collector.store import accounts, revoke
from collector.store.accounts import Person
from collector.web import passwords
from collector.web.call import Call
from collector.web.pages.login import begin_session
from collector.web.render import page


async def show_account(call: Call) -> web.StreamResponse:
    """The form."""
    return _page(call)


async def change_password(call: Call) -> web.StreamResponse:
    """Replace the password; every other session of this person ends.

    A wrong old password counts as a failed sign-in: a stolen session must not become a place to
    try passwords.
    """
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    name = call.known.name
    person = await call.house.read(lambda db: accounts.find_person(db, name))
    if person is None or not call.known.csrf:
        raise web.HTTPForbidden  # a token has no password
    attempts, address = call.house.attempts, call.address
    wait_s = attempts.wait_s(address=address, account=name, now=call.now)
    if wait_s:
        return _page(call, 429, call.voice.t("login.wait", n=max(1, round(wait_s / 60))))
    attempts.failed(address=address, account=name, now=call.now)
    if not await call.house.passwords.holds(person.password_hash, form.get("old", "")):
        return _page(call, 401, call.voice.t("account.wrong"))
    attempts.succeeded(address=address, account=name)
    new = form.get("new", "")
    if not passwords.fits(new) or new != form.get("again", ""):
        return _page(call, 422, call.voice.t("account.refused", n=passwords.SHORTEST))
    await _keep(call, person, await call.house.passwords.hash(new))
    return await begin_session(call, person.id, "/account?changed=1")


async def _keep(call: Call, person: Person, password_hash: str) -> None:
    def keep(db: Connection) -> None:
        accounts.set_password_hash(db, person_id=person.id, password_hash=password_hash)
        revoke.end_sessions(db, person_id=person.id)
        accounts.record(db, at=call.now, actor=person.name, action="password.change", detail="own")

    await call.house.write(keep)


def _page(call: Call, status: int = 200, trouble: str = "") -> web.Response:
    return page(
        call,
        "account.html",
        status=status,
        trouble=trouble,
        changed=bool(call.asked("changed")),
        shortest=passwords.SHORTEST,
    )
