"""What no collector would take for its length is not sent, and that is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from collector.claims.lifecycle import Actor, LineState
from collector.config_notify import answer_route
from collector.outlets.outlet import open_outlets
from collector.outlets.settings import NotifySettings
from collector.pack.answer import MOST_STEPS
from collector.pack.signed_json import SignedJsonError
from collector.postman import Postman
from collector.review import move_line
from collector.sign_for_partners import signer
from collector.store import tables
from collector.store.views.partners import joined
from collector.tell import tell
from collector.web.voice import load_texts
from shared.backoff import Backoff
from tests.collector.pack import needs
from tests.collector.pack.test_answer import (
    ASK,
    FACTORY_KEY,
    act,
    answer,
)
from tests.collector.pack.test_kept_steps import said, signed
from tests.collector.pack.test_receive import PARTNER, Ends, ends
from tests.collector.pack.test_share import give, room_of

__all__ = ["ends"]
CREDITED = {"credit_note": "CN-5"}
pytestmark = needs.FONT


@pytest.mark.parametrize(
    ("steps", "reason", "wrong"),
    [
        pytest.param(MOST_STEPS + 1, "x", "length <= 500", id="too many"),
        pytest.param(20, "x" * 15_000, "KiB", id="too long"),
        pytest.param(1, "x" * 20_001, "length <= 20000", id="too long a reason"),
    ],
)
def test_an_answer_that_nobody_would_take_is_not_written(
    ends: Ends, steps: int, reason: str, wrong: str
) -> None:
    """The bound is told where the answer is written, in both languages, with what to do; up to it
    every answer that is written can be read."""
    ends.take(give(ends.sender).content)
    act(ends.factory, LineState.IN_REVIEW)
    told = said(answer(ends.factory))
    many = tuple(msgspec.structs.replace(told.steps[0], seq=n, reason=reason) for n in range(steps))
    with pytest.raises(SignedJsonError, match=wrong) as found:
        signed(told, steps=many)
    assert "未发送" in found.value.words.zh


async def test_people_see_that_an_answer_was_too_long_to_send(ends: Ends, tmp_path: Path) -> None:
    """Its letter ends with the reason, which the claim's page has in both languages; nothing is
    sent cut short."""
    ends.take(give(ends.sender).content)
    factory = ends.factory
    with factory.engine.begin() as db:
        for target, role in (
            (LineState.NEED_INFO, Actor.ENGINEER),
            *((LineState.IN_REVIEW, Actor.INTEGRATOR), (LineState.NEED_INFO, Actor.ENGINEER)) * 14,
        ):
            move_line(
                db, line_id=1, target=target, actor="Wu", role=role, reason="x" * 19_000,
                now=factory.now, fields=dict(ASK),
            )  # fmt: skip
    there = replace(PARTNER, answers_to="https://s.example")
    notify = NotifySettings(hooks=(answer_route(there),))
    with factory.engine.begin() as db:
        assert tell(db, notify=notify, now=factory.now)
    room = replace(room_of(factory), key=FACTORY_KEY, partners=(there,), directory=tmp_path)
    postman = Postman(
        factory.engine, notify, base_url="https://pc.example", sign=signer(room),
        clock=lambda: factory.now, jitter=lambda: 0.0,
    )  # fmt: skip
    (outlet,) = open_outlets(notify, clock=lambda: factory.now)
    letters = factory.count(tables.letter)
    for _ in range(letters):
        await postman.deliver_one(outlet, Backoff(jitter=lambda: 0.0))
    with factory.engine.begin() as db:
        (partner,) = joined(db, 1)
    assert partner.sent is not None
    assert partner.sent.state == "refused"
    texts = [load_texts(language)[f"letter_why.{partner.sent.why}"] for language in ("en", "zh")]
    assert texts[0] != texts[1]
