"""Two joined collectors through random lives: people act at both, documents are lost, doubled and
late. In the end both say the same, or a person sees at which step they part."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

import pytest

from collector import retry_steps
from collector.claims.action import Action
from collector.claims.actions import offered
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.give_answer import answers_to
from collector.give_reply import replies_to
from collector.pack.reply import SAYS, SHIP_TO
from collector.receive_answer import Came, Result
from collector.roles import Role
from collector.store.partner_steps import StepState
from collector.store.views.partners import joined
from tests.collector.pack import needs
from tests.collector.pack.seed import PACK_KEY, SERIAL
from tests.collector.pack.test_answer import FACTORY, FACTORY_KEY, MADE_BY, take
from tests.collector.pack.test_receive import PARTNER, Ends, ends
from tests.collector.pack.test_reply import SENDER, do, hear, story
from tests.collector.pack.test_share import give

__all__ = ["ends"]
pytestmark = needs.FONT
STEPS: Final = 60
DECIDES: Final = frozenset(
    {
        "take", "approve", "ask", "reject", "offer_path", "await_return", "receive", "bench",
        "begin", "fulfil", "correct", "receive_old", "judge_return", "waive_return", "waive_fee",
    }
)  # fmt: skip
SENT: Final[Mapping[str, dict[str, object]]] = {
    "replace_unit": {"tracking": "SF-1", "new_serial": "SC24019999"},
    "advance_replace": {"tracking": "SF-1", "new_serial": "SC24019999"},
    "parts": {"tracking": "SF-1"},
    "credit": {"credit_note": "CN-5"},
}


class Life:
    """One seed: what both ends do, and what is under way between them."""

    def __init__(self, ends: Ends, seed: int) -> None:
        self.ends = ends
        self.draw = random.Random(seed)
        self.answers: list[bytes] = []
        self.replies: list[bytes] = []

    def fields(self, action: Action, path: str) -> dict[str, object]:
        """What somebody types for an action."""
        draw = self.draw
        paths = [*SENT, "guidance"]
        typed: dict[str, dict[str, object]] = {
            "approve": {"path": draw.choice(paths), "origin": "factory", "rma_number": "RMA-7"},
            "ask": {"missing": ["photo"]},
            "reject": {"reason_code": "other"},
            "offer_path": {"path": draw.choice(paths)},
            "counter_path": {"counter": draw.choice(paths)},
            "confirm_ship_to": {"ship_to": f"Hof {draw.randrange(99)}"},
            "receive": {"scanned_serial": SERIAL},
            "receive_old": {"scanned_serial": SERIAL},
            "bench": {"bench": "seen"},
            "judge_return": {"finding": "no_fault_found", "bench": "well"},
            "correct": {"field": "rma_number", "new": f"RMA-{draw.randrange(99)}"},
            "answer": {"brought": ["photo"]},
            "appeal": {"brought": ["photo"]},
            "fulfil": SENT.get(path, {}),
        }
        return typed.get(action.id, {})

    def act(self, role: Role, names: frozenset[str]) -> None:
        """Somebody does one of the things that the page offers."""
        house = self.ends.sender if role is Role.INTEGRATOR else self.ends.factory
        told = story(house)
        can = [one for one in offered(told, Actor(role.value)) if one.id in names]
        if not can:
            return
        action = self.draw.choice(can)
        if action.id in ("withdraw", "reject") and self.draw.random() < 0.9:
            return  # they end most lives at once
        try:
            do(house, action.id, role=role, reason="so", **self.fields(action, told.path))
        except IllegalMoveError:
            return

    def write(self) -> None:
        """Both write what there is to say."""
        sender, factory = self.ends.sender, self.ends.factory
        with factory.engine.begin() as db:
            self.answers += [
                content
                for _, content in answers_to(
                    db, 1, partners=[PARTNER], made_by=MADE_BY, key=FACTORY_KEY, now=factory.now
                )
            ]
        with sender.engine.begin() as db:
            self.replies += [
                content
                for _, content in replies_to(
                    db, 1, partners=[FACTORY], made_by=SENDER, key=PACK_KEY, now=sender.now
                )
            ]

    def bring(self, back: int) -> list[Result]:
        """One of the last documents each way arrives, perhaps again."""
        found = []
        for documents, hand in ((self.answers, take), (self.replies, hear)):
            house = self.ends.sender if hand is take else self.ends.factory
            if documents:
                found.append(hand(house, self.draw.choice(documents[-back:])))
        return found

    def retry(self) -> None:
        """Both jobs loops look."""
        for house, partner in ((self.ends.sender, FACTORY), (self.ends.factory, PARTNER)):
            look = retry_steps.Round(house.engine, [partner], policy=house.policy)
            look.go(house.now, lambda: None)

    def pass_time(self, seconds: float) -> None:
        """At both ends alike."""
        later = max(self.ends.sender.now, self.ends.factory.now)
        self.ends.sender.now = self.ends.factory.now = later
        self.ends.sender.pass_time(seconds)
        self.ends.factory.pass_time(seconds)


@pytest.mark.parametrize("seed", range(8))
def test_both_ends_agree_or_show_where_they_part(ends: Ends, seed: int) -> None:
    """No document is an error, none denies anything, both chains hold throughout (``story`` looks),
    and once all is brought nothing changes any more."""
    ends.take(give(ends.sender).content)
    life = Life(ends, seed)
    for _ in range(STEPS):
        life.pass_time(life.draw.randrange(1, 5000))
        match life.draw.randrange(8):
            case 0 | 1 | 2:
                life.act(Role.FACTORY_ENGINEER, DECIDES)
            case 3 | 4:
                life.act(Role.INTEGRATOR, SAYS)
            case 5:
                life.write()
            case 6:
                life.bring(back=3)
            case _:
                life.retry()
    for _ in range(4):
        life.pass_time(10)
        life.write()
        life.bring(back=1)
        life.retry()

    waits = []
    for house in (ends.sender, ends.factory):
        with house.engine.begin() as db:
            for partner in joined(db, 1):
                assert not partner.differs
                waits += [one for one in partner.steps if one.state is StepState.WAITING]
    assert all(one.why.en and one.why.zh for one in waits)
    assert sum(one.told.what == SHIP_TO for one in waits) <= 1, "the last address alone counts"
    here, there = story(ends.sender), story(ends.factory)
    if not waits:
        assert (here.state, here.path, here.path_said, here.ship_to) == (
            there.state, there.path, there.path_said, there.ship_to,
        )  # fmt: skip
        assert (here.rma_number, here.tracking, here.replacement_serial, here.owed) == (
            there.rma_number, there.tracking, there.replacement_serial, there.owed,
        )  # fmt: skip
    before = (ends.sender.everything(), ends.factory.everything())
    assert {one.how for one in life.bring(back=1)} <= {Came.KNOWN}
    assert (ends.sender.everything(), ends.factory.everything()) == before
