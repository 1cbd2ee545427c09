"""What another collector told stands on the claim's page, in both languages, and who may agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from collector.claims.partner_words import OTHER_PATH
from collector.claims.problem import Both
from collector.pack.record import Told
from collector.store import cases, packs, partner_answers, partner_steps
from collector.store import tables as t
from collector.store.partner_steps import Record, StepState, Way
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

WHY = Both("a line does not go so; look at its state", "索赔行不能这样变化；请查看其状态")


@pytest.fixture
def told(console: Console) -> Console:
    """A factory's answers to claim 1: one step waits, and the factory denies another."""
    with console.engine.begin() as db:
        owner = db.execute(select(t.claim_line).where(t.claim_line.c.id == 1)).one()
        record = Record(
            line_id=1, organisation_id=owner.organisation_id, partner="works", way=Way.ANSWER,
            as_of=NOW, differs_at=NOW,
        )  # fmt: skip
        partner_steps.keep(db, record)
        for number, what in enumerate(("approved", "corrected")):
            one = Told(
                step_id=f"{number:064x}", seq=number, at=NOW - timedelta(hours=3), actor="Zhao",
                what=what, body="{}",
            )  # fmt: skip
            partner_steps.add(db, record, one, place=number, state=StepState.WAITING, now=NOW)
        steps = partner_steps.steps_of(db, line_id=1, partner="works", way=Way.ANSWER)
        partner_steps.settle(db, steps[0].id, StepState.WAITING, WHY)
        partner_steps.deny(db, [steps[1].id])
        partner_answers.take(
            db, line_id=1, organisation_id=owner.organisation_id, partner="works", seq=2,
            reference="PC-2026-000077-7", state="approved", now=NOW,
        )  # fmt: skip
    return console


def form(way: str = "answer") -> dict[str, str]:
    """The button's form."""
    return {"csrf": CSRF, "partner": "works", "way": way, "line": "1"}


async def test_what_waits_and_what_is_denied_is_seen(told: Console, signed: Signed) -> None:
    """The partner, its number and state, each step with its reason, when it was said and came, in
    the language of the reader; the claimant's side finds the button, the engineer does not."""
    integrator, engineer = await signed("integrator"), await signed("engineer")
    english = await (await integrator.get("/preclaims/1?lang=en")).text()
    chinese = await (await integrator.get("/preclaims/1?lang=zh")).text()
    for said in ("works", "PC-2026-000077-7", "Waits", WHY.en, "Denied", "denies steps", "Zhao"):
        assert said in english
    for said in ("PC-2026-000077-7", "等待中", WHY.zh, "对方不再承认"):
        assert said in chinese
    assert 'action="/preclaims/1/partner"' in english
    assert 'action="/preclaims/1/partner"' not in await (await engineer.get("/preclaims/1")).text()
    assert 'id="partners"' not in await (await integrator.get("/preclaims/2")).text()


async def test_the_claimants_side_agrees(told: Console, signed: Signed) -> None:
    """Nobody else, on no claim of others, and for nothing that denies nothing; it stands in the
    history with the name, and what is denied stays told."""
    for name, status in (("engineer", 403), ("distributor", 403), ("stranger", 404)):
        answer = await (await signed(name)).post("/preclaims/1/partner", data=form())
        assert answer.status == status
    client = await signed("integrator")
    wrong = await client.post("/preclaims/1/partner", data=form("reply"))
    assert wrong.status == 404
    answer = await client.post("/preclaims/1/partner", data=form(), allow_redirects=False)
    assert answer.status == 303
    with told.engine.begin() as db:
        (record,) = partner_steps.records_of(db, 1)
        last = db.execute(select(t.claim_event).order_by(t.claim_event.c.seq.desc())).first()
    assert record.differs_at is None
    assert last is not None
    assert (last.type, last.actor) == ("partner_agreed", "integrator")
    page = await (await client.get("/preclaims/1?lang=en")).text()
    assert "denies steps" not in page
    assert "Denied" in page
    assert (await client.post("/preclaims/1/partner", data=form())).status == 404


async def test_the_factory_sees_a_buyers_word_that_it_could_not_take(
    console: Console, signed: Signed
) -> None:
    """From whom, under which number there, which word, and why; and the factory's people, not the
    buyer's, say whether a record that denies itself counts."""
    with console.engine.begin() as db:
        owner = db.execute(select(t.claim_line).where(t.claim_line.c.id == 2)).one()
        packs.add_import(
            db, line_id=2, organisation_id=owner.organisation_id, partner="fitters",
            their_number="PC-2026-000009", their_line=9, sha256="0" * 64, as_of=NOW, now=NOW,
        )  # fmt: skip
        record = Record(
            line_id=2, organisation_id=owner.organisation_id, partner="fitters", way=Way.REPLY,
            as_of=NOW, differs_at=NOW,
        )  # fmt: skip
        partner_steps.keep(db, record)
        word = Told(step_id="a" * 64, seq=1, at=NOW, actor="Li", what="accept_path", body="{}")
        partner_steps.add(db, record, word, place=0, state=StepState.WAITING, now=NOW)
        (kept,) = partner_steps.steps_of(db, line_id=2, partner="fitters", way=Way.REPLY)
        partner_steps.settle(db, kept.id, StepState.WAITING, OTHER_PATH)
    engineer, integrator = await signed("engineer"), await signed("integrator")
    english = await (await engineer.get("/preclaims/2?lang=en")).text()
    chinese = await (await engineer.get("/preclaims/2?lang=zh")).text()
    for said in (
        "fitters",
        "PC-2026-000009-9",
        "Accept the resolution",
        OTHER_PATH.en,
        "Came from",
    ):
        assert said in english
    assert OTHER_PATH.zh in chinese
    button = 'action="/preclaims/2/partner"'
    assert button in english
    assert button not in await (await integrator.get("/preclaims/2")).text()
    wanted = {"csrf": CSRF, "partner": "fitters", "way": "reply", "line": "2"}
    refused = await integrator.post("/preclaims/2/partner", data=wanted)
    assert refused.status == 403
    with console.engine.begin() as db:
        (record,) = partner_steps.records_of(db, 2)
        assert record.differs_at is not None


async def test_the_time_of_the_other_side_stands_beside_the_arrival(
    console: Console, signed: Signed
) -> None:
    """A step that a factory took two days before is in the history with both times; words that
    are no time are left out."""
    for said in ((NOW - timedelta(days=2)).isoformat(), "yesterday"):
        with console.engine.begin() as db:
            owner = db.execute(select(t.claim_line).where(t.claim_line.c.id == 1)).one()
            cases.append_event(
                db, line_id=1, organisation_id=owner.organisation_id, actor="Zhao (works)",
                role="factory_engineer", type_="partner_merged",
                payload={"number": "PC-1", "said_at": said}, now=NOW,
            )  # fmt: skip
    page = await (await (await signed("integrator")).get("/preclaims/1?lang=en")).text()
    assert (
        page.count("by the other side's clock:") + page.count("by the other side&#39;s clock:") == 1
    )
    assert "2026-11-21" in page
    assert "<code>PC-1</code>" in page
