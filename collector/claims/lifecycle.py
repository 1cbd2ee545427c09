"""The states of a claim line, who may move it where, and under which guard: a table. Pure.

Source: claims and warranty, section 8; the numbers are its rows. Row 1 is the event ``opened``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from collector.claims.problem import Both
from collector.claims.refusal import IllegalMoveError, Refusal
from collector.claims.state_words import ACTOR_WORDS, words_of

__all__ = ["IllegalMoveError"]  # it is the table that people meet it by


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


class Guard(enum.Enum):
    """What must be true for a step; the functions are in ``guards``."""

    NONE = "none"
    COMPLETE = "complete"  # nothing is missing, or words say why it goes without
    SUBMITTABLE = "submittable"  # in warranty and not frozen, or words say why all the same
    AUTO_SUBMIT = "auto_submit"
    NAMES_ITEMS = "names_items"
    BRINGS_ITEM = "brings_item"
    DECIDED = "decided"  # origin, path, RMA number
    REJECT_CODE = "reject_code"
    NEEDS_RETURN = "needs_return"
    RMA_VALID = "rma_valid"  # the scanned serial is the claimed one, within 90 days
    BENCH = "bench"
    RETURNED = "returned"  # what has to come back came back
    DELIVERED = "delivered"
    VERIFIED = "verified"
    SETTLED = "settled"  # 14 days after it was resolved
    APPEAL = "appeal"
    SAME_KEY = "same_key"
    SILENT = "silent"
    IN_WARRANTY = "in_warranty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One allowed step; ``reason_needed`` steps take words with them."""

    number: int
    sources: frozenset[LineState]
    target: LineState
    actors: frozenset[Actor]
    reason_needed: bool = False
    guard: Guard = Guard.NONE

    def allows(self, actor: Actor) -> bool:
        """An administrator may do what an engineer or an asker may, never what only the system
        may."""
        return actor in self.actors or (actor is Actor.ADMIN and bool(self.actors - _SYSTEM))


S, A, G = LineState, Actor, Guard  # short names for the table below
_SYSTEM, _ENGINEER, _ASKER = (
    frozenset({A.SYSTEM}),
    frozenset({A.ENGINEER}),
    frozenset({A.INTEGRATOR, A.DISTRIBUTOR}),
)
ENDED: Final = frozenset(
    {S.AUTO_CLEARED, S.RESOLVED, S.CLOSED, S.REJECTED, S.WITHDRAWN, S.MERGED, S.LAPSED}
)
"""Not open: another line may be opened for the serial."""
OPEN: Final = frozenset(LineState) - ENDED
FINAL: Final = frozenset({S.AUTO_CLEARED, S.CLOSED, S.WITHDRAWN, S.MERGED})
"""Without an exit."""


def _move(
    number: int,
    sources: set[LineState] | frozenset[LineState],
    target: LineState,
    actors: frozenset[Actor],
    guard: Guard = Guard.NONE,
    *,
    reason_needed: bool = False,
) -> Move:
    return Move(
        number=number,
        sources=frozenset(sources),
        target=target,
        actors=actors,
        reason_needed=reason_needed,
        guard=guard,
    )


MOVES: Final = (
    _move(2, {S.DRAFT}, S.READY, _SYSTEM | _ASKER, G.COMPLETE),
    _move(3, {S.DRAFT, S.READY}, S.AUTO_CLEARED, _SYSTEM),
    _move(4, {S.READY}, S.SUBMITTED, _ASKER, G.SUBMITTABLE),
    _move(5, {S.SUBMITTED}, S.IN_REVIEW, _ENGINEER),
    _move(6, {S.SUBMITTED, S.IN_REVIEW}, S.NEED_INFO, _ENGINEER, G.NAMES_ITEMS, reason_needed=True),
    _move(7, {S.NEED_INFO}, S.IN_REVIEW, _ASKER | _SYSTEM, G.BRINGS_ITEM),
    _move(8, {S.IN_REVIEW}, S.APPROVED, _ENGINEER, G.DECIDED, reason_needed=True),
    _move(9, {S.IN_REVIEW}, S.REJECTED, _ENGINEER, G.REJECT_CODE, reason_needed=True),
    _move(10, {S.APPROVED}, S.AWAITING_RETURN, _SYSTEM | _ENGINEER, G.NEEDS_RETURN),
    _move(11, {S.AWAITING_RETURN}, S.RECEIVED, _ENGINEER, G.RMA_VALID),
    _move(12, {S.RECEIVED}, S.IN_REVIEW, _ENGINEER, G.BENCH, reason_needed=True),
    # Beyond row 13: what is waited for may never come, or the path agreed since needs no return.
    _move(13, {S.APPROVED, S.AWAITING_RETURN, S.RECEIVED}, S.RESOLVING, _ENGINEER, G.RETURNED),
    _move(14, {S.RESOLVING}, S.FULFILLED, _ENGINEER, G.DELIVERED),
    _move(15, {S.FULFILLED}, S.RESOLVED, _SYSTEM | _ASKER, G.VERIFIED),
    _move(16, {S.RESOLVED}, S.CLOSED, _SYSTEM, G.SETTLED),
    _move(17, {S.REJECTED}, S.IN_REVIEW, _ASKER, G.APPEAL, reason_needed=True),
    _move(
        18, {S.DRAFT, S.READY, S.SUBMITTED, S.NEED_INFO}, S.WITHDRAWN, _ASKER, reason_needed=True
    ),
    _move(19, OPEN, S.MERGED, _SYSTEM | _ENGINEER, G.SAME_KEY, reason_needed=True),
    _move(20, {S.NEED_INFO}, S.LAPSED, _SYSTEM, G.SILENT),
    # Beyond that table: an engineer found the readings of an unproven profile wrong, or the
    # opening event that names it came late.
    _move(21, {S.DRAFT, S.READY}, S.WITHDRAWN, _SYSTEM, reason_needed=True),
    _move(22, {S.READY}, S.DRAFT, _SYSTEM, reason_needed=True),
    # Row 20 says "reopenable while in warranty", row 4 "system only if the tenant sets it"; and
    # what turned out not to be solved goes back to the engineer who has its whole history.
    _move(23, {S.LAPSED}, S.IN_REVIEW, _ASKER, G.IN_WARRANTY, reason_needed=True),
    _move(24, {S.READY}, S.SUBMITTED, _SYSTEM, G.AUTO_SUBMIT),
    _move(25, {S.FULFILLED}, S.RESOLVING, _ASKER, reason_needed=True),
)


def check(*, source: LineState, target: LineState, actor: Actor, reason: str) -> Move:
    """The move that allows this step; IllegalMoveError says why there is none.

    The guard of the move is still to be asked: ``guards.refuse``.
    """
    moves = [move for move in MOVES if source in move.sources and target is move.target]
    if not moves:
        raise IllegalMoveError(_no_step(source, target))
    for move in moves:
        if not move.allows(actor):
            continue
        if move.reason_needed and not reason.strip():
            raise IllegalMoveError(_no_reason(target))
        return move
    raise IllegalMoveError(_no_right(source, target, actor))


def moves_for(*, source: LineState, actor: Actor) -> tuple[Move, ...]:
    """What this actor may do with a line in this state."""
    return tuple(move for move in MOVES if source in move.sources and move.allows(actor))


def _no_step(source: LineState, target: LineState) -> Refusal:
    was, to = words_of(source.value), words_of(target.value)
    return Refusal(
        "no_such_step",
        Both(
            f"a line does not go from '{was.en}' to '{to.en}'",
            f"索赔行不能从“{was.zh}”变为“{to.zh}”",
        ),
        Both(
            "look at its present state, and choose one of the steps there",
            "请查看其当前状态，并选择可用的步骤",
        ),
    )


def _no_reason(target: LineState) -> Refusal:
    to = words_of(target.value)
    return Refusal(
        "reason_needed",
        Both(f"moving a line to '{to.en}' needs a reason", f"变为“{to.zh}”需要说明原因"),
        Both("write why", "请填写原因"),
    )


def _no_right(source: LineState, target: LineState, actor: Actor) -> Refusal:
    was, to = words_of(source.value), words_of(target.value)
    who = ACTOR_WORDS[actor.value]
    return Refusal(
        "not_yours",
        Both(
            f"{who.en} may not move a line from '{was.en}' to '{to.en}'",
            f"{who.zh}不能将索赔行从“{was.zh}”变为“{to.zh}”",
        ),
        Both("ask somebody whose step this is", "请联系有权执行该步骤的人员"),
    )
