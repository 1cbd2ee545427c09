"""A claim pack of another collector by upload: the key in it says whose it is."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from collector.claims.report_check import RefusedReportError
from collector.pack.check import PackError, signer_of
from collector.pack.problem_words import explain
from collector.pack.room import PackRoom
from collector.receive_pack import Dock, Received, receive
from collector.settings import PartnerEntry
from collector.store.scope import Role
from collector.web.call import Call, found
from collector.web.render import page

MAY: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})
LONGEST: Final = 64 * 1024 * 1024
LARGEST: Final = LONGEST + 64 * 1024
"""Of a form; longer packs come by ``preclaim-collector import-pack``."""


async def show_import(call: Call) -> web.StreamResponse:
    """The form."""
    return _show(call)


async def take_import(call: Call) -> web.StreamResponse:
    """Take the pack; what does not hold comes back with the file and the reason."""
    form = await call.request.post()
    sent = form.get("pack")
    content = sent.file.read() if isinstance(sent, web.FileField) else b""
    lang = call.voice.language
    try:
        received = await asyncio.to_thread(_take, call, _room(call), content)
    except PackError as error:
        return _show(call, status=422, trouble=explain(error, lang))
    except RefusedReportError as error:
        return _show(call, status=422, trouble=error.problems[0].text.text(lang))
    return _show(call, received=received)


def _take(call: Call, room: PackRoom, content: bytes) -> Received:
    partner = _partner_of(room, signer_of(content))
    dock = Dock(
        evidence_dir=call.house.evidence_dir,
        packs_dir=room.directory,
        policy=call.house.policy,
    )
    return receive(call.house.engine, content, partner, dock=dock, now=call.now)


def _partner_of(room: PackRoom, fingerprint: str) -> PartnerEntry:
    for partner in room.partners:
        if partner.fingerprint == fingerprint:
            return partner
    raise PackError("", "no_partner", found=fingerprint)


def _show(
    call: Call, *, status: int = 200, trouble: str = "", received: Received | None = None
) -> web.StreamResponse:
    return page(
        call,
        "pack_import.html",
        status=status,
        trouble=trouble,
        received=received,
        partners=_room(call).partners,
        longest_mib=LONGEST // 2**20,
    )


def _room(call: Call) -> PackRoom:
    return found(call.house.packs)
