"""My notifications: where messages go, what is told now, gathered or never; what was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.notify.topics import Delivery, Topic, topics_of
from collector.notify.wishes import EVERY_SITE
from collector.outlets.settings import MAIL
from collector.store import accounts, wishes
from collector.store.views import devices
from collector.store.views import letters as views
from collector.store.wishes import Settings
from collector.tell import channels_of
from collector.web.call import Call, found
from collector.web.pages.notification_forms import AS_EVERYWHERE, CHANGES, MOST_CAP, site_ids
from collector.web.render import page
from collector.web.voice import LANGUAGES

SHOWN: Final = 20
PAGE_ROWS: Final = 100
ONLY: Final = ("failed", "waiting", "sent")


async def show_notifications(call: Call) -> web.StreamResponse:
    """The settings of the visitor, and what was sent to them lately."""
    return await _page(call, await _mine(call))


async def change(call: Call) -> web.StreamResponse:
    """Keep a part of the settings; what cannot be kept is said in the visitor's language."""
    mine = await _mine(call)
    sent = await call.request.post()
    form = {k: v for k, v in sent.items() if isinstance(v, str)}
    days = frozenset(int(day) for day in sent.getall("day", []) if day in set("0123456"))
    action = call.request.match_info["action"]
    trouble = await CHANGES[action](call, mine, form, days)
    if trouble:
        return await _page(call, mine, status=422, trouble=call.voice.t(trouble, n=MOST_CAP))
    site = form.get("site", "")
    query = f"?kept={action}" + (f"&site={site}" if site in await site_ids(call) else "")
    return web.Response(status=303, headers={"Location": f"/account/notifications{query}"})


async def show_letters(call: Call) -> web.StreamResponse:
    """For administrators: every message of the slice, what failed first of all."""
    only = call.asked("only")
    only = only if only in ONLY else ""
    before = int(text) if (text := call.asked("before", longest=18)).isdecimal() else 0
    rows = await call.house.read(
        lambda db: views.list_letters(db, call.scope, only=only, before=before, limit=PAGE_ROWS + 1)
    )
    return page(
        call,
        "letters.html",
        rows=rows[:PAGE_ROWS],
        more=rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else 0,
        only=only,
        choices=ONLY,
        channels=_channels(call),
    )


async def _mine(call: Call) -> Settings:
    if not call.known.csrf:
        raise web.HTTPForbidden  # a token is nobody who could be told
    name = call.known.name

    def read(db: Connection) -> Settings:
        person = found(accounts.find_person(db, name))
        mine = found(wishes.find(db, person.id))
        if mine.wishes is wishes.DEFAULT:
            zone = wishes.zone_of(db, call.scope)
            mine = replace(mine, wishes=replace(mine.wishes, zone=zone))
        return mine

    return await call.house.read(read)


def _channels(call: Call) -> list[tuple[str, str]]:
    """Every way out by name and host: a webhook's URL is a secret and is never shown."""
    notify = call.house.notify
    mail = [(MAIL, notify.mail.host)] if notify.mail else []
    return mail + [(hook.name, hook.host) for hook in notify.hooks]


async def _page(
    call: Call, mine: Settings, *, status: int = 200, trouble: str = ""
) -> web.StreamResponse:
    sites = await call.house.read(lambda db: devices.list_sites(db, call.scope))
    asked = call.asked("site")
    site = asked if asked in {site_id for site_id, _ in sites} else EVERY_SITE
    key = f"person:{mine.person_id}"
    kept = call.asked("kept")
    return page(
        call,
        "notifications.html",
        status=status,
        trouble=trouble,
        kept=kept if kept in CHANGES else "",
        mine=mine,
        hook_names=channels_of(mine, replace(call.house.notify, mail=None)),
        mail_is_open=call.house.notify.mail is not None,
        site=site,
        sites=sites,
        chosen={topic.value: _chosen(mine, site, topic) for topic in topics_of(mine.role)},
        deliveries=[one.value for one in Delivery],
        everywhere=AS_EVERYWHERE,
        own_sites=sorted({s for s, _ in mine.wishes.rules if s}),
        zones=await call.house.read(lambda db: wishes.zones_of(db, call.scope)),
        languages=LANGUAGES,
        most_cap=MOST_CAP,
        letters=await call.house.read(
            lambda db: views.list_letters(db, call.scope, person_id=mine.person_id, limit=SHOWN)
        ),
        held=await call.house.read(lambda db: views.held_for(db, recipient=key)),
    )


def _chosen(mine: Settings, site: str, topic: Topic) -> str:
    """What the form shows for a topic."""
    if site != EVERY_SITE and (site, topic) not in mine.wishes.rules:
        return AS_EVERYWHERE
    return mine.wishes.delivery(topic, site_id=site, role=mine.role).value
