"""The page of silences: ask for one, see it, end it; within the own slice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from collector.store import tables as t
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
