"""How the buyer's word goes on its way: to whom, once, and without an echo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from collector.claims.lifecycle import LineState
from collector.config_notify import answer_route, reply_route
from collector.give_reply import replies_to
from collector.outlets.outlet import open_outlets
from collector.outlets.settings import NotifySettings
from collector.pack.room import PackRoom
from collector.postman import Postman
from collector.receive_answer import Came
from collector.sign_for_partners import signer
from collector.store import tables
from collector.tell import tell
from shared.backoff import Backoff
from tests.collector.notify.far_ends import Receiver
from tests.collector.pack import needs
from tests.collector.pack.seed import PACK_KEY, desk_of
from tests.collector.pack.test_answer import (
    DECISION,
    FACTORY,
    act,
    answer,
    take,
)
from tests.collector.pack.test_receive import PARTNER, Ends, ends
from tests.collector.pack.test_reply import ADDRESS, SENDER, approved, do, hear, reply, story
from tests.collector.pack.test_share import give

__all__ = ["approved", "ends"]
pytestmark = needs.FONT


def test_only_who_has_answered_is_replied_to(ends: Ends) -> None:
    """Before the factory's first answer nobody is told the address."""
    ends.take(give(ends.sender).content)
    do(ends.sender, "confirm_ship_to", ship_to=ADDRESS)
    with ends.sender.engine.begin() as db:
        made = replies_to(
            db, 1, partners=[FACTORY], made_by=SENDER, key=PACK_KEY, now=ends.sender.now
        )
    assert made == ()


async def test_words_go_by_the_outbox(approved: Ends, tmp_path: Path) -> None:
    """Each word of the buyer makes one letter for the factory, signed when it leaves; what the
    factory did itself makes none, and no echo comes back."""
    sender, factory = approved.sender, approved.factory
    receiver = Receiver(tmp_path)
    await receiver.start()
    assert receiver.server is not None
    there = replace(
        FACTORY,
        replies_to=f"https://127.0.0.1:{receiver.server.port}",
        ca=tmp_path / "ca.pem",
    )
    notify = NotifySettings(hooks=(reply_route(there),))
    with sender.engine.begin() as db:
        assert tell(db, notify=notify, now=sender.now) == 0
    do(sender, "accept_path")
    do(sender, "confirm_ship_to", ship_to=ADDRESS)
    with sender.engine.begin() as db:
        assert tell(db, notify=notify, now=sender.now) == 2
    room = PackRoom(
        desk=replace(desk_of(sender), made_by=SENDER),
        key=PACK_KEY,
        font=tmp_path,
        directory=tmp_path,
        partners=(there,),
    )
    postman = Postman(
        sender.engine, notify, base_url="https://pc.example", sign=signer(room),
        clock=lambda: sender.now, jitter=lambda: 0.0,
    )  # fmt: skip
    for _ in range(2):
        for outlet in open_outlets(notify, clock=lambda: sender.now):
            await postman.deliver_one(outlet, Backoff(jitter=lambda: 0.0))
    await receiver.server.close()

    first, second = receiver.got
    assert hear(factory, first.body).how is Came.TAKEN
    assert hear(factory, second.body).how is Came.KNOWN  # the first told both already
    assert (story(factory).path_said, story(factory).ship_to) == ("accepted", ADDRESS)
    echo = NotifySettings(hooks=(answer_route(replace(PARTNER, answers_to="https://x.example")),))
    with factory.engine.begin() as db:
        tell(db, notify=echo, now=factory.now)
    names = {row["code"] for row in factory.rows(tables.notice) if row["topic"] == "claim_event"}
    assert "path_accepted" in names
    told = [
        row for row in factory.rows(tables.letter) if row["channel"] == "partner:south-collector"
    ]
    assert len(told) == 2  # taken up, approved


async def test_an_address_from_before_the_first_answer_goes_with_it(ends: Ends) -> None:
    """Nobody knew whom to tell it; the answer that says so brings it on its way, once."""
    ends.take(give(ends.sender).content)
    do(ends.sender, "confirm_ship_to", ship_to=ADDRESS)
    notify = NotifySettings(hooks=(reply_route(replace(FACTORY, replies_to="https://f.example")),))

    def letters() -> int:
        with ends.sender.engine.begin() as db:
            return tell(db, notify=notify, now=ends.sender.now)

    assert letters() == 0
    for target, fields in ((LineState.IN_REVIEW, {}), (LineState.APPROVED, DECISION)):
        act(ends.factory, target, fields)
        take(ends.sender, answer(ends.factory))
    assert letters() == 1
    assert hear(ends.factory, reply(ends.sender)).held_by is None
    assert story(ends.factory).ship_to == ADDRESS
