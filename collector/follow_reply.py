"""Does here what a buyer said at another collector, as if it had said so on a page of this one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from collector.act import By, Wish, act
from collector.claims import partner_words
from collector.claims.actions import BY_ID
from collector.claims.lifecycle import Actor, IllegalMoveError
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.claims.story import SAID_AT, Story
from collector.keep_steps import Order
from collector.pack.record import Told
from collector.pack.reply import ANSWER, OF_PATH, SAYS, SHIP_TO, Word, about
from collector.review import line_and_story
from collector.settings import PartnerEntry
from collector.store import cases
from collector.store.cases import LineRow
from collector.store.scope import Role, scope_of

NAME_CHARS: Final = 120  # of an actor
ORDER: Final = Order(
    family=lambda what: "path" if what in OF_PATH else what if what == SHIP_TO else "move",
    overtakes=lambda what: what in SAYS,
    newest_only=frozenset({SHIP_TO}),
)
"""The address may change while a word on the path waits, and the other way round."""


def told_of(word: Word) -> Told:
    """The word as it is kept."""
    return Told(
        step_id=word.id,
        seq=word.seq,
        at=word.at,
        actor=word.actor,
        what=word.action,
        body=msgspec.json.encode(word).decode(),
    )


def follow(
    db: Connection,
    line_id: int,
    told: Told,
    partner: PartnerEntry,
    *,
    policy: Policy,
    now: datetime,
) -> Both | None:
    """None when it is done, or stands so already; else why it cannot be, and nothing of it was
    written. Whatever is no word of a buyer is refused."""
    word = msgspec.json.decode(told.body, type=Word)
    if word.action not in SAYS:
        return partner_words.no_word_of_a_buyer(word.action)
    try:
        with db.begin_nested():
            line, story = line_and_story(db, line_id)
            if _stands_so(word, story):
                _keep_words(db, line, word, partner, now=now)
                return None
            if word.action in OF_PATH and word.about != story.path:
                return partner_words.OTHER_PATH
            if word.action == ANSWER and word.about not in ("", about(ANSWER, story)):
                return partner_words.OTHER_QUESTION
            scope = scope_of(db, organisation_id=partner.organisation_id, role=Role.INTEGRATOR)
            act(
                db,
                line_id,
                Wish(action=word.action, reason=word.reason, fields=word.fields),
                by=By(name=f"{word.actor} ({partner.name})"[:NAME_CHARS], scope=scope),
                policy=policy,
                now=now,
                mark={SAID_AT: word.at.isoformat()},
            )
    except IllegalMoveError as error:
        return Both(error.line("en"), error.line("zh"))
    return None


def _keep_words(
    db: Connection, line: LineRow, word: Word, partner: PartnerEntry, *, now: datetime
) -> None:
    """The step was taken already, by evidence that arrived or on a page: what the buyer wrote with
    it is told all the same."""
    if BY_ID[word.action].move is None or not word.reason.strip():
        return
    cases.append_event(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        actor=f"{word.actor} ({partner.name})"[:NAME_CHARS],
        role=Actor.SYSTEM.value,
        type_=partner_words.REPLIED,
        payload={
            "partner": partner.name,
            "reason": word.reason,
            SAID_AT: word.at.isoformat(),
            **partner_words.told(partner_words.CAME_LATE),
        },
        now=now,
    )


def _stands_so(word: Word, story: Story) -> bool:
    """Somebody did the same here already, by telephone or on a page."""
    match word.action:
        case _ if move := BY_ID[word.action].move:
            return story.state is move.target
        case "accept_path":
            return story.path_said == "accepted" and word.about == story.path
        case "counter_path":
            said = word.fields.get("counter")
            return story.path_said == "countered" and said == story.counter
        case _:
            return word.fields.get("ship_to") == story.ship_to
