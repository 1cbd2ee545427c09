"""The sink against a real server of the v2 write API, and what error replies come to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine

from benchmarks.stored_bytes import BEGIN, frame, make_room, open_store
from collector.claims.policy import Policy
from collector.compact import compact_agent
from collector.intake.ingest import ingest
from collector.outlets.backfill import backfill
from collector.outlets.influx import InfluxServer
from collector.outlets.sink import NAME, Sink
from collector.outlets.sink_error import Cause, SinkError
from collector.settings import InfluxSettings
from collector.store import sink as rows
from shared.backoff import Backoff
from shared.reading import Quality, Reading
from tests.collector.mosquitto import free_port
from tests.collector.outlets.victoria import victoria
from tests.stores import STORES

CHARGE = "preclaim_battery_charge"


def settings(url: str) -> InfluxSettings:
    """As the configuration would say it."""
    return InfluxSettings(url=url, org="fit", bucket="preclaim", token="secret", timeout_s=20)


def take(engine: Engine, root: Path, minutes: range) -> None:
    """A visit a minute: a number, a flag, a word, and a reading that failed."""
    room = make_room(root)
    for minute in minutes:
        at = BEGIN + timedelta(minutes=minute)
        told = [
            Reading("battery.charge", 20 + minute / 4, "%", at, Quality.GOOD),
            Reading("battery.charging", minute % 2 == 0, "", at, Quality.GOOD),
            Reading("battery.source", "solar", "", at, Quality.GOOD),
            Reading("cellular.rsrp", None, "dBm", at, Quality.FAILED, cause="timeout"),
        ]
        batch = frame([("camera-00", one) for one in told], seq=minute + 1, now=at)
        ingest(engine, [batch], room=room, now=at)


def sink_of(engine: Engine) -> Sink:
    """A sink as after a start."""
    return Sink(
        engine,
        open_server=lambda: pytest.fail("the test opens it"),
        backlog_bytes=10**9,
        with_serial=False,
        clock=lambda: BEGIN + timedelta(days=1),
        backoff=Backoff(jitter=lambda: 0.5),
    )


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A store with one agent, and a sink that has begun."""
    made = open_store(tmp_path, ("agent-0",), url=STORES.url(tmp_path))
    with made.begin() as db:
        rows.begin(db, NAME)
    return made


def test_server_that_is_killed_has_every_sample_in_the_end(engine: Engine, tmp_path: Path) -> None:
    """Written, killed, started, gone on: each sample is there once, with its value and tags."""
    with victoria(tmp_path) as real:
        server, sink = InfluxServer(settings(real.url)), sink_of(engine)
        take(engine, tmp_path, range(20))
        sink.send(server, lambda: False)
        real.kill()  # within the seconds for which it keeps what it took in memory alone
        take(engine, tmp_path, range(20, 40))
        sink.turn(server, lambda: False)
        assert sink.counts.trouble is not None
        assert sink.counts.trouble.cause is Cause.UNREACHABLE
        real.start()
        take(engine, tmp_path, range(40, 60))
        sink.send(server, lambda: False)

        begin = int(BEGIN.timestamp())
        ((labels, points),) = real.points(CHARGE).items()
        assert points == {begin + 60 * minute: 20 + minute / 4 for minute in range(60)}
        assert dict(labels)["device"] == "camera-00"
        assert dict(labels)["site"] == "site"
        ((_, flags),) = real.points("preclaim_battery_charging").items()
        assert [flags[begin], flags[begin + 60]] == [1, 0]
        ((words, _),) = real.points("preclaim_word_told").items()
        assert dict(words) | {"reading": "battery.source", "word": "solar"} == dict(words)
        ((unread, missed),) = real.points("preclaim_unread_readings").items()
        assert dict(unread)["reading"] == "cellular.rsrp"
        assert len(missed) == 60
        server.close()


def test_backfill_gives_what_days_hold(engine: Engine, tmp_path: Path) -> None:
    """A sink that is set up later can have the past; twice is the same as once."""
    take(engine, tmp_path, range(10))
    compact_agent(engine, "agent-0", policy=Policy(), now=BEGIN + timedelta(days=1))
    with victoria(tmp_path) as real:
        server = InfluxServer(settings(real.url))
        for _ in range(2):
            until = BEGIN + timedelta(days=1)
            sent = list(backfill(engine, server, since=BEGIN, until=until, with_serial=False))
        assert sent == [("camera-00", 30)]
        ((_, points),) = real.points(CHARGE).items()
        assert len(points) == 10
        server.close()


@contextmanager
def refusing(status: int, body: str, headers: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """A server that answers every write so; the authorisations that it was shown."""
    shown: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            shown.append(self.headers["Authorization"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", shown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "headers", "cause", "wait_s"),
    [
        (429, {"Retry-After": "17"}, Cause.BUSY, 17.0),
        (503, {"Retry-After": "soon"}, Cause.BUSY, None),
        (401, {}, Cause.REFUSED, None),
        (404, {}, Cause.NO_BUCKET, None),
        (400, {}, Cause.BAD_LINES, None),
        (413, {}, Cause.TOO_LARGE, None),
        (500, {}, Cause.SERVER, None),
    ],
)
def test_reply_is_a_cause_with_the_servers_word(
    status: int, headers: dict[str, str], cause: Cause, wait_s: float | None
) -> None:
    """Each kind of refusal has its own remedy, and none of them shows the token."""
    body = '{"code":"invalid","message":"partial write: field type conflict"}'
    with refusing(status, body, headers) as (url, shown):
        server = InfluxServer(settings(url))
        with pytest.raises(SinkError) as refused:
            server.write(["preclaim_battery charge=1 1"])
        server.close()
    assert (refused.value.cause, refused.value.retry_after_s) == (cause, wait_s)
    assert "partial write" in refused.value.detail
    assert shown == ["Token secret"]
    assert "secret" not in str(refused.value)


def test_nobody_there_is_told_as_unreachable() -> None:
    """At once, without a retry of the library's own."""
    server = InfluxServer(settings(f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(SinkError) as refused:
        server.write(["preclaim_battery charge=1 1"])
    server.close()
    assert refused.value.cause is Cause.UNREACHABLE
