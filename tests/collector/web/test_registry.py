"""The registry's pages: what was delivered, its import with diff and undo, its documents."""

from __future__ import annotations

import re

import aiohttp
from aiohttp import FormData
from sqlalchemy import func, select, update

from collector.store import tables as t
from tests.collector.web.conftest import CSRF, Browser, Console, Signed

LIST = (
    "serial,model,batch,buyer,delivered_on,wrong column\n"
    "SL27000001,SL-4G-PT2,LOT-2027-01,North Trading,2027-01-05,x\n"
    "SL26000002,SL-BULLET-5,LOT-2026-08,,,\n"
    "00000000,SL-4G-PT2,LOT-2027-01,,,\n"
)


async def upload(client: Browser, text: str) -> str:
    """Upload a list; the URL of its diff."""
    form = FormData()
    form.add_field("csrf", CSRF)
    form.add_field("list", text.encode(), filename="list.csv", content_type="text/csv")
    answer = await client.post("/registry/import", data=form, allow_redirects=False)
    assert answer.status == 303
    return answer.headers["Location"]


def plan_of(text: str) -> str:
    """The plan that the page's form would confirm."""
    found = re.search(r'name="plan" value="([0-9a-f]{16})"', text)
    assert found is not None
    return found[1]


def batch_of(console: Console, serial: str) -> str | None:
    """The batch of a unit; None when there is no such unit."""
    with console.engine.connect() as db:
        return db.execute(select(t.unit.c.batch).where(t.unit.c.serial == serial)).scalar()


async def test_list_is_shown_then_written_then_undone(console: Console, signed: Signed) -> None:
    """The diff names every row, the confirmation writes just that, and the undo takes it back."""
    client = await signed("engineer")
    place = await upload(client, LIST)
    shown = await (await client.get(place)).text()
    assert "1 new, 1 changed, 0 unchanged, 0 in conflict, 1 refused" in shown
    assert "batch: LOT-2026-07 → LOT-2026-08" in shown
    assert "wrong column" in shown
    assert batch_of(console, "SL27000001") is None

    await client.post(place, data={"csrf": CSRF, "plan": plan_of(shown)})
    assert batch_of(console, "SL27000001") == "LOT-2027-01"
    assert batch_of(console, "SL26000002") == "LOT-2026-08"

    done = await (await client.get(place)).text()
    assert "pre-claim PC-2026-000001 rests on it" in done
    await client.post(f"{place}/undo", data={"csrf": CSRF})
    assert batch_of(console, "SL27000001") is None
    assert batch_of(console, "SL26000002") == "LOT-2026-08"


async def test_diff_that_no_longer_holds_is_not_written(console: Console, signed: Signed) -> None:
    """Another change came between diff and confirmation: nothing is written, and it is said."""
    client = await signed("engineer")
    place = await upload(client, LIST)
    plan = plan_of(await (await client.get(place)).text())
    with console.engine.begin() as db:
        db.execute(update(t.unit).where(t.unit.c.serial == "SL26000002").values(batch="LOT-X"))
    answer = await client.post(place, data={"csrf": CSRF, "plan": plan})

    assert answer.status == 409
    assert "Nothing was written" in await answer.text()
    assert batch_of(console, "SL27000001") is None


async def test_unit_page_tells_what_is_known(signed: Signed) -> None:
    """Delivery, warranty end, aliases, lots, where it hangs, its claims and who changed it."""
    text = await (await (await signed("engineer")).get("/registry/units/SL26000002")).text()

    for said in (
        "2028-03-14",
        "CMR 88-1204",
        "9c:8e:cd:2a:11:b0",
        "IRC-26-04",
        "Crusher",
        "PC-2026-000001",
        "report.pdf",
        "mac: + 9c:8e:cd:2a:11:b0",
    ):
        assert said in text, said


async def test_search_finds_by_alias_lot_batch_and_buyer(signed: Signed) -> None:
    """One field finds a unit by any of its names."""
    client = await signed("distributor")
    for wanted in ("SL26000002", "2A:11:B0", "IRC-26", "LOT-2026-07", "north trading"):
        text = await (await client.get("/registry", params={"q": wanted})).text()
        assert "SL26000002" in text, wanted


async def test_integrator_reads_only_the_units_at_own_sites(signed: Signed) -> None:
    """A unit of the same batch that hangs elsewhere does not exist for an integrator."""
    client = await signed("integrator")
    text = await (await client.get("/registry", params={"batch": "LOT-2026-07"})).text()

    assert "SL26000002" in text
    assert "SL26000050" not in text
    assert (await client.get("/registry/units/SL26000050")).status == 404
    assert "edits" not in await (await client.get("/registry/units/SL26000002")).text()


async def test_document_is_kept_by_its_hash(console: Console, signed: Signed) -> None:
    """A PDF is added to its batch and downloaded; what is no document is refused with a reason."""
    client = await signed("engineer")

    def form(content: bytes) -> FormData:
        made = FormData()
        made.add_field("csrf", CSRF)
        made.add_field("kind", "certificate")
        made.add_field("document", content, filename="../ce <x>.pdf")
        return made

    refused = await client.post("/registry/documents?batch=LOT-2026-09", data=form(b"<html>"))
    assert refused.status == 422
    assert "no PDF" in await refused.text()
    await client.post("/registry/documents?batch=LOT-2026-09", data=form(b"%PDF-1.7 x"))
    with console.engine.connect() as db:
        number = db.execute(select(func.max(t.batch_document.c.id))).scalar_one()
    answer: aiohttp.ClientResponse = await client.get(f"/registry/documents/{number}")
    assert await answer.read() == b"%PDF-1.7 x"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (await (await signed("stranger")).get(f"/registry/documents/{number}")).status == 404


async def test_person_links_what_agents_see(console: Console, signed: Signed) -> None:
    """The position stands beside its likely unit; a link needs a reason, is logged and undone."""
    with console.engine.begin() as db:
        db.execute(
            update(t.position)
            .where(t.position.c.id == 8)
            .values(
                aliases='[["onvif_serial", "BULLET5-SL26000120"], ["mac", "00:00:23:34:45:66"]]'
            )
        )
    client = await signed("engineer")
    listed = await (await client.get("/registry/match")).text()
    assert "Roof" in listed
    assert "00:00:23:34:45:66 is a default" in listed
    shown = await (await client.get("/registry/match/8")).text()
    assert "SL26000120" in shown
    assert "its ONVIF serial holds the serial" in shown

    form = {"csrf": CSRF, "serial": "SL26000120"}
    assert (await client.post("/registry/match/8", data=form)).status == 422
    answer = await client.post(
        "/registry/match/8", data={**form, "reason": "label read"}, allow_redirects=False
    )
    assert answer.status == 303
    with console.engine.connect() as db:
        linked = db.execute(
            select(t.unit_alias.c.value).where(t.unit_alias.c.serial == "SL26000120")
        ).scalars()
        assert list(linked) == ["BULLET5-SL26000120"]
        said = db.execute(select(t.audit.c.detail).where(t.audit.c.action == "registry.link"))
        assert "Roof (position 8) is SL26000120: label read" in said.scalar_one()
    taken = await client.post(
        "/registry/match/8", data={"csrf": CSRF, "serial": "SL26000121", "reason": "guess"}
    )
    assert "already belongs to SL26000120" in await taken.text()

    await client.post(f"{answer.headers['Location']}/undo", data={"csrf": CSRF})
    with console.engine.connect() as db:
        rest = db.execute(
            select(t.unit_alias.c.value).where(t.unit_alias.c.serial == "SL26000120")
        ).scalars()
        assert list(rest) == []


async def test_two_positions_with_one_serial_are_shown(console: Console, signed: Signed) -> None:
    """Both places of a serial wait for a person, and the integrator sees why."""
    with console.engine.begin() as db:
        db.execute(update(t.position).where(t.position.c.id == 4).values(label_serial="SL26000002"))
    client = await signed("integrator")
    text = await (await client.get("/registry/match")).text()

    assert text.count("serial SL26000002 hangs at 2 positions") == 2
    form = {"csrf": CSRF, "serial": "SL26000120", "reason": "x"}
    assert (await client.post("/registry/match/4", data=form)).status == 403


async def test_rma_list_is_cut_to_the_slice_and_the_filter(signed: Signed) -> None:
    """Each reader's file holds the own claims, of the buyer and the period asked for."""
    client = await signed("integrator")
    text = await (await client.get("/registry/rma/list.csv")).text()
    assert "PC-2026-000001" in text
    assert "PC-2026-000004" not in text
    page = await (await client.get("/registry/rma", params={"from": "2030-01-01"})).text()
    assert "PC-2026-000001" not in page
    other = await (await client.get("/registry/rma/list.csv", params={"buyer": "Nobody"})).text()
    assert len(other.splitlines()) == 1
