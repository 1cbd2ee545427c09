"""What one collector tells after the other has gone on by itself: nothing of it is lost, and none
of it is taken for something else."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import update

from collector.claims import partner_words
from collector.claims.lifecycle import Actor, LineState
from collector.claims.origin.terms import OriginTerms
from collector.look_for_news import look_for_news
from collector.receive_answer import Came, Result
from collector.review import move_line
from collector.store import tables
from collector.store.partner_steps import StepState
from collector.web.answer_panel import payer_of
from tests.collector.house import NOON, House
from tests.collector.pack import needs
from tests.collector.pack.test_answer import ASK, DECISION, act, answer, correct, line_of, take
from tests.collector.pack.test_kept_steps import FACTORY, kept, retry, said, signed
from tests.collector.pack.test_receive import Ends, ends
from tests.collector.pack.test_reply import do, hear, reply, story
from tests.collector.pack.test_share import give, move

__all__ = ["ends"]
pytestmark = needs.FONT
WET = "the lamp was wet inside"


def sent_twice(ends: Ends) -> Result:
    """A unit is sent and known; then the buyer says at the factory itself that it is not solved,
    and another unit is sent: the sender heard neither the one nor, so far, the other."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.APPROVED, {**DECISION, "path": "advance_replace"})
    act(ends.factory, LineState.RESOLVING)
    act(ends.factory, LineState.FULFILLED, {"new_serial": "SC24019991", "tracking": "TRK-1"})
    assert take(ends.sender, answer(ends.factory)).state == "fulfilled"
    move(ends.factory, LineState.RESOLVING, Actor.INTEGRATOR)
    act(ends.factory, LineState.FULFILLED, {"new_serial": "SC24019992", "tracking": "TRK-2"})
    return take(ends.sender, answer(ends.factory))


def held_letters(house: House) -> list[str]:
    """What people are told of answers, in Chinese, without the partner's own words."""
    with house.engine.begin() as db:
        look_for_news(db, settled=timedelta(0), now=house.now)
    return [
        str(row["text_zh"]).partition("。factory")[0]
        for row in house.rows(tables.notice)
        if str(row["step"]).startswith(partner_words.ANSWERED)
    ]


def test_a_second_shipment_is_not_taken_for_the_first(ends: Ends) -> None:
    """The line stands as sent already: the other unit waits with the reason, which is told by
    letter as no answer before it was, and is followed once the line is brought to where the
    factory sent it from."""
    result = sent_twice(ends)
    assert result.held_by == partner_words.stands_otherwise("new_serial")
    assert kept(ends.sender)[-1][:2] == ("fulfilled", StepState.WAITING)
    assert held_letters(ends.sender) == [result.held_by.zh]
    move(ends.sender, LineState.RESOLVING, Actor.INTEGRATOR)
    retry(ends.sender, FACTORY)
    told = story(ends.sender)
    assert (told.replacement_serial, told.tracking) == ("SC24019992", "TRK-2")
    assert kept(ends.sender)[-1][1] is StepState.DONE


def test_the_same_shipment_told_and_typed_is_one(ends: Ends) -> None:
    """Somebody typed here what the factory said by telephone, in the other case of letters."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.APPROVED, {**DECISION, "path": "advance_replace"})
    act(ends.factory, LineState.RESOLVING)
    assert take(ends.sender, answer(ends.factory)).state == "resolving"
    act(ends.factory, LineState.FULFILLED, {"new_serial": "SC24019991", "tracking": "TRK-1"})
    act(ends.sender, LineState.FULFILLED, {"new_serial": "sc24019991", "tracking": "TRK-1"})
    assert take(ends.sender, answer(ends.factory)).held_by is None


def test_a_second_question_is_not_taken_for_the_first(ends: Ends) -> None:
    """The first was answered at the factory itself. Whoever is asked has to see the second."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.NEED_INFO, dict(ASK))
    take(ends.sender, answer(ends.factory))
    move(ends.factory, LineState.IN_REVIEW, Actor.INTEGRATOR)
    act(ends.factory, LineState.NEED_INFO, {"missing": ["label_photo"]})
    result = take(ends.sender, answer(ends.factory))
    assert result.held_by == partner_words.stands_otherwise("missing")
    move(ends.sender, LineState.IN_REVIEW, Actor.INTEGRATOR)
    retry(ends.sender, FACTORY)
    assert story(ends.sender).named_gaps == ("label_photo",)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("fee_payer", {"finding": "no_fault_found", "fee": "5.00 EUR", "fee_payer": "insurer"}),
        ("finding", {"finding": "perhaps"}),
        ("fee", {"finding": "no_fault_found", "fee": 5, "fee_payer": "customer"}),
        ("origin", {"origin": "rodents"}),
        ("path", {"path": "barter"}),
    ],
)
def test_a_word_that_nobody_knows_here_is_not_followed(
    ends: Ends, name: str, fields: dict[str, object]
) -> None:
    """A newer factory may say who pays, or what a fault comes from, by a word that is none here:
    the step waits with the reason. Followed, nobody could open the page of the line again, and a
    fee that is no text was left out."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.REJECTED, {"reason_code": "no_fault_found"})
    told = said(answer(ends.factory))
    first, last = told.steps
    last = msgspec.structs.replace(last, fields={**DECISION, **last.fields, **fields})
    result = take(ends.sender, signed(told, steps=(first, last)))
    assert result.held_by == partner_words.unknown_value(name, str(fields[name]))
    assert result.state == "in_review"
    payer_of(story(ends.sender), is_on_arrival=False, terms=OriginTerms())


@pytest.mark.parametrize("is_correction", [False, True])
def test_no_unit_of_another_organisation_is_taken_into_the_chain(
    ends: Ends, *, is_correction: bool
) -> None:
    """A factory decides for one organisation of this collector; the unit that it names is in the
    list of another one here. Mistyped or not, nothing of that one's is changed."""
    sender, theirs = ends.sender, "SC24017777"
    ends.take(give(sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.APPROVED, dict(DECISION))
    act(ends.factory, LineState.RESOLVING)
    typed = "SC24019999" if is_correction else theirs
    act(ends.factory, LineState.FULFILLED, {"tracking": "SF-1", "new_serial": typed})
    if is_correction:
        correct(ends.factory, "new_serial", theirs)
    sender.register(theirs, delivered_on=NOON.date())
    with sender.engine.begin() as db:
        db.execute(update(tables.unit).values(organisation_id="south"))
    before = sender.rows(tables.unit)
    result = take(sender, answer(ends.factory))
    assert result.held_by == partner_words.others_unit(theirs)
    (unit,) = (row for row in sender.rows(tables.unit) if row["serial"] == theirs)
    assert unit in before


def evidence_arrives(factory: House) -> None:
    """The machine saw what was asked for, and the review goes on."""
    factory.pass_time(1)
    with factory.engine.begin() as db:
        move_line(
            db,
            line_id=1,
            target=LineState.IN_REVIEW,
            actor="collector",
            role=Actor.SYSTEM,
            reason="",
            now=factory.now,
            fields={"brought": ["photo"]},
        )


@pytest.fixture
def answered(ends: Ends) -> Ends:
    """The buyer answers with words; the photo is at the factory before they are."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.NEED_INFO, dict(ASK))
    take(ends.sender, answer(ends.factory))
    do(ends.sender, "answer", reason=WET, brought=["photo"])
    evidence_arrives(ends.factory)
    return ends


def test_words_are_kept_though_the_step_was_taken(answered: Ends) -> None:
    """The engineer reads what the buyer wrote, once."""
    content = reply(answered.sender)
    for how in (Came.TAKEN, Came.KNOWN):
        result = hear(answered.factory, content)
        assert (result.how, result.state, result.held_by) == (how, "in_review", None)
    (event,) = (
        row for row in answered.factory.rows(tables.claim_event) if WET in str(row["payload_json"])
    )
    assert event["type"] == partner_words.REPLIED


def test_an_answer_to_the_first_question_answers_no_second(answered: Ends) -> None:
    """It waits with the reason; what the buyer says to the second is taken."""
    act(answered.factory, LineState.NEED_INFO, {"missing": ["label_photo"]})
    result = hear(answered.factory, reply(answered.sender))
    assert (result.held_by, result.state) == (partner_words.OTHER_QUESTION, "need_info")
    take(answered.sender, answer(answered.factory))
    assert line_of(answered.sender)["state"] == "need_info"
    do(answered.sender, "answer", reason="here it is", brought=["label_photo"])
    assert hear(answered.factory, reply(answered.sender)).state == "in_review"
