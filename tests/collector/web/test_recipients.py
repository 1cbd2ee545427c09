"""Account managers by page, list and API: administrators alone, within their slice."""

from __future__ import annotations

import aiohttp
from sqlalchemy import select

from collector.recipient_list import read
from collector.store import tables as t
from tests.collector.web.conftest import CSRF, Console, Signed

KEY = {"X-Preclaim-Key": CSRF}


def form_of(content: bytes) -> aiohttp.FormData:
    """The form with a list."""
    form = aiohttp.FormData()
    form.add_field("csrf", CSRF)
    form.add_field("organisation", "factory")
    form.add_field("list", content, filename="recipients.csv")
    return form


async def test_one_is_added_listed_and_taken_off(console: Console, signed: Signed) -> None:
    """By hand, then seen in both languages, in the API and in the CSV, which reads back the same;
    each change is in the audit log."""
    client = await signed("admin")
    wish = {
        "csrf": CSRF, "organisation": "factory", "maker": "-Sunny", "buyer": "", "language": "zh",
        "name": "Wang Fang", "email": "wang@example.com",
    }  # fmt: skip
    assert (await client.post("/recipients", data=wish)).status == 200
    bad = await client.post("/recipients", data={**wish, "email": "nobody"})
    assert bad.status == 422
    assert "no mail address" in await bad.text()
    assert "wang<wbr>@example.com" in await (await client.get("/recipients?lang=zh")).text()
    (item,) = (await (await client.get("/api/v1/recipients")).json())["items"]
    assert (item["maker"], item["buyer"], item["language"]) == ("-Sunny", None, "zh")
    (row,) = read(
        await (await client.get("/recipients.csv")).read(), organisation_id="factory"
    ).rows
    assert (row.maker, row.email) == ("-Sunny", "wang@example.com")

    await client.post(f"/recipients/{item['id']}/remove", data={"csrf": CSRF})
    assert (await (await client.get("/api/v1/recipients")).json())["items"] == []
    with console.engine.connect() as db:
        actions = set(db.execute(select(t.audit.c.action)).scalars())
    assert {"recipient.add", "recipient.remove"} <= actions


async def test_a_list_is_taken_whole_or_not(console: Console, signed: Signed) -> None:
    """A wrong row is named with its number, and nothing is kept; mended, all is."""
    client = await signed("admin")
    head = "制造商,buyer,name,email\n"
    wrong = await client.post(
        "/recipients/list", data=form_of(f"{head}M,B,Li,li@x.org\nM,B,Wu,wu\n".encode())
    )
    assert wrong.status == 422
    assert "3: email" in " ".join((await wrong.text()).split())
    assert (await (await client.get("/api/v1/recipients")).json())["items"] == []
    right = f"{head}M,B,Li,li@x.org\nM,,Wu,wu@x.org\n".encode()
    assert (await client.post("/recipients/list", data=form_of(right))).status == 200
    items = (await (await client.get("/api/v1/recipients")).json())["items"]
    assert [(i["maker"], i["buyer"], i["name"]) for i in items] == [
        ("M", None, "Wu"), ("M", "B", "Li")
    ]  # fmt: skip


async def test_programs_add_and_take_off(console: Console, signed: Signed) -> None:
    """201, then 200 for the same address; what is wrong says an example; nobody else may."""
    client = await signed("admin")
    body = {"maker": "M", "name": "Li", "email": "li@x.org", "organisation": "factory"}
    for status, more in ((201, {}), (200, {"name": "Li Wei"}), (422, {"email": "li"})):
        made = await client.post("/api/v1/recipients", json={**body, **more}, headers=KEY)
        assert made.status == status
    (item,) = (await (await client.get("/api/v1/recipients")).json())["items"]
    assert item["name"] == "Li Wei"
    gone = await client.delete(f"/api/v1/recipients/{item['id']}", headers=KEY)
    assert gone.status == 204
    others = await signed("engineer")
    assert (await others.get("/recipients")).status == 403
    assert (await others.get("/api/v1/recipients")).status == 403
