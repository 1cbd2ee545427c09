"""Two times of a step: when a factory took it, and when that was learnt here."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.pack.answer import Step
from collector.review import move_line
from collector.store import stories
from tests.collector.pack import needs
from tests.collector.pack.test_answer import (
    DECISION,
    act,
    answer,
    line_of,
    take,
)
from tests.collector.pack.test_kept_steps import said, signed
from tests.collector.pack.test_receive import Ends, ends
from tests.collector.pack.test_share import give

__all__ = ["ends"]
CREDITED = {"credit_note": "CN-5"}
pytestmark = needs.FONT


def test_clocks_use_the_factorys_own_time(ends: Ends) -> None:
    """An answer that was two days on its way stops the response clock when it was given; the log
    keeps the arrival. What no clock can be right about is bounded: not before the submission, not
    after the arrival, not before the step before."""
    sender = ends.sender
    ends.take(give(sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    told = said(answer(ends.factory))
    with sender.engine.begin() as db:
        submitted = stories.story_of(db, 1).submitted_at
    assert submitted is not None
    arrival = sender.now = submitted + timedelta(days=3)
    (taken,) = told.steps

    def at(hours: float, to: str, seq: int, **fields: object) -> Step:
        moment = submitted + timedelta(hours=hours)
        return Step(seq=seq, id=f"{seq:064x}", at=moment, actor="Wu", to=to, reason="r",
                    fields=fields)  # fmt: skip

    steps = (
        msgspec.structs.replace(taken, at=submitted - timedelta(days=400)),
        at(20, "approved", taken.seq + 1, **DECISION),
        at(1, "resolving", taken.seq + 2),
        at(999, "fulfilled", taken.seq + 3, tracking="SF-1", new_serial="SC24019999"),
    )
    assert take(sender, signed(told, steps=steps)).state == "fulfilled"
    with sender.engine.begin() as db:
        story = stories.story_of(db, 1)
        arrived = {entry.at for entry in stories.log_of(db, 1) if entry.type == "moved"}
    (cycle,) = story.cycles
    assert cycle.stopped_at == story.approved_at == story.rma_at == submitted + timedelta(hours=20)
    assert story.stopped_at == story.fulfilled_at == arrival
    assert story.moved_at == arrival
    assert arrival in arrived
    assert submitted + timedelta(hours=20) not in arrived


def test_the_probes_prove_a_repair_from_its_arrival(ends: Ends) -> None:
    """A factory that dates its shipment back does not have the line called repaired by what the
    probes saw before anybody here knew of it."""
    sender = ends.sender
    ends.take(give(sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    told = said(answer(ends.factory))
    (taken,) = told.steps
    steps = [taken]
    for number, (to, fields) in enumerate(
        (("approved", dict(DECISION, path="credit")), ("resolving", {}), ("fulfilled", CREDITED)),
        start=1,
    ):
        steps.append(
            Step(seq=taken.seq + number, id=f"{number:064x}", at=taken.at, actor="Wu", to=to,
                 reason="r", fields=fields)
        )  # fmt: skip
    sender.pass_time(30 * 86_400)
    assert take(sender, signed(told, steps=tuple(steps))).state == "fulfilled"

    def call_it_repaired() -> None:
        with sender.engine.begin() as db:
            move_line(
                db, line_id=1, target=LineState.RESOLVED, actor="collector", role=Actor.SYSTEM,
                reason="", now=sender.now, fields={"verified_by_probe": True},
            )  # fmt: skip

    sender.pass_time(6 * 86_400)
    with pytest.raises(IllegalMoveError):
        call_it_repaired()
    sender.pass_time(2 * 86_400)
    call_it_repaired()
    assert line_of(sender)["state"] == "resolved"
