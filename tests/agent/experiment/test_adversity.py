"""Filter tests among bad firmware, people, other agents and full disks: nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.camera.port import CameraError, Cause, FilterMode, ImagingSettings
from agent.delivery import keepsake_store, restore_store, write_log
from agent.delivery.database import Database
from agent.experiment.identity import Identity
from agent.experiment.setting import Settled
from agent.experiment.verdict import FilterVerdict, Why
from agent.experiment.watcher import Pace
from agent.facts import aliases_of
from benchmarks.ircut_darkroom import Film
from benchmarks.ircut_lab import LabCamera, Scenery
from shared.device import Alias, AliasKind, DeviceFacts
from simulator import ir_cut
from simulator.faults import Fault
from tests.agent.delivery.test_dispatcher_trouble import full
from tests.agent.experiment.bench import CONSENT, Bench
from tests.agent.experiment.test_restorer import order, owe
from tests.agent.fakes import NOON
from tests.agent.test_cycle import DEVICE

KEEPS = Scenery(seed=3)


def answers(bench: Bench) -> list[str]:
    """What the audit log says of each write."""
    return [write.answer for write in write_log.read(bench.database.connection)]


def owed(bench: Bench) -> tuple[restore_store.Owed, ...]:
    """What the journal holds."""
    return restore_store.every(bench.database.connection)


async def until(is_so: Callable[[], bool]) -> None:
    """Let the test run on to that point."""
    for _ in range(2000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")


class Late(LabCamera):
    """Says yes, and changes its mode and its filter ten seconds later, or later still."""

    delay_s = 10.0
    unread = 0  # so many questions after the first order are answered with a fault
    due: tuple[datetime, FilterMode] | None = None

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        self.writes += 1
        self.due = (self.clock.now + timedelta(seconds=self.delay_s), mode)

    async def imaging_settings(self) -> ImagingSettings:
        if self.writes and self.unread:
            self.unread -= 1
            raise CameraError(Cause.ONVIF_FAULT, "busy")
        if self.due is not None and self.clock.now >= self.due[0]:
            self.ir_cut.order(ir_cut.FilterMode(self.due[1].value), persist=False)
            self.due = None
        return await super().imaging_settings()


@pytest.mark.parametrize(("delay_s", "unread"), [(10, 0), (30, 0), (100, 0), (280, 0), (60, 2)])
async def test_an_order_carried_out_after_the_test_is_undone(
    tmp_path: Path, delay_s: float, unread: int
) -> None:
    """A camera that states its own mode after a yes is not believed until the order has come.

    Nor one that cannot be read after it: only a fault of the order itself is a refusal.
    """
    bench = Bench(tmp_path, KEEPS)
    camera = Late(KEEPS, bench.clock)
    camera.delay_s, camera.unread = delay_s, unread
    bench.camera = camera
    judged = await bench.test()
    for _ in range(10):
        bench.passes(minutes=2)
        await camera.imaging_settings()
        await bench.restorer.settle("gate-north")

    assert judged.verdict is FilterVerdict.INCONCLUSIVE
    assert judged.why is (Why.CAMERA_FAILED if unread else Why.MODE_NOT_TAKEN)
    assert (camera.ir_cut.mode.value, owed(bench)) == ("AUTO", ())


class Hanging(LabCamera):
    """Carries the first order out and never answers it."""

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        await super().set_ir_cut_filter(mode)
        if self.writes == 1:
            await asyncio.Event().wait()


async def test_a_write_without_an_answer_is_logged_as_such_and_undone(tmp_path: Path) -> None:
    """The deadline ends the wait: the log does not say that it went well, and the mode is back."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera = Hanging(KEEPS, bench.clock)
    ran = await bench.run(pace=Pace(deadline_s=0.5))

    assert (ran.judged.why, ran.settled) == (Why.CAMERA_FAILED, Settled.RESTORED)
    assert answers(bench) == [write_log.UNANSWERED, "ok"]
    assert bench.camera.ir_cut.mode.value == "AUTO"


class Mute(LabCamera):
    """Takes an order, and answers the next question with a fault."""

    is_mute = False

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        await super().set_ir_cut_filter(mode)
        self.is_mute = self.writes == 1

    async def imaging_settings(self) -> ImagingSettings:
        if self.is_mute:
            self.is_mute = False
            raise CameraError(Cause.ONVIF_FAULT, "busy")
        return await super().imaging_settings()


async def test_a_fault_after_the_order_is_no_refusal(tmp_path: Path) -> None:
    """The camera took the order: the test goes on, and the log says that it was not read back."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera = Mute(KEEPS, bench.clock)
    ran = await bench.run()

    assert ran.judged.verdict is FilterVerdict.MOVED
    assert answers(bench) == ["ok, not read back", "ok"]


class Visited(LabCamera):
    """A person sets ON while the test takes its first pictures."""

    is_visited = False

    def _film(self, film: Film) -> None:
        if not self.is_visited:
            self.ir_cut.order(ir_cut.FilterMode.ON, persist=True)
            self.is_visited = True


async def test_a_mode_chosen_while_the_test_looks_is_the_customers(tmp_path: Path) -> None:
    """What was read before the pictures is not put back over what a person chose since."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera = Visited(KEEPS, bench.clock)
    ran = await bench.run()

    assert (ran.judged.why, bench.camera.writes) == (Why.MODE_CHANGED, 0)
    assert (bench.camera.ir_cut.mode.value, owed(bench)) == ("ON", ())


async def test_another_agents_test_is_not_taken_for_the_customers_mode(tmp_path: Path) -> None:
    """A second agent meets OFF where its visits read AUTO: it writes nothing, and nothing stays."""
    bench = Bench(tmp_path, KEEPS)
    bench.saw("imaging.ir_cut_filter", "AUTO", at=NOON - timedelta(minutes=8))
    bench.camera.ir_cut.order(ir_cut.FilterMode.OFF, persist=False)
    met = await bench.test()
    bench.camera.ir_cut.order(ir_cut.FilterMode.AUTO, persist=False)
    bench.passes(minutes=31)
    later = await bench.test()

    assert (met.why, met.settle.en != "") == (Why.MODE_NEW, True)
    assert later.verdict is FilterVerdict.MOVED


async def test_another_device_is_not_tested_in_this_ones_name(tmp_path: Path) -> None:
    """The camera was exchanged and no visit knows it yet: no order, and no verdict for either."""
    bench = Bench(tmp_path, KEEPS)
    facts = DeviceFacts("gate-north", aliases=(Alias(AliasKind.ONVIF_SERIAL, "SN-OLD"),))
    with bench.database.transaction() as db:
        keepsake_store.keep_facts(db, facts, at=NOON)
    judged = await bench.test()

    assert (judged.why, bench.camera.writes) == (Why.OTHER_DEVICE, 0)
    assert bench.camera.serial in judged.reason.en


@pytest.mark.parametrize("serial", [" SN-OLD ", "SN-OLD,B7", "000000", ""])
async def test_a_serial_written_otherwise_is_no_other_device(tmp_path: Path, serial: str) -> None:
    """Blanks, a second number, and the placeholders of whole production lots."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera.serial = serial
    facts = DeviceFacts("gate-north", aliases=(Alias(AliasKind.ONVIF_SERIAL, "SN-OLD"),))
    with bench.database.transaction() as db:
        keepsake_store.keep_facts(db, facts, at=NOON)

    assert (await bench.test()).verdict is FilterVerdict.MOVED


async def test_the_journal_names_the_camera_that_was_written_to(tmp_path: Path) -> None:
    """Its own names, asked in the test: another one at the place is never given its mode."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera = Hanging(KEEPS, bench.clock, macs=("00:12:31:ab:cd:ef",))
    work = asyncio.ensure_future(bench.run())
    await until(lambda: bool(owed(bench)))
    (row,) = owed(bench)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work

    assert Identity.parse(row.identity) == Identity.of("SN-2401-0001", ["00:12:31:AB:CD:EF"])


async def test_a_serial_with_a_comma_is_one_serial(tmp_path: Path) -> None:
    """Visits keep its parts as aliases: the camera is the same for the test and the way back."""
    bench = Bench(tmp_path, KEEPS)
    serial = "CAM,2401-0001"
    bench.camera.serial = serial
    facts = DeviceFacts("gate-north", aliases=aliases_of(serial, ""))
    with bench.database.transaction() as db:
        keepsake_store.keep_facts(db, facts, at=NOON)
    camera = Late(KEEPS, bench.clock)
    camera.serial, camera.delay_s = serial, 100
    bench.camera = camera
    judged = await bench.test()
    for _ in range(10):
        bench.passes(minutes=2)
        await bench.restorer.settle("gate-north")

    assert judged.why is Why.MODE_NOT_TAKEN
    assert (camera.ir_cut.mode.value, owed(bench)) == ("AUTO", ())


class Rebooting(LabCamera):
    """Loses its power when it is asked for a picture after the order."""

    is_silent = False

    async def watch_stream(self, *, seconds: float):  # type: ignore[no-untyped-def]  # as the base
        if self.writes == 1 and not self.is_silent:
            self.ir_cut.lose_power()
            self.is_silent = True
        if self.is_silent:
            raise CameraError(Cause.TCP_REFUSED, "it starts")
        return await super().watch_stream(seconds=seconds)

    async def imaging_settings(self) -> ImagingSettings:
        if self.is_silent:
            raise CameraError(Cause.TCP_REFUSED, "it starts")
        return await super().imaging_settings()


@pytest.mark.parametrize("fault", [None, Fault.IRCUT_PERSISTS_MODE], ids=["forgets", "keeps"])
async def test_a_camera_that_restarts_in_the_middle_gets_its_mode(
    tmp_path: Path, fault: Fault | None
) -> None:
    """Whether it forgets the order, as it was asked to, or keeps it all the same."""
    bench = Bench(tmp_path, KEEPS)
    camera = Rebooting(KEEPS, bench.clock, frozenset({fault} if fault else ()))
    bench.camera = camera
    judged = await bench.test()
    (row,) = owed(bench)
    after_reboot = camera.ir_cut.mode.value
    bench.passes(minutes=5)
    camera.is_silent, camera.writes = False, 2
    is_settled = await bench.restorer.settle("gate-north")

    assert (judged.verdict, row.mode_before) == (FilterVerdict.INCONCLUSIVE, "AUTO")
    assert after_reboot == ("OFF" if fault else "AUTO")
    assert (is_settled, camera.ir_cut.mode.value, owed(bench)) == (True, "AUTO", ())


@dataclass
class Disk:
    """A disk that is full for some commits."""

    commits: int = 0
    full_from: int = 10**9
    full_to: int = 10**9


def on_disk(bench: Bench, disk: Disk) -> None:
    """Let the bench's database live there."""

    class Filling(Database):
        @contextlib.contextmanager
        def transaction(self) -> Iterator[sqlite3.Connection]:
            disk.commits += 1
            if disk.full_from <= disk.commits < disk.full_to:
                raise full()
            with super().transaction() as db:
                yield db

    bench.database = Filling(bench.database.connection, bench.database.path)


async def test_no_order_without_a_row_in_the_journal(tmp_path: Path) -> None:
    """The disk is full before the first order: the camera is left alone."""
    bench = Bench(tmp_path, KEEPS)
    on_disk(bench, Disk(full_from=1))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await bench.run()

    assert bench.camera.writes == 0


async def test_no_order_without_a_row_in_the_audit_log(tmp_path: Path) -> None:
    """The journal's row was the last that the disk took: the camera is left alone too."""
    bench = Bench(tmp_path, KEEPS)
    on_disk(bench, Disk(full_from=2))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await bench.run()

    assert (bench.camera.writes, bench.camera.ir_cut.mode.value) == (0, "AUTO")
    assert len(owed(bench)) == 1


@pytest.mark.parametrize("full_from", [3, 4])
async def test_a_full_disk_keeps_no_mode_from_the_customer(tmp_path: Path, full_from: int) -> None:
    """Full after the order: the mode goes back all the same, and the log has it when it can."""
    bench = Bench(tmp_path, KEEPS)
    disk = Disk(full_from=full_from)
    on_disk(bench, disk)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await bench.run()
    mode, rows = bench.camera.ir_cut.mode.value, owed(bench)
    disk.full_to = 0
    bench.passes(minutes=6)
    is_settled = await bench.restorer.settle("gate-north")

    assert (mode, len(rows), bench.camera.writes) == ("AUTO", 1, 2)
    assert (is_settled, owed(bench)) == (True, ())
    assert answers(bench) == ["ok", "ok"]


@pytest.mark.parametrize("mode", [ir_cut.FilterMode.AUTO, ir_cut.FilterMode.ON])
async def test_a_restoring_write_on_a_full_disk_is_logged_later(
    tmp_path: Path, mode: ir_cut.FilterMode
) -> None:
    """Another start finds the debt, the disk is full: the write waits, and is in the log before
    the debt goes; nobody says that nothing was written, whatever the camera has by then."""
    bench = Bench(tmp_path, KEEPS)
    order(bench, ir_cut.FilterMode.OFF)
    owe(bench)
    disk = Disk(full_from=1)
    on_disk(bench, disk)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await bench.restorer.settle("gate-north")
    before = write_log.read(bench.database.connection)
    disk.full_to = 0
    order(bench, mode)
    bench.passes(minutes=6)
    is_settled = await bench.restorer.settle("gate-north")
    first, *more = write_log.read(bench.database.connection)

    assert (before, is_settled, bench.camera.writes) == ((), True, 1)
    assert (first.operation, first.before, first.after) == ("SetImagingSettings", "OFF", "AUTO")
    assert (first.answer, first.at) == ("ok", NOON + timedelta(minutes=1))
    left = [("nothing more written", Settled.LEFT.value)] if mode is ir_cut.FilterMode.ON else []
    assert [(row.operation, row.answer) for row in more] == left


async def test_a_test_cancelled_again_and_again_restores_first(tmp_path: Path) -> None:
    """Whoever presses Ctrl-C twice does not leave the camera in the test's mode."""
    bench = Bench(tmp_path, KEEPS)
    camera = SlowBack(KEEPS, bench.clock)
    bench.camera = camera
    work = asyncio.ensure_future(bench.run())
    await until(lambda: camera.ir_cut.mode.value == "OFF")
    for _ in range(4):
        work.cancel()
        await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await work

    assert (camera.ir_cut.mode.value, owed(bench)) == ("AUTO", ())


class SlowBack(LabCamera):
    """Takes a moment to answer the way back."""

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        if self.writes:
            await asyncio.sleep(0.1)
        await super().set_ir_cut_filter(mode)


class Parking(LabCamera):
    """A lorry, dark or red, parks while the filter is ordered out, and drives off: once."""

    def _film(self, film: Film) -> None:
        if self.writes == 1:
            luma, blue, red = film.planes
            luma[60:330, 40:300] = 25 if self.scenery.drains_colour else 90
            if not self.scenery.drains_colour:
                blue[30:165, 20:150], red[30:165, 20:150] = 100, 205


@pytest.mark.parametrize("drains", [False, True], ids=["keeps", "drains"])
async def test_what_parks_for_the_length_of_an_order_is_no_filter_that_moved(
    tmp_path: Path, *, drains: bool
) -> None:
    """A change that could be chance must come and go twice with the order."""
    scenery = Scenery(seed=3, infrared=0.0, drains_colour=drains)
    bench = Bench(tmp_path, scenery, frozenset({Fault.IRCUT_STUCK_CLOSED}))
    bench.camera = Parking(scenery, bench.clock, bench.faults)
    ran = await bench.run()

    assert ran.during_first, "the lorry was not seen at all"
    assert ran.judged.verdict is FilterVerdict.INCONCLUSIVE, ran.judged
    assert bench.camera.writes == 4


@pytest.mark.parametrize("balances", [False, True], ids=["keeps", "balances"])
async def test_a_filter_that_automatic_mode_has_taken_out_already_is_not_stuck(
    tmp_path: Path, *, balances: bool
) -> None:
    """Dusk, and colours all the same: ordering it out changes nothing, ordering it in does."""
    scenery = Scenery(seed=3, balances_white=balances)
    bench = Bench(tmp_path, scenery)
    first = await bench.test()
    bench.passes(days=1)
    bench.camera = LabCamera(replace(scenery, turns_s=0.0), bench.clock)
    dusk = await bench.test()

    assert first.verdict is FilterVerdict.MOVED
    assert (dusk.verdict, dusk.why) == (FilterVerdict.INCONCLUSIVE, Why.AUTO_WAS_OUT)
    assert (bench.camera.ir_cut.mode.value, owed(bench)) == ("AUTO", ())


@pytest.mark.parametrize("fault", [Fault.IRCUT_REVERSED, Fault.IRCUT_STUCK_CLOSED])
async def test_a_camera_that_was_turned_is_not_compared_with_its_old_view(
    tmp_path: Path, fault: Fault
) -> None:
    """Where no plants are the order of tiles stays as it is, wherever the filter is."""
    bench = Bench(tmp_path, Scenery(seed=3, drains_colour=True))
    first = await bench.test()
    bench.passes(days=1)
    bare = Scenery(seed=4, drains_colour=True, infrared=0.0)
    bench.camera = LabCamera(bare, bench.clock, frozenset({fault}))
    turned = await bench.test()

    assert first.verdict is FilterVerdict.MOVED
    assert (turned.verdict, turned.why) == (FilterVerdict.INCONCLUSIVE, Why.DRAINED)


class Stalling(LabCamera):
    """Its encoder repeats one picture from the order on."""

    repeated = b""

    def _jpeg(self) -> bytes:
        if not self.writes:
            return super()._jpeg()
        self.repeated = self.repeated or super()._jpeg()
        return self.repeated


async def test_a_picture_that_stands_still_since_the_order_proves_nothing(tmp_path: Path) -> None:
    """The filter moves and the stream stalls: that looks as a stuck filter would."""
    bench = Bench(tmp_path, KEEPS)
    await bench.test()
    bench.passes(days=1)
    bench.camera = Stalling(KEEPS, bench.clock)
    bench.camera.ir_cut.order(ir_cut.FilterMode.AUTO, persist=False)
    judged = await bench.test()

    assert (judged.verdict, judged.why) == (FilterVerdict.INCONCLUSIVE, Why.FROZEN)


@pytest.mark.parametrize("tint", [(2, 3), (253, 1)])
async def test_a_grey_with_a_tint_is_no_colour(tmp_path: Path, tint: tuple[int, int]) -> None:
    """A night mode that is a little green is still one: no filter is called reversed for it."""
    scenery = Scenery(seed=3, drains_colour=True, drain_tint=tint)
    bench = Bench(tmp_path, scenery, frozenset({Fault.IRCUT_STUCK_OPEN}))
    judged = (await bench.run()).judged

    assert judged.verdict is FilterVerdict.INCONCLUSIVE, judged


async def test_a_plain_change_of_colour_needs_no_second_order(tmp_path: Path) -> None:
    """Pink all over and back at once is no lorry; fewer orders are better."""
    bench = Bench(tmp_path, KEEPS)
    judged = (await bench.run()).judged
    drained = Bench(tmp_path / "other", Scenery(seed=3, drains_colour=True))
    await drained.run()

    assert (judged.verdict, bench.camera.writes) == (FilterVerdict.MOVED, 2)
    assert drained.camera.writes == 4


async def test_a_budget_of_two_writes_is_kept(tmp_path: Path) -> None:
    """The owner allows one order a day: what needs a second one gets no verdict, and says why."""
    device = replace(DEVICE, ir_cut=CONSENT, budget={"writes_per_day": 2})
    bench = Bench(tmp_path, Scenery(seed=3, drains_colour=True), device=device)
    judged = await bench.test()

    assert (judged.why, bench.camera.writes) == (Why.ONCE_ONLY, 2)
    assert "writes_per_day" in judged.settle.zh


async def test_consent_is_asked_of_the_configuration_alone(tmp_path: Path) -> None:
    """A debt is restored even where tests are no longer allowed."""
    bench = Bench(tmp_path, KEEPS)
    bench.camera = Rebooting(KEEPS, bench.clock, frozenset({Fault.IRCUT_PERSISTS_MODE}))
    await bench.test()
    bench.device = replace(bench.device, ir_cut=replace(CONSENT, allow_test=False))
    bench.camera.is_silent = False
    bench.passes(minutes=5)

    assert await bench.restorer.settle("gate-north")
    assert bench.camera.ir_cut.mode.value == "AUTO"
