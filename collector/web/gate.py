"""The gate before every page: who asks, may they, is the form theirs, in which language."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import quote

from aiohttp import web
from sqlalchemy.exc import OperationalError

from collector.store.cause import cause_of
from collector.store.scope import Role
from collector.web.api.conditional import answer_conditionally
from collector.web.api.problem import problem
from collector.web.call import Call
from collector.web.house import HOUSE, House
from collector.web.pages.error import error_page
from collector.web.visitor import Visitor, recognise
from collector.web.voice import LANGUAGES, Voice, choose_language

log = logging.getLogger(__name__)

Page: TypeAlias = Callable[[Call], Awaitable[web.StreamResponse]]

LANGUAGE_COOKIE: Final = "preclaim_language"
FORM_COOKIE: Final = "preclaim_form"
KEY_HEADER: Final = "X-Preclaim-Key"
ANSWER_WITHIN_S: Final = 30  # the server itself has no deadline for half-sent bodies


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One URL; ``admits`` None means everybody, ``api`` that errors are told as JSON."""

    method: str
    path: str
    page: Page
    admits: frozenset[Role] | None
    api: bool = False
    largest: int = 0  # bytes of a form; 0 as everywhere
    most_fields: int = 0  # of a form; 0 as everywhere
    within_s: float = ANSWER_WITHIN_S  # a video from a phone takes longer


def guard(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler that aiohttp calls for this route."""

    async def handle(request: web.Request) -> web.StreamResponse:
        house = request.app[HOUSE]
        if route.largest:
            request = request.clone(client_max_size=route.largest)
        if route.most_fields:
            request = request.clone(
                client_max_size=request.client_max_size, client_max_fields=route.most_fields
            )
        now = house.now()
        try:
            visitor = await house.read(lambda db: recognise(db, request, now))
        except (OperationalError, OSError) as error:  # nobody can be recognised: ask nothing more
            log.error("%s could not be answered: %s", request.path, cause_of(error))
            return _unreadable(route, request, house, now)
        call = Call(
            request=request,
            house=house,
            visitor=visitor,
            voice=_voice(request, house, visitor),
            now=now,
        )
        try:
            async with asyncio.timeout(route.within_s):
                response = await _admit(route, call)
        except TimeoutError:
            response = _refusal(route, call, 503)
        except OperationalError as error:  # the disk is full, or another process holds the store
            log.error("%s could not be answered: %s", request.path, cause_of(error))
            response = _refusal(route, call, 507)
        except web.HTTPException as refused:
            if refused.status < 400:
                raise
            response = _refusal(route, call, refused.status)
        _keep_language(call, response)
        return response

    return handle


async def _admit(route: Route, call: Call) -> web.StreamResponse:
    if route.admits is not None:
        if call.visitor is None:
            return _send_to_login(route, call)
        if call.visitor.role not in route.admits:
            raise web.HTTPForbidden
    if route.api and route.method != "GET":
        _check_key(call)
    elif route.method == "POST":
        await _check_form(call)
    response = await route.page(call)
    if route.api and route.method == "GET":
        return answer_conditionally(call.request, response)
    return response


def _check_key(call: Call) -> None:
    """A token is in no cookie: no other page can make a browser send it. A session must name its
    key in a header, which only the console's own pages can set."""
    key = call.visitor.csrf if call.visitor else ""
    given = call.request.headers.get(KEY_HEADER, "")
    if key and not hmac.compare_digest(given.encode(), key.encode()):
        raise web.HTTPForbidden


async def _check_form(call: Call) -> None:
    """A form must carry the key of the session, or of the cookie that came with the form."""
    form = await call.request.post()
    given = form.get("csrf", "")
    key = call.visitor.csrf if call.visitor else call.request.cookies.get(FORM_COOKIE, "")
    if (
        not key
        or not isinstance(given, str)
        or not hmac.compare_digest(given.encode(), key.encode())
    ):
        raise web.HTTPForbidden


def _send_to_login(route: Route, call: Call) -> web.StreamResponse:
    if route.api:
        response = _refusal(route, call, 401)
        response.headers["WWW-Authenticate"] = 'Bearer realm="preclaim"'
        return response
    wanted = call.request.path_qs if route.method == "GET" else "/"
    place = "/login" if wanted == "/" else f"/login?next={quote(wanted, safe='')}"
    if call.request.headers.get("HX-Request") == "true":
        # A fragment must not receive a whole login page: the browser goes there itself.
        return web.Response(status=401, headers={"HX-Redirect": "/login"})
    return web.Response(status=303, headers={"Location": place})


def _unreadable(route: Route, request: web.Request, house: House, now: datetime) -> web.Response:
    """The page that says that the store cannot be read, for a visitor whom nobody knows."""
    call = Call(
        request=request, house=house, visitor=None, voice=_voice(request, house, None), now=now
    )
    return _refusal(route, call, 503)


def _refusal(route: Route, call: Call, status: int) -> web.Response:
    return problem(call, status) if route.api else error_page(call, status)


def _voice(request: web.Request, house: House, visitor: Visitor | None) -> Voice:
    return Voice(
        choose_language(
            asked=request.query.get("lang"),
            kept=request.cookies.get(LANGUAGE_COOKIE),
            own=visitor.language if visitor else None,
            accepts=request.headers.get("Accept-Language", ""),
            otherwise=house.language,
        )
    )


def _keep_language(call: Call, response: web.StreamResponse) -> None:
    asked = call.request.query.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            asked,
            max_age=365 * 86_400,
            samesite="Lax",
            httponly=True,
            secure=call.house.secure_cookies,
        )
