"""The page of silences: ask for one, see it, end it; within the own slice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from collector.store import accounts
from collector.store import tables as t
from collector.store.scope import Role
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

WISH = {
    "csrf": CSRF,
    "target": "site:quarry",
    "kind": "maintenance",
    "code": "",
    "reason": "crane moves the mast",
    "starts": "",
    "hours": "8",
}


def kept(console: Console) -> list[object]:
    """Every silence of the store."""
    with console.engine.connect() as db:
        return list(db.execute(select(t.silence)).all())


async def test_a_window_is_added_seen_and_ended(console: Console, signed: Signed) -> None:
    """It names owner, reason and end on the page in both languages and in the API; ending it is
    kept with the name, and both are in the audit log."""
    client = await signed("integrator")
    assert (await client.post("/silences", data=WISH)).status == 200
    text = await (await client.get("/silences")).text()
    for word in ("crane moves the mast", "integrator", "Quarry", "Maintenance", "End now"):
        assert word in text
    assert "维护窗口" in await (await client.get("/silences?lang=zh")).text()
    (item,) = (await (await client.get("/api/v1/silences")).json())["items"]
    assert (item["scope"], item["site"], item["made_by"]) == ("site", "quarry", "integrator")
    assert item["ends_at"] == (NOW + timedelta(hours=8)).isoformat()

    assert (await client.post("/silences/1/end", data={"csrf": CSRF})).status == 200
    (row,) = kept(console)
    assert (row.ends_at, row.ended_by) == (NOW, "integrator")  # type: ignore[attr-defined]
    with console.engine.connect() as db:
        actions = set(db.execute(select(t.audit.c.action)).scalars())
    assert {"maintenance.add", "maintenance.end"} <= actions


async def test_a_start_is_by_the_site_s_clock(console: Console, signed: Signed) -> None:
    """Eight in the evening at the quarry in November is seven in UTC."""
    client = await signed("integrator")
    await client.post("/silences", data={**WISH, "starts": "2026-11-24T20:00"})
    (row,) = kept(console)
    assert row.starts_at == datetime(2026, 11, 24, 19, tzinfo=UTC)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reason": " "}, "write why"),
        ({"target": "site:shop"}, "choose what it is for"),
        ({"target": "position:11"}, "choose what it is for"),
        ({"target": "organisation:factory"}, "choose what it is for"),
        ({"code": "no.such"}, "choose what it is for"),
        ({"hours": "100000"}, "30 days at most"),
        ({"starts": "2026-11-01T08:00"}, "over already"),
        ({"starts": "soon"}, "no time"),
    ],
)
async def test_what_cannot_be_kept_says_why(
    console: Console, signed: Signed, changes: dict[str, str], why: str
) -> None:
    """No reason, another's site, no such fault, no end in time: the form comes back with it."""
    client = await signed("integrator")
    answer = await client.post("/silences", data={**WISH, **changes})
    assert answer.status == 422
    assert why in await answer.text()
    assert kept(console) == []


async def test_only_keepers_of_the_slice_ask_and_end(console: Console, signed: Signed) -> None:
    """An engineer reads, a distributor not even that, a stranger ends nothing of others."""
    await (await signed("integrator")).post("/silences", data={**WISH, "target": "position:2"})
    engineer = await signed("engineer")
    assert "crane" in await (await engineer.get("/silences")).text()
    assert (await engineer.post("/silences", data=WISH)).status == 403
    assert (await (await signed("distributor")).get("/silences")).status == 403
    stranger = await signed("stranger")
    assert (await stranger.post("/silences/1/end", data={"csrf": CSRF})).status == 404
    assert "crane" not in await (await stranger.get("/silences")).text()
    (row,) = kept(console)
    assert (row.position_id, row.organisation_id, row.ended_by) == (2, "fit", "")  # type: ignore[attr-defined]


ASKED = {"target": "site:quarry", "reason": "crane moves the mast", "hours": 2}


def bearer(console: Console, role: Role, owner: str = "fit") -> dict[str, str]:
    """What a program of this role sends."""
    with console.engine.begin() as db:
        accounts.add_token(
            db,
            token=f"secret-{owner}",
            name="scheduler",
            role=role,
            organisation_id=owner,
            now=NOW,
        )
    return {"Authorization": f"Bearer secret-{owner}"}


async def test_a_program_asks_and_ends(console: Console, signed: Signed) -> None:
    """With a token it makes the same window as the page: owner, reason, end, audit; ended early
    it stays with the name of who did."""
    client, says = await signed(), bearer(console, Role.INTEGRATOR)
    wish = {**ASKED, "kind": "maintenance", "code": "device.unreachable"}
    made = await client.post("/api/v1/silences", json=wish, headers=says)
    assert made.status == 201
    item = await made.json()
    assert (item["organisation"], item["made_by"], item["kind"]) == (
        "fit",
        "scheduler",
        "maintenance",
    )
    assert item["ends_at"] == (NOW + timedelta(hours=2)).isoformat()
    listed = await (await client.get("/api/v1/silences", headers=says)).json()
    assert listed["items"] == [item]

    path = f"/api/v1/silences/{item['id']}"
    assert (await client.delete(path, headers=says)).status == 204
    assert (await client.delete(path, headers=says)).status == 204  # over: stays as it is
    (row,) = kept(console)
    assert (row.ends_at, row.ended_by) == (NOW, "scheduler")  # type: ignore[attr-defined]
    with console.engine.connect() as db:
        actions = list(db.execute(select(t.audit.c.action)).scalars())
    assert [one for one in actions if one.startswith("maint")] == [
        "maintenance.add",
        "maintenance.end",
    ]


async def test_the_same_wish_with_the_same_key_is_one_silence(
    console: Console, signed: Signed
) -> None:
    """Sent again: 200 and the silence it made; another wish by that key is refused, and another's
    same key is a key of its own."""
    client = await signed()
    mine = {**bearer(console, Role.INTEGRATOR), "Idempotency-Key": "night-7"}
    first = await client.post("/api/v1/silences", json=ASKED, headers=mine)
    again = await client.post("/api/v1/silences", json=ASKED, headers=mine)
    assert (first.status, again.status) == (201, 200)
    assert await first.json() == await again.json()
    other = await client.post("/api/v1/silences", json={**ASKED, "hours": 3}, headers=mine)
    assert other.status == 422
    assert "new one" in (await other.json(content_type="application/problem+json"))["detail"]
    theirs = {**bearer(console, Role.INTEGRATOR, "other"), "Idempotency-Key": "night-7"}
    wish = {**ASKED, "target": "site:shop"}
    assert (await client.post("/api/v1/silences", json=wish, headers=theirs)).status == 201
    assert len(kept(console)) == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({**ASKED, "reason": " "}, "write why"),
        ({**ASKED, "target": "site:shop"}, "choose what it is for"),
        ({**ASKED, "kind": "rest"}, "choose what it is for"),
        ({**ASKED, "code": "no.such"}, "choose what it is for"),
        ({**ASKED, "hours": 1e9}, "30 days at most"),
        ({**ASKED, "starts_at": "9999-12-31T23:00:00Z"}, "30 days at most"),
        ({**ASKED, "starts_at": "2026-11-01T08:00:00Z"}, "over already"),
        ({**ASKED, "starts_at": "2026-11-26T08:00:00"}, "starts_at"),
        ({**ASKED, "until": "tomorrow"}, "until"),
        ({"target": "site:quarry", "hours": 2}, "reason"),
        ("site:quarry", "object"),
    ],
)
async def test_a_program_is_told_what_is_wrong(
    console: Console, signed: Signed, body: object, why: str
) -> None:
    """A problem document with the field or the reason; nothing is kept."""
    client, says = await signed(), bearer(console, Role.INTEGRATOR)
    answer = await client.post("/api/v1/silences", json=body, headers=says)
    assert answer.status == 422
    assert why in (await answer.json(content_type="application/problem+json"))["detail"]
    assert kept(console) == []


async def test_the_api_s_guards_are_those_of_the_page(console: Console, signed: Signed) -> None:
    """No token: 401; an engineer's: 403; another slice: 404; a session needs its key in a header,
    for a cookie alone may be sent by any page."""
    client = await signed()
    assert (await client.post("/api/v1/silences", json=ASKED)).status == 401
    engineer = bearer(console, Role.FACTORY_ENGINEER, "factory")
    assert (await client.post("/api/v1/silences", json=ASKED, headers=engineer)).status == 403
    person = await signed("integrator")
    for key, status in (("", 403), ("wrong", 403), ("schlüssel", 403), (CSRF, 201)):
        answer = await person.post(
            "/api/v1/silences", json=ASKED, headers={"X-Preclaim-Key": key} if key else {}
        )
        assert answer.status == status
    assert (await person.delete("/api/v1/silences/1")).status == 403
    stranger = bearer(console, Role.INTEGRATOR, "other")
    assert (await client.delete("/api/v1/silences/1", headers=stranger)).status == 404
    assert (await client.delete("/api/v1/silences/9", headers=stranger)).status == 404
    (row,) = kept(console)
    assert row.ended_by == ""  # type: ignore[attr-defined]
