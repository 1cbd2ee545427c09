"""The buyer's word travels to the factory: path and address, once, and nothing beyond them."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from collector import retry_steps
from collector.act import By, Wish
from collector.act import act as act_as
from collector.claims.chain import first_break
from collector.claims.lifecycle import LineState
from collector.claims.policy import DEFAULT, Policy
from collector.claims.story import Story
from collector.give_reply import replies_to
from collector.pack.claim import Maker
from collector.pack.reply import Reply, Word, write_reply
from collector.pack.signed_json import SignedJsonError
from collector.receive_answer import Came, Result
from collector.receive_reply import receive_reply
from collector.roles import Role
from collector.settings import PartnerEntry
from collector.store import answers, cases, partner_steps, stories, tables
from collector.store.partner_steps import StepState, Way
from collector.store.scope import scope_of
from tests.collector.house import House
from tests.collector.pack import needs
from tests.collector.pack.seed import PACK_KEY
from tests.collector.pack.test_answer import (
    DECISION,
    FACTORY,
    act,
    answer,
    line_of,
    take,
)
from tests.collector.pack.test_receive import PARTNER, Ends, ends
from tests.collector.pack.test_share import give

__all__ = ["ends"]
pytestmark = needs.FONT
SENDER = Maker(name="South", fingerprint=PARTNER.fingerprint)
ADDRESS = "Li Wei\nHof 3\n12345 Feld"


@pytest.fixture
def approved(ends: Ends) -> Ends:
    """A claim that the factory has approved with a replacement, and the sender knows."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.APPROVED, dict(DECISION))
    assert take(ends.sender, answer(ends.factory)).state == "approved"
    return ends


def do(
    house: House,
    action: str,
    *,
    role: Role = Role.INTEGRATOR,
    reason: str = "",
    policy: Policy = DEFAULT,
    **fields: object,
) -> None:
    """A person acts on the only line."""
    house.pass_time(1)
    organisation = str(line_of(house)["organisation_id"])
    with house.engine.begin() as db:
        by = By(name="li", scope=scope_of(db, organisation_id=organisation, role=role))
        wish = Wish(action=action, reason=reason, fields=fields)
        act_as(db, 1, wish, by=by, policy=policy, now=house.now)


def reply(sender: House) -> bytes:
    """What the buyer said so far."""
    with sender.engine.begin() as db:
        ((partner, content),) = replies_to(
            db, 1, partners=[FACTORY], made_by=SENDER, key=PACK_KEY, now=sender.now
        )
    assert partner is FACTORY
    return content


def hear(factory: House, content: bytes, partner: PartnerEntry = PARTNER) -> Result:
    """The factory's collector takes it."""
    with factory.engine.begin() as db:
        return receive_reply(
            db,
            content,
            partners=(partner,),
            own_fingerprint=FACTORY.fingerprint,
            now=factory.now,
        )


def story(house: House) -> Story:
    """What the log of the only line says."""
    with house.engine.begin() as db:
        assert first_break(cases.chain_of(db, 1)) is None
        return stories.story_of(db, 1)


def said(content: bytes) -> Reply:
    """What a reply says."""
    return msgspec.json.decode(json.loads(content)["answer"], type=Reply)


def signed(told: Reply, **changes: object) -> bytes:
    """It, with something changed, signed by the sender."""
    return write_reply(msgspec.structs.replace(told, **changes), PACK_KEY)


def test_path_and_address_reach_the_factory_once(approved: Ends) -> None:
    """Accepted and confirmed there is accepted and confirmed here, in the buyer's name; the same
    again, or an older reply, changes nothing."""
    factory = approved.factory
    do(approved.sender, "accept_path")
    first = reply(approved.sender)
    assert hear(factory, first).held_by is None
    assert story(factory).path_said == "accepted"
    do(approved.sender, "confirm_ship_to", ship_to=ADDRESS)
    result = hear(factory, reply(approved.sender))
    assert (result.how, result.held_by) == (Came.TAKEN, None)
    with factory.engine.begin() as db:
        case = answers.case_of(db, 1)
    assert (case.ship_to, case.confirmed_by) == (ADDRESS, "li (south-collector)")
    assert story(factory).ship_to == ADDRESS
    before = factory.everything()
    for content in (first, reply(approved.sender)):
        assert hear(factory, content).how is Came.KNOWN
    assert factory.everything() == before


def test_a_counter_its_offer_and_the_word_on_it(approved: Ends) -> None:
    """The buyer proposes a credit, the factory offers it, the buyer accepts it: each learns what
    the other said, and the line can be fulfilled that way at both ends."""
    sender, factory = approved.sender, approved.factory
    do(sender, "counter_path", counter="credit", reason="we have spares")
    hear(factory, reply(sender))
    assert (story(factory).path_said, story(factory).counter) == ("countered", "credit")
    do(factory, "offer_path", role=Role.FACTORY_ENGINEER, path="credit", reason="agreed")
    assert take(sender, answer(factory)).held_by is None
    assert (story(sender).path, story(sender).path_said) == ("credit", "")
    do(sender, "accept_path")
    hear(factory, reply(sender))
    assert (story(factory).path, story(factory).path_said) == ("credit", "accepted")
    act(factory, LineState.RESOLVING)
    act(factory, LineState.FULFILLED, {"credit_note": "CN-5"})
    result = take(sender, answer(factory))
    assert (result.state, result.held_by) == ("fulfilled", None)
    assert (story(sender).path_said, story(sender).credit_note) == ("accepted", "CN-5")


def test_the_old_unit_that_came_back_is_known_there_too(approved: Ends) -> None:
    """After an advance replacement the sender waits for the old unit as the factory does, and no
    longer than that: the buyer is reminded of nothing that arrived."""
    sender, factory = approved.sender, approved.factory
    do(factory, "offer_path", role=Role.FACTORY_ENGINEER, path="advance_replace", reason="urgent")
    act(factory, LineState.RESOLVING)
    act(factory, LineState.FULFILLED, {"tracking": "SF-1", "new_serial": "SC24019999"})
    take(sender, answer(factory))
    assert story(sender).owed
    serial = str(line_of(sender)["label_serial"])
    do(factory, "receive_old", role=Role.FACTORY_ENGINEER, scanned_serial=serial)
    assert take(sender, answer(factory)).held_by is None
    assert (story(sender).owed, story(sender).received_serial) == ((), serial)
    judged = {"finding": "no_fault_found", "bench": "well for three days"}
    charges = replace(DEFAULT, origin=replace(DEFAULT.origin, no_fault_fee="30 EUR"))
    do(factory, "judge_return", role=Role.FACTORY_ENGINEER, policy=charges, **judged)
    assert take(sender, answer(factory)).held_by is None
    assert (story(sender).finding, story(sender).fee) == ("no_fault_found", "30 EUR")
    do(factory, "waive_fee", role=Role.FACTORY_ENGINEER, reason="goodwill")
    assert take(sender, answer(factory)).held_by is None
    assert story(sender).fee_waived_by


def test_a_word_about_another_path_is_no_word_on_this_one(approved: Ends) -> None:
    """The factory has offered a credit meanwhile: that the buyer accepts a replacement, which it
    saw, is refused with the reason, in the history too, and accepts no credit. The address that
    came with it is taken."""
    sender, factory = approved.sender, approved.factory
    do(factory, "offer_path", role=Role.FACTORY_ENGINEER, path="credit", reason="no stock")
    do(sender, "accept_path")
    do(sender, "confirm_ship_to", ship_to=ADDRESS)
    result = hear(factory, reply(sender))
    assert result.held_by is not None
    assert (story(factory).path_said, story(factory).ship_to) == ("", ADDRESS)
    *_, last = factory.rows(tables.claim_event)
    assert last["type"] == "partner_replied"
    assert json.loads(str(last["payload_json"]))["told_zh"] == result.held_by.zh


def test_what_waits_is_tried_again_and_never_over_something_newer(approved: Ends) -> None:
    """A word that came too early is taken when the line is there; one that was overtaken by
    another of its kind is not."""
    sender, factory = approved.sender, approved.factory
    do(sender, "accept_path")
    told = said(reply(sender))
    accept = told.words[0]
    place = Word(
        seq=accept.seq + 1, id="1" * 64, at=accept.at, actor="li", action="confirm_ship_to",
        fields={"ship_to": "x" * 501},
    )  # fmt: skip
    newer = msgspec.structs.replace(
        place, seq=accept.seq + 2, id="2" * 64, fields={"ship_to": ADDRESS}
    )
    solved = Word(
        seq=accept.seq + 3, id="3" * 64, at=accept.at, actor="li", action="not_solved", reason="no"
    )
    result = hear(factory, signed(told, words=(accept, place, newer, solved)))
    assert result.held_by is not None
    act(factory, LineState.RESOLVING)
    act(factory, LineState.FULFILLED, {"tracking": "SF-1", "new_serial": "SC24019999"})
    look = retry_steps.Round(factory.engine, [PARTNER], policy=factory.policy)
    look.go(factory.now, lambda: None)
    assert story(factory).state is LineState.RESOLVING
    assert story(factory).ship_to == ADDRESS
    with factory.engine.begin() as db:
        steps = partner_steps.steps_of(db, line_id=1, partner=PARTNER.name, way=Way.REPLY)
    assert [one.state for one in steps] == [
        StepState.DONE, StepState.OVERTAKEN, StepState.DONE, StepState.DONE,
    ]  # fmt: skip


@pytest.mark.parametrize("action", ["approve", "reject", "fulfil", "take", "merge", "hold", "??"])
def test_a_partner_says_nothing_but_what_its_buyer_may(ends: Ends, action: str) -> None:
    """A sender's collector cannot decide its own claim, whatever it signs; the refusal is told and
    nothing else is written."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    take(ends.sender, answer(ends.factory))
    do(ends.sender, "confirm_ship_to", ship_to=ADDRESS)
    told = said(reply(ends.sender))
    forged = msgspec.structs.replace(
        told.words[0], action=action, id="e" * 64, reason="by us", fields=dict(DECISION)
    )
    before = ends.factory.everything()
    result = hear(ends.factory, signed(told, words=(forged,)))
    assert result.held_by is not None
    assert result.state == "in_review"
    after = ends.factory.everything()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"claim_event", "partner_record", "partner_step"}
    assert len(after["claim_event"]) == len(before["claim_event"]) + 1


def test_whatever_is_not_the_buyers_word_changes_nothing(approved: Ends) -> None:
    """A key that is no partner's, a changed byte, an answer in its place, a reply for another
    collector, about a claim that did not come from there, or by another partner."""
    do(approved.sender, "accept_path")
    content = reply(approved.sender)
    told = said(content)
    before = approved.factory.everything()
    other = replace(PARTNER, name="other")
    for wrong, partner in (
        (content, replace(PARTNER, fingerprint="0" * 64)),
        (content, other),
        (content.replace(b"accept_path", b"counter_path"), PARTNER),
        (answer(approved.factory), replace(PARTNER, fingerprint=FACTORY.fingerprint)),
        (signed(told, to="1" * 64), PARTNER),
        (signed(told, line=99), PARTNER),
        (signed(told, number="PC-2026-000099"), PARTNER),
        (b"{}", PARTNER),
    ):
        with pytest.raises(SignedJsonError) as found:
            hear(approved.factory, wrong, partner)
        assert found.value.words.en
        assert found.value.words.zh
        assert approved.factory.everything() == before


def test_a_buyer_of_another_organisation_says_nothing_here(approved: Ends) -> None:
    """The entry makes its claims another organisation's now: the words wait with the reason."""
    do(approved.sender, "accept_path")
    result = hear(
        approved.factory, reply(approved.sender), replace(PARTNER, organisation_id="north")
    )
    assert result.held_by is not None
    assert story(approved.factory).path_said == ""


def test_withdrawn_there_is_withdrawn_here(ends: Ends) -> None:
    """A factory does not go on with what its buyer has taken back."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.NEED_INFO, {"missing": ["photo"]})
    take(ends.sender, answer(ends.factory))
    do(ends.sender, "withdraw", reason="mended by us")
    assert hear(ends.factory, reply(ends.sender)).state == "withdrawn"


def test_no_clock_of_the_factory_starts_by_the_buyers_word(ends: Ends) -> None:
    """An answer to a question starts the next cycle when it arrives, whatever time it bears."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.NEED_INFO, {"missing": ["photo"]})
    take(ends.sender, answer(ends.factory))
    do(ends.sender, "answer", reason="sent by mail")
    ends.factory.pass_time(86_400)
    assert hear(ends.factory, reply(ends.sender)).state == "in_review"
    assert story(ends.factory).cycles[-1].started_at == ends.factory.now
