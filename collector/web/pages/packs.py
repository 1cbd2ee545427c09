"""The claim pack of a line for download, and the key by which packs of this collector are known."""

from __future__ import annotations

import asyncio

from aiohttp import web

from collector.pack.font_error import FontError
from collector.pack.room import MadePack, PackRoom
from collector.pack.share import Sharer, is_submitted, share
from collector.store.views import claims
from collector.store.views.claims import PreClaim
from collector.web.call import Call, found
from collector.web.pages.claims import is_whole_for, show_claim
from shared import signing


async def show_pack(call: Call) -> web.StreamResponse:
    """The pack; a distributor gets the files of a site only once the claim was submitted."""
    room = _room(call)
    number = call.number("id")
    claim = found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    try:
        made = found(await asyncio.to_thread(_give, call, room, claim))
    except FontError as error:
        trouble = call.voice.t("pack.wrong.font", path=error.path)
        return await show_claim(call, status=503, trouble=trouble)
    return web.Response(
        body=made.content,
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{made.filename}"',
            "Cache-Control": "private, no-store",
        },
    )


def _give(call: Call, room: PackRoom, claim: PreClaim) -> MadePack | None:
    """The pack of a submitted line as it was or is now kept; before that one for the moment."""
    engine = call.house.engine
    if is_submitted(engine, claim.id):
        return share(
            engine,
            room,
            claim.id,
            organisation_id=claim.organisation_id,
            by=Sharer(actor=call.known.name, role=call.known.role.value),
            now=call.now,
        )
    return room.make(
        engine,
        claim.id,
        organisation_id=claim.organisation_id,
        is_whole=is_whole_for(call.known.role, claim.state),
    )


async def show_key(call: Call) -> web.StreamResponse:
    """The countersignature's public key and its fingerprint, for whoever verifies a pack."""
    room = _room(call)
    pem = signing.public_pem(room.key.public_key()).decode()
    return web.Response(
        text=f"{call.voice.t('pack.key')}\n{room.desk.made_by.fingerprint}\n\n{pem}",
        content_type="text/plain",
        charset="utf-8",
    )


def _room(call: Call) -> PackRoom:
    return found(call.house.packs)
