"""The states of a claim line and who may move it where: a table. Pure.

Source: claims and warranty, section 8; the numbers are its rows.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class LineState(enum.Enum):
    """Where a claim line stands."""

    DRAFT = "draft"
    READY = "ready"
    AUTO_CLEARED = "auto_cleared"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    NEED_INFO = "need_info"
    APPROVED = "approved"
    REJECTED = "rejected"
    AWAITING_RETURN = "awaiting_return"
    RECEIVED = "received"
    RESOLVING = "resolving"
    FULFILLED = "fulfilled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    LAPSED = "lapsed"


class Actor(enum.Enum):
    """Who may move a line."""

    SYSTEM = "system"
    INTEGRATOR = "integrator"
    DISTRIBUTOR = "distributor"
    ENGINEER = "factory_engineer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One allowed step; ``reason_needed`` steps take words with them."""

    number: int
    sources: frozenset[LineState]
    target: LineState
    actors: frozenset[Actor]
    reason_needed: bool = False


class IllegalMoveError(ValueError):
    """A step that the table does not allow."""


S, A = LineState, Actor  # short names for the table below
_SYSTEM, _ENGINEER, _ASKER = (
    frozenset({A.SYSTEM}),
    frozenset({A.ENGINEER}),
    frozenset({A.INTEGRATOR, A.DISTRIBUTOR}),
)
ENDED: Final = frozenset(
    {S.AUTO_CLEARED, S.RESOLVED, S.CLOSED, S.REJECTED, S.WITHDRAWN, S.MERGED, S.LAPSED}
)
OPEN: Final = frozenset(LineState) - ENDED


def _move(
    number: int,
    sources: set[LineState] | frozenset[LineState],
    target: LineState,
    actors: frozenset[Actor],
    *,
    reason_needed: bool = False,
) -> Move:
    return Move(
        number=number,
        sources=frozenset(sources),
        target=target,
        actors=actors,
        reason_needed=reason_needed,
    )


MOVES: Final = (
    _move(2, {S.DRAFT}, S.READY, _SYSTEM | _ASKER),
    _move(3, {S.DRAFT, S.READY}, S.AUTO_CLEARED, _SYSTEM),
    _move(4, {S.READY}, S.SUBMITTED, _ASKER),
    _move(5, {S.SUBMITTED}, S.IN_REVIEW, _ENGINEER),
    _move(6, {S.SUBMITTED, S.IN_REVIEW}, S.NEED_INFO, _ENGINEER, reason_needed=True),
    _move(7, {S.NEED_INFO}, S.IN_REVIEW, _ASKER | _SYSTEM),
    _move(8, {S.IN_REVIEW}, S.APPROVED, _ENGINEER, reason_needed=True),
    _move(9, {S.IN_REVIEW}, S.REJECTED, _ENGINEER, reason_needed=True),
    _move(10, {S.APPROVED}, S.AWAITING_RETURN, _SYSTEM | _ENGINEER),
    _move(11, {S.AWAITING_RETURN}, S.RECEIVED, _ENGINEER),
    _move(12, {S.RECEIVED}, S.IN_REVIEW, _ENGINEER, reason_needed=True),
    _move(13, {S.APPROVED, S.RECEIVED}, S.RESOLVING, _ENGINEER),
    _move(14, {S.RESOLVING}, S.FULFILLED, _ENGINEER, reason_needed=True),
    _move(15, {S.FULFILLED}, S.RESOLVED, _SYSTEM | _ASKER),
    _move(16, {S.RESOLVED}, S.CLOSED, _SYSTEM),
    _move(17, {S.REJECTED}, S.IN_REVIEW, _ASKER, reason_needed=True),
    _move(
        18, {S.DRAFT, S.READY, S.SUBMITTED, S.NEED_INFO}, S.WITHDRAWN, _ASKER, reason_needed=True
    ),
    _move(19, OPEN, S.MERGED, _SYSTEM | _ENGINEER, reason_needed=True),
    _move(20, {S.NEED_INFO}, S.LAPSED, _SYSTEM),
    # Beyond that table: an engineer found the readings of an unproven profile wrong, or the
    # opening event that names it came late.
    _move(21, {S.DRAFT, S.READY}, S.WITHDRAWN, _SYSTEM, reason_needed=True),
    _move(22, {S.READY}, S.DRAFT, _SYSTEM, reason_needed=True),
)


def check(*, source: LineState, target: LineState, actor: Actor, reason: str) -> Move:
    """The move that allows this step; IllegalMoveError says why there is none.

    An administrator may do what an engineer or an asker may, never what only the system may.
    """
    moves = [move for move in MOVES if source in move.sources and target is move.target]
    if not moves:
        raise IllegalMoveError(f"a line does not go from {source.value} to {target.value}")
    for move in moves:
        if actor not in move.actors and not (actor is A.ADMIN and move.actors - _SYSTEM):
            continue
        if move.reason_needed and not reason.strip():
            raise IllegalMoveError(f"moving a line to {target.value} needs a reason")
        return move
    raise IllegalMoveError(
        f"{actor.value} may not move a line from {source.value} to {target.value}"
    )


def moves_for(*, source: LineState, actor: Actor) -> tuple[Move, ...]:
    """What this actor may do with a line in this state."""
    return tuple(
        move
        for move in MOVES
        if source in move.sources
        and (actor in move.actors or (actor is A.ADMIN and bool(move.actors - _SYSTEM)))
    )
