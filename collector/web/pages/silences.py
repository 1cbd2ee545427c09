"""Silences and maintenance windows: who asked for quiet, where, why and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from sqlalchemy import Connection

from collector import silence_order
from collector.claims.silence import SilenceKind, SilenceScope
from collector.store import accounts, silences
from collector.store.silences import NewSilence, Target
from collector.store.views import devices
from collector.web.call import Call
from collector.web.pages import orders
from collector.web.render import page
from collector.web.silence_wish import RefusedError, check
from shared.catalogue import CATALOGUE

MAY: Final = orders.MAY
HOURS: Final = (1, 2, 4, 8, 24, 72, 168, 720)


async def show_silences(call: Call) -> web.StreamResponse:
    """The list, and the form; ``position`` or ``site`` of the URL fills in for what."""
    return await _page(call)


async def add_silence(call: Call) -> web.StreamResponse:
    """Keep what somebody asks for; what cannot be kept comes back with the reason."""
    form = {k: v.strip() for k, v in (await call.request.post()).items() if isinstance(v, str)}

    def add(db: Connection) -> None:
        wanted = _read(db, call, form)
        silence_order.begin(db, wanted, now=call.now)

    try:
        await call.house.write(add)
    except RefusedError as refused:
        return await _page(call, status=422, trouble=refused.say(call), form=form)
    return web.Response(status=303, headers={"Location": "/silences"})


async def end_silence(call: Call) -> web.StreamResponse:
    """End one now; what waited for it is judged. One that is over stays as it is."""
    number = call.number("id")

    if not await call.house.write(
        lambda db: silence_order.end_or_find(
            db, call.scope, silence_id=number, actor=call.known.name, now=call.now
        )
    ):
        raise web.HTTPNotFound
    return web.Response(status=303, headers={"Location": "/silences"})


def _read(db: Connection, call: Call, form: dict[str, str]) -> NewSilence:
    """What the form asks for; RefusedError says what is wrong with it."""
    target = silences.find_target(db, call.scope, form.get("target", ""))
    hours = form.get("hours", "")
    if hours not in {str(hour) for hour in HOURS}:
        raise RefusedError("silence.wrong.long")
    return check(
        call,
        target,
        kind=form.get("kind", ""),
        code=form.get("code", ""),
        reason=form.get("reason", ""),
        starts_at=_moment(form.get("starts", ""), target.zone if target else "UTC") or call.now,
        hours=int(hours),
    )


def _moment(text: str, zone: str) -> datetime | None:
    """A time as a browser sends it, by the site's clock; None for 'now'."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise RefusedError("silence.wrong.start") from error


async def _page(
    call: Call, *, status: int = 200, trouble: str = "", form: dict[str, str] | None = None
) -> web.StreamResponse:
    rows = await call.house.read(lambda db: silences.list_silences(db, call.scope, now=call.now))
    chosen = (form or {}).get("target") or _asked_target(call)
    return page(
        call,
        "silences.html",
        status=status,
        rows=rows,
        may=call.known.role in MAY,
        targets=await call.house.read(lambda db: _targets(db, call, chosen)),
        chosen=chosen,
        form=form or {},
        codes=sorted(CATALOGUE),
        kinds=[kind.value for kind in SilenceKind],
        hours=[hour for hour in HOURS if hour <= call.house.policy.longest_silence.days * 24],
        trouble=trouble,
        scopes=SilenceScope,
    )


def _asked_target(call: Call) -> str:
    for scope in ("position", "site"):
        if name := call.asked(scope):
            return f"{scope}:{name}"
    return ""


def _targets(db: Connection, call: Call, chosen: str) -> list[tuple[str, str]]:
    """What a silence can be for: the one asked for, every site, every organisation."""
    found: list[tuple[str, str]] = []
    asked: Target | None = silences.find_target(db, call.scope, chosen)
    if asked is not None and asked.scope is SilenceScope.POSITION:
        found.append((chosen, f"{asked.site_name} · {asked.device_name}"))
    found += [(f"site:{site}", name) for site, name in devices.list_sites(db, call.scope)]
    found += [
        (f"organisation:{one.id}", call.voice.t("silence.whole", name=one.name))
        for one in accounts.list_organisations(db, call.scope)
    ]
    return found
