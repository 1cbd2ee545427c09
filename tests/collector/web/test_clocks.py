"""Both clocks on the pre-claim's page, on the list, and in the API."""

from __future__ import annotations

from collector.claims.clock_terms import DEFAULT_TERMS
from collector.claims.lifecycle import Actor
from collector.hold_line import hold_line
from collector.renew_clocks import renew_line
from tests.collector.web.conftest import NOW, Console, Signed


async def test_clocks_are_shown(console: Console, signed: Signed) -> None:
    """When it is due, that a manager holds it and why, in both languages and in numbers; the list
    brings what is due to the top."""
    with console.engine.begin() as db:
        renew_line(db, 2, terms=DEFAULT_TERMS, now=NOW)
        hold_line(db, line_id=2, actor="max", role=Actor.ADMIN, reason="the mould is away", now=NOW)
    client = await signed("integrator")
    page = await (await client.get("/preclaims/2")).text()
    for word in ("Response", "Running", "Resolution", "Paused", "the mould is away", "if it went"):
        assert word.casefold() in page.casefold(), word
    page = await (await client.get("/preclaims/2?lang=zh")).text()
    for word in ("响应", "计时中", "解决", "已暂停", "工厂暂停"):
        assert word in page, word

    listed = await (await client.get("/preclaims?sort=due&lang=en")).text()
    assert "PC-2026-000002" in listed
    assert "PC-2026-000001" not in listed, "no clock runs there"
    assert "held by the factory" in listed

    clocks = (await (await client.get("/api/v1/preclaims/2")).json())["clocks"]
    assert clocks["response"][0]["remaining_s"] == 47 * 3600
    assert clocks["resolution"]["state"] == "paused"
    assert clocks["resolution"]["pause_note"] == "the mould is away"
    assert clocks["resolution"]["breaches_at"] is None


async def test_nothing_runs_before_the_submission(console: Console, signed: Signed) -> None:
    """A draft has no clocks, and says nothing of any."""
    client = await signed("integrator")
    page = await (await client.get("/preclaims/1")).text()
    assert 'id="clocks"' not in page
    clocks = (await (await client.get("/api/v1/preclaims/1")).json())["clocks"]
    assert clocks == {"response": [], "resolution": None}
