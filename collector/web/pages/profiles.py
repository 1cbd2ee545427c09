"""An engineer's word on what a firmware profile read, and what all words come to by profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.claims.policy import Policy
from collector.claims.profiles import Confirmed, ProfileRecord, is_settled, weigh_votes
from collector.confirm import NoteNeededError, confirm
from collector.store import profile_rulings
from collector.store.scope import Scope
from collector.store.views import claims
from collector.store.views import profiles as view
from collector.store.views.profiles import UseRow
from collector.web.call import Call, found
from collector.web.pages.claims import show_claim
from shared.profile import PROVEN

NOTE_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileStands:
    """A profile on a model and firmware, with its record over the whole store."""

    row: UseRow
    record: ProfileRecord
    standing: str  # proven | settled | unproven


def read_profiles(db: Connection, scope: Scope, policy: Policy) -> tuple[ProfileStands, ...]:
    """Profiles that findings in the slice rest on; records count the words of all."""
    votes = profile_rulings.votes(db)
    stand = []
    for row in view.list_uses(db, scope):
        record = weigh_votes(votes.get(row.key, []))
        settled = is_settled(row.key, record, policy.profiles)
        standing = "proven" if row.status in PROVEN else "settled" if settled else "unproven"
        stand.append(ProfileStands(row=row, record=record, standing=standing))
    return tuple(stand)


async def confirm_profile(call: Call) -> web.StreamResponse:
    """Keep what the engineer found; without a note the page asks for it."""
    house, number, episode = call.house, call.number("id"), call.number("episode")
    found(await house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    said = {one.value: one for one in Confirmed}.get(form.get("said", ""))
    if said is None:
        raise web.HTTPUnprocessableEntity
    note = form.get("note", "").strip()[:NOTE_LONGEST]

    def keep(db: Connection) -> bool | None:
        return confirm(
            db,
            line_id=number,
            episode_id=episode,
            said=said,
            note=note,
            actor=call.known.name,
            role=Actor(call.known.role.value),
            policy=house.policy,
            now=call.now,
        )

    try:
        found(await house.write(keep))
    except NoteNeededError:
        return await show_claim(call, status=422, trouble=call.voice.t("profile.note.needed"))
    return web.Response(status=303, headers={"Location": f"/preclaims/{number}"})
