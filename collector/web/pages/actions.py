"""Actions on pre-claims from forms: one line from its page."""

from __future__ import annotations

from aiohttp import web

from collector.act import By, Wish, act
from collector.claims.action import Kind
from collector.claims.actions import ACTIONS
from collector.claims.refusal import IllegalMoveError
from collector.review import UnprovenError
from collector.store.views import claims
from collector.web.action_forms import read_wish
from collector.web.call import Call, found
from collector.web.pages.claims import show_claim

ITEM_FIELDS = tuple(
    sorted({one.name for action in ACTIONS for one in action.fields if one.kind is Kind.ITEMS})
)


async def act_on_preclaim(call: Call) -> web.StreamResponse:
    """Do it; what is refused comes back with the reason and with what was typed."""
    number = call.number("id")
    found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    wish = await read_form(call)
    house, by = call.house, by_of(call)
    try:
        await house.write(
            lambda db: act(db, number, wish, by=by, policy=house.policy, now=call.now)
        )
    except UnprovenError:
        said = call.voice.t("profile.refused")
        return await show_claim(call, status=409, trouble=said, typed=wish)
    except IllegalMoveError as error:
        said = error.line(call.voice.language)
        return await show_claim(call, status=409, trouble=said, typed=wish)
    place = f"/preclaims/{number}?done={wish.action}#answer"
    return web.Response(status=303, headers={"Location": place})


async def read_form(call: Call) -> Wish:
    """The wish that the posted form states."""
    sent = await call.request.post()
    return read_wish(
        {name: value for name, value in sent.items() if isinstance(value, str)},
        {name: [str(one) for one in sent.getall(name, [])] for name in ITEM_FIELDS},
    )


def by_of(call: Call) -> By:
    """The visitor as an actor."""
    known = call.known
    return By(name=known.name, scope=call.scope, organisation_id=known.organisation_id)
