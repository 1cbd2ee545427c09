"""The table of a line's life: reachable, with exits, and nobody climbs over a reserved step."""

from __future__ import annotations

from typing import Final

import pytest

from collector.claims.lifecycle import (
    ENDED,
    FINAL,
    MOVES,
    OPEN,
    Actor,
    Guard,
    IllegalMoveError,
    LineState,
    check,
    moves_for,
)

S = LineState
# Written by hand from claims and warranty, section 8: where each kind of actor never arrives by
# own moves, wherever a line stands.
NEVER: Final = {
    Actor.INTEGRATOR: {
        S.DRAFT, S.AUTO_CLEARED, S.NEED_INFO, S.APPROVED, S.REJECTED, S.AWAITING_RETURN,
        S.RECEIVED, S.FULFILLED, S.CLOSED, S.MERGED, S.LAPSED,
    },
    Actor.ENGINEER: {
        S.DRAFT, S.READY, S.SUBMITTED, S.AUTO_CLEARED, S.RESOLVED, S.CLOSED, S.WITHDRAWN, S.LAPSED,
    },
    Actor.SYSTEM: {
        S.NEED_INFO, S.APPROVED, S.REJECTED, S.RECEIVED, S.RESOLVING, S.FULFILLED,
    },
    Actor.ADMIN: {S.DRAFT, S.AUTO_CLEARED, S.CLOSED, S.LAPSED},
}  # fmt: skip


def walked(actor: Actor, source: LineState) -> set[LineState]:
    """Every state that this actor reaches from here without anybody's help."""
    reached: set[LineState] = set()
    waiting = [source]
    while waiting:
        here = waiting.pop()
        for target in LineState:
            try:
                check(source=here, target=target, actor=actor, reason="because")
            except IllegalMoveError:
                continue
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


@pytest.mark.parametrize("actor", NEVER)
def test_nobody_climbs(actor: Actor) -> None:
    """A chain of own moves never ends where the table lets only others arrive."""
    assert {s for source in LineState for s in walked(actor, source)} & NEVER[actor] == set()


def test_distributor_is_an_integrator() -> None:
    """Both ask, neither answers."""
    for source in LineState:
        assert walked(Actor.DISTRIBUTOR, source) == walked(Actor.INTEGRATOR, source)


def test_an_asker_never_answers_for_the_factory() -> None:
    """From submitted on, an integrator alone reaches nothing but the way back out."""
    assert walked(Actor.INTEGRATOR, S.SUBMITTED) == {S.WITHDRAWN}
    assert walked(Actor.INTEGRATOR, S.IN_REVIEW) == set()
    assert walked(Actor.ENGINEER, S.DRAFT) == {S.MERGED}


def test_every_state_is_reached_and_left() -> None:
    """From a draft each state can be reached; what is not final can be left, and ends."""
    everybody = {s: {m.target for m in MOVES if s in m.sources} for s in LineState}
    reached, waiting = {S.DRAFT}, [S.DRAFT]
    while waiting:
        for target in everybody[waiting.pop()] - reached:
            reached.add(target)
            waiting.append(target)
    assert reached == set(LineState)
    assert {s for s in LineState if not everybody[s]} == FINAL
    assert OPEN.isdisjoint(FINAL)
    assert ENDED > FINAL


def test_every_open_state_has_a_way_out_by_people() -> None:
    """No line waits for the machine alone: somebody can always end it or hand it on."""
    people = [a for a in Actor if a not in (Actor.SYSTEM, Actor.ADMIN)]
    for state in OPEN:
        assert any(moves_for(source=state, actor=actor) for actor in people), state


def test_admin_is_no_machine() -> None:
    """What only the system may, an administrator may not."""
    for move in MOVES:
        if move.actors == {Actor.SYSTEM}:
            assert not move.allows(Actor.ADMIN)


def test_guards_stand_in_the_table() -> None:
    """Every guard is asked by some row."""
    assert {move.guard for move in MOVES} == set(Guard)


def test_refusals_speak_both_languages() -> None:
    """A refused step is told in English and Chinese, with what to do."""
    for target, reason in ((S.APPROVED, "x"), (S.SUBMITTED, "x"), (S.WITHDRAWN, "")):
        with pytest.raises(IllegalMoveError) as refused:
            check(source=S.DRAFT, target=target, actor=Actor.INTEGRATOR, reason=reason)
        assert refused.value.line("zh") != refused.value.line("en")
        assert ";" in refused.value.line("en")
        assert "；" in refused.value.line("zh")
