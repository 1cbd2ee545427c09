"""The harm budget against a real device: what leaves, what comes, and what a probe states."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

pytest.importorskip("simulator.camera", reason="the simulator is not here")

from agent.asking import ask
from agent.budget import Spend
from agent.probes import PROBES
from agent.probes.probe import Pass
from agent.topology import METERED_BATTERY, METERED_MAINS, WIRED_MAINS
from shared.reading import Quality
from simulator.camera import SimulatedCamera
from tests.agent.camera.conftest import CameraMaker, make_camera
from tests.agent.camera.test_simulator import camera_of, spec

__all__ = ["make_camera"]  # a fixture


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
async def test_what_a_probe_states_covers_what_it_costs(
    make_camera: CameraMaker, probe: object
) -> None:
    """Each probe alone, at a healthy camera of 720p, costs no more than it states."""
    (chosen,) = (one for one in PROBES if one is probe)
    async with SimulatedCamera(spec()) as sim:
        camera = camera_of(make_camera, sim)
        spend = Spend(now().date())
        took = await ask([chosen], camera, Pass(now=now()), budget=WIRED_MAINS, spend=spend)

    spent = took.spend
    assert any(reading.good for reading in took.readings) or chosen.name == "vendor"
    assert spent.requests <= chosen.cost.requests
    assert spent.bytes <= chosen.cost.bytes
    assert spent.logins <= chosen.cost.logins
    assert spent.wakeups == chosen.cost.wakeups


async def test_a_stream_is_cut_off_at_the_byte(make_camera: CameraMaker) -> None:
    """A stream larger than what is left of the day stops there, and no byte above is counted."""
    (stream,) = (replace(one, cost=replace(one.cost, bytes=1)) for one in PROBES
                 if one.name == "stream")  # it states less than it takes  # fmt: skip
    limit = 60_000
    async with SimulatedCamera(spec()) as sim:
        camera = camera_of(make_camera, sim)
        budget = replace(METERED_MAINS, bytes_per_day=limit)
        spend = Spend(now().date())
        took = await ask([stream], camera, Pass(now=now()), budget=budget, spend=spend)

    assert {reading.cause for reading in took.readings} == {"budget"}
    assert limit * 0.9 < took.spend.bytes <= limit


async def test_a_day_of_a_solar_camera_keeps_every_limit(make_camera: CameraMaker) -> None:
    """Visits until everything is refused: requests, bytes, logins, wake-ups and charge hold."""
    budget = METERED_BATTERY.limited(
        {"bytes_per_day": 400_000, "requests_per_day": 120, "logins_per_day": 12,
         "wakeups_per_day": 4, "mah_per_day": 12}
    )  # fmt: skip
    spend = Spend(now().date())
    began = time.monotonic()
    async with SimulatedCamera(spec()) as sim:
        for _ in range(6):
            camera = camera_of(make_camera, sim)
            visit = Pass(now=now(), watch_seconds=0.5)
            took = await ask(PROBES, camera, visit, budget=budget, spend=spend)
            spend = took.spend

    assert all(reading.cause == "budget" for reading in took.readings)
    assert all(reading.quality is Quality.FAILED for reading in took.readings)
    assert 0 < spend.bytes <= 400_000
    assert 0 < spend.requests <= 120
    assert 0 < spend.logins <= 12
    assert 0 < spend.wakeups <= 4
    assert 0 < spend.mah(budget.draw) <= 12.1
    assert spend.awake_ms <= (time.monotonic() - began) * 1000
