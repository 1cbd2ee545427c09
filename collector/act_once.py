"""Does what a program asks of a line once, however often the request comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector.act import By, Wish, act
from collector.claims import guard_words
from collector.claims.policy import Policy
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import Story, fold
from collector.request_mark import is_known, mark_of
from collector.review import line_and_story
from collector.store import stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """Where the line stands; ``is_known``: the request had been done before."""

    story: Story
    is_known: bool


def act_once(
    db: Connection,
    line_id: int,
    wish: Wish,
    *,
    token: str,
    by: By,
    policy: Policy,
    now: datetime,
    seen: int | None = None,
) -> Acted:
    """Do it, or say that it was done; ``token`` is the caller's own word for the request, ``seen``
    the last event of the line that the caller knows, None where it does not matter.

    KeyReusedError and StaleError as ``request_mark`` says, IllegalMoveError as ``act.act``.
    """
    line, _ = line_and_story(db, line_id)
    if line.organisation_id not in by.scope.organisation_ids:
        raise IllegalMoveError(guard_words.NO_LINE)
    mark = mark_of(
        organisation_id=by.organisation_id,
        caller=by.name,
        token=token,
        action=wish.action,
        reason=wish.reason,
        fields=wish.fields,
    )
    log = stories.log_of(db, line_id)
    if is_known(log, mark, seen=seen):
        return Acted(story=fold(log), is_known=True)
    story = act(db, line_id, wish, by=by, policy=policy, now=now, mark=mark)
    return Acted(story=story, is_known=False)
