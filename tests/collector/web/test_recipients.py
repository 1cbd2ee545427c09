"""Account managers by page, list and API: administrators alone, within their slice."""

from __future__ import annotations

import aiohttp
from sqlalchemy import select

from collector.claims.problem import Both
from collector.notify.recipients import Recipient
from collector.notify.topics import Topic
from collector.recipient_list import read
from collector.store import letters, notices, recipients
from collector.store import tables as t
from collector.store.notices import Happened
from collector.tell import tell
from tests.collector.jobs.test_tell import BY_MAIL
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

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
    body = {"maker": "M", "name": "Li", "email": "li@x.org"}
    for status, more in ((201, {}), (200, {"name": "Li Wei"}), (422, {"email": "li"})):
        made = await client.post("/api/v1/recipients", json={**body, **more}, headers=KEY)
        assert made.status == status
    (item,) = (await (await client.get("/api/v1/recipients")).json())["items"]
    assert (item["name"], item["organisation"]) == ("Li Wei", "factory")
    gone = await client.delete(f"/api/v1/recipients/{item['id']}", headers=KEY)
    assert gone.status == 204
    others = await signed("engineer")
    assert (await others.get("/recipients")).status == 403
    assert (await others.get("/api/v1/recipients")).status == 403


async def test_a_claim_s_page_says_to_whom_it_was_mailed(console: Console, signed: Signed) -> None:
    """By name, with what became of it, in both languages; nothing is there before a mail."""
    client = await signed("integrator")
    assert "Mailed to" not in await (await client.get("/preclaims/1")).text()
    with console.engine.begin() as db:
        recipients.keep(
            db,
            Recipient(
                id=0, organisation_id="factory", maker="", buyer="", name="Wang Fang",
                email="wang@example.com", language="zh",
            ),
            by="admin",
            now=NOW,
        )  # fmt: skip
        happened = Happened(
            organisation_id="fit", topic=Topic.CLAIM_SUBMITTED.value, thing="claim", thing_id=1,
            step="submitted.1", title=Both("t", "t"), text=Both("", ""), path="/", at=NOW,
        )  # fmt: skip
        notices.add(db, happened)
        tell(db, notify=BY_MAIL, now=NOW)
        for number in db.execute(select(t.letter.c.id).where(t.letter.c.kind == "pack")).scalars():
            letters.end(db, letter_id=number, state="sent", why="", now=NOW)
    text = await (await client.get("/preclaims/1")).text()
    assert "Mailed to" in text
    assert "Wang Fang" in text
    assert "wang@example.com" not in text
    assert "已邮件发送给" in await (await client.get("/preclaims/1?lang=zh")).text()
