"""What one action on a claim line is made of: who, from where, with which fields. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from collector.claims.answer import Path
from collector.claims.lifecycle import MOVES, Actor, LineState, Move
from collector.claims.story_parts import Story

_MOVES: Final = {move.number: move for move in MOVES}
ALL_PATHS: Final = frozenset(Path)


class Kind(enum.Enum):
    """What a field takes."""

    TEXT = "text"
    PLACE = "place"  # an address of several lines
    SERIAL = "serial"  # scanned from a label
    CHOICE = "choice"
    ITEMS = "items"  # names of evidence
    LINE = "line"  # another line, by its id or its pre-claim's number


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that goes with an action; ``name`` is its key in the event's payload."""

    name: str
    kind: Kind
    options: tuple[str, ...] = ()  # of a choice
    family: str = ""  # of the texts, for the words of the options
    paths: frozenset[Path] = ALL_PATHS  # asked for on these alone
    needed: bool = False
    suggested: bool = False  # the collector fills it when nobody says otherwise
    per_line: bool = False  # of many lines each has its own
    longest: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a person does to a line: a row of ``lifecycle.MOVES``, or an event of the log.

    ``when`` narrows both by what the line's log says, for offering it; the guards of the move
    and of the door behind it hold all the same.
    """

    id: str
    rule: int = 0  # the row; 0: it moves nothing
    event: str = ""  # the type of the event where it moves nothing
    fields: tuple[Field, ...] = ()
    states: frozenset[LineState] = frozenset()  # of an event; a move has its own
    actors: frozenset[Actor] = frozenset()
    reason_needed: bool = False
    key: str = ""  # the key that opens its form
    when: Callable[[Story], bool] = lambda story: True

    @property
    def move(self) -> Move | None:
        """The row of the table; None for an action that moves nothing."""
        return _MOVES.get(self.rule)

    @property
    def needs_reason(self) -> bool:
        """Whether words go with it on every path."""
        return self.move.reason_needed if self.move else self.reason_needed

    def is_from(self, state: LineState) -> bool:
        """Whether it can be done to a line in this state."""
        return state in (self.move.sources if self.move else self.states)

    def allows(self, actor: Actor) -> bool:
        """Whether this actor may; an administrator may what any person may."""
        if self.move:
            return self.move.allows(actor)
        return actor in self.actors or (actor is Actor.ADMIN and bool(self.actors))

    def is_offered(self, story: Story, actor: Actor) -> bool:
        """Whether this actor can do it to a line that stands so."""
        return self.is_from(story.state) and self.allows(actor) and self.when(story)

    def fields_for(self, path: Path | None) -> tuple[Field, ...]:
        """What is asked for on this path of resolution."""
        return tuple(one for one in self.fields if path is None or path in one.paths)
