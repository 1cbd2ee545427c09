"""Does what a program asks of a line once, however often the request comes.

The key of the request stands in the event that it made: in the same transaction, and in the same
log, so that neither a crash nor a restored backup knows one without the other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.act import By, Wish, act
from collector.claims import guard_words
from collector.claims.policy import Policy
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import Story, fold
from collector.review import line_and_story
from collector.store import stories

KEY: Final = "request"
SAID: Final = "request_said"


class KeyReusedError(ValueError):
    """The key was used for something else before, on this line and by this caller."""


class StaleError(ValueError):
    """The line has gone on since the caller looked; ``seq`` is its last event now."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the line has gone on: its last event is {seq}")
        self.seq = seq


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

    KeyReusedError and StaleError as they say, IllegalMoveError as ``act.act``.
    """
    line, _ = line_and_story(db, line_id)
    if line.organisation_id not in by.scope.organisation_ids:
        raise IllegalMoveError(guard_words.NO_LINE)
    key, said = _digest(by.organisation_id, by.name, token), _digest_of(wish)
    log = stories.log_of(db, line_id)
    for event in log:
        if event.payload.get(KEY) == key:
            if event.payload.get(SAID) != said:
                raise KeyReusedError("this key was used for another action")
            return Acted(story=fold(log), is_known=True)
    if seen is not None and log and log[-1].seq != seen:
        raise StaleError(log[-1].seq)
    mark = {KEY: key, SAID: said}
    story = act(db, line_id, wish, by=by, policy=policy, now=now, mark=mark)
    return Acted(story=story, is_known=False)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digest_of(wish: Wish) -> str:
    fields = json.dumps(dict(wish.fields), sort_keys=True, ensure_ascii=False)
    return _digest(wish.action, wish.reason.strip(), fields)
