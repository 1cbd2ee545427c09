"""One action on many lines: what it means for each, one form for all, and a result per line."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from collector.act import Result, Wish, act_on_each
from collector.claims.action import Action
from collector.claims.actions import BY_ID
from collector.claims.answer import PATHS
from collector.claims.lifecycle import Actor
from collector.claims.story import Story
from collector.review import NEEDS_PROOF, UnprovenError
from collector.store import stories
from collector.store.views import claims
from collector.store.views.cases import MOST as MOST_OF_CASE
from collector.store.views.claims import PreClaim
from collector.suggest_answer import SuggestedAnswer, suggest_answer
from collector.web.action_forms import Form, forms_of
from collector.web.call import Call
from collector.web.pages.actions import by_of, read_form
from collector.web.render import page

MOST: Final = 200
LARGEST: Final = 512 * 1024  # bytes of a form with fields of 200 lines
MOST_FIELDS: Final = 2 * MOST_OF_CASE  # the ticks of a whole case, and what goes with them
WITHIN_S: Final = 120  # a transaction each
PER_LINE: Final = frozenset(
    one.name for action in BY_ID.values() for one in action.fields if one.per_line
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One line that was chosen, and what the action would mean for it."""

    claim: PreClaim
    story: Story
    is_offered: bool
    asks: frozenset[str]  # names of the fields that its path asks for
    suggested: SuggestedAnswer | None


async def choose(call: Call) -> web.StreamResponse:
    """Go on with the ticked lines: a case may have more than an address, or one step, can hold."""
    sent = await call.request.post()
    numbers = read_lines([str(one) for one in sent.getall("line", [])])
    if len(numbers) > MOST:
        return _too_many(call, len(numbers))
    named = [("action", str(sent.get("action", "")))] + [("line", str(one)) for one in numbers]
    return web.Response(status=303, headers={"Location": f"/preclaims/act?{urlencode(named)}"})


async def show_bulk(call: Call) -> web.StreamResponse:
    """The form of one action for the lines of the URL; what cannot take it is left out."""
    numbers = read_lines(call.request.query.getall("line", []))
    if len(numbers) > MOST:
        return _too_many(call, len(numbers))
    if not numbers or not call.asked("action"):
        return page(
            call, "bulk.html", action=None, chosen=(), form=None, results=None, words={}, trouble=""
        )
    action = _action(call.asked("action"))
    chosen = await call.house.read(lambda db: _choose(db, call, action, numbers))
    taking = tuple(one for one in chosen if one.is_offered)
    return page(
        call,
        "bulk.html",
        action=action,
        chosen=chosen,
        form=_form(call, action, taking) if taking else None,
        results=None,
        words={},
        trouble="",
    )


async def act_on_many(call: Call) -> web.StreamResponse:
    """Do it to each chosen line by itself, and say what came of each."""
    sent = await call.request.post()
    numbers = read_lines([str(one) for one in sent.getall("line", [])])
    if len(numbers) > MOST:
        return _too_many(call, len(numbers))
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    action = _action(texts.get("action", ""))
    shared = await read_form(call)
    wishes = [(number, _wish(shared, texts, number)) for number in numbers]

    def run() -> tuple[Result, ...]:
        return act_on_each(
            call.house.engine, wishes, by=by_of(call), policy=call.house.policy, now=call.now
        )

    results = await asyncio.to_thread(run)
    after = await call.house.read(lambda db: claims.by_ids(db, call.scope, numbers))
    return page(
        call,
        "bulk.html",
        action=action,
        chosen=after,
        form=None,
        results={one.line_id: one for one in results},
        words={one.line_id: _say(call, one) for one in results if one.refused},
        trouble="",
    )


def read_lines(named: Sequence[str]) -> list[int]:
    """The ids of the chosen lines, each once; 422 for what is no id."""
    if not all(_is_id(one) for one in named):
        raise web.HTTPUnprocessableEntity
    return list(dict.fromkeys(int(one) for one in named))


def _too_many(call: Call, number: int) -> web.Response:
    """Nothing was done; how many one form takes, and how the rest follows."""
    said = call.voice.t("bulk.too_many", n=number, most=MOST)
    return page(
        call,
        "bulk.html",
        status=422,
        action=None,
        chosen=(),
        form=None,
        results=None,
        words={},
        trouble=said,
    )


def _is_id(text: str) -> bool:
    """Longer than ten digits no id of the database is, and Python reads no endless number."""
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) < 2**31


def _action(name: str) -> Action:
    action = BY_ID.get(name)
    if action is None:
        raise web.HTTPUnprocessableEntity
    return action


def _choose(
    db: Connection, call: Call, action: Action, numbers: Sequence[int]
) -> tuple[Chosen, ...]:
    role, policy = Actor(call.known.role.value), call.house.policy
    chosen = []
    for claim in claims.by_ids(db, call.scope, numbers):
        story = stories.story_of(db, claim.id)
        barred = claim.carried.is_unproven and action.move and action.move.target in NEEDS_PROOF
        is_offered = action.is_offered(story, role) and not barred
        suggests = is_offered and any(one.suggested for one in action.fields)
        fields = action.fields_for(PATHS.get(story.path))
        chosen.append(
            Chosen(
                claim=claim,
                story=story,
                is_offered=is_offered,
                asks=frozenset(one.name for one in fields),
                suggested=suggest_answer(db, claim.id, story, policy=policy, now=call.now)
                if suggests
                else None,
            )
        )
    return tuple(chosen)


def _form(call: Call, action: Action, taking: Sequence[Chosen]) -> Form:
    """One form for all: a field stands there when one of the lines asks for it."""
    asked = frozenset(name for one in taking for name in one.asks)
    (form,) = forms_of(
        call,
        (action,),
        Story(named_gaps=tuple(sorted({gap for one in taking for gap in one.story.named_gaps}))),
        suggested=None,
        gaps=(),
        ship_to="",
    )
    fields = tuple(one for one in form.fields if one.field.name in asked)
    return Form(
        action=action,
        fields=fields,
        needs_reason=form.needs_reason,
        reason="",
        is_open=True,
    )


def _wish(shared: Wish, texts: Mapping[str, str], number: int) -> Wish:
    """The shared fields with what was written for this line: ``new_serial.12``."""
    own = {
        name: value.strip()
        for name in PER_LINE
        if (value := texts.get(f"{name}.{number}", "")).strip()
    }
    common = {
        name: value
        for name, value in shared.fields.items()
        if "." not in name and name not in PER_LINE
    }
    return Wish(action=shared.action, reason=shared.reason, fields={**common, **own})


def _say(call: Call, result: Result) -> str:
    if isinstance(result.refused, UnprovenError):
        return call.voice.t("profile.refused")
    return result.refused.line(call.voice.language) if result.refused else ""
