"""What an experiment owes is put back after a crash: once, safely, and only if it is still ours."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import restore_store, write_log
from agent.delivery.damage import condemn
from agent.delivery.restore_store import Owed
from agent.delivery.salvage import open_or_salvage
from agent.experiment.identity import Identity
from agent.experiment.restorer import Restorer
from agent.standing import Standings
from shared.device import DeviceFacts
from simulator.faults import Fault
from simulator.ir_cut import FilterMode
from tests.agent.experiment.bench import Bench
from tests.agent.fakes import NOON

LONG_AGO = NOON - timedelta(minutes=5)
M1, M2 = "00:12:31:ab:cd:01", "00:12:31:ab:cd:02"


def owe(bench: Bench, *, begun_at: object = LONG_AGO, identity: str = "") -> None:
    """What a killed test leaves behind."""
    with bench.database.transaction() as db:
        restore_store.begin(
            db,
            Owed(
                device_id="gate-north",
                identity=identity,
                mode_before="AUTO",
                mode_set="OFF",
                ordered_by="me",
                begun_at=begun_at,  # type: ignore[arg-type]
            ),
        )


def order(bench: Bench, mode: FilterMode) -> None:
    """The camera has this mode, and has had it for a while."""
    bench.camera.ir_cut.order(mode, persist=False)
    bench.passes(minutes=1)


async def test_the_mode_of_a_killed_test_is_taken_back(tmp_path: Path) -> None:
    """The next start finds the row and the camera as the test left it."""
    bench = Bench(tmp_path)
    order(bench, FilterMode.OFF)
    owe(bench)

    assert await bench.restorer.settle("gate-north")
    assert (bench.camera.ir_cut.mode, bench.camera.writes) == (FilterMode.AUTO, 1)
    assert restore_store.every(bench.database.connection) == ()


async def test_a_mode_that_is_back_already_is_not_written(tmp_path: Path) -> None:
    """Killed before the first write, or after the last: nothing is to do."""
    bench = Bench(tmp_path)
    owe(bench)

    assert await bench.restorer.settle("gate-north")
    assert bench.camera.writes == 0


async def test_an_order_on_its_way_is_waited_for(tmp_path: Path) -> None:
    """The camera still states its own mode, and carries the killed test's order out later."""
    bench = Bench(tmp_path)
    owe(bench, begun_at=NOON - timedelta(seconds=2))
    too_early = await bench.restorer.settle("gate-north")
    bench.passes(minutes=2)
    still_too_early = await bench.restorer.settle("gate-north")
    order(bench, FilterMode.OFF)
    bench.passes(minutes=2)

    assert not too_early
    assert not still_too_early
    assert await bench.restorer.settle("gate-north")
    assert bench.camera.ir_cut.mode is FilterMode.AUTO


async def test_another_mode_is_a_persons_and_stays(tmp_path: Path) -> None:
    """Somebody chose ON after the crash: it stays, and the log says so."""
    bench = Bench(tmp_path)
    order(bench, FilterMode.ON)
    owe(bench)

    assert await bench.restorer.settle("gate-north")
    assert (bench.camera.ir_cut.mode, bench.camera.writes) == (FilterMode.ON, 0)
    (left,) = write_log.read(bench.database.connection)
    assert ("somebody else" in left.answer, left.operation) == (True, "nothing written")


async def test_another_mode_is_not_believed_while_the_order_may_come(tmp_path: Path) -> None:
    """A person chose ON, then the killed test's OFF came late: it does not stay."""
    bench = Bench(tmp_path)
    order(bench, FilterMode.ON)
    owe(bench, begun_at=bench.clock.now - timedelta(seconds=2))
    too_early = await bench.restorer.settle("gate-north")
    order(bench, FilterMode.OFF)
    bench.passes(minutes=5)

    assert not too_early
    assert await bench.restorer.settle("gate-north")
    assert bench.camera.ir_cut.mode is FilterMode.AUTO


async def test_another_device_at_the_place_is_not_written_to(tmp_path: Path) -> None:
    """The camera was exchanged meanwhile: the new one owes us nothing, and we owe it nothing."""
    bench = Bench(tmp_path)
    order(bench, FilterMode.OFF)
    owe(bench, identity="SN-OLD")

    assert await bench.restorer.settle("gate-north")
    assert (bench.camera.ir_cut.mode, bench.camera.writes) == (FilterMode.OFF, 0)


@pytest.mark.parametrize(
    ("known", "now", "how"),
    [
        (("SN-1,A", ()), ("SN-1,A", ()), "same"),
        (("SN-1,A", ()), ("SN-2,A", ()), "other"),
        (("SN-1A", (M1,)), ("SN-1A", (M2,)), "same"),  # from cable to radio
        (("", (M1, M2)), ("SN-1A", (M2,)), "same"),
        (("0000", (M1,)), ("0000", (M2,)), "other"),
        (("SN-1A", ()), ("", (M1,)), "unknown"),
        (("", ()), ("", ()), "unknown"),
    ],
)
def test_who_a_camera_is(
    known: tuple[str, tuple[str, ...]], now: tuple[str, tuple[str, ...]], how: str
) -> None:
    """The whole serial decides, else the addresses; what the journal keeps of both is read back."""
    before, after = Identity.of(*known), Identity.of(*now)

    assert (before.is_same(after), before.is_other(after)) == (how == "same", how == "other")
    assert Identity.parse(str(before)) == before


@pytest.mark.parametrize(("identity", "is_written"), [("", False), ("SN-2401-0001", True)])
async def test_an_old_debt_to_a_camera_that_nothing_names_is_a_persons(
    tmp_path: Path, identity: str, is_written: bool
) -> None:
    """After 200 days OFF may be what its owner wants: it is told, until a person sets a mode."""
    bench = Bench(tmp_path)
    order(bench, FilterMode.OFF)
    owe(bench, begun_at=NOON - timedelta(days=200), identity=identity)
    is_settled = await bench.restorer.settle("gate-north")
    told = bench.restorer.owed()
    order(bench, FilterMode.AUTO)

    assert (is_settled, bench.camera.writes) == (is_written, int(is_written))
    assert ("nothing names" in told.get("gate-north", "")) is not is_written
    assert await bench.restorer.settle("gate-north")


async def test_the_debt_of_a_device_that_was_renamed_is_told(tmp_path: Path) -> None:
    """Nobody visits it any more: the agent's own line says what is owed, in both languages."""
    bench = Bench(tmp_path)
    owe(bench)
    restorer = Restorer(
        {}, database=bench.database, camera_for=lambda _: bench.camera, clock=bench.clock
    )
    standings = Standings([(DeviceFacts("site"), ()), (DeviceFacts("gate"), ())], host_id="site")
    standings.note_owed(restorer.owed())
    host, gate = standings.health()

    assert ("gate-north" in host.reason, "AUTO" in host.reason) == (True, True)
    assert ("not configured" in host.reason, "尚未恢复" in host.reason) == (True, True)
    assert "owed" not in gate.reason


async def test_a_camera_that_refuses_is_asked_again_more_rarely(tmp_path: Path) -> None:
    """The debt is kept and told, and each failure doubles the wait."""
    bench = Bench(tmp_path)
    order(bench, FilterMode.OFF)
    owe(bench)
    bench.breaks(Fault.IRCUT_REFUSES_MODE)
    restorer, waits = bench.restorer, []
    for _ in range(4):
        assert not await restorer.settle("gate-north")
        (owed,) = restore_store.every(bench.database.connection)
        assert owed.next_at is not None
        waits.append((owed.next_at - bench.clock.now).total_seconds())
        assert not await restorer.settle("gate-north")  # not due: not asked
        bench.clock.now = owed.next_at

    assert waits == [30, 60, 120, 240]
    assert bench.camera.writes == 4
    assert "onvif.fault" in restorer.owed()["gate-north"]
    bench.breaks()
    assert await restorer.settle("gate-north")
    assert bench.camera.ir_cut.mode is FilterMode.AUTO


@pytest.mark.parametrize("is_damaged", [False, True])
async def test_the_debt_outlives_the_file(tmp_path: Path, is_damaged: bool) -> None:
    """A restart, and even a database that had to be salvaged: the row is there."""
    bench = Bench(tmp_path)
    owe(bench)
    bench.database.close()
    if is_damaged:
        condemn(tmp_path / "agent.db", "a test says so")
    database, salvaged = open_or_salvage(tmp_path / "agent.db", now=NOON)
    found = restore_store.find(database.connection, "gate-north")
    database.close()

    assert (salvaged is not None) is is_damaged
    assert found is not None
    assert (found.mode_before, found.mode_set) == ("AUTO", "OFF")
