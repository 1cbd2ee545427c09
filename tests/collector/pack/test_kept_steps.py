"""What a factory told and could not be followed: kept, shown, tried again; and who denies it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from collector import retry_steps
from collector.agree_with_partner import agree
from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, LineState
from collector.look_for_news import look_for_news
from collector.pack.answer import Answer, Step, write_answer
from collector.receive_answer import Came
from collector.settings import PartnerEntry
from collector.store import cases, partner_steps, tables
from collector.store.partner_steps import StepState, Way
from tests.collector.house import House
from tests.collector.pack import needs
from tests.collector.pack.test_answer import (
    ASK,
    DECISION,
    FACTORY,
    FACTORY_KEY,
    act,
    answer,
    line_of,
    take,
)
from tests.collector.pack.test_receive import Ends, ends
from tests.collector.pack.test_share import give, move

__all__ = ["ends"]
CREDITED = {"credit_note": "CN-5"}
pytestmark = needs.FONT


def kept(sender: House) -> list[tuple[str, StepState, str]]:
    """What the factory told, what became of it, and why it waits."""
    with sender.engine.begin() as db:
        steps = partner_steps.steps_of(db, line_id=1, partner="factory", way=Way.ANSWER)
    return [(one.told.what, one.state, one.why.zh) for one in steps]


def retry(sender: House, *partners: PartnerEntry) -> None:
    """One look of the jobs loop."""
    looked = retry_steps.Round(sender.engine, partners, policy=sender.policy)
    looked.go(sender.now, lambda: None)


def said(content: bytes) -> Answer:
    """What an answer says."""
    return msgspec.json.decode(json.loads(content)["answer"], type=Answer)


def signed(told: Answer, **changes: object) -> bytes:
    """It, with something changed, signed by the factory."""
    return write_answer(msgspec.structs.replace(told, **changes), FACTORY_KEY)


@pytest.fixture
def asked(ends: Ends) -> Ends:
    """The factory asked, and both know; then the asker answered there by telephone, and it was
    approved: the sender has not heard of the answer, which was the asker's own step."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.NEED_INFO, dict(ASK))
    assert take(ends.sender, answer(ends.factory)).state == "need_info"
    move(ends.factory, LineState.IN_REVIEW, Actor.INTEGRATOR)
    act(ends.factory, LineState.APPROVED, dict(DECISION))
    return ends


def test_a_step_before_its_predecessor_waits_and_is_made_up(asked: Ends) -> None:
    """The approval cannot follow a question: it waits with the reason. Nothing is tried while
    nothing changes; once the asker has answered here too, the approval is followed, once."""
    sender = asked.sender
    result = take(sender, answer(asked.factory))
    assert result.held_by is not None
    assert result.state == "need_info"
    ((_, first, _), (what, state, why)) = kept(sender)
    assert (first, what, state) == (StepState.DONE, "approved", StepState.WAITING)
    assert why == result.held_by.zh
    before = sender.everything()
    retry(sender, FACTORY)
    assert sender.everything() == before

    move(sender, LineState.IN_REVIEW, Actor.INTEGRATOR)
    retry(sender, FACTORY)
    line = line_of(sender)
    assert (line["state"], line["path"], line["rma_number"]) == (
        "approved", "replace_unit", "RMA-7",
    )  # fmt: skip
    assert [state for _, state, _ in kept(sender)] == [StepState.DONE] * 2
    after = sender.everything()
    retry(sender, FACTORY)
    assert take(sender, answer(asked.factory)).how is Came.KNOWN
    assert sender.everything() == after


def test_the_jobs_loop_tries(asked: Ends) -> None:
    """The same by the loop that runs: nobody has to press anything."""
    sender = House(asked.sender.path.parent, asked.sender.policy, partners=(FACTORY,))
    sender.now = asked.sender.now
    take(sender, answer(asked.factory))
    move(sender, LineState.IN_REVIEW, Actor.INTEGRATOR)
    sender.tick()
    assert line_of(sender)["state"] == "approved"
    sender.engine.dispose()


@pytest.mark.parametrize("partners", [(), (replace(FACTORY, decides_for=""),)])
def test_who_decides_no_more_is_not_followed_later(
    asked: Ends, partners: tuple[PartnerEntry, ...]
) -> None:
    """The entry was taken away, or its right to decide, while a step waited."""
    sender = asked.sender
    take(sender, answer(asked.factory))
    move(sender, LineState.IN_REVIEW, Actor.INTEGRATOR)
    retry(sender, *partners)
    assert line_of(sender)["state"] == "in_review"


def test_what_was_overtaken_is_never_made_up(ends: Ends) -> None:
    """A question that could not be followed is not asked after the decision that came later: the
    line does not go back when it comes to where the question would fit."""
    sender = ends.sender
    ends.take(give(sender).content)
    act(ends.factory, LineState.NEED_INFO, dict(ASK))
    told = said(answer(ends.factory))
    ask = told.steps[0]
    steps = (
        msgspec.structs.replace(ask, seq=ask.seq, to="in_review", id="a" * 64, fields={}),
        msgspec.structs.replace(ask, seq=ask.seq + 1, id="b" * 64, fields={}),  # names nothing
        msgspec.structs.replace(
            ask, seq=ask.seq + 2, to="approved", id="c" * 64, fields=dict(DECISION)
        ),
    )
    assert take(sender, signed(told, steps=steps)).state == "approved"
    take(sender, signed(told, steps=(*steps, msgspec.structs.replace(
        ask, seq=ask.seq + 3, to="awaiting_return", id="d" * 64, fields={}))))  # fmt: skip
    assert [state for _, state, _ in kept(sender)] == [
        StepState.DONE, StepState.OVERTAKEN, StepState.DONE, StepState.DONE,
    ]  # fmt: skip


@pytest.fixture
def restored(ends: Ends) -> tuple[Ends, bytes]:
    """The sender follows an approval; the factory, restored from a backup of before it, gives the
    approval's number to a rejection."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.APPROVED, dict(DECISION))
    before = answer(ends.factory)
    assert take(ends.sender, before).state == "approved"
    told = said(before)
    first, approved = told.steps
    rejected = Step(
        seq=approved.seq,
        id="f" * 64,
        at=approved.at + timedelta(hours=1),
        actor="Zhao",
        to="rejected",
        reason="not ours",
        fields={"reason_code": "not_ours"},
    )
    as_of = told.as_of + timedelta(hours=2)
    return ends, signed(told, as_of=as_of, state="rejected", steps=(first, rejected))


def test_a_number_that_comes_again_is_told_and_not_followed(restored: tuple[Ends, bytes]) -> None:
    """The same number with another content is another record: nothing is moved, the line's page
    has it in both languages, and it is told once."""
    ends, content = restored
    result = take(ends.sender, content)
    assert result.differs is not None
    assert result.state == "approved"
    *_, last = ends.sender.rows(tables.claim_event)
    told = json.loads(str(last["payload_json"]))
    assert last["type"] == "partner_denied"
    assert told["told_en"].startswith(result.differs.en)
    assert told["told_zh"].startswith(result.differs.zh)
    with ends.sender.engine.begin() as db:
        look_for_news(db, settled=timedelta(0), now=ends.sender.now)
    (letter,) = (
        row for row in ends.sender.rows(tables.notice) if "partner_denied" in str(row["step"])
    )
    assert str(letter["text_zh"]).startswith(result.differs.zh)
    assert [(what, state) for what, state, _ in kept(ends.sender)] == [
        ("in_review", StepState.DONE),
        ("approved", StepState.DENIED),
        ("rejected", StepState.WAITING),
    ]
    after = ends.sender.everything()
    assert take(ends.sender, content).how is Came.KNOWN
    assert ends.sender.everything() == after
    with ends.sender.engine.begin() as db:
        assert first_break(cases.chain_of(db, 1)) is None


def test_nothing_of_another_record_is_followed_before_a_person_agrees(
    restored: tuple[Ends, bytes],
) -> None:
    """Not even what would fit: the unit is not called back for a record that nobody has compared.
    Then it is."""
    ends, content = restored
    sender, told = ends.sender, said(content)
    back = msgspec.structs.replace(told.steps[1], to="awaiting_return", fields={})
    result = take(sender, signed(told, steps=(told.steps[0], back)))
    assert result.state == "approved"
    sender.pass_time(60)
    retry(sender, FACTORY)
    assert line_of(sender)["state"] == "approved"
    with sender.engine.begin() as db:
        (record,) = partner_steps.records_of(db, 1)
        agree(db, record, actor="li", role=Actor.INTEGRATOR, now=sender.now)
    retry(sender, FACTORY)
    assert line_of(sender)["state"] == "awaiting_return"


def test_a_step_that_is_told_no_more_is_told(ends: Ends) -> None:
    """A restored factory that has done nothing since tells less than before, and later: that is
    news. The same from before, overtaken on its way, is none."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    late = answer(ends.factory)
    ends.factory.pass_time(60)
    act(ends.factory, LineState.APPROVED, dict(DECISION))
    whole = said(answer(ends.factory))
    take(ends.sender, signed(whole))
    assert take(ends.sender, late).how is Came.KNOWN
    lost = signed(whole, as_of=whole.as_of + timedelta(days=1), steps=whole.steps[:1])
    assert take(ends.sender, lost).differs is not None
    assert line_of(ends.sender)["state"] == "approved"


def test_a_person_agrees_and_the_record_goes_on(restored: tuple[Ends, bytes]) -> None:
    """After somebody has compared both, what waits is tried by the same guards as ever: here no
    approval is rejected, so that is left to people, and what comes next is followed."""
    ends, content = restored
    sender = ends.sender
    take(sender, content)
    with sender.engine.begin() as db:
        (record,) = partner_steps.records_of(db, 1)
        assert record.differs_at == sender.now
        agree(db, record, actor="li", role=Actor.INTEGRATOR, now=sender.now)
    retry(sender, FACTORY)
    told = said(content)
    assert line_of(sender)["state"] == "approved"
    more = Step(
        seq=told.steps[-1].seq + 9, id="9" * 64, at=told.as_of, actor="Zhao", to="awaiting_return"
    )
    later = told.as_of + timedelta(hours=1)
    result = take(sender, signed(told, as_of=later, steps=(*told.steps, more)))
    assert (result.state, result.differs) == ("awaiting_return", None)


def test_an_older_factory_tells_no_identities(ends: Ends) -> None:
    """Its steps are known by number, time, actor and state, and when it is upgraded they are the
    same steps: nothing is taken twice and nothing is denied."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    whole = said(answer(ends.factory))
    old = tuple(msgspec.structs.replace(step, id="") for step in whole.steps)
    assert take(ends.sender, signed(whole, steps=old)).how is Came.TAKEN
    for steps in (whole.steps, old):
        later = whole.as_of + timedelta(minutes=1)
        assert take(ends.sender, signed(whole, steps=steps, as_of=later)).how is Came.KNOWN


def test_a_step_that_is_told_twice_is_one(ends: Ends) -> None:
    """The same identity twice, also under another number, is one step: nothing is refused for it
    and nothing is made twice."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    whole = said(answer(ends.factory))
    (step,) = whole.steps
    again = msgspec.structs.replace(step, seq=step.seq + 1)
    assert take(ends.sender, signed(whole, steps=(step, again))).state == "in_review"
    assert len(kept(ends.sender)) == 1
    later = whole.as_of + timedelta(minutes=1)
    assert take(ends.sender, signed(whole, steps=(again,), as_of=later)).how is Came.KNOWN
