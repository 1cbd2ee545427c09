"""Commands from a person, tasks that somebody finished, and what a claim still lacks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from collector.commands import issue
from collector.store import cases, commands
from collector.store import tables as t
from collector.web.house import HOUSE
from shared.command import CommandResult, Outcome, Verb
from shared.evidence import FILTER_TEST
from tests.collector.house import COMMAND_KEY
from tests.collector.web.conftest import CSRF, NOW, Console, Signed


@pytest.fixture
def armed(console: Console) -> Console:
    """A console that may sign commands."""
    object.__setattr__(console.server.app[HOUSE], "command_key", COMMAND_KEY)
    return console


async def test_a_command_is_shown_until_its_answer_has_come(armed: Console, signed: Signed) -> None:
    """The button keeps one signed command; its answer ends it and stands on the page."""
    client = await signed("integrator")
    assert "Probe now" in await (await client.get("/devices/2")).text()
    for _ in range(2):
        answer = await client.post("/devices/2/orders", data={"csrf": CSRF, "verb": "probe_now"})
        assert answer.status == 200
    with armed.engine.begin() as db:
        (row,) = db.execute(select(t.command)).all()
    assert (row.verb, row.state, row.actor) == ("probe_now", "waiting", "integrator")
    assert "every 2s" in await (await client.get("/devices/2/orders")).text()

    result = CommandResult(row.id, Outcome.REFUSED, NOW, "today's budget is spent")
    with armed.engine.begin() as db:
        commands.note_result(db, agent_id=row.agent_id, result=result, now=NOW)
    text = await (await client.get("/devices/2/orders")).text()
    assert "budget is spent" in text
    assert "every 2s" not in text


@pytest.mark.parametrize(
    ("detail_zh", "told"),
    [
        pytest.param(
            "已发送 2 张图片\n完成", ("已发送 2 张图片", "完成"), id="as the agent told it"
        ),
        pytest.param("", ("2 picture(s) sent",), id="an older agent knew English alone"),
    ],
)
async def test_an_answer_is_told_in_the_visitor_s_language(
    armed: Console, signed: Signed, detail_zh: str, told: tuple[str, ...]
) -> None:
    """Chinese when the agent told it, line by line; else its English rather than nothing."""
    client = await signed("integrator")
    await client.post("/devices/2/orders", data={"csrf": CSRF, "verb": "take_picture"})
    with armed.engine.begin() as db:
        (row,) = db.execute(select(t.command)).all()
        done = CommandResult(row.id, Outcome.DONE, NOW, "2 picture(s) sent", detail_zh=detail_zh)
        commands.note_result(db, agent_id=row.agent_id, result=done, now=NOW)
    english = await (await client.get("/devices/2/orders?lang=en")).text()
    chinese = await (await client.get("/devices/2/orders?lang=zh")).text()

    assert "<small>2 picture(s) sent</small>" in english
    assert "已发送" not in english
    assert all(f"<small>{line}</small>" in chinese for line in told)


async def test_a_command_past_its_time_is_expired(armed: Console, signed: Signed) -> None:
    """An hour without an answer ends it on the page, whatever the jobs loop has done."""
    client = await signed("integrator")
    await client.post("/devices/2/orders", data={"csrf": CSRF, "verb": "take_picture"})
    armed.now = NOW + timedelta(minutes=59)
    assert "Waiting" in await (await client.get("/devices/2/orders")).text()
    armed.now = NOW + timedelta(hours=1)
    client = await signed("integrator")
    text = await (await client.get("/devices/2/orders")).text()
    assert "Expired" in text
    assert "Waiting" not in text


async def test_only_keepers_give_commands(armed: Console, signed: Signed) -> None:
    """An engineer looks and does not touch; a stranger's device does not exist; no other verb."""
    form = {"csrf": CSRF, "verb": "probe_now"}
    engineer, stranger = await signed("engineer"), await signed("stranger")
    assert "Probe now" not in await (await engineer.get("/devices/2")).text()
    assert (await engineer.post("/devices/2/orders", data=form)).status == 403
    assert (await stranger.post("/devices/2/orders", data=form)).status == 404
    wild = {"csrf": CSRF, "verb": "new_epoch"}
    assert (await (await signed("admin")).post("/devices/2/orders", data=wild)).status == 422
    with armed.engine.begin() as db:
        assert db.execute(select(t.command)).all() == []


async def test_a_claim_names_what_it_lacks(console: Console, signed: Signed) -> None:
    """The page counts what must be there, and names each gap in both languages."""
    client = await signed("integrator")
    lacking = await (await client.get("/preclaims/1")).text()
    assert "Still missing: log of an active test of the part." in lacking
    assert "Ready to submit: 7 of 8" in lacking
    with console.engine.begin() as db:
        db.execute(
            update(t.manifest_item)
            .where(t.manifest_item.c.manifest_id == 1, t.manifest_item.c.kind == "reference")
            .values(name=FILTER_TEST)
        )
    whole = await (await client.get("/preclaims/1")).text()
    assert "Everything that the factory must have is here." in whole
    assert "Still missing:" not in whole
    assert "Still missing:" in await (await client.get("/preclaims/3")).text()
    assert "仍缺：" in await (await client.get("/preclaims/3?lang=zh")).text()


async def test_a_device_without_a_claim_has_its_warranty(signed: Signed) -> None:
    """The warranty card does not wait for a fault; an unknown serial says why."""
    client = await signed("integrator")
    pages = [await (await client.get(f"/devices/{number}")).text() for number in range(1, 10)]
    told = [text for text in pages if "as of today" in text]
    assert len(told) == len(pages)
    assert any("warranty unknown: not in the registry" in text for text in told)


async def test_what_a_claim_asked_of_its_agent_is_told(armed: Console, signed: Signed) -> None:
    """Which items, when, and the agent's answer in the visitor's language; why nothing is asked
    now; nothing of it to a distributor."""
    with armed.engine.begin() as db:
        found = db.execute(
            select(t.position)
            .join(t.claim_line, t.claim_line.c.position_id == t.position.c.id)
            .where(t.claim_line.c.id == 1)
        ).one()
        command_id = issue(
            db,
            key=COMMAND_KEY,
            agent_id=found.agent_id,
            organisation_id=found.organisation_id,
            verb=Verb.TEST_IR_CUT,
            device_id=found.device_id,
            actor="collector",
            now=NOW,
        )
        refused = CommandResult(
            command_id, Outcome.REFUSED, NOW, "the owner forbids it", detail_zh="业主未允许"
        )
        commands.note_result(db, agent_id=found.agent_id, result=refused, now=NOW)
        cases.append_event(
            db,
            line_id=1,
            organisation_id=found.organisation_id,
            actor="collector",
            role="system",
            type_="evidence_asked",
            payload={"items": ["test"], "verb": "test_ir_cut", "command": command_id},
            now=NOW,
        )
    client = await signed("integrator")
    english = await (await client.get("/preclaims/1?lang=en")).text()
    chinese = await (await client.get("/preclaims/1?lang=zh")).text()
    assert "Asked of the agent" in english
    assert "the owner forbids it" in english
    assert "业主未允许" in chinese
    assert "部件主动测试记录" in chinese
    assert "evidence_asked" not in english + chinese
    told = (await (await client.get("/api/v1/preclaims/1")).json())["asked"]
    assert [(one["items"], one["state"]) for one in told["requests"]] == [(["test"], "refused")]
    assert told["not_now"] is not None
    assert "Nothing is asked of the agent now" in english
    other = await signed("distributor")
    assert "the owner forbids it" not in await (await other.get("/preclaims/1?lang=en")).text()
    assert (await (await other.get("/api/v1/preclaims/1")).json())["asked"] is None
