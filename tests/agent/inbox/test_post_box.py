"""Silence and promises: told by the clock, never a fault, never recovery."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import app
from agent.camera.port import Camera
from agent.config import Device
from agent.config_file import load_config
from agent.delivery import fault_store, reading_store
from agent.edge import Edge, network_edge
from agent.inbox.silence import AGE, age_reading
from agent.standing import Stand, judge
from shared.device import DeviceFacts
from shared.health import Standing
from shared.reading import Quality
from tests.agent.fakes import NOON
from tests.agent.inbox.office import HOUR, Office, jpeg, pushing, until
from tests.agent.pictures import coded, view


@contextlib.asynccontextmanager
async def watched(office: Office) -> AsyncIterator[None]:
    """The watch of an office beside its desk."""
    task = asyncio.create_task(office.box._watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def stand(office: Office) -> Stand:
    """How the camera stands after everything that was told of it."""
    now = Stand(facts=DeviceFacts("gate"))
    for outcome in office.outcomes:
        now = judge(now, outcome, now=outcome.started_at)
    return now


async def test_past_its_promise_a_camera_is_unknown(tmp_path: Path) -> None:
    """Within 2.5 promises it is well; beyond, unknown with the reason; no fault opens or clears."""
    async with Office(tmp_path, pushing(expect_every=HOUR)) as office, watched(office):
        await until(lambda: len(office.history(AGE)) == 1)
        assert stand(office).standing is Standing.UNKNOWN  # nothing has ever come
        office.push(json.dumps({"battery": {"charge": 60}}).encode())
        await office.settle()
        assert stand(office).standing is Standing.OK
        office.clock.pass_by(hours=2.4)
        await until(lambda: office.history(AGE)[-1].number() == pytest.approx(8640, abs=1))
        assert stand(office).standing is Standing.OK
        memories = fault_store.read_memories(office.database.connection, "gate")
        office.clock.pass_by(hours=0.2)
        await until(lambda: not office.history(AGE)[-1].good)

        last = stand(office)
        assert last.standing is Standing.UNKNOWN
        assert last.reason.startswith("sent nothing: nothing arrived for 2.6 h")
        assert last.last_good_at == NOON
        assert fault_store.read_memories(office.database.connection, "gate") == memories


async def test_silence_clears_nothing(tmp_path: Path) -> None:
    """An open fault of a camera that fell silent stays open, however often the age is told."""
    async with Office(tmp_path, pushing(expect_every=HOUR)) as office, watched(office):
        for _ in range(4):
            office.push(json.dumps({"battery": {"charge": 3}}).encode())
            await office.settle()
            office.clock.pass_by(minutes=31)
        before = fault_store.read_memories(office.database.connection, "gate")["battery.low"]
        for _ in range(30):
            ages = len(office.history(AGE))
            office.clock.pass_by(hours=1)
            await until(lambda ages=ages: len(office.history(AGE)) > ages)  # type: ignore[misc]

        after = fault_store.read_memories(office.database.connection, "gate")["battery.low"]
        assert before.is_open
        assert after == before
        assert stand(office).standing is Standing.FAULT


async def test_a_restart_within_the_promise_changes_nothing(tmp_path: Path) -> None:
    """After a start the camera stands by when it was heard, and last good is when it spoke."""
    async with Office(tmp_path, pushing()) as office:
        office.push(jpeg(1))
        await office.settle()
    async with Office(tmp_path, pushing()) as again:
        again.clock.pass_by(hours=1)
        async with watched(again):
            await until(lambda: bool(again.outcomes))
        assert stand(again).standing is Standing.OK
    async with Office(tmp_path, pushing()) as late:
        late.clock.pass_by(hours=10)
        async with watched(late):
            await until(lambda: bool(late.outcomes))
        assert stand(late).standing is Standing.UNKNOWN


async def test_a_visited_camera_stands_by_its_visits(tmp_path: Path) -> None:
    """One that is visited too is not called unknown because it pushes nothing; the age is kept."""
    device = replace(pushing(), min_poll=timedelta(hours=1))
    async with Office(tmp_path, device) as office, watched(office):
        await until(lambda: bool(office.history(AGE)))

        assert office.outcomes == []


@given(age_s=st.floats(-1e6, 1e7), promise_s=st.floats(60, 1e6))
def test_the_age_is_good_up_to_the_deadline_alone(age_s: float, promise_s: float) -> None:
    """Good within 2.5 promises, unknown beyond and before; never another quality."""
    push = pushing(expect_every=timedelta(seconds=promise_s)).push
    assert push is not None
    age = timedelta(seconds=age_s)
    reading = age_reading(NOON - age, push, now=NOON)

    within = timedelta(0) <= age <= push.overdue_after
    assert reading.quality is (Quality.GOOD if within else Quality.UNKNOWN)


_CONFIG = """
[agent]
id = "agent-under-test"
[broker]
port = 9
[inbox.http]
bind = "127.0.0.1"
port = {port}
[[devices]]
id = "gate"
mode = "push"
power = "battery"
push = {{ token_env = "T" }}
"""


async def test_the_whole_agent_looks_at_a_real_picture_and_calls_nobody(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    """A real JPEG through real HTTP and the real decoder becomes figures; no camera is built."""
    path = tmp_path / "agent.toml"
    path.write_text(_CONFIG.format(port=unused_tcp_port))
    config = load_config(path, environment={"T": "token"})
    real = network_edge(config, ())

    def nobody(device: Device) -> Camera:
        raise AssertionError(f"{device.device_id} was visited")

    edge = Edge(camera_for=nobody, read_host=real.read_host, close=real.close, decode=real.decode)
    agent = app.build(config, edge)
    task = asyncio.create_task(agent.run())
    try:
        stands = agent.standings
        url = f"http://127.0.0.1:{unused_tcp_port}/?token=token"
        async with aiohttp.ClientSession() as client:
            await until(lambda: _listens(unused_tcp_port) or task.done())
            async with client.post(url, data=coded(view(1))) as reply:
                status = reply.status
        await until(lambda: stands.health()[0].standing is Standing.OK or task.done())
        figures = reading_store.latest(agent.database.connection, "gate")
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    assert status == 200
    assert figures["picture.width_px"].value == 640
    assert figures["picture.source"].value == "push"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
