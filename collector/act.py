"""Does what a person asks of claim lines: checks it, moves or notes it, and what goes with it.

Every step goes through ``review.move_line`` or ``cases.append_event``: what the table and its
guards forbid stays impossible, whoever asks and by whatever way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, Engine

from collector import action_effects
from collector.claims import action_fields, action_words, guard_words
from collector.claims.action import Action
from collector.claims.actions import BY_ID
from collector.claims.lifecycle import Actor
from collector.claims.policy import Policy
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import Story, step
from collector.hold_line import hold_line, release_line
from collector.renew_clocks import renew
from collector.review import line_and_story, move_line
from collector.store import cases
from collector.store.cases import LineRow
from collector.store.scope import Scope

NO_MARK: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, and on which slice."""

    name: str
    scope: Scope
    organisation_id: str = ""  # a name is one within it: programs choose theirs

    @property
    def role(self) -> Actor:
        """Who that is in the table of moves."""
        return Actor(self.scope.role.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An action of ``claims.actions`` with its words and fields."""

    action: str
    reason: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a wish for one line; ``refused`` None: it was done."""

    line_id: int
    refused: IllegalMoveError | None = None


def act(
    db: Connection,
    line_id: int,
    wish: Wish,
    *,
    by: By,
    policy: Policy,
    now: datetime,
    mark: Mapping[str, str] = NO_MARK,
) -> Story:
    """Do it to one line, in the caller's transaction; the story of the line afterwards.

    ``mark`` goes into the event beside the fields: by it ``act_once`` knows a request again.

    IllegalMoveError (with words in both languages) when the action, its fields, the table or a
    guard refuse it, or the line lies outside the actor's slice; nothing was changed then, if the
    caller ends the transaction.
    """
    action = BY_ID.get(wish.action)
    if action is None:
        raise IllegalMoveError(action_words.no_action(wish.action[:40], tuple(BY_ID)))
    line, story = line_and_story(db, line_id)
    if line.organisation_id not in by.scope.organisation_ids:
        raise IllegalMoveError(guard_words.NO_LINE)
    reason = action_fields.check_reason(action, wish.reason)
    fields = action_fields.read(action, wish.fields, path=story.path)
    fields = action_effects.fill(
        db,
        line_id,
        action,
        fields,
        reason=reason,
        story=story,
        scope=by.scope,
        policy=policy,
        now=now,
    )
    after = _do(
        db,
        line,
        story,
        action,
        reason=reason,
        fields={**fields, **mark},
        by=by,
        policy=policy,
        now=now,
    )
    action_effects.follow(
        db, line, story, action, fields, reason=reason, by=by.name, policy=policy, now=now
    )
    return after


def act_on_each(
    engine: Engine,
    wishes: Iterable[tuple[int, Wish]],
    *,
    by: By,
    policy: Policy,
    now: datetime,
) -> tuple[Result, ...]:
    """Do it to many lines, each in a transaction of its own: one that is refused holds up none."""
    done: list[Result] = []
    for line_id, wish in wishes:
        try:
            with engine.begin() as db:
                act(db, line_id, wish, by=by, policy=policy, now=now)
        except IllegalMoveError as refused:
            done.append(Result(line_id=line_id, refused=refused))
        else:
            done.append(Result(line_id=line_id))
    return tuple(done)


def _do(
    db: Connection,
    line: LineRow,
    story: Story,
    action: Action,
    *,
    reason: str,
    fields: dict[str, object],
    by: By,
    policy: Policy,
    now: datetime,
) -> Story:
    move = action.move
    if move is not None:
        if line.state not in move.sources:  # another row of the table may lead to the same state
            raise IllegalMoveError(action_words.not_now(line.state.value))
        return move_line(
            db,
            line_id=line.id,
            target=move.target,
            actor=by.name,
            role=by.role,
            reason=reason,
            now=now,
            fields=fields,
            terms=policy.clocks,
        )
    if action.id in _CLOCKS:
        return _CLOCKS[action.id](
            db,
            line_id=line.id,
            actor=by.name,
            role=by.role,
            reason=reason,
            now=now,
            terms=policy.clocks,
            fields=fields,
        )
    if not action.is_offered(story, by.role):
        raise IllegalMoveError(action_words.not_now(line.state.value))
    return _note(
        db, line, story, action, reason=reason, fields=fields, by=by, policy=policy, now=now
    )


def _note(
    db: Connection,
    line: LineRow,
    story: Story,
    action: Action,
    *,
    reason: str,
    fields: dict[str, object],
    by: By,
    policy: Policy,
    now: datetime,
) -> Story:
    event = cases.append_event(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        actor=by.name,
        role=by.role.value,
        type_=action.event,
        payload={**fields, "reason": reason},
        now=now,
    )
    after = step(story, event)
    renew(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        story=after,
        terms=policy.clocks,
        now=now,
    )
    return after


_CLOCKS: Final = {"hold": hold_line, "release": release_line}
