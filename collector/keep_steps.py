"""Keeps each step that a partner's collector tells, and takes those that can be taken, in order.

What cannot is kept with its reason and tried again when the line has gone on or the partner tells
more. Once a later one was taken, it is overtaken and tried no more: a line must not go back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from collector.claims import partner_words
from collector.claims.problem import Both
from collector.pack.record import Told, compare
from collector.store import partner_steps, profiles
from collector.store.partner_steps import KeptStep, Record, StepState, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was new; ``differs``: the partner denies what it told before, and this is news."""

    record: Record
    fresh: int
    differs: Both | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which steps overtake which: those of one family, by those that count as taken."""

    family: Callable[[str], str]
    overtakes: Callable[[str], bool]
    newest_only: frozenset[str] = frozenset()  # of several that wait the last one counts alone


def keep(
    db: Connection,
    told: Sequence[Told],
    *,
    line_id: int,
    organisation_id: str,
    partner: str,
    way: Way,
    as_of: datetime,
    taken_until: int = 0,
    now: datetime,
) -> Kept:
    """Compare with what was told before and keep what is new, all of it waiting.

    ``taken_until``: steps up to this number were followed before steps were kept.
    """
    profiles.hold(db, line_id)  # two that tell at once tell one after the other
    told = tuple({one.step_id: one for one in reversed(told)}.values())[::-1]  # each once
    before = partner_steps.find(db, line_id=line_id, partner=partner, way=way)
    steps = partner_steps.steps_of(db, line_id=line_id, partner=partner, way=way)
    known = [one for one in steps if one.state is not StepState.DENIED]
    found = compare(
        told,
        (one.told for one in known),
        (one.told for one in steps if one.state is StepState.DENIED),
        is_later=before is None or as_of > before.as_of,
    )
    record = Record(
        line_id=line_id,
        organisation_id=organisation_id,
        partner=partner,
        way=way,
        as_of=max(as_of, before.as_of) if before else as_of,
        differs_at=before.differs_at if before else None,
    )
    differs = None
    if found.denied:
        record = replace(record, differs_at=record.differs_at or now)
        gone = [(one.seq, one.what, one.at) for one in found.denied]
        differs = partner_words.differs(partner, gone)
        partner_steps.deny(db, [one.id for one in known if one.told in found.denied])
    partner_steps.keep(db, record)
    if found.is_whole:
        _order(db, told, known)
    old = taken_until if before is None else 0
    places = {one.step_id: place for place, one in enumerate(told)}
    for one in found.fresh:
        state = StepState.DONE if one.seq <= old else StepState.WAITING
        partner_steps.add(db, record, one, place=places[one.step_id], state=state, now=now)
    news = sum(one.seq > old for one in found.fresh)
    return Kept(record=record, fresh=news, differs=differs)


def _order(db: Connection, told: Sequence[Told], known: Sequence[KeptStep]) -> None:
    for step in known:
        at = next((n for n, one in enumerate(told) if one.is_same(step.told)), step.place)
        if at != step.place:
            partner_steps.place(db, step.id, at=at)


def go_on(
    db: Connection, record: Record, *, order: Order, do: Callable[[Told], Both | None]
) -> Both | None:
    """Take what waits, one after the other; the first reason why one could not be taken.

    ``do`` takes one or says why not, and leaves nothing half done then.
    """
    steps = partner_steps.steps_of(
        db, line_id=record.line_id, partner=record.partner, way=record.way
    )
    held_by = None
    taken = [one for one in steps if one.state is StepState.DONE]
    for step in steps:
        if step.state is not StepState.WAITING:
            continue
        if record.differs_at is not None:
            why: Both | None = partner_words.NOT_THIS_RECORD
        elif _is_overtaken(step, taken, order) or _is_replaced(step, steps, order):
            partner_steps.settle(db, step.id, StepState.OVERTAKEN, step.why)
            continue
        else:
            why = do(step.told)
        if why is None:
            partner_steps.settle(db, step.id, StepState.DONE)
            taken.append(step)
            continue
        held_by = held_by or why
        if why != step.why:
            partner_steps.settle(db, step.id, StepState.WAITING, why)
    return held_by


def _is_overtaken(step: KeptStep, taken: Sequence[KeptStep], order: Order) -> bool:
    family = order.family(step.told.what)
    return any(
        one.place > step.place
        and order.overtakes(one.told.what)
        and order.family(one.told.what) == family
        for one in taken
    )


def _is_replaced(step: KeptStep, steps: Sequence[KeptStep], order: Order) -> bool:
    return step.told.what in order.newest_only and any(
        one.place > step.place
        and one.told.what == step.told.what
        and one.state is StepState.WAITING
        for one in steps
    )
