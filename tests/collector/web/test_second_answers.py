"""What goes on after a first answer: another unit, an unanswered counter, a changed address."""

from __future__ import annotations

from sqlalchemy import select

from collector.act import By, Wish
from collector.act_once import act_once
from collector.claims.policy import DEFAULT
from collector.report_list import MOST_ROWS
from collector.roles import Role
from collector.store import answers, stories, units
from collector.store import tables as t
from collector.store.scope import scope_of
from collector.store.views.cases import MOST
from tests.collector.web.conftest import CSRF, NOW, Browser, Console, Signed
from tests.collector.web.test_actions import do
from tests.collector.web.test_review import open_case


async def sent(engineer: Browser, *, serial: str) -> None:
    """An advance replacement leaves for line 2."""
    for action, fields in (
        ("take", {}),
        ("approve", {"reason": "seen", "path": "advance_replace", "origin": "factory"}),
        ("begin", {}),
        ("fulfil", {"tracking": "SF1", "new_serial": serial}),
    ):
        assert (await do(engineer, action, **fields))[0] == 303, action


async def test_a_replacement_that_fails_is_replaced(console: Console, signed: Signed) -> None:
    """The second unit is sent for the first one sent, not again for the claimed one: the chain goes
    on, and the same unit under another tracking number changes no chain."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    await sent(engineer, serial="SL26000130")
    assert (await do(buyer, "not_solved", reason="dead out of the box"))[0] == 303
    again = await do(engineer, "fulfil", tracking="SF2", new_serial="SL26000130")
    assert again[0] == 303, "it came back undelivered"
    assert (await do(buyer, "not_solved", reason="dead out of the box"))[0] == 303
    status, page = await do(engineer, "fulfil", tracking="SF3", new_serial="SL26000131")
    assert status == 303, page
    with console.engine.begin() as db:
        story = stories.story_of(db, 2)
        chain = [
            found.replaces if (found := units.find(db, serial)) else None
            for serial in ("SL26000130", "SL26000131")
        ]
    assert story.replacement_serial == "SL26000131"
    assert chain == ["SL26000003", "SL26000130"]


async def test_no_unit_of_others_is_sent(console: Console, signed: Signed) -> None:
    """A scan that names a unit with a claim of its own, or another buyer's, is refused, and that
    unit's warranty stays; words let it pass."""
    engineer = await signed("engineer")
    open_case(console, ["SL27000001"])
    for action, fields in (
        ("take", {}),
        ("approve", {"reason": "seen", "path": "advance_replace", "origin": "factory"}),
        ("begin", {}),
    ):
        assert (await do(engineer, action, **fields))[0] == 303, action
    with console.engine.begin() as db:
        others = db.execute(
            select(t.unit.c.serial).where(
                t.unit.c.delivered_on.is_not(None), t.unit.c.replaces == ""
            )
        ).scalars()
        serial = next(one for one in others if one != "SL26000003")
        db.execute(t.unit.update().where(t.unit.c.serial == serial).values(buyer="Another"))
    for wrong in ("SL27000001", serial):
        status, page = await do(engineer, "fulfil", tracking="SF1", new_serial=wrong)
        assert status == 409, wrong
        assert "claimed itself, blocked, or was delivered to another buyer" in page
    with console.engine.begin() as db:
        assert (found := units.find(db, serial)) is not None
        assert found.replaces == ""
    told = await do(
        engineer, "fulfil", tracking="SF1", new_serial="SL27000001", reason="repaired at once"
    )
    assert told[0] == 303


async def test_nothing_begins_over_a_counter(console: Console, signed: Signed) -> None:
    """What the buyer countered is answered before anything is sent, or words say why not."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    for action, fields in (
        ("take", {}),
        ("approve", {"reason": "seen", "path": "parts", "origin": "factory"}),
    ):
        assert (await do(engineer, action, **fields))[0] == 303, action
    assert (await do(buyer, "counter_path", counter="credit", reason="site closes"))[0] == 303
    status, page = await do(engineer, "begin")
    assert status == 409
    assert "the buyer proposed another resolution" in page
    assert (await do(engineer, "begin", reason="agreed by telephone"))[0] == 303


async def test_the_last_address_stands(console: Console, signed: Signed) -> None:
    """One line's older address does not come back over the one that the case has since."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    assert (await do(buyer, "confirm_ship_to", ship_to="Old yard 1"))[0] == 303
    with console.engine.begin() as db:
        db.execute(t.claim_case.update().where(t.claim_case.c.id == 2).values(ship_to="New yard 2"))
    page = await (await buyer.get("/preclaims/2")).text()
    assert "Old yard 1</textarea>" not in page
    assert "New yard 2</textarea>" in page
    told = await (await engineer.get("/api/v1/preclaims/2")).json()
    assert told["answer"]["ship_to"] == "New yard 2"


async def test_who_pays_for_a_rejection(console: Console, signed: Signed) -> None:
    """What came back without a fault goes at the customer's cost, whatever origin was assumed when
    it was approved."""
    engineer = await signed("engineer")
    for action, fields in (
        ("take", {}),
        ("approve", {"reason": "seen", "path": "replace_unit", "origin": "factory"}),
        ("await_return", {}),
        ("receive", {"scanned_serial": "SL26000003"}),
        ("bench", {"bench": "48 h without a fault", "reason": "nothing found"}),
    ):
        assert (await do(engineer, action, **fields))[0] == 303, action
    page = await (await engineer.get("/preclaims/2")).text()
    assert "<dd>the factory, both ways" in page
    assert (await do(engineer, "reject", reason="see bench", reason_code="no_fault_found"))[
        0
    ] == 303
    page = await (await engineer.get("/preclaims/2")).text()
    assert "<dd>the customer, both ways" in page
    assert "<dt>Fee</dt><dd>none" in page, "the policy has none"
    told = (await (await engineer.get("/api/v1/preclaims/2")).json())["answer"]
    assert told["finding"] == "no_fault_found"
    assert told["fee"] == {"amount": None, "ways_paid_by": "customer", "waived_by": None}
    assert "未发现故障" in await (await engineer.get("/preclaims/2?lang=zh")).text()


async def test_a_partner_repairs_on_site(signed: Signed) -> None:
    """Joined collectors are offered by name, any other can be typed; the buyer sees who comes."""
    engineer = await signed("engineer")
    await do(engineer, "take")
    form = await (await engineer.get("/preclaims/2")).text()
    assert 'list="offered-repair_partner"' in form
    assert '<option value="shop-collector">' in form
    repaired = {"path": "onsite_repair", "origin": "factory", "repair_partner": "Camhi Iberia"}
    assert (await do(engineer, "approve", reason="seen", **repaired))[0] == 303
    page = await (await (await signed("integrator")).get("/preclaims/2")).text()
    assert "<dd>Camhi Iberia</dd>" in page


async def test_a_large_case_is_counted_whole(console: Console, signed: Signed) -> None:
    """A list of reports opens one case: each of its lines counts, however many they are."""
    assert MOST >= MOST_ROWS
    serials = [f"SL27{n:06}" for n in range(501)]
    lines = open_case(console, serials, submit=False)
    with console.engine.begin() as db:
        case_id = answers.read(db, lines[-1]).case_id
    page = await (await (await signed("integrator")).get(f"/cases/{case_id}")).text()
    assert "0/501 approved" in page
    assert serials[-1] in page


def test_a_key_is_of_one_caller(console: Console) -> None:
    """Two programs that call themselves the same and count their requests from one: the second
    one's is done, and is not taken for the first one's."""
    wish = Wish(action="confirm_ship_to", fields={"ship_to": "Quarry road 3"})
    done = []
    for organisation, role in (("fit", Role.INTEGRATOR), ("factory", Role.ADMIN)) * 2:
        with console.engine.begin() as db:
            scope = scope_of(db, organisation_id=organisation, role=role)
            by = By(name="erp", scope=scope, organisation_id=organisation)
            acted = act_once(db, 2, wish, token="1", by=by, policy=DEFAULT, now=NOW)
            done.append(acted.is_known)
    assert done == [False, False, True, True]


async def test_each_unit_that_was_replaced_ahead_comes_back(
    console: Console, signed: Signed
) -> None:
    """The claimed one, and the first replacement that failed too: each is received by its own
    label at goods-in; the page and the API say what is still owed."""
    engineer, buyer = await signed("engineer"), await signed("integrator")
    await sent(engineer, serial="SL26000130")
    assert (await do(buyer, "not_solved", reason="dead out of the box"))[0] == 303
    assert (await do(engineer, "fulfil", tracking="SF2", new_serial="SL26000131"))[0] == 303

    async def owed() -> list[str]:
        told = await (await buyer.get("/api/v1/preclaims/2")).json()
        return list((told["answer"]["owed"] or {"serials": []})["serials"])

    async def queued() -> bool:
        page = await (await engineer.get("/review", params={"turn": "owed"})).text()
        assert ("Old unit due back (1)" in page) is ("old unit owed since" in page)
        return 'href="/preclaims/2"' in page

    assert await owed() == ["SL26000003", "SL26000130"]
    assert await queued()
    assert "Old unit due back" in await (await buyer.get("/preclaims/2")).text()
    assert "待退回的旧设备" in await (await buyer.get("/preclaims/2?lang=zh")).text()

    async def scan(serial: str) -> int:
        form = {"csrf": CSRF, "scanned_serial": serial}
        sent = await engineer.post("/review/receive", data=form, allow_redirects=False)
        return int(sent.status)

    assert await scan("SL26000131") == 409, "that one is to stay there"
    assert await scan("sl26000130") == 303
    assert await owed() == ["SL26000003"]
    assert await queued()
    assert await scan("SL26000130") == 409, "it is here"
    assert await scan("SL26000003") == 303
    assert await owed() == []
    assert not await queued()
    assert (await do(buyer, "receive_old", scanned_serial="SL26000003"))[0] == 409
    page = await (await buyer.get("/preclaims/2?lang=en")).text()
    assert "Old unit received" in page
    assert "Old unit due back" not in page
