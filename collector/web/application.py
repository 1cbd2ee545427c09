"""Builds the console's aiohttp application from its parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from collector.claims.policy import DEFAULT, Policy
from collector.intake.arrival import Counts
from collector.outlets.settings import NO_NOTIFICATIONS, NotifySettings
from collector.outlets.sink import Counts as SinkCounts
from collector.pack.room import PackRoom
from collector.web.api.problem import problem
from collector.web.attempts import Attempts
from collector.web.call import Call
from collector.web.gate import guard
from collector.web.headers import dress
from collector.web.house import HOUSE, House
from collector.web.pages.error import error_page
from collector.web.passwords import Passwords
from collector.web.proxies import NO_PROXIES, Proxies
from collector.web.render import STATIC
from collector.web.routes import ROUTES
from collector.web.voice import Voice, choose_language

LARGEST_FORM: Final = 64 * 1024


def create(
    *,
    engine: Engine,
    evidence_dir: Path,
    now: Callable[[], datetime],
    language: str = "en",
    public_url: str = "",
    passwords: Passwords | None = None,
    intake: Callable[[], Counts] = Counts,
    trouble: Callable[[], str] = str,
    policy: Policy = DEFAULT,
    command_key: Ed25519PrivateKey | None = None,
    proxies: Proxies = NO_PROXIES,
    sink: Callable[[], SinkCounts] | None = None,
    notify: NotifySettings = NO_NOTIFICATIONS,
    packs: PackRoom | None = None,
) -> web.Application:
    """The console over this store.

    ``evidence_dir`` holds the files as ``ab/<sha256>``; ``now`` is the collector's clock (aware
    UTC); ``intake`` counts the payloads since the start, ``sink`` what a time-series server
    got since then (None: there is none); ``command_key`` signs what people order.
    Cookies are marked Secure when ``public_url`` begins with https.
    """
    app = web.Application(client_max_size=LARGEST_FORM, middlewares=[_tell_unknown_urls])
    app[HOUSE] = House(
        engine=engine,
        evidence_dir=evidence_dir,
        now=now,
        language=language,
        secure_cookies=public_url.startswith("https://"),
        passwords=passwords or Passwords(),
        attempts=Attempts(),
        intake=intake,
        trouble=trouble,
        policy=policy,
        command_key=command_key,
        proxies=proxies,
        sink=sink,
        notify=notify,
        packs=packs,
    )
    app.on_response_prepare.append(dress)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, guard(route))
    app.router.add_static("/static", STATIC, show_index=False)
    return app


@web.middleware
async def _tell_unknown_urls(request: web.Request, handler: Handler) -> web.StreamResponse:
    """URLs and methods that no route knows get an answer in words too."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        if refused.status not in (404, 405) or request.path.startswith("/static/"):
            raise
        status = refused.status
    house = request.app[HOUSE]
    voice = Voice(
        choose_language(
            asked=request.query.get("lang"),
            kept=None,
            own=None,
            accepts=request.headers.get("Accept-Language", ""),
            otherwise=house.language,
        )
    )
    call = Call(request=request, house=house, visitor=None, voice=voice, now=house.now())
    return problem(call, status) if request.path.startswith("/api/") else error_page(call, status)
