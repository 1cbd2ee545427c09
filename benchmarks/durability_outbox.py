"""Figures about the outbox: full disks, damaged files, and a walk beside a dictionary."""

from __future__ import annotations

import functools
import os
import random
import tempfile
from pathlib import Path

from hypothesis.stateful import run_state_machine_as_test

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.agent.delivery.test_outbox_model import OutboxModel, model_settings
from tests.lab import damage, disk_full

_WRITES = {Size.SHORT: 25, Size.FULL: 200}
_FILES = {Size.SHORT: 150, Size.FULL: 1000}
_WALKS = {Size.SHORT: (40, 50), Size.FULL: (2000, 50)}  # examples, steps


def _first_seed() -> int:
    return int(os.environ.get("LAB_SEED", "1"))


@functools.cache
def _full(size: Size) -> tuple[disk_full.Ran, ...]:
    # A short run takes every eighth of the same 200 writes.
    every = 200 // _WRITES[size]
    with disk_full.small_volume() as volume:
        return tuple(
            disk_full.run(volume, full_at=write, seed=_first_seed())
            for write in range(1, 201, every)
        )


def _full_made_by(runs: tuple[disk_full.Ran, ...]) -> str:
    first = next((f"; {ran.bad}" for ran in runs if ran.bad), "")
    return (
        f"{len(runs)} runs on a tmpfs of {disk_full.VOLUME_MIB} MiB that others fill,"
        f" {sum(ran.refused for ran in runs)} rows refused and told,"
        f" {sum(ran.full_errors for ran in runs)} times full in spite of the ballast,"
        f" LAB_SEED={_first_seed()}{first}"
    )


def _diskfull_bad(size: Size) -> Measurement:
    runs = _full(size)
    if not any(ran.refused + ran.full_errors for ran in runs):
        raise RuntimeError("the disk was never full: the run says nothing")
    return Measurement(value=sum(bool(ran.bad) for ran in runs), made_by=_full_made_by(runs))


def _diskfull_recovery(size: Size) -> Measurement:
    runs = _full(size)
    return Measurement(value=max(ran.recovery_s for ran in runs), made_by=_full_made_by(runs))


@functools.cache
def _damaged(size: Size) -> tuple[tuple[str, damage.Outcome], ...]:
    outcomes = []
    for number in range(_FILES[size]):
        rng = random.Random(f"{_first_seed()}-{number}")
        with tempfile.TemporaryDirectory(prefix="preclaim-damage-") as place:
            path = Path(place) / "agent.db"
            truth = damage.fill(path, damage.FILLS[number % len(damage.FILLS)], rng)
            done = damage.damage(path, rng)
            outcomes.append((f"file {number} ({done})", damage.start(path, truth)))
    return tuple(outcomes)


def _is_bad(outcome: damage.Outcome) -> bool:
    return bool(outcome.crash or outcome.silent or outcome.untold or outcome.reused)


def _damaged_made_by(size: Size) -> str:
    outcomes = [outcome for _, outcome in _damaged(size)]
    first = next(
        (
            f"; {name}: {outcome.crash or 'silent, altered or used again'}"
            for name, outcome in _damaged(size)
            if _is_bad(outcome) or outcome.altered
        ),
        "",
    )
    return (
        f"{len(outcomes)} files, {sum(o.salvaged for o in outcomes)} salvaged, of these"
        f" {sum(o.silent for o in outcomes)} untold,"
        f" {sum(o.untold for o in outcomes)} rows gone untold,"
        f" {sum(o.reused for o in outcomes)} files whose numbers were used again,"
        f" {sum(o.saved for o in outcomes)} of {sum(o.readable for o in outcomes)} rows left,"
        f" LAB_SEED={_first_seed()}{first}"
    )


def _damaged_crashes(size: Size) -> Measurement:
    bad = sum(_is_bad(outcome) for _, outcome in _damaged(size))
    return Measurement(value=bad, made_by=_damaged_made_by(size))


def _damaged_altered(size: Size) -> Measurement:
    altered = sum(outcome.altered for _, outcome in _damaged(size))
    return Measurement(value=altered, made_by=_damaged_made_by(size))


def _model(size: Size) -> Measurement:
    examples, steps = _WALKS[size]
    failure = ""
    try:
        run_state_machine_as_test(
            OutboxModel, settings=model_settings(examples=examples, steps=steps)
        )
    except Exception as error:  # noqa: BLE001 - any failure of the model is the measurement
        failure = f"; {error!r}"[:300]
    return Measurement(
        value=int(bool(failure)), made_by=f"{examples} walks of {steps} steps{failure}"
    )


_FULL_HOW = (
    "the product's outbox, ballast and relief on a real tmpfs that another writer fills at one of"
    " the first 200 writes and keeps full; bad: the agent dies, a fault is not kept beside any"
    " lower row, evidence not beside as many bytes of lower rows, or a row goes untold"
)
_DAMAGE_HOW = (
    "the product's opening, salvage, readers and outbox on real SQLite files of 4, 25 and 80 rows,"
    " flipped, zeroed, cut off or with pages exchanged, database and log; every frame that leaves"
    " is compared with what was appended"
)
FIGURES: tuple[Figure, ...] = (
    Figure(
        name="durability.diskfull_bad",
        what="disk full at each of the first 200 writes: runs that broke a promise",
        unit="runs",
        bound=Bound.AT_MOST,
        target=0,
        how=_FULL_HOW,
        measure=_diskfull_bad,
    ),
    Figure(
        name="durability.diskfull_recovery_s",
        what="from space returning to a fault stored and the ballast laid, worst run",
        unit="s",
        bound=Bound.AT_MOST,
        target=10,
        how=_FULL_HOW,
        measure=_diskfull_recovery,
    ),
    Figure(
        name="durability.damaged_crashes",
        what="damaged files that stop the agent, lose rows untold or use their numbers again",
        unit="files",
        bound=Bound.AT_MOST,
        target=0,
        how=_DAMAGE_HOW,
        measure=_damaged_crashes,
    ),
    Figure(
        name="durability.damaged_altered",
        what="altered payloads that leave the agent from damaged files",
        unit="frames",
        bound=Bound.AT_MOST,
        target=0,
        how=_DAMAGE_HOW,
        measure=_damaged_altered,
    ),
    Figure(
        name="durability.model_failures",
        what="failures of the outbox beside a dictionary, any order of what can happen",
        unit="failures",
        bound=Bound.AT_MOST,
        target=0,
        how="a hypothesis state machine over the product's outbox, receipts, relief and salvage",
        measure=_model,
    ),
)
