"""The main job on real processes: camera, agent, Mosquitto, collector, API."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from simulator.demo.calls import CallFailed
from simulator.demo.cast import Cast, Ending, Role
from simulator.demo.processes import Processes
from simulator.demo.run import LEARNING_S
from simulator.demo.stage import Stage, prepare, set_up, start_agent, start_collector
from simulator.demo.watch import Watch, wait_until
from tests.stores import STORES

WITHIN_S = 240.0
# An agent that other processes hold up for longer than it promised is silent, and so is its site.
HEALTH_EVERY_S = 5.0
KILLS = 4


def role(number: int, *, fault: str, code: str, in_registry: bool = True) -> Role:
    """A solar camera at one site."""
    return Role(
        site="hill",
        device_id=f"hill-{number}",
        name=f"Hill {number}",
        kind="solar_4g",
        model="SC-4G-20",
        batch="B2601",
        label_serial=f"SC2601770{number}",
        onvif_serial=f"4G20-T{number:02d}",
        mac=f"02:00:00:03:00:{number:02x}",
        fault=fault,
        code=code,
        ending=Ending.CLAIM if fault else Ending.HEALTHY,
        **({} if in_registry else {"delivered_on": ""}),
    )


CAST = Cast(
    (
        role(1, fault="blurred", code="picture.blurred"),
        role(2, fault="battery_not_charging", code="battery.not_charging", in_registry=False),
        role(3, fault="", code=""),
    )
)


@pytest.fixture
def stage(tmp_path: Path, processes: Processes, broker_port: int) -> Stage:
    """All processes running, every camera known to be healthy and its look learnt."""
    folder = prepare(tmp_path / "stage")
    made = set_up(
        folder,
        CAST,
        processes,
        language="en",
        embedded_broker=False,
        broker_port=broker_port,
        database_url=STORES.named(folder.root),
        health_every_s=HEALTH_EVERY_S,
    )
    watch = Watch(made.api, CAST)
    assert wait_until(lambda: watch.healthy_devices() == len(CAST.roles), timeout_s=120)
    assert wait_until(lambda: _pictures(made) == len(CAST.roles), timeout_s=90)
    time.sleep(LEARNING_S)
    return made


def _pictures(stage: Stage) -> int:
    """Devices whose picture has arrived: the agent has judged it healthy and sent it."""
    return sum(bool(device["picture_at"]) for device in stage.api.items("/api/v1/devices"))


def _claims(stage: Stage) -> dict[str, dict[str, object]]:
    return {item["serial"]: item for item in stage.api.items("/api/v1/preclaims")}


@pytest.mark.broker
def test_a_fault_becomes_a_preclaim_with_signed_evidence(stage: Stage) -> None:
    """Faults become pre-claims with serial, verdict and whole evidence, and nothing else does.

    Then the agent is taken away: the same fault on the healthy camera becomes nothing, so the
    pre-claims before came through the agent. No camera has seen a write.
    """
    for one in CAST.roles:
        if one.fault:
            stage.inject(one.onvif_serial, one.fault)

    assert wait_until(lambda: len(_claims(stage)) == 2, timeout_s=WITHIN_S)
    blurred, starving = CAST.roles[0], CAST.roles[1]

    def is_whole() -> bool:
        evidence = _claims(stage)[blurred.label_serial]["evidence"]
        return isinstance(evidence, dict) and 0 < evidence["complete"] == evidence["total"]

    assert wait_until(is_whole, timeout_s=WITHIN_S)
    claims = _claims(stage)
    assert claims[blurred.label_serial]["codes"] == ["picture.blurred"]
    assert claims[blurred.label_serial]["warranty_verdict"] == "in"
    assert claims[starving.label_serial]["codes"] == ["battery.not_charging"]
    assert claims[starving.label_serial]["warranty_verdict"] == "unknown_serial"

    stage.processes.kill("agent-hill")
    healthy = CAST.roles[2]
    stage.inject(healthy.onvif_serial, "blurred")
    assert not wait_until(lambda: healthy.label_serial in _claims(stage), timeout_s=12, every_s=1)
    for one in CAST.roles:
        seen = stage.fleet.get(f"/control/cameras/{one.onvif_serial}")
        assert seen["requests"]["logins_ok"], "the agent never logged in: no writes prove nothing"
        assert stage.fleet.get(f"/control/cameras/{one.onvif_serial}/writes") == {"writes": []}


def _start_agent(stage: Stage) -> None:
    start_agent(stage.folder, "hill", stage.processes)


def _start_collector(stage: Stage) -> None:
    start_collector(stage.folder, stage.processes)


def _unreceipted(stage: Stage) -> int:
    """Rows in the agent's outbox that no receipt has named."""
    path = stage.folder.root / "agent-hill" / "agent.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        (count,) = db.execute("SELECT count(*) FROM outbox WHERE state < 2").fetchone()
    return int(count)


@pytest.mark.broker
def test_kills_of_agent_and_collector_change_nothing(stage: Stage) -> None:
    """Through kill -9 of the real agent and collector each fault is one claim, evidence whole.

    A fault that begins afterwards still gets through, so the chain is alive at the end.
    """
    dice = random.Random(20260301)
    faulty, last = CAST.roles[:2], CAST.roles[2]
    for one in faulty:
        stage.inject(one.onvif_serial, one.fault)
    in_flight = []
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.5, 1.5))
        stage.processes.kill("collector")
        time.sleep(dice.uniform(1.2, 2.0))  # the agent goes on and fills its outbox
        stage.processes.kill("agent-hill")
        in_flight.append(_unreceipted(stage))
        for start in dice.sample((_start_agent, _start_collector), 2):
            start(stage)

    def evidence_is_whole() -> bool:
        try:
            claims = _claims(stage)
        except CallFailed:  # the collector is still starting
            return False
        found = [claims.get(one.label_serial, {}).get("evidence") for one in faulty]
        return all(isinstance(e, dict) and 0 < e["complete"] == e["total"] for e in found)

    assert wait_until(evidence_is_whole, timeout_s=180, every_s=1)
    stage.inject(last.onvif_serial, "blurred")
    assert wait_until(lambda: last.label_serial in _claims(stage), timeout_s=120, every_s=1)
    items = stage.api.items("/api/v1/preclaims")
    assert sorted(item["serial"] for item in items) == [one.label_serial for one in CAST.roles]
    assert [item["codes"] for item in items if item["serial"] == faulty[1].label_serial] == [
        [faulty[1].code]
    ]
    assert max(in_flight) > 0, "nothing was in flight at any kill: the run proves nothing"
