"""Signing in and out, and the first administrator."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.store import accounts
from collector.store.scope import Role
from collector.web import passwords
from collector.web.call import Call
from collector.web.render import page
from collector.web.visitor import SESSION_COOKIE

SESSION_LIFE: Final = timedelta(days=7)
FORM_COOKIE: Final = "preclaim_form"


async def show_login(call: Call) -> web.StreamResponse:
    """The form."""
    return _form(call, "login.html", next=_safe_place(call.asked("next", longest=600)))


async def login(call: Call) -> web.StreamResponse:
    """Check name and password, and begin a new session; the old one, if any, ends."""
    form = await call.request.post()
    name, password = _field(form.get("name")), _field(form.get("password"))
    place = _safe_place(_field(form.get("next")))
    address = call.address
    attempts = call.house.attempts
    wait_s = attempts.wait_s(address=address, account=name, now=call.now)
    if wait_s:
        answer = _form(
            call,
            "login.html",
            status=429,
            next=place,
            trouble=call.voice.t("login.wait", n=max(1, round(wait_s / 60))),
        )
        answer.headers["Retry-After"] = str(wait_s)
        return answer
    # Counted before the slow check, so that attempts made at the same time all count.
    attempts.failed(address=address, account=name, now=call.now)
    person = await call.house.read(lambda db: accounts.find_person(db, name))
    known = person.password_hash if person else ""
    if not await call.house.passwords.holds(known, password) or person is None:
        trouble = call.voice.t("login.wrong")
        return _form(call, "login.html", status=401, next=place, trouble=trouble)
    attempts.succeeded(address=address, account=name)
    renewed = (
        await call.house.passwords.hash(password) if call.house.passwords.outdated(known) else ""
    )
    return await begin_session(call, person.id, place, renewed_hash=renewed)


async def logout(call: Call) -> web.StreamResponse:
    """End the session here and in the store."""
    cookie = call.request.cookies.get(SESSION_COOKIE, "")
    await call.house.write(lambda db: accounts.end_session(db, token=cookie))
    answer = web.Response(status=303, headers={"Location": "/login"})
    answer.del_cookie(SESSION_COOKIE)
    return answer


async def show_setup(call: Call) -> web.StreamResponse:
    """The form for the first administrator, while the one-time link holds."""
    token = call.request.match_info["token"]
    if not await call.house.read(
        lambda db: accounts.setup_link_holds(db, token=token, now=call.now)
    ):
        raise web.HTTPNotFound
    roots = await call.house.read(accounts.find_roots)
    return _form(call, "setup.html", organisations=roots)


async def setup(call: Call) -> web.StreamResponse:
    """Make the first administrator; the link is used up in the same transaction."""
    token = call.request.match_info["token"]
    form = await call.request.post()
    name, password = _field(form.get("name")).strip(), _field(form.get("password"))
    organisation_id = _field(form.get("organisation"))
    roots = await call.house.read(accounts.find_roots)
    known = organisation_id in {root.id for root in roots}
    if not name or len(name) > 120 or not known or not passwords.fits(password):
        trouble = call.voice.t("people.refused", n=passwords.SHORTEST)
        return _form(call, "setup.html", status=422, organisations=roots, trouble=trouble)
    password_hash = await call.house.passwords.hash(password)

    def make(db: Connection) -> int | None:
        if not accounts.use_setup_link(db, token=token, now=call.now):
            return None
        accounts.add_person(
            db,
            name=name,
            password_hash=password_hash,
            role=Role.ADMIN,
            organisation_id=organisation_id,
            language=call.voice.language,
        )
        accounts.record(db, at=call.now, actor=name, action="setup", detail="first administrator")
        person = accounts.find_person(db, name)
        return person.id if person else None

    person_id = await call.house.write(make)
    if person_id is None:
        raise web.HTTPNotFound
    return await begin_session(call, person_id, "/")


async def begin_session(
    call: Call, person_id: int, place: str, *, renewed_hash: str = ""
) -> web.Response:
    """Give this person a new session here and send the browser on; the old session ends."""
    token = secrets.token_urlsafe(32)
    old = call.request.cookies.get(SESSION_COOKIE, "")

    def change(db: Connection) -> None:
        accounts.end_session(db, token=old)
        accounts.drop_expired_sessions(db, now=call.now)
        if renewed_hash:
            accounts.set_password_hash(db, person_id=person_id, password_hash=renewed_hash)
        accounts.add_session(
            db,
            token=token,
            person_id=person_id,
            csrf=secrets.token_urlsafe(32),
            now=call.now,
            expires_at=call.now + SESSION_LIFE,
        )

    await call.house.write(change)
    answer = web.Response(status=303, headers={"Location": place})
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=call.house.secure_cookies,
    )
    answer.del_cookie(FORM_COOKIE)
    return answer


def _form(call: Call, template: str, *, status: int = 200, **values: object) -> web.Response:
    """A form for somebody without a session: its key lies in a cookie of its own."""
    kept = call.request.cookies.get(FORM_COOKIE, "")
    key = call.visitor.csrf if call.visitor else kept or secrets.token_urlsafe(32)
    answer = page(call, template, status=status, **{"trouble": "", **values, "form_key": key})
    if call.visitor is None and key != kept:
        answer.set_cookie(
            FORM_COOKIE,
            key,
            httponly=True,
            samesite="Strict",
            secure=call.house.secure_cookies,
        )
    return answer


def _field(given: object) -> str:
    return given if isinstance(given, str) else ""


def _safe_place(wanted: str) -> str:
    """A path of this site; anything that a browser could read as another host becomes '/'."""
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    return wanted if wanted.isprintable() and "\\" not in wanted else "/"
