"""A merge at the factory reaches the sender, whose claim goes on where the factory's does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, LineState
from collector.give_answer import answers_to
from collector.receive_answer import Result
from collector.review import move_line
from collector.store import cases, packs, partner_answers, tables
from tests.collector.house import NOON, House
from tests.collector.pack import needs
from tests.collector.pack.test_answer import (
    DECISION,
    FACTORY_KEY,
    MADE_BY,
    take,
)
from tests.collector.pack.test_receive import PARTNER, Ends, ends
from tests.collector.pack.test_reply import do, hear, reply
from tests.collector.pack.test_share import give

__all__ = ["ends"]
pytestmark = needs.FONT


def open_older(house: House, *, owner: str) -> int:
    """A claim for the same unit that was reported by telephone, without its serial."""
    with house.engine.begin() as db:
        line = cases.open_line(
            db,
            cases.NewLine(
                organisation_id=owner, site_id=None, position_id=None, serial_key="by-telephone",
                label_serial="", serial_source="none", model="SC-1", batch="", buyer="",
                component="ircut", warranty_verdict="in", warranty_until=None,
                warranty_reason_en="", warranty_reason_zh="", via="web",
            ),
            now=NOON - timedelta(days=9),
        )  # fmt: skip
        cases.append_event(
            db, line_id=line, organisation_id=owner, actor="x", role="system", type_="opened",
            payload={}, now=NOON - timedelta(days=9),
        )  # fmt: skip
    return line


def step(house: House, line: int, target: LineState, **fields: object) -> None:
    """Somebody moves a line of this collector."""
    asker = target in (LineState.READY, LineState.SUBMITTED)
    with house.engine.begin() as db:
        move_line(
            db,
            line_id=line,
            target=target,
            actor="Wu",
            role=Actor.INTEGRATOR if asker else Actor.ENGINEER,
            reason="one unit, told twice",
            now=house.now,
            fields=fields,
        )


def answer(factory: House, line: int = 1) -> bytes:
    """What the factory tells of the claim that came, asked by this line of its own."""
    with factory.engine.begin() as db:
        ((_, content),) = answers_to(
            db, line, partners=[PARTNER], made_by=MADE_BY, key=FACTORY_KEY, now=factory.now
        )
    return content


def state(house: House, line: int = 1) -> tuple[str, int | None]:
    """Where a line stands, and what it was merged into; its chain holds."""
    with house.engine.begin() as db:
        assert first_break(cases.chain_of(db, line)) is None
        found = cases.state_of(db, line)
        assert found is not None
        return found[0].value, partner_answers.goes_on_as(db, line)


@pytest.fixture
def merged(ends: Ends) -> tuple[Ends, int]:
    """The factory had the unit on another claim of the same buyer, taken up and approved, when the
    pack came; it merged what came into that one."""
    older = open_older(ends.factory, owner="south")
    for target, fields in (
        (LineState.READY, {}),
        (LineState.SUBMITTED, {}),
        (LineState.IN_REVIEW, {}),
        (LineState.APPROVED, DECISION),
    ):
        step(ends.factory, older, target, **fields)
    received = ends.take(give(ends.sender).content)
    assert received.line_id == 2
    step(ends.factory, 2, LineState.IN_REVIEW)
    step(ends.factory, 2, LineState.MERGED, into=older)
    return ends, older


def taken(ends: Ends, content: bytes) -> Result:
    """The sender takes it."""
    ends.sender.now = ends.factory.now
    return take(ends.sender, content)


def test_the_sender_goes_on_with_the_claim_that_stays(merged: tuple[Ends, int]) -> None:
    """What the sender knows nothing of stays at the factory: its own claim is told of the merge
    and follows the other one, from where that stood to its end; the buyer's word reaches it."""
    ends, older = merged
    result = taken(ends, answer(ends.factory, 2))
    assert (result.state, result.held_by) == ("approved", None)
    (told,) = (r for r in ends.sender.rows(tables.claim_event) if r["type"] == "partner_merged")
    assert f"PC-{NOON.year}-000001-{older}" in str(told["payload_json"])
    assert state(ends.sender) == ("approved", None)

    do(ends.sender, "accept_path")
    assert hear(ends.factory, reply(ends.sender)).held_by is None
    (row,) = (r for r in ends.factory.rows(tables.claim_line) if r["id"] == older)
    assert row["path_said"] == "accepted"

    step(ends.factory, older, LineState.RESOLVING)
    by_the_one = answer(ends.factory, older)  # a letter about the line that stays
    assert taken(ends, by_the_one).state == "resolving"
    before = ends.sender.everything()
    assert taken(ends, answer(ends.factory, 2)).state == "resolving"
    assert ends.sender.everything() == before


def test_two_claims_of_one_sender_become_one_there_too(ends: Ends) -> None:
    """Both came from there: the sender's is merged into the sender's, and each is answered by
    itself afterwards."""
    mine = open_older(ends.sender, owner="north")
    there = open_older(ends.factory, owner="south")
    with ends.sender.engine.begin() as db:
        number, _, line = partner_answers.reference_of(db, mine)[0].rpartition("-")
    with ends.factory.engine.begin() as db:
        packs.add_import(
            db, line_id=there, organisation_id="south", partner=PARTNER.name,
            their_number=number, their_line=int(line), sha256="0" * 64, as_of=NOON, now=NOON,
        )  # fmt: skip
    ends.take(give(ends.sender).content)
    step(ends.factory, 2, LineState.MERGED, into=there)
    result = taken(ends, answer(ends.factory, 2))
    assert result.held_by is None
    assert state(ends.sender) == ("merged", mine)
    with ends.factory.engine.begin() as db:
        (one,) = partner_answers.sent_by(db, there)
    assert (one.their_number, one.their_line) == (number, int(line))


def test_a_merge_that_is_none_here_is_left_to_people(ends: Ends) -> None:
    """The factory names a claim that is not the same owner's here: nothing is merged."""
    there = open_older(ends.factory, owner="south")
    other = open_older(ends.sender, owner="south")
    with ends.sender.engine.begin() as db:
        number, _, line = partner_answers.reference_of(db, other)[0].rpartition("-")
    with ends.factory.engine.begin() as db:
        packs.add_import(
            db, line_id=there, organisation_id="south", partner=PARTNER.name,
            their_number=number, their_line=int(line), sha256="0" * 64, as_of=NOON, now=NOON,
        )  # fmt: skip
    ends.take(give(ends.sender).content)
    step(ends.factory, 2, LineState.MERGED, into=there)
    result = taken(ends, answer(ends.factory, 2))
    assert result.held_by is not None
    assert state(ends.sender)[0] == "submitted"
