"""The active test of the infrared filter, on pictures of a simulated sensor."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.camera.port import CameraError, Cause, FilterMode
from agent.delivery import restore_store, write_log
from agent.experiment.setting import Settled
from agent.experiment.verdict import FilterVerdict, Why
from agent.experiment.witness import Nights, Witness
from benchmarks.ircut_lab import LabCamera, Scenery
from simulator import ir_cut
from simulator.faults import Fault
from tests.agent.experiment.bench import SUN, Bench

OPEN, CLOSED = Fault.IRCUT_STUCK_OPEN, Fault.IRCUT_STUCK_CLOSED
KEEPS, BALANCES, DRAINS = (
    Scenery(seed=3),
    Scenery(seed=3, balances_white=True),
    Scenery(seed=3, drains_colour=True),
)
NIGHT = Scenery(seed=4, light="night_ir")


def is_restored(bench: Bench) -> bool:
    """The customer's mode is back and nothing is owed."""
    owed = restore_store.every(bench.database.connection)
    return bench.camera.ir_cut.mode.value == "AUTO" and not owed


@pytest.mark.parametrize("scenery", [KEEPS, BALANCES, DRAINS], ids=["keeps", "balances", "drains"])
@pytest.mark.parametrize("fault", [None, Fault.IRCUT_SLOW], ids=["quick", "slow"])
async def test_a_filter_that_moves_is_seen_to(
    tmp_path: Path, scenery: Scenery, fault: Fault | None
) -> None:
    """By day, whatever the camera makes of infrared, and also when the filter takes its time."""
    bench = Bench(tmp_path, scenery, frozenset({fault} if fault else ()))
    ran = await bench.run(Witness())

    assert (ran.judged.verdict, ran.settled) == (FilterVerdict.MOVED, Settled.RESTORED)
    assert is_restored(bench)
    assert min(len(ran.before), len(ran.during), len(ran.after)) >= 2


@pytest.mark.parametrize(
    ("scenery", "fault", "verdict"),
    [
        (KEEPS, OPEN, FilterVerdict.STUCK_OPEN),
        (KEEPS, Fault.IRCUT_REVERSED, FilterVerdict.REVERSED),
        (DRAINS, Fault.IRCUT_REVERSED, FilterVerdict.REVERSED),
    ],
)
async def test_a_fault_that_colours_prove_needs_no_past(
    tmp_path: Path, scenery: Scenery, fault: Fault, verdict: FilterVerdict
) -> None:
    """Infrared colours in the sun, on a camera that has a filter: the first test names it."""
    bench = Bench(tmp_path, scenery, frozenset({fault}))
    ran = await bench.run()

    assert ran.judged.verdict is verdict
    assert is_restored(bench)


@pytest.mark.parametrize("scenery", [KEEPS, BALANCES, DRAINS], ids=["keeps", "balances", "drains"])
@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (OPEN, FilterVerdict.STUCK_OPEN),
        (CLOSED, FilterVerdict.STUCK_CLOSED),
        (Fault.IRCUT_REVERSED, FilterVerdict.REVERSED),
    ],
)
async def test_after_a_test_that_moved_every_fault_is_named(
    tmp_path: Path, scenery: Scenery, fault: Fault, verdict: FilterVerdict
) -> None:
    """The test at installation showed both positions: what breaks later is compared with them."""
    bench = Bench(tmp_path, scenery)
    first = await bench.test()
    bench.breaks(fault)
    bench.passes(days=3, hours=2)
    second = await bench.test()

    assert (first.verdict, second.verdict) == (FilterVerdict.MOVED, verdict), second
    assert is_restored(bench)


@pytest.mark.parametrize(
    ("witness", "why"),
    [
        (Witness(filter_fitted=True), Why.MAYBE_NO_INFRARED_LIGHT),
        (Witness(sun=True), Why.MAYBE_NONE_FITTED),
    ],
)
async def test_infrared_colours_alone_are_no_verdict(
    tmp_path: Path, witness: Witness, why: Why
) -> None:
    """A lamp may be pink, and a camera may have no filter: both must be excluded first."""
    bench = Bench(tmp_path, KEEPS, frozenset({OPEN}))
    judged = (await bench.run(witness)).judged

    assert (judged.verdict, judged.why) == (FilterVerdict.INCONCLUSIVE, why)
    assert judged.settle.en
    assert judged.settle.zh


@pytest.mark.parametrize(
    ("nights", "was_lit", "fitted", "why"),
    [
        (Nights.UNKNOWN, True, True, Why.MAYBE_IGNORES),
        (Nights.LIT, True, True, Why.MOVES_BY_ITSELF),
        (Nights.DARK, False, True, Why.MAYBE_IGNORES),
        (Nights.DARK, True, None, Why.MAYBE_FIXED),
        (Nights.DARK, True, True, Why.NO_INFRARED),
    ],
)
async def test_nothing_changing_is_a_fault_only_of_a_filter_that_once_came_out(
    tmp_path: Path, nights: Nights, was_lit: bool, fitted: bool | None, why: Why
) -> None:
    """A camera that does not obey, or whose filter is fixed, looks like a stuck one by day.

    The owner's word, lit nights once and dark ones now tell them apart.
    """
    bench = Bench(tmp_path, KEEPS, frozenset({CLOSED}))
    witness = Witness(sun=True, nights=nights, was_lit=was_lit, filter_fitted=fitted)
    judged = (await bench.run(witness)).judged

    assert judged.why is why
    is_fault = why is Why.NO_INFRARED
    assert judged.verdict is (
        FilterVerdict.STUCK_CLOSED if is_fault else FilterVerdict.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("scenery", "fault"),
    [
        (KEEPS, Fault.IRCUT_IGNORES_MODE),
        (DRAINS, Fault.IRCUT_IGNORES_MODE),
        (DRAINS, OPEN),
        (Scenery(seed=3, infrared=0.0), None),
        (NIGHT, None),
        (Scenery(seed=4, light="night_ir", lamp_follows=True), OPEN),
        (Scenery(seed=4, light="night_ir", lamp_follows=True), None),
    ],
)
async def test_what_could_be_something_else_is_no_verdict(
    tmp_path: Path, scenery: Scenery, fault: Fault | None
) -> None:
    """A camera that ignores orders, a room lit by LEDs, a lamp that goes with the mode."""
    bench = Bench(tmp_path, scenery, frozenset({fault} if fault else ()))
    ran = await bench.run(SUN if scenery.infrared else Witness(filter_fitted=True))

    assert ran.judged.verdict is FilterVerdict.INCONCLUSIVE, ran.judged
    assert is_restored(bench)


@pytest.mark.parametrize(
    "scenery",
    [
        Scenery(seed=4, daylight=0.01),
        Scenery(seed=4, is_covered=True),
        Scenery(seed=4, light="night_ir", is_covered=True),
    ],
    ids=["dusk", "covered by day", "covered at night"],
)
async def test_without_light_nothing_is_written(tmp_path: Path, scenery: Scenery) -> None:
    """No light, no verdict, and no reason to touch the customer's setting."""
    bench = Bench(tmp_path, scenery)
    ran = await bench.run()

    assert ran.judged.verdict is FilterVerdict.INCONCLUSIVE
    assert (bench.camera.writes, ran.settled) == (0, None)
    assert write_log.read(bench.database.connection) == ()


async def test_a_lamp_that_lights_through_a_filter_commanded_in_is_stuck_open(
    tmp_path: Path,
) -> None:
    """Only where an earlier night went dark by order, and only when it is certainly night."""
    bench = Bench(tmp_path, NIGHT, frozenset({OPEN}))
    known = await bench.run(Witness(night=True, went_dark=True))
    unknown = [await bench.run(w) for w in (Witness(night=True), Witness(went_dark=True))]

    assert known.judged.verdict is FilterVerdict.STUCK_OPEN
    assert {ran.judged.verdict for ran in unknown} == {FilterVerdict.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.IRCUT_REFUSES_MODE, Why.REFUSED_MODE),
        (Fault.IRCUT_RETURNS_TO_AUTO, Why.MODE_CHANGED),
    ],
)
async def test_a_camera_that_will_not_keep_the_mode_gives_no_verdict(
    tmp_path: Path, fault: Fault, why: Why
) -> None:
    """It refuses, or goes back by itself: no fault of the filter, and its own mode stands."""
    bench = Bench(tmp_path, KEEPS, frozenset({fault}))
    ran = await bench.run()

    assert (ran.judged.verdict, ran.judged.why) == (FilterVerdict.INCONCLUSIVE, why)
    assert is_restored(bench)


@pytest.mark.parametrize("mode", [ir_cut.FilterMode.ON, ir_cut.FilterMode.OFF])
async def test_a_mode_of_the_customers_own_is_put_back(
    tmp_path: Path, mode: ir_cut.FilterMode
) -> None:
    """Whatever mode the customer has, the other one is tried and his comes back."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera.ir_cut.order(mode, persist=True)
    bench.passes(minutes=1)
    ran = await bench.run()

    assert ran.mode_set is not None
    assert ran.judged.verdict is FilterVerdict.MOVED
    assert (ran.mode_set.value, bench.camera.ir_cut.mode) == (
        "OFF" if mode is ir_cut.FilterMode.ON else "ON",
        mode,
    )


class Meddled(LabCamera):
    """A camera on whose page a person sets another mode while the test looks away."""

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        await super().set_ir_cut_filter(mode)
        self.person = True

    async def imaging_settings(self):  # type: ignore[no-untyped-def]  # as the base
        if getattr(self, "person", False) and self.writes == 1 and self.looked > 0:
            self.ir_cut.order(ir_cut.FilterMode.ON, persist=True)
        self.looked = getattr(self, "looked", -2) + 1
        return await super().imaging_settings()


async def test_a_mode_that_a_person_set_meanwhile_is_left(tmp_path: Path) -> None:
    """The test takes back its own mode only; what somebody else wants is not ours to undo."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera = Meddled(KEEPS, bench.clock)
    ran = await bench.run()
    (*_, last) = write_log.read(bench.database.connection)

    assert (ran.judged.why, ran.settled) == (Why.MODE_CHANGED, Settled.LEFT)
    assert (bench.camera.ir_cut.mode.value, bench.camera.writes) == ("ON", 1)
    assert "somebody else" in last.answer


class Deaf(LabCamera):
    """Takes the order and then answers nothing for a while."""

    deaf = False

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        if self.deaf:
            raise CameraError(Cause.TCP_TIMEOUT, "no answer")
        await super().set_ir_cut_filter(mode)
        self.deaf = True
        raise CameraError(Cause.TCP_TIMEOUT, "no answer")

    async def imaging_settings(self):  # type: ignore[no-untyped-def]  # as the base
        if self.deaf:
            raise CameraError(Cause.TCP_TIMEOUT, "no answer")
        return await super().imaging_settings()


async def test_what_cannot_be_restored_now_is_owed_and_restored_later(tmp_path: Path) -> None:
    """The camera falls silent after the order: the journal keeps the debt until it answers."""
    bench = Bench(tmp_path, KEEPS)
    camera = Deaf(KEEPS, bench.clock)
    bench.camera = camera
    ran = await bench.run()
    restorer = bench.restorer
    tried = await restorer.settle("gate-north")
    told = restorer.owed()
    bench.passes(minutes=10)
    camera.deaf = False
    camera.set_ir_cut_filter = LabCamera.set_ir_cut_filter.__get__(camera)  # type: ignore[method-assign]  # hears again
    mode_before = camera.ir_cut.mode.value
    settled = await restorer.settle("gate-north")

    assert (ran.judged.why, ran.is_owed, tried) == (Why.CAMERA_FAILED, True, False)
    assert "AUTO is not restored yet: tcp.timeout" in told["gate-north"]
    assert (mode_before, settled, is_restored(bench)) == ("OFF", True, True)
