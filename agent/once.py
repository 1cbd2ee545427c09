"""One camera, now: what ``preclaim-agent probe`` does; nothing is stored and nobody is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.asking import ask
from agent.budget import Budget, Spend
from agent.camera.port import Camera, Costs, LoginKind
from agent.consult import consult
from agent.diagnosis.engine import diagnose
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Finding, Rule, View
from agent.probes.failure import Layer, lowest_failed_layer
from agent.probes.probe import Pass, Probe
from shared.reading import Reading

# A person at the terminal asked for it; still no write, ever.
_BUDGET: Final = Budget(bytes_per_day=2**31, logins_per_day=100, wakeups_per_day=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit showed."""

    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    failed_layer: Layer | None
    costs: Costs


async def visit_once(
    camera: Camera,
    *,
    probes: Sequence[Probe],
    rules: Sequence[Rule],
    clock: Callable[[], datetime],
    watch_seconds: float,
    recorder_login: LoginKind = LoginKind.NONE,
) -> Visit:
    """Run all probes on a camera and judge what they read; rules that need history say so."""
    now = clock()
    visit = Pass(now=now, watch_seconds=watch_seconds, recorder_login=recorder_login)
    take = await ask(probes, camera, visit, budget=_BUDGET, spend=Spend(now.date()))
    await consult(take, camera, visit, budget=_BUDGET)
    readings = {reading.name: reading for reading in take.readings}
    view = View(
        now=now,
        readings=readings,
        fresh=frozenset(readings),
        levels=Levels(),
        recorder_login=recorder_login,
    )
    return Visit(
        readings=tuple(take.readings),
        findings=diagnose(view, {}, rules).findings,
        failed_layer=lowest_failed_layer(take.readings),
        costs=camera.costs,
    )
