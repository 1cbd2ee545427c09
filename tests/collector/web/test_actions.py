"""What people do with a pre-claim from its page: by role, with what the machine filled in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import FormData
from sqlalchemy import select

from collector import look_for_news, tend
from collector.store import stories, units, unsubmitted
from collector.store import tables as t
from collector.unit_warranty import freeze
from tests.collector.web.conftest import CSRF, NOW, Browser, Console, Signed

PDF: Final = b"%PDF-1.4 measured in the laboratory %%EOF"


async def do(
    client: Browser, action: str, *, line: int = 2, **fields: str | list[str]
) -> tuple[int, str]:
    """Send the action's form; status and page."""
    form = {"csrf": CSRF, "action": action, **fields}
    answer = await client.post(f"/preclaims/{line}/act", data=form, allow_redirects=False)
    return answer.status, await answer.text()


async def test_a_claim_goes_its_whole_way(console: Console, signed: Signed) -> None:
    """Taken, asked, answered, approved as suggested, countered, offered anew, accepted, sent to,
    returned with the right label only, fulfilled with the new serial, resolved."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    offered = await (await engineer.get("/preclaims/2")).text()
    assert 'value="take"' in offered
    assert 'value="withdraw"' not in offered
    assert (await do(buyer, "take"))[0] == 409

    assert (await do(engineer, "take"))[0] == 303
    assert (await do(engineer, "ask", reason="too dark"))[0] == 409, "nothing was named"
    asked = await do(engineer, "ask", reason="too dark", missing=["picture", "clip"])
    assert asked[0] == 303
    assert "The factory asks for" in await (await buyer.get("/preclaims/2")).text()
    assert (await do(buyer, "answer", brought=["clip"]))[0] == 303

    page = await (await engineer.get("/preclaims/2")).text()
    assert 'value="RMA-2026-000002"' in page, "the number is filled in"
    assert (await do(engineer, "approve", reason="seen", path="replace_unit"))[0] == 303
    page = await (await buyer.get("/preclaims/2?lang=zh")).text()
    assert "退回后更换" in page
    assert "RMA-2026-000002" in page
    assert (await do(buyer, "counter_path", counter="advance_replace", reason="gate"))[0] == 303
    assert ">countered<" in await (await engineer.get("/review")).text()
    countered = await (await engineer.get("/preclaims/2")).text()
    assert "The buyer proposes: Advance replacement" in countered
    assert (await do(engineer, "offer_path", path="replace_unit", reason="stock"))[0] == 303
    assert (await do(buyer, "accept_path"))[0] == 303
    assert (await do(buyer, "confirm_ship_to", ship_to="Fit & Son\nQuarry road 3"))[0] == 303

    assert (await do(engineer, "await_return"))[0] == 303
    status, page = await do(engineer, "receive", scanned_serial="SL26000099")
    assert status == 409
    assert "SL26000099 arrived, and SL26000003 was claimed" in page
    assert 'value="SL26000099"' in page, "what was typed stands there"
    assert (await do(engineer, "receive", scanned_serial="sl26000003"))[0] == 303
    assert (await do(engineer, "begin"))[0] == 303
    assert (await do(engineer, "fulfil", tracking="SF100"))[0] == 409, "no serial"
    zeros = await do(engineer, "fulfil", tracking="SF100", new_serial="00000000")
    assert zeros[0] == 409, "a placeholder is no unit"
    sent = await do(engineer, "fulfil", tracking="SF100", new_serial="sl26 000130")
    assert sent[0] == 303
    assert (await do(buyer, "resolve"))[0] == 303

    with console.engine.begin() as db:
        story = stories.story_of(db, 2)
        new = units.find(db, "SL26000130")
        case = db.execute(select(t.claim_case).where(t.claim_case.c.id == 2)).one()
        look_for_news.look_for_news(db, settled=timedelta(0), now=NOW)
        notices = db.execute(select(t.notice.c.topic).where(t.notice.c.thing_id == 2))
        topics = notices.scalars().all()
    assert (story.state.value, story.path, story.origin) == (
        "resolved",
        "replace_unit",
        "undetermined",
    )
    assert topics.count("claim_back") == 2, "answered, and countered"
    assert new is not None
    assert new.replaces == "SL26000003", "warranty follows the chain"
    assert case.ship_to.startswith("Fit & Son")
    assert case.ship_to_confirmed_by == "integrator"
    last = await (await buyer.get("/preclaims/2?lang=en")).text()
    assert "no probe proved it" in last
    assert "SF100" in last


async def test_a_serial_is_sent_once(console: Console, signed: Signed) -> None:
    """A new unit that already stands in a chain is refused, and nothing of the step is kept."""
    engineer = await signed("engineer")
    for action, fields in (
        ("take", {}),
        ("approve", {"reason": "seen", "path": "advance_replace", "origin": "factory"}),
        ("begin", {}),
    ):
        assert (await do(engineer, action, **fields))[0] == 303, action
    with console.engine.begin() as db:
        db.execute(
            t.unit.update().where(t.unit.c.serial == "SL26000130").values(replaces="SL26000007")
        )
    status, page = await do(engineer, "fulfil", tracking="SF1", new_serial="SL26000130")
    assert status == 409
    assert "already stands in a chain" in page
    with console.engine.begin() as db:
        assert stories.story_of(db, 2).state.value == "resolving"


async def test_an_appeal_brings_what_is_new(console: Console, signed: Signed) -> None:
    """A rejected line takes files until the appeal is used, and none afterwards."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    await do(engineer, "take")
    refused = await do(engineer, "reject", reason="dust", reason_code="environment")
    assert refused[0] == 303
    assert (await do(buyer, "appeal", reason="look again"))[0] == 409, "nothing new"
    url = "/preclaims/2/files"
    console.now += timedelta(minutes=1)
    photo = FormData({"csrf": CSRF})
    photo.add_field("files", PDF, filename="lab.pdf", content_type="application/pdf")
    assert (await buyer.post(url, data=photo, allow_redirects=False)).status == 303
    assert (await do(buyer, "appeal", reason="look again"))[0] == 303
    await do(engineer, "reject", reason="dust", reason_code="environment")
    again = FormData({"csrf": CSRF})
    again.add_field("files", PDF + b" ", filename="lab2.pdf", content_type="application/pdf")
    assert (await buyer.post(url, data=again, allow_redirects=False)).status == 409


async def test_an_engineer_thaws(console: Console, signed: Signed) -> None:
    """A line that a twin froze goes on by an engineer's word, and is not frozen again."""
    with console.engine.begin() as db:
        db.execute(
            t.claim_line.update()
            .where(t.claim_line.c.id == 1)
            .values(warranty_verdict="duplicate_serial")
        )
        freeze(db, 1, "fit", is_twin=True, now=NOW)
    assert (await do(await signed("integrator"), "thaw", line=1, reason="mine"))[0] == 409
    engineer = await signed("engineer")
    assert (await do(engineer, "thaw", line=1))[0] == 409, "without words"
    assert (await do(engineer, "thaw", line=1, reason="the other label was copied"))[0] == 303
    with console.engine.begin() as db:
        (line,) = unsubmitted.read(db, [1])
        assert line.frozen_by == ""
        assert not tend._freeze(db, line, now=NOW)
