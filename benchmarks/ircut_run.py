"""Runs drawn filter tests through the agent's own desk, and scores the verdicts."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.camera.port import Camera, Target
from agent.config import Device, IrCut, budget_of
from agent.delivery import keepsake_store, reading_store
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.episodes import Author
from agent.experiment.desk import FilterDesk, Ground
from agent.experiment.earlier import KEPT, read_memory
from agent.experiment.restorer import Restorer
from agent.experiment.verdict import FilterVerdict, Judged
from agent.probes.probe import good
from benchmarks.ircut_cases import EACH, Case, Where, cameras
from benchmarks.ircut_lab import LabCamera, Scenery, VirtualClock
from simulator.faults import Fault

NOON: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
_NAME: Final = "one"
_SUN_DEG: Final = {
    Where.DUSK: -2.0,
    Where.NIGHT_COMES: 3.0,
    Where.LED_LIGHT: -20.0,
    Where.NIGHT: -30.0,
    Where.COVERED_NIGHT: -30.0,
}
_TRUTH: Final = {
    Fault.IRCUT_STUCK_OPEN: FilterVerdict.STUCK_OPEN,
    Fault.IRCUT_STUCK_CLOSED: FilterVerdict.STUCK_CLOSED,
    Fault.IRCUT_REVERSED: FilterVerdict.REVERSED,
}


@dataclass(slots=True)
class Score:
    """What came of all tests."""

    healthy: int = 0
    faulty: int = 0
    wrong: list[str] = field(default_factory=list)
    lit: int = 0
    found: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    left_changed: list[str] = field(default_factory=list)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)


@cache
def score(healthy: int) -> Score:
    """Run as many healthy tests, and as many faulty ones; the same numbers give the same score."""
    total = Score()
    for seed, cases in cameras(count=-(-healthy // EACH)):
        _take(total, seed, cases)
    return total


def _take(total: Score, seed: int, cases: list[Case]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder), _home_of(cases))
        try:
            for index, case in enumerate(cases):
                judged = asyncio.run(stand.test(case))
                note = f"camera {seed} case {index}: {_name(case)}: {judged.verdict.value}"
                _score(total, case, judged, note, is_known=stand.is_known)
                if stand.camera.ir_cut.mode.value != "AUTO":
                    total.left_changed.append(note)
        finally:
            stand.database.close()


def _name(case: Case) -> str:
    faults = ", ".join(fault.value for fault in case.faults) or "healthy"
    return f"{faults}, {case.where.value}"


def _score(total: Score, case: Case, judged: Judged, note: str, *, is_known: bool) -> None:
    truth = next((_TRUTH[fault] for fault in case.faults if fault in _TRUTH), None)
    total.verdicts[_name(case), judged.verdict.value] += 1
    if truth is None:
        total.healthy += 1
        allowed = {FilterVerdict.INCONCLUSIVE}
        if case.is_obedient:
            allowed.add(FilterVerdict.MOVED)
        if case.fitted is False:
            allowed = {FilterVerdict.NO_FILTER_FITTED}
    else:
        total.faulty += 1
        allowed = {FilterVerdict.INCONCLUSIVE, truth}
        if case.is_lit and is_known:
            total.lit += 1
            total.found += judged.verdict is truth
            if judged.verdict is not truth:
                total.missed[f"{note}: {judged.why.value}: {judged.reason.en}"] += 1
    if judged.verdict not in allowed:
        total.wrong.append(f"{note}: {judged.why.value}: {judged.reason.en}")


def _home_of(cases: list[Case]) -> Scenery:
    """What the camera sees in the sun on the day it was installed."""
    first = next((c for c in cases if c.where is not Where.TURNED), cases[0])
    return replace(
        first.scenery,
        light="day",
        daylight=1.0,
        infrared=1.0,
        snow=0.0,
        turns_s=None,
        is_covered=False,
    )


class Stand:
    """One position with its database, and a camera that gets one fault after the other."""

    def __init__(self, folder: Path, home: Scenery) -> None:
        self.clock = VirtualClock(NOON)
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=NOON)
        self.database.connection.execute("PRAGMA synchronous = OFF")  # nothing dies here
        self._home = home
        self.camera = LabCamera(home, self.clock)
        self.is_known = False  # the filter was seen to move before the last test

    async def test(self, case: Case) -> Judged:
        """Have the past that the case wants, then test."""
        if case.is_first:
            self._forget()
        elif read_memory(self.database, _NAME).moved is None:
            self.clock.now += timedelta(days=1)
            await self._accept(case)
        self._pass_days(case)
        self.camera = LabCamera(case.scenery, self.clock, case.faults, sky=case.sky)
        self.is_known = read_memory(self.database, _NAME).moved is not None
        judged = await self._desk(case).test(_NAME, ordered_by="laboratory")
        if case.where is Where.TURNED:
            self._forget()  # and it is turned back: accepted anew
        return judged

    async def _accept(self, case: Case) -> None:
        """The test at installation: healthy, in the sun."""
        self.camera = LabCamera(self._home, self.clock)
        case = replace(case, where=Where.SUN, fitted=True)
        await self._desk(case).test(_NAME, ordered_by="laboratory: installation")

    def _forget(self) -> None:
        """Another camera hangs there, of which nothing is known."""
        with self.database.transaction() as db:
            keepsake_store.keep(db, _NAME, KEPT, b"", at=self.clock.now)
            db.execute("DELETE FROM history")

    def _pass_days(self, case: Case) -> None:
        """Three days later, with what the agent saw in the night before."""
        self.clock.now += timedelta(days=3)
        with self.database.transaction() as db:
            db.execute("DELETE FROM history")
            if not case.nights_known:
                return
            is_out = not case.faults & {Fault.IRCUT_STUCK_CLOSED, Fault.IRCUT_REVERSED}
            for hour in range(8, 16):
                at = self.clock.now - timedelta(hours=hour)
                names = ("picture.luma_mean", "picture.saturation_mean")
                values = (85.0, 1.5) if is_out else (12.0, 9.0)
                readings = [good(n, v, at=at) for n, v in zip(names, values, strict=True)]
                reading_store.add(db, _NAME, readings)

    def _camera_for(self, _: Device) -> Camera:
        return cast(Camera, self.camera)

    def _desk(self, case: Case) -> FilterDesk:
        device = Device(
            device_id=_NAME,
            name=_NAME,
            target=Target(address="192.0.2.1"),
            label_serial="",
            is_battery=False,
            is_metered=False,
            profile="",
            budget={},
            ir_cut=IrCut(allow_test=True, is_fitted=case.fitted, is_outdoor=True),
        )
        locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        alone: Callable[[str], asyncio.Lock] = locks.__getitem__
        return FilterDesk(
            Ground(
                devices={_NAME: device},
                budgets={_NAME: budget_of(device)},
                camera_for=self._camera_for,
                database=self.database,
                outbox=Outbox(self.database),
                author=_author(),
                clock=self.clock,
                restorer=Restorer(
                    {_NAME: device},
                    database=self.database,
                    camera_for=self._camera_for,
                    clock=self.clock,
                ),
                alone=alone,
                rests_until=lambda _: None,
                sun_elevation_deg=lambda _, __: _SUN_DEG.get(case.where, 40.0),
                sleep=self.clock.sleep,
            )
        )


@cache
def _author() -> Author:
    key = Ed25519PrivateKey.generate()
    return Author(agent_id="lab", version="1", recorder_firmware="", signer=Signer(key))


def explain(total: Score) -> str:
    """Every verdict by what was the case, then what went wrong and what was missed."""
    lines = [
        f"{count:5} {name}: {verdict}" for (name, verdict), count in sorted(total.verdicts.items())
    ]
    lines += [f"WRONG {note}" for note in total.wrong]
    lines += [f"missed {note}" for note in total.missed]
    lines += [f"LEFT CHANGED {note}" for note in total.left_changed]
    lines.append(f"healthy {total.healthy}, faulty {total.faulty}, lit {total.found}/{total.lit}")
    return "\n".join(lines)
