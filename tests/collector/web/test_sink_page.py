"""What an operator sees of the time-series server: on the page, and in the metrics."""

from __future__ import annotations

from aiohttp.test_utils import TestClient, TestServer

from collector.outlets.sink import NAME, Counts
from collector.outlets.sink_error import Cause, SinkError
from collector.store import sink as rows
from collector.web.application import create
from collector.web.visitor import SESSION_COOKIE
from tests.collector.web.conftest import NOW, Console

DOWN = Counts(
    values=1234,
    refused_lines=3,
    refusal="field type conflict",
    trouble=SinkError(Cause.REFUSED, "HTTP 401: unauthorized"),
)


async def seen(console: Console, name: str, path: str) -> str:
    """A page of a collector whose server refuses its token."""
    with console.engine.begin() as db:
        rows.begin(db, NAME)
    app = create(
        engine=console.engine, evidence_dir=console.evidence_dir, now=lambda: NOW, sink=lambda: DOWN
    )
    known = await console.client(name)
    cookie = known.session.cookie_jar.filter_cookies(console.server.make_url("/"))[SESSION_COOKIE]
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(path, headers={"Cookie": f"{SESSION_COOKIE}={cookie.value}"})
        return await answer.text()


async def test_page_names_what_is_wrong_and_what_to_do(console: Console) -> None:
    """In both languages, for those who run the collector and for nobody else."""
    english = await seen(console, "admin", "/agents?lang=en")
    assert "The server refused our token." in english
    assert "token_file and restart" in english
    assert "1234 readings" in english
    assert "3 lines" in english
    assert "服务器拒绝了令牌" in await seen(console, "engineer", "/agents?lang=zh")
    assert "time-series" not in (await seen(console, "integrator", "/agents?lang=en")).casefold()


async def test_metrics_count_what_waits_and_what_is_lost(console: Console) -> None:
    """A server that refuses is down, whatever it said before."""
    text = await seen(console, "admin", "/metrics")
    assert "preclaim_sink_up 0.0" in text
    assert "preclaim_sink_refused_lines_total 3.0" in text
    assert "preclaim_sink_dropped_batches 0.0" in text
