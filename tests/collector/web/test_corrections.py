"""What the factory mistyped is corrected: by a new event, in the registry's chain too."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from collector.look_for_news import look_for_news
from collector.store import imports, stories, unit_images, units
from collector.store import tables as t
from collector.store.registry import Change
from collector.verify_log import Walked, walk
from tests.collector.web.conftest import CSRF, NOW, Browser, Console, Signed
from tests.collector.web.test_actions import do
from tests.collector.web.test_review import open_case
from tests.collector.web.test_second_answers import sent

LABEL, TYPED, RIGHT = "SL26000003", "SL29000130", "SL29000131"


async def correct(client: Browser, field: str, new: str, **more: str) -> tuple[int, str]:
    """Send the form, with words."""
    return await do(client, "correct", **{"field": field, "new": new, "reason": "misread", **more})


def replaced_by(console: Console, serial: str) -> str | None:
    """What the registry says this unit was sent for; None for a unit that it does not know."""
    with console.engine.begin() as db:
        found = units.find(db, serial)
    return None if found is None else found.replaces


async def test_what_was_typed_is_corrected(console: Console, signed: Signed) -> None:
    """The new value counts on page, API and in the columns, the old event stays as it was, and
    both stand in the history in both languages; without words nothing is corrected."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    assert 'value="correct"' not in await (await engineer.get("/preclaims/2")).text()
    await sent(engineer, serial=TYPED)
    assert 'value="correct"' in await (await engineer.get("/preclaims/2")).text()
    assert 'value="correct"' not in await (await buyer.get("/preclaims/2")).text()
    assert (await correct(buyer, "tracking", "SF2"))[0] == 409
    assert (await correct(engineer, "tracking", "SF2", reason=" "))[0] == 409
    status, page = await correct(engineer, "credit_note", "CN-1")
    assert status == 409
    assert "has not been typed for this line" in page
    assert (await correct(engineer, "tracking", "SF1"))[0] == 409, "it says so already"
    assert (await correct(engineer, "rma_number", "R" * 65))[0] == 409, "as long as its own field"
    assert (await correct(engineer, "tracking", "SF2"))[0] == 303
    assert (await correct(engineer, "rma_number", "RMA-77"))[0] == 303
    history = await (await buyer.get("/preclaims/2?lang=en")).text()
    assert "Tracking number: <del>SF1</del> → SF2" in history
    assert "运单号：<del>SF1</del> → SF2" in await (await buyer.get("/preclaims/2?lang=zh")).text()
    answer = (await (await engineer.get("/api/v1/preclaims/2")).json())["answer"]
    assert (answer["tracking"], answer["rma_number"]) == ("SF2", "RMA-77")
    with console.engine.begin() as db:
        line = db.execute(select(t.claim_line).where(t.claim_line.c.id == 2)).one()
        told = [(e.type, e.payload.get("tracking")) for e in stories.log_of(db, 2)]
        assert line.rma_number == "RMA-77"
        assert [one for one in walk(db, Walked()) if one.line_id == 2] == []
    assert ("moved", "SF1") in told


async def test_programs_and_many_lines(signed: Signed) -> None:
    """A program reads what can be corrected and does it once for each key; a parcel of many lines
    is corrected by one form."""
    engineer = await signed("engineer")
    await sent(engineer, serial=TYPED)
    told = await (await engineer.get("/api/v1/preclaims/2")).json()
    (offered,) = [one for one in told["actions"] if one["action"] == "correct"]
    assert offered["reason_needed"]
    assert offered["fields"][0]["options"] == [
        "rma_number", "tracking", "carrier", "credit_note", "new_serial",
    ]  # fmt: skip
    keyed = {"Idempotency-Key": "k1", "X-Preclaim-Key": CSRF}
    body = {"reason": "misread", "fields": {"field": "carrier", "new": "SF"}}
    path = "/api/v1/preclaims/2/actions/correct"
    missing = await engineer.post(path, json=body, headers=keyed)
    assert (missing.status, (await missing.json())["code"]) == (409, "not_typed")
    body["fields"] = {"field": "tracking", "new": "SF8"}
    for result in ("done", "known"):
        said = await engineer.post(path, json=body, headers=keyed)
        assert (said.status, (await said.json())["result"]) == (200, result)
    form = await (await engineer.get("/preclaims/act?action=correct&line=2&lang=zh")).text()
    assert '<option value="tracking">运单号</option>' in form
    data = {"csrf": CSRF, "action": "correct", "line": "2", "reason": "misread"}
    data |= {"field": "tracking", "new": "SF9"}
    assert (await engineer.post("/preclaims/act", data=data)).status == 200
    told = await (await engineer.get("/api/v1/preclaims/2")).json()
    assert told["answer"]["tracking"] == "SF9"


async def test_another_unit_takes_its_place_in_the_chain(console: Console, signed: Signed) -> None:
    """The unit that was never sent leaves the registry's chain, with the reason, and the one that
    was takes the rest of the warranty; what a fulfilment refuses is refused here too, and then
    nothing changes."""
    engineer = await signed("engineer")
    open_case(console, ["SL27000001"])
    await sent(engineer, serial=TYPED)
    assert replaced_by(console, TYPED) == LABEL
    for wrong in (LABEL, "00000000", "SL27000001"):
        assert (await correct(engineer, "new_serial", wrong))[0] == 409, wrong
        assert replaced_by(console, TYPED) == LABEL
    assert (await correct(engineer, "new_serial", "SL29 000131"))[0] == 303
    assert replaced_by(console, TYPED) is None, "nobody had ever named it"
    assert replaced_by(console, RIGHT) == LABEL
    with console.engine.begin() as db:
        assert stories.story_of(db, 2).replacement_serial == RIGHT
    page = await (await engineer.get("/registry/import")).text()
    assert "Taken back: misread" in page
    anyway = await correct(engineer, "new_serial", "SL27000001", anyway="yes")
    assert anyway[0] == 303, anyway[1]
    assert replaced_by(console, "SL27000001") == LABEL


async def test_the_second_unit_is_corrected_alone(console: Console, signed: Signed) -> None:
    """A second unit was sent for the first one sent: its correction is too."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    await sent(engineer, serial=TYPED)
    assert (await do(buyer, "not_solved", reason="dead out of the box"))[0] == 303
    assert (await do(engineer, "fulfil", tracking="SF2", new_serial="SL29000140"))[0] == 303
    assert (await correct(engineer, "new_serial", RIGHT))[0] == 303
    assert [replaced_by(console, one) for one in (TYPED, "SL29000140", RIGHT)] == [
        LABEL,
        None,
        TYPED,
    ]
    assert (await do(buyer, "resolve"))[0] == 303
    status, page = await correct(engineer, "new_serial", "SL29000150")
    assert status == 409
    assert "while the line is fulfilled or resolving" in page


@pytest.mark.parametrize("is_logged", [False, True])
async def test_a_unit_changed_since_keeps_the_rest(
    console: Console, signed: Signed, *, is_logged: bool
) -> None:
    """More was written of the wrong unit meanwhile, by hand too: that stays, and the unit leaves
    the chain."""
    engineer = await signed("engineer")
    await sent(engineer, serial=TYPED)
    with console.engine.begin() as db:
        before = unit_images.read(db, [TYPED])[TYPED]
        after = msgspec.structs.replace(before, batch="LOT-9")
        if is_logged:
            imports.write_by_hand(
                db,
                Change(row=0, key=TYPED, before=before, after=after),
                organisation_id=before.organisation_id,
                actor="Wu",
                reason="seen on the box",
                now=NOW,
            )
        else:
            unit_images.put(db, {TYPED: after}, now=NOW)
    assert (await correct(engineer, "new_serial", RIGHT))[0] == 303
    assert replaced_by(console, TYPED) == ""
    assert replaced_by(console, RIGHT) == LABEL
    with console.engine.begin() as db:
        assert unit_images.read(db, [TYPED])[TYPED].batch == "LOT-9"


async def test_a_correction_is_told_with_both_values(console: Console, signed: Signed) -> None:
    """As an answer is, to the same people, once: before, after and why, in both languages; so is
    what became of a unit that was owed."""
    engineer = await signed("engineer")
    await sent(engineer, serial=TYPED)
    with console.engine.begin() as db:
        look_for_news(db, settled=timedelta(0), now=NOW)
    assert (await correct(engineer, "tracking", "SF2"))[0] == 303
    assert (await do(engineer, "receive_old", scanned_serial=LABEL))[0] == 303
    judged = {"finding": "no_fault_found", "bench": "48 h well"}
    assert (await do(engineer, "judge_return", **judged))[0] == 303
    with console.engine.begin() as db:
        for _ in range(2):
            look_for_news(db, settled=timedelta(0), now=NOW)
        query = select(t.notice).where(t.notice.c.topic == "claim_answered").order_by(t.notice.c.id)
        rows = [row for row in db.execute(query) if not row.step.startswith("approved")]
    assert [row.step.split(".")[0] for row in rows] == [
        "corrected", "unit_returned", "return_judged",
    ]  # fmt: skip
    assert "(corrected)" in rows[0].title_en
    assert rows[0].text_en == "the tracking number: SF1 → SF2. misread"
    assert rows[0].text_zh == "运单号：SF1 → SF2。misread"
    assert LABEL in rows[1].text_en
    assert "no fault found" in rows[2].text_en
