"""Decisions travel back: what the factory's collector does, the sender's follows, once."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from collector.act import By, Wish
from collector.act import act as act_as
from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, LineState
from collector.claims.policy import DEFAULT
from collector.config_notify import answer_route
from collector.give_answer import answers_to
from collector.outlets.outlet import open_outlets
from collector.outlets.settings import NotifySettings
from collector.pack.answer import ANSWER, Answer, Step, write_answer
from collector.pack.claim import Maker
from collector.pack.room import PackRoom
from collector.pack.seal import fingerprint
from collector.pack.share import Sharer, share
from collector.pack.signed_json import SignedJsonError
from collector.postman import Postman
from collector.receive_answer import Came, Result, receive_answer
from collector.review import move_line
from collector.roles import Role
from collector.settings import PartnerEntry
from collector.sign_for_partners import signer
from collector.store import cases, stories, tables
from collector.store.scope import scope_of
from collector.tell import tell
from shared import signing
from shared.backoff import Backoff
from tests.collector.house import NOON, House
from tests.collector.notify.far_ends import Receiver
from tests.collector.pack import needs
from tests.collector.pack.seed import PACK_KEY, desk_of
from tests.collector.pack.tamper import STRANGER
from tests.collector.pack.test_receive import PARTNER, Ends, ends
from tests.collector.pack.test_share import give, room_of

__all__ = ["ends"]
pytestmark = needs.FONT
FACTORY_KEY = STRANGER  # the factory's own, not the sender's
FACTORY = PartnerEntry(
    name="factory",
    fingerprint=fingerprint(FACTORY_KEY.public_key()),
    organisation_id="north",
    decides_for="*",
)
MADE_BY = Maker(name="Factory", fingerprint=FACTORY.fingerprint)
ASK = {"missing": ["photo"]}
DECISION = {"path": "replace_unit", "origin": "factory", "rma_number": "RMA-7"}


def act(house: House, target: LineState, fields: dict[str, object] | None = None) -> None:
    """An engineer moves the only line."""
    (row,) = house.rows(tables.claim_line)
    with house.engine.begin() as db:
        move_line(
            db,
            line_id=int(str(row["id"])),
            target=target,
            actor="Wu",
            role=Actor.ENGINEER,
            reason="seen on the bench",
            now=house.now,
            fields=fields or {},
        )


def answer(factory: House) -> bytes:
    """What the factory says so far."""
    with factory.engine.begin() as db:
        ((partner, content),) = answers_to(
            db, 1, partners=[PARTNER], made_by=MADE_BY, key=FACTORY_KEY, now=factory.now
        )
    assert partner is PARTNER
    return content


def take(sender: House, content: bytes, *partners: PartnerEntry) -> Result:
    """The sender's collector takes it."""
    with sender.engine.begin() as db:
        return receive_answer(
            db,
            content,
            partners=partners or (FACTORY,),
            own_fingerprint=PARTNER.fingerprint,
            now=sender.now,
        )


def line_of(house: House) -> dict[str, object]:
    """The only line."""
    (row,) = house.rows(tables.claim_line)
    return row


def test_the_sender_follows_the_factory_once(ends: Ends) -> None:
    """Taken up, then approved with path, origin and RMA number: the same stands at the sender,
    told by the factory's engineer; the same answer again, or an older one, changes nothing."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    first = answer(ends.factory)
    assert take(ends.sender, first).state == "in_review"
    act(ends.factory, LineState.APPROVED, DECISION)
    assert take(ends.sender, answer(ends.factory)).how is Came.TAKEN
    line = line_of(ends.sender)
    assert (line["state"], line["path"], line["fault_origin"], line["rma_number"]) == (
        "approved", "replace_unit", "factory", "RMA-7",
    )  # fmt: skip
    before = ends.sender.everything()
    for content in (first, answer(ends.factory)):
        assert take(ends.sender, content).how is Came.KNOWN
    assert ends.sender.everything() == before
    moved = [row for row in before["claim_event"] if row["type"] == "moved"]
    assert [row["actor"] for row in moved[-2:]] == ["Wu (factory)"] * 2
    with ends.sender.engine.begin() as db:
        assert first_break(cases.chain_of(db, 1)) is None


def test_a_lost_answer_is_made_up_by_the_next(ends: Ends) -> None:
    """Three steps at once, by one answer."""
    ends.take(give(ends.sender).content)
    for target, fields in (
        (LineState.IN_REVIEW, {}),
        (LineState.APPROVED, DECISION),
        (LineState.AWAITING_RETURN, {}),
    ):
        act(ends.factory, target, fields)
    assert take(ends.sender, answer(ends.factory)).state == "awaiting_return"


def test_a_step_that_is_none_here_is_left_to_people(ends: Ends) -> None:
    """The sender withdrew meanwhile: the line stays, and its history tells what the factory did
    and why it was not followed, in both languages."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    with ends.sender.engine.begin() as db:
        move_line(
            db, line_id=1, target=LineState.WITHDRAWN, actor="li", role=Actor.INTEGRATOR,
            reason="swapped by us", now=ends.sender.now,
        )  # fmt: skip
    result = take(ends.sender, answer(ends.factory))
    assert (result.how, result.state) == (Came.TAKEN, "withdrawn")
    assert result.held_by is not None
    *_, last = ends.sender.rows(tables.claim_event)
    told = json.loads(str(last["payload_json"]))
    assert (last["type"], told["their_state"]) == ("partner_answered", "in_review")
    assert (told["told_en"], told["told_zh"]) == result.held_by


def _signed(said: Answer, **other: object) -> bytes:
    """What another program would sign: our own writer refuses what no collector takes."""
    body = msgspec.json.encode({**msgspec.to_builtins(said), **other})
    signature = signing.sign(FACTORY_KEY, ANSWER.domain, body)
    return msgspec.json.encode(
        {
            "answer": body.decode(),
            "public_key": signing.public_pem(FACTORY_KEY.public_key()).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
    )


def test_whatever_is_not_the_factorys_word_moves_nothing(ends: Ends) -> None:
    """A key that is no partner's, a changed byte, another signature, an answer meant for another
    collector, about no claim, or by a partner whose claim it is not."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    content = answer(ends.factory)
    envelope = json.loads(content)
    said = msgspec.json.decode(envelope["answer"].encode(), type=Answer)
    forged = json.loads(write_answer(said, PACK_KEY))
    before = ends.sender.everything()
    for wrong, partner in (
        (content, replace(FACTORY, fingerprint="0" * 64)),
        (content, replace(FACTORY, organisation_id="south")),
        (content, replace(FACTORY, decides_for="")),
        (content, replace(FACTORY, decides_for="Another maker")),
        (content.replace(b"seen on", b"Seen on"), FACTORY),
        (json.dumps({**envelope, "signature": forged["signature"]}).encode(), FACTORY),
        (write_answer(msgspec.structs.replace(said, to="1" * 64), FACTORY_KEY), FACTORY),
        (write_answer(msgspec.structs.replace(said, line=99), FACTORY_KEY), FACTORY),
        (_signed(said, reference="R" * 81), FACTORY),
        (_signed(said, state="s" * 25), FACTORY),
        (b"{}", FACTORY),
        (b'{"x":' + b"[" * 100_000 + b"}", FACTORY),
    ):
        with pytest.raises(SignedJsonError) as found:
            take(ends.sender, wrong, partner)
        assert found.value.words.en
        assert found.value.words.zh
        assert ends.sender.everything() == before


def test_who_sends_a_pack_decides_nothing_of_it(ends: Ends) -> None:
    """The sender's key is a partner's at the factory: an answer that it signs itself about its own
    claim there approves nothing, not even where the entry lets it decide others."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    room = replace(room_of(ends.factory), key=FACTORY_KEY)
    by = Sharer(actor="wu", role="factory_engineer")
    assert share(ends.factory.engine, room, 1, organisation_id="south", by=by, now=NOON)
    (case,) = ends.factory.rows(tables.claim_case)
    forged = write_answer(
        Answer(
            number=str(case["number"]),
            line=1,
            to=FACTORY.fingerprint,
            made_by=Maker(name="South", fingerprint=PARTNER.fingerprint),
            reference="PC-2026-000001-1",
            state="approved",
            as_of=NOON,
            steps=(Step(seq=9, at=NOON, actor="Wu", to="approved", fields=dict(DECISION)),),
        ),
        PACK_KEY,
    )
    before = ends.factory.everything()
    for partner in (PARTNER, replace(PARTNER, decides_for="*")):
        with pytest.raises(SignedJsonError), ends.factory.engine.begin() as db:
            receive_answer(
                db,
                forged,
                partners=(partner,),
                own_fingerprint=FACTORY.fingerprint,
                now=ends.factory.now,
            )
    assert ends.factory.everything() == before


def test_another_partner_does_not_decide_what_one_has_answered(ends: Ends) -> None:
    """Two factories may answer one organisation's claims: the first to answer one is its own."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    take(ends.sender, answer(ends.factory))
    act(ends.factory, LineState.APPROVED, DECISION)
    with pytest.raises(SignedJsonError):
        take(ends.sender, answer(ends.factory), replace(FACTORY, name="other"))
    assert line_of(ends.sender)["state"] == "in_review"


def test_the_unit_that_was_sent_is_known_at_the_sender_too(ends: Ends) -> None:
    """Fulfilled with a new serial: it replaces the old one in the sender's registry."""
    ends.take(give(ends.sender).content)
    sent = {"tracking": "SF-1", "new_serial": "SC24019999"}
    for target, fields in (
        (LineState.IN_REVIEW, {}),
        (LineState.APPROVED, DECISION),
        (LineState.RESOLVING, {}),
        (LineState.FULFILLED, sent),
    ):
        act(ends.factory, target, fields)
    assert take(ends.sender, answer(ends.factory)).state == "fulfilled"
    units = {row["serial"]: row["replaces"] for row in ends.sender.rows(tables.unit)}
    assert units["SC24019999"] == line_of(ends.sender)["label_serial"]


def correct(house: House, field: str, new: str) -> None:
    """An engineer of the factory corrects what was typed for the only line."""
    organisation = str(line_of(house)["organisation_id"])
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id=organisation, role=Role.FACTORY_ENGINEER)
        wish = Wish(action="correct", reason="misread", fields={"field": field, "new": new})
        act_as(db, 1, wish, by=By(name="Wu", scope=scope), policy=DEFAULT, now=house.now)


@pytest.mark.parametrize("is_late", [False, True])
def test_a_correction_travels(ends: Ends, *, is_late: bool) -> None:
    """The sender corrects what it followed, in its registry too, whether the correction comes by
    an answer of its own or by the same; again it changes nothing."""
    ends.take(give(ends.sender).content)
    for target, fields in (
        (LineState.IN_REVIEW, {}),
        (LineState.APPROVED, DECISION),
        (LineState.RESOLVING, {}),
        (LineState.FULFILLED, {"tracking": "SF-1", "new_serial": "SC24019999"}),
    ):
        act(ends.factory, target, fields)
    if is_late:
        take(ends.sender, answer(ends.factory))
    for field, new in (
        ("rma_number", "RMA-8"), ("tracking", "SF-2"), ("new_serial", "SC24018888"),
    ):  # fmt: skip
        correct(ends.factory, field, new)
    assert take(ends.sender, answer(ends.factory)).held_by is None
    assert line_of(ends.sender)["rma_number"] == "RMA-8"
    with ends.sender.engine.begin() as db:
        story = stories.story_of(db, 1)
    assert (story.tracking, story.replacement_serial) == ("SF-2", "SC24018888")
    units = {row["serial"]: row["replaces"] for row in ends.sender.rows(tables.unit)}
    assert "SC24019999" not in units
    assert units["SC24018888"] == line_of(ends.sender)["label_serial"]
    assert take(ends.sender, answer(ends.factory)).how is Came.KNOWN


async def test_answers_go_by_the_outbox(ends: Ends, tmp_path: Path) -> None:
    """Each step of the factory makes one letter for the partner whose pack it was, signed when it
    leaves; claims of the factory's own reach nobody."""
    receiver = Receiver(tmp_path)
    await receiver.start()
    assert receiver.server is not None
    there = replace(
        PARTNER,
        answers_to=f"https://127.0.0.1:{receiver.server.port}",
        ca=tmp_path / "ca.pem",
    )
    other = replace(there, name="another")
    notify = NotifySettings(hooks=(answer_route(there), answer_route(other)))
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    with ends.factory.engine.begin() as db:
        assert tell(db, notify=notify, now=ends.factory.now) == 1
    room = PackRoom(
        desk=replace(desk_of(ends.factory), made_by=MADE_BY),
        key=FACTORY_KEY,
        font=tmp_path,
        directory=tmp_path,
        partners=(there, other),
    )
    postman = Postman(
        ends.factory.engine, notify, base_url="https://pc.example", sign=signer(room),
        clock=lambda: ends.factory.now, jitter=lambda: 0.0,
    )  # fmt: skip
    for receiver.status in (422, 200):  # the sender's entry for the factory comes later
        ends.factory.pass_time(3600)
        for outlet in open_outlets(notify, clock=lambda: ends.factory.now):
            await postman.deliver_one(outlet, Backoff(jitter=lambda: 0.0))
    await receiver.server.close()

    _, got = receiver.got
    assert take(ends.sender, got.body).state == "in_review"


def test_a_path_that_was_offered_later_travels_with_the_next_step(ends: Ends) -> None:
    """The factory answers a counter with a credit: the sender follows it to its end, for it knows
    the path by then, although an offer is no step."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    act(ends.factory, LineState.APPROVED, DECISION)
    take(ends.sender, answer(ends.factory))
    line = line_of(ends.factory)
    with ends.factory.engine.begin() as db:
        cases.append_event(
            db,
            line_id=1,
            organisation_id=str(line["organisation_id"]),
            actor="Wu",
            role=Actor.ENGINEER.value,
            type_="path_offered",
            payload={"path": "credit", "reason": "no stock"},
            now=ends.factory.now,
        )
    act(ends.factory, LineState.RESOLVING)
    act(ends.factory, LineState.FULFILLED, {"credit_note": "CN-5"})
    result = take(ends.sender, answer(ends.factory))
    assert (result.state, result.held_by) == ("fulfilled", None)
    assert line_of(ends.sender)["path"] == "credit"
