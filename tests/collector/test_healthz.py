"""What a supervisor is told: 200 only while rows are taken and decisions come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from collector import setup_link
from collector.intake.subscriber import Subscriber
from collector.jobs import LATE_S, Jobs
from collector.settings import BrokerSettings
from collector.store import accounts, tables
from collector.store.engine import open_engine
from collector.store.scope import Role
from collector.web.application import create
from tests.collector.house import House, with_policy


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A collector whose jobs look ten times a second."""
    return House(tmp_path, with_policy(tick_s=0.1))


async def ask(house: House, trouble: Callable[[], str]) -> tuple[int, dict[str, str]]:
    """Status and answer of /healthz."""
    app = create(
        engine=house.engine,
        evidence_dir=house.path.parent,
        now=lambda: house.now,
        trouble=trouble,
    )
    async with TestClient(TestServer(app)) as client, client.get("/healthz") as answer:
        return answer.status, await answer.json()


async def turn(jobs: Jobs, *, for_s: float) -> None:
    """Let the loop run for a while."""
    stop = asyncio.Event()
    running = asyncio.create_task(jobs.run(stop))
    await asyncio.sleep(for_s)
    stop.set()
    await running


async def test_a_jobs_loop_that_stands_still_is_not_ok(house: House) -> None:
    """A minute after the last good tick the answer is 503 and says for how long."""
    await turn(house.jobs, for_s=0.1)
    now_s = time.monotonic()

    assert await ask(house, lambda: house.jobs.trouble(monotonic_s=now_s)) == (
        200,
        {"status": "ok"},
    )
    late_s = now_s + LATE_S + 5
    status, told = await ask(house, lambda: house.jobs.trouble(monotonic_s=late_s))
    assert status == 503
    assert "jobs loop" in told["why"]
    assert "65 s" in told["why"]


async def test_ticks_that_fail_are_no_good_ticks(house: House, tmp_path: Path) -> None:
    """A loop that turns and only fails is as good as dead; the next good tick ends it."""
    jobs = house.jobs
    good = jobs._engine
    jobs._good_s -= LATE_S + 1
    jobs._engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    await turn(jobs, for_s=0.3)
    assert jobs.trouble(monotonic_s=time.monotonic()) != ""

    jobs._engine = good
    await turn(jobs, for_s=0.3)
    assert jobs.trouble(monotonic_s=time.monotonic()) == ""


async def test_slow_ticks_get_their_time(tmp_path: Path) -> None:
    """A policy that looks every minute is late after ten of them, not after one."""
    jobs = House(tmp_path, with_policy(tick_s=60.0)).jobs
    now_s = time.monotonic()
    assert jobs.trouble(monotonic_s=now_s + 590) == ""
    assert jobs.trouble(monotonic_s=now_s + 610) != ""


async def test_a_dead_intake_is_not_ok(house: House) -> None:
    """A worker that ended is said, although broker and store are well."""
    subscriber = Subscriber(
        BrokerSettings(port=1), engine=house.engine, room=house.room, clock=lambda: house.now
    )
    status, told = await ask(house, subscriber.trouble)
    assert status == 503
    assert "ingest worker ended" in told["why"]


class Terminal(StringIO):
    """Somebody looks on."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_the_setup_link_is_for_its_owner_alone(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a file of mode 0600 and on a terminal; in no log, and gone when somebody can log in."""
    path, pipe, terminal = tmp_path / "setup-link", StringIO(), Terminal()
    path.write_text("old")
    path.chmod(0o644)
    for stream in (pipe, terminal):
        link = setup_link.offer(
            house.engine, path=path, base_url="http://h", terminal=stream, now=house.now
        )
        assert link is not None
        assert path.read_text().strip() == link
        assert path.stat().st_mode & 0o777 == 0o600
    assert pipe.getvalue() == ""
    assert terminal.getvalue().strip() == link
    assert "/setup/" not in caplog.text
    assert str(path) in caplog.text
    assert house.count(tables.setup_link) == 2

    with house.engine.begin() as db:
        accounts.add_person(
            db,
            name="Ann",
            password_hash="x",
            role=Role.ADMIN,
            organisation_id="factory",
            language="en",
        )
    again = setup_link.offer(
        house.engine, path=path, base_url="http://h", terminal=terminal, now=house.now
    )
    assert again is None
    assert not path.exists()
