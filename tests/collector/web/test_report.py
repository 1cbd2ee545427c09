"""Reporting faults by hand: the form, the list, the API, and the files that people bring."""

from __future__ import annotations

import re

import pytest
from aiohttp import FormData
from sqlalchemy import func, select

from collector.store import accounts
from collector.store import tables as t
from collector.store.scope import Role
from tests.collector.claims.test_photo import JPEG, PHONE, PLACE
from tests.collector.web.conftest import CSRF, Browser, Console, Signed

SERIAL = "SL26000120"
SAID = {
    "csrf": CSRF,
    "once": "form-1",
    "subject": "unit",
    "serial": SERIAL,
    "code": "ircut.stuck_open",
    "since": "2026-11-20",
    "description": "pink picture by day since the storm",
}


def form(*files: tuple[str, bytes], **changes: str) -> FormData:
    """The form as a phone sends it."""
    made = FormData({**SAID, **changes})
    made.add_field("tried", "restarted")
    for name, content in files:
        made.add_field("files", content, filename=name, content_type="image/jpeg")
    return made


def count(console: Console) -> tuple[int, int, int]:
    """How many lines, reports and files there are."""
    with console.engine.connect() as db:
        return tuple(  # type: ignore[return-value]  # three
            db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (t.claim_line, t.claim_report, t.claim_file)
        )


async def test_report_with_a_photo_is_a_preclaim(console: Console, signed: Signed) -> None:
    """It opens once, however often the form is sent; its page tells what was told, shows the
    photo without its place, and says what is missing; a distributor does not see the photo."""
    client = await signed("integrator")
    lines, reports, files = count(console)
    places = []
    for _ in range(2):
        sent = form(("../IMG 1.jpg", PHONE))
        answer = await client.post("/preclaims/new", data=sent, allow_redirects=False)
        places.append(answer.headers["Location"])
    page = await (await client.get(places[0])).text()
    chinese = await (await client.get(f"{places[0]}&lang=zh")).text()
    told = await (await client.get(f"/api/v1{places[0].partition('?')[0]}")).json()
    photo = told["files"][0]["url"]
    shown = await client.get(photo)
    today, listed = [await (await client.get(path)).text() for path in ("/?lang=en", "/preclaims")]

    assert count(console) == (lines + 1, reports + 1, files + 1)
    assert [place.partition("told=")[2] for place in places] == ["opened", "known"]
    assert "pink picture by day since the storm" in page and "was opened from your report" in page
    assert "人工报告" in chinese
    assert "Reported by people, at no site" in today and "files from people: 1" in listed
    assert PLACE not in await shown.read() and shown.content_type == "image/jpeg"
    assert told["must"] == {
        "serial": True, "model": True, "delivery": True,
        "description": True, "image": True, "tried": True,
    }  # fmt: skip
    assert (await (await signed("distributor")).get(photo)).status == 403
    assert (await (await signed("stranger")).get(photo)).status == 404


async def test_second_report_of_a_serial_is_told_where_it_went(
    console: Console, signed: Signed
) -> None:
    """Serial SL26000002 has an open pre-claim: the report is a finding of it."""
    client = await signed("integrator")
    lines = count(console)[0]
    answer = await client.post("/preclaims/new", data=form(serial="SL26000002", once="x"))

    assert answer.url.path == "/preclaims/1"
    assert "your report was added to PC-2026-000001" in await answer.text()
    assert count(console)[0] == lines


@pytest.mark.parametrize(
    ("changes", "content", "words"),
    [
        ({"code": "picture.dirty"}, JPEG, "not applicable, because"),
        ({"serial": "00000000"}, JPEG, "names no single device"),
        ({}, b"<html>", "is no JPEG, PNG, MP4, WebM or PDF"),
        ({"organisation": "other"}, JPEG, "your own organisation"),
    ],
)
async def test_what_is_refused_keeps_what_was_typed(
    console: Console, signed: Signed, changes: dict[str, str], content: bytes, words: str
) -> None:
    """Nothing is kept, the reason stands above, the words stand in the form."""
    client = await signed("integrator")
    before = count(console)
    answer = await client.post("/preclaims/new", data=form(("a.jpg", content), **changes))
    text = await answer.text()

    assert answer.status == 422
    assert words in text and "pink picture by day since the storm" in text
    assert count(console) == before


async def test_list_is_shown_before_it_is_taken(console: Console, signed: Signed) -> None:
    """The page tells each row's result, and takes the same content when it is confirmed."""
    client = await signed("engineer")
    lines = count(console)[0]
    rows = (
        "serial,fault,description,organisation\n"
        f"{SERIAL},红外灯不亮,dark by night near the lamp,fit\n{SERIAL},other,x,fit\n"
        "SL26000121,ir_led.dead,dark by night near the lamp,\n"
    ).replace("红外灯不亮", "IR lamp dead")
    sent = FormData({"csrf": CSRF})
    sent.add_field("list", rows.encode(), filename="a.csv", content_type="text/csv")
    shown = await (await client.post("/preclaims/new/list", data=sent)).text()
    assert count(console)[0] == lines
    content = re.search(r'name="content" value="([^"]+)"', shown)
    assert content is not None and "Rows that are left out: 2" in shown
    done = await client.post(
        "/preclaims/new/list?lang=zh",
        data={"csrf": CSRF, "content": content[1], "confirm": "yes"},
    )

    assert "已完成" in await done.text()
    assert count(console)[0] == lines + 1


async def program(console: Console) -> tuple[Browser, dict[str, str]]:
    """A program of the integrator with its token."""
    with console.engine.begin() as db:
        accounts.add_token(
            db, token="secret", name="crm", role=Role.INTEGRATOR, organisation_id="fit",
            now=console.now,
        )  # fmt: skip
    return await console.client(), {"Authorization": "Bearer secret"}


WISH = {
    "serial": SERIAL,
    "code": "ircut.stuck_open",
    "since": "2026-11-20",
    "description": "pink picture by day",
    "tried": ["restarted"],
}


async def test_program_reports_with_its_own_key(console: Console) -> None:
    """201, then 200 for the same key; another body or no key is a problem that says so."""
    client, token = await program(console)
    path, keyed = "/api/v1/preclaims", {**token, "Idempotency-Key": "job-7"}
    first = await client.post(path, json=WISH, headers=keyed)
    again = await client.post(path, json=WISH, headers=keyed)
    other = await client.post(path, json={**WISH, "code": "ir_led.dead"}, headers=keyed)
    bare = await client.post(path, json=WISH, headers=token)
    dirty = await client.post(
        f"{path}?lang=zh", json={**WISH, "code": "picture.dirty"},
        headers={**token, "Idempotency-Key": "job-8"},
    )  # fmt: skip
    one, two = await first.json(), await again.json()
    told = [(a.status, a.content_type) for a in (other, bare, dirty)]

    assert (first.status, again.status) == (201, 200)
    assert (one["result"], two["result"], one["id"]) == ("opened", "known", two["id"])
    assert (one["via"], one["reporter"]) == ("api", "crm")
    assert told == [(code, "application/problem+json") for code in (422, 400, 422)]
    assert "不适用" in (await dirty.json())["detail"]
    files = f"{first.headers['Location']}/files?name=a.jpg"
    kept = [(await client.post(files, data=body, headers=token)).status for body in (JPEG, JPEG)]
    wrong = await client.post(files, data=b"<html>", headers=token)
    await client.session.close()

    assert kept == [201, 200]
    assert (wrong.status, wrong.content_type) == (415, "application/problem+json")
