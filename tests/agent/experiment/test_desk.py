"""Consent before a test; readings, a fault found twice, and evidence after it."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.camera.port import LoginKind
from agent.config import IrCut
from agent.cycle import record_readings
from agent.delivery import fault_store, keepsake_store, reading_store, restore_store, write_log
from agent.delivery.evidence import Signer
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.memory import FaultMemory, is_refuted
from agent.episodes import Author
from agent.experiment.consent import NotAllowedError
from agent.experiment.telling import TWICE
from agent.experiment.verdict import FilterVerdict
from agent.probes.probe import good
from agent.recording import Settings
from agent.sun_watch import Sun
from benchmarks.ircut_lab import Scenery
from shared import wire
from shared.device import DeviceFacts
from shared.evidence import EvidenceChunk, EvidenceKind
from shared.fault import EvidenceAdded, FaultEvent, FaultKind, FaultState
from shared.frame import Lane
from simulator.faults import Fault
from tests.agent.diagnosis.pictures.days import GOOD, picture
from tests.agent.experiment.bench import CONSENT, Bench
from tests.agent.fakes import NOON
from tests.agent.test_cycle import DEVICE, KEY

ON_BATTERY = replace(DEVICE, is_battery=True, ir_cut=replace(CONSENT, allow_test_on_battery=True))


def events(bench: Bench) -> list[FaultEvent]:
    """Fault events that wait."""
    return [message for message in bench.sent() if isinstance(message, FaultEvent)]


@pytest.mark.parametrize(
    ("ir_cut", "is_battery", "percent", "why"),
    [
        (IrCut(), False, None, "allow_ir_cut_test = true"),
        (CONSENT, True, 90.0, "allow_ir_cut_test_on_battery = true"),
        (ON_BATTERY.ir_cut, True, None, "not known"),
        (ON_BATTERY.ir_cut, True, 39.0, "39 %"),
    ],
)
async def test_no_test_without_consent_or_charge(
    tmp_path: Path, ir_cut: IrCut, is_battery: bool, percent: float | None, why: str
) -> None:
    """Off unless the owner allows it; on a battery only by its own consent and with charge."""
    bench = Bench(tmp_path, device=replace(DEVICE, is_battery=is_battery, ir_cut=ir_cut))
    if percent is not None:
        bench.saw("battery.charge", percent, at=NOON - timedelta(hours=1))
    with pytest.raises(NotAllowedError, match=why) as caught:
        await bench.test()

    assert caught.value.reason.zh
    assert bench.camera.writes == 0


async def test_a_charged_battery_with_consent_is_tested(tmp_path: Path) -> None:
    """Consent of its own and charge: then a battery camera is tested like any other."""
    bench = Bench(tmp_path, device=ON_BATTERY)
    bench.saw("battery.charge", 90.0, at=NOON - timedelta(hours=1))

    assert (await bench.test()).verdict is FilterVerdict.MOVED


async def test_a_camera_without_a_filter_is_never_touched(tmp_path: Path) -> None:
    """The owner says once that none is fitted: that is the verdict, and no fault ever."""
    device = replace(DEVICE, ir_cut=replace(CONSENT, is_fitted=False))
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_NOT_FITTED}), device=device)
    for _ in range(3):
        judged = await bench.test()
        bench.passes(hours=2)

    assert judged.verdict is FilterVerdict.NO_FILTER_FITTED
    assert (bench.camera.writes, events(bench)) == (0, [])


async def test_a_fault_opens_on_two_tests_an_hour_apart_as_proven_by_experiment(
    tmp_path: Path,
) -> None:
    """One test opens nothing, nor does a second one ten minutes later; an hour later one does."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_STUCK_OPEN}))
    await bench.test()
    bench.passes(minutes=10)
    await bench.test()
    early = events(bench)
    bench.passes(hours=1)
    await bench.test()
    (opened,) = events(bench)

    assert early == []
    assert (opened.kind, opened.code, opened.proof, opened.observations) == (
        FaultKind.OPENED,
        "ircut.stuck_open",
        "experiment",
        2,
    )
    assert {reading.name for reading in opened.because} == {"ircut.verdict", "ircut.moved"}
    assert "主动测试" in opened.summary_zh


async def test_the_event_carries_frames_figures_and_writes(tmp_path: Path) -> None:
    """Before, during and after, with the figures, and everything that was written to the camera."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_STUCK_OPEN}))
    await bench.test()
    bench.passes(hours=2)
    await bench.test()
    (opened,) = events(bench)
    assert opened.manifest is not None
    items = {item.name: item for item in wire.decode_manifest(opened.manifest.body).items}

    pictures = {name for name, item in items.items() if item.kind is EvidenceKind.PICTURE}
    assert pictures == {"picture-before.jpg", "picture-during.jpg", "picture-after.jpg"}
    assert {"filter-test.jsonl", "writes.jsonl"} <= set(items)


async def test_a_test_without_a_fault_sends_its_evidence_too(tmp_path: Path) -> None:
    """Whoever ordered it sees what was done to the camera, and what it showed."""
    bench = Bench(tmp_path)
    await bench.test()
    (added,) = [message for message in bench.sent() if isinstance(message, EvidenceAdded)]
    names = {item.name for item in wire.decode_manifest(added.manifest.body).items}

    assert added.episode is None
    assert {"picture-during.jpg", "filter-test.jsonl", "writes.jsonl"} <= names


async def test_two_tests_that_move_end_the_fault(tmp_path: Path) -> None:
    """A filter that was repaired is proven well as it was proven broken."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_STUCK_OPEN}))
    for _ in range(2):
        await bench.test()
        bench.passes(hours=2)
    bench.breaks()
    for _ in range(2):
        await bench.test()
        bench.passes(hours=2)

    assert [event.kind for event in events(bench)] == [FaultKind.OPENED, FaultKind.CLEARED]


async def test_an_inconclusive_test_changes_nothing(tmp_path: Path) -> None:
    """Unknown is never OK: it neither opens nor clears, and its reading is unknown."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_STUCK_OPEN}))
    for _ in range(2):
        await bench.test()
        bench.passes(hours=2)
    bench.camera.scenery = Scenery(seed=3, daylight=0.002)
    for _ in range(4):
        judged = await bench.test()
        bench.passes(hours=2)
    latest = reading_store.latest(bench.database.connection, "gate-north")

    assert judged.verdict is FilterVerdict.INCONCLUSIVE
    assert [event.kind for event in events(bench)] == [FaultKind.OPENED]
    assert latest["ircut.moved"].value is None
    assert latest["ircut.verdict"].value == "inconclusive"


async def test_every_write_is_in_the_audit_log(tmp_path: Path) -> None:
    """Who ordered it, when, what, before, after and the camera's answer; also the way back."""
    bench = Bench(tmp_path)
    await bench.test()
    there, back = write_log.read(bench.database.connection, "gate-north")

    assert (there.ordered_by, back.ordered_by) == ("terminal: me", "restore: terminal: me")
    assert (there.what, there.before, there.after, there.answer) == (
        "IrCutFilter=OFF ForcePersistence=false",
        "AUTO",
        "OFF",
        "ok",
    )
    assert (back.before, back.after, back.answer) == ("OFF", "AUTO", "ok")
    assert bench.camera.writes == 2


async def test_a_cancelled_test_restores_first(tmp_path: Path) -> None:
    """The agent is stopped in the middle: the camera has its own mode before the agent ends."""
    bench = Bench(tmp_path)
    work = asyncio.ensure_future(bench.test())
    for _ in range(1000):
        await asyncio.sleep(0)
        if bench.camera.ir_cut.mode.value == "OFF":
            break
    assert bench.camera.ir_cut.mode.value == "OFF"
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    assert bench.camera.ir_cut.mode.value == "AUTO"
    assert restore_store.every(bench.database.connection) == ()
    assert json.dumps([w.answer for w in write_log.read(bench.database.connection)])


async def test_a_test_waits_for_the_debt_of_an_earlier_one(tmp_path: Path) -> None:
    """A camera that is still owed its mode is not tested again: that would forget the mode."""
    bench = Bench(tmp_path)
    with bench.database.transaction() as db:
        restore_store.begin(
            db,
            restore_store.Owed(
                device_id="gate-north",
                identity="",
                mode_before="AUTO",
                mode_set="OFF",
                ordered_by="me",
                begun_at=NOON,
            ),
        )
    with pytest.raises(NotAllowedError, match="not restored yet"):
        await bench.test()

    assert bench.camera.writes == 0


async def test_a_cancelled_test_tells_what_it_wrote(tmp_path: Path) -> None:
    """No pictures to show, and both writes on their way; whose account it was stays at home."""
    bench = Bench(tmp_path)
    work = asyncio.ensure_future(bench.test())
    for _ in range(1000):
        await asyncio.sleep(0)
        if bench.camera.ir_cut.mode.value == "OFF":
            break
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    (added,) = [message for message in bench.sent() if isinstance(message, EvidenceAdded)]
    items = {item.name: item for item in wire.decode_manifest(added.manifest.body).items}

    assert set(items) == {"filter-test.jsonl", "writes.jsonl"}
    assert len(write_log.read(bench.database.connection)) == 2


async def test_evidence_names_no_account(tmp_path: Path) -> None:
    """Signed evidence travels: it says that a terminal ordered it; the local log says whose."""
    bench = Bench(tmp_path)
    await bench.test()
    sent = b"".join(m.content for m in bench.sent(Lane.EVIDENCE) if isinstance(m, EvidenceChunk))

    assert set(re.findall(rb'"ordered_by": "([^"]*)"', sent)) == {b"terminal", b"restore: terminal"}
    assert {w.ordered_by for w in write_log.read(bench.database.connection)} == {
        "terminal: me",
        "restore: terminal: me",
    }


def passive(bench: Bench, firmware: str = "", *, hours: int = 8) -> None:
    """Visits for some hours that see a pink day, and judge it."""
    read = picture(GOOD, magenta_excess=0.3, green_min=0.95)
    read["identity.serial"] = bench.camera.serial
    if firmware:
        read["identity.firmware"] = firmware
    author = Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY))
    settings = Settings(
        rules=[rule for rule in RULES if rule.code == "ircut.stuck_open"],
        levels=Levels(),
        watch_seconds=1.0,
        recorder_login=LoginKind.NONE,
        author=author,
        sun=lambda _, __: Sun(elevation_deg=40.0, is_certain=True),
    )
    for _ in range(2 * hours):
        bench.passes(minutes=30)
        record_readings(
            bench.device,
            [good(name, value, at=bench.clock.now) for name, value in read.items()],
            settings=settings,
            database=bench.database,
            outbox=bench.outbox,
            now=bench.clock.now,
        )


async def test_what_is_proven_takes_over_what_pictures_said(tmp_path: Path) -> None:
    """One fault has one episode: proven by tests, it goes on, and only tests end it."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_STUCK_OPEN}))
    passive(bench, hours=4)
    for _ in range(2):
        await bench.test()
        bench.passes(hours=2)
    standing = fault_store.open_episodes(bench.database.connection, limit=9)
    passive(bench)
    bench.breaks()
    for _ in range(2):
        await bench.test()
        bench.passes(hours=2)
    told = events(bench)

    assert [(e.kind, e.proof) for e in told] == [
        (FaultKind.OPENED, ""),
        (FaultKind.CONFIRMED, "experiment"),
        (FaultKind.CLEARED, "experiment"),
    ]
    assert len(standing) == 1
    assert {event.episode for event in told[1:]} == {standing[0].episode}
    assert fault_store.open_episodes(bench.database.connection, limit=9) == ()


async def test_what_is_proven_is_not_found_a_second_time(tmp_path: Path) -> None:
    """Tests opened it first: what pictures say all day opens nothing beside it."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_STUCK_OPEN}))
    for _ in range(2):
        await bench.test()
        bench.passes(hours=2)
    passive(bench)

    assert [(e.kind, e.proof) for e in events(bench)] == [(FaultKind.OPENED, "experiment")]


async def test_two_tests_that_move_end_what_pictures_had_opened(tmp_path: Path) -> None:
    """The first one ends nothing yet, and the end counts as no proof that the fault ever was."""
    bench = Bench(tmp_path)
    passive(bench, hours=4)
    await bench.test()
    bench.passes(hours=2)
    after_one = fault_store.open_episodes(bench.database.connection, limit=9)
    await bench.test()
    passive(bench)
    opened, ended = events(bench)

    assert [episode.code for episode in after_one] == ["ircut.stuck_open"]
    assert (opened.kind, ended.kind, ended.proof) == (FaultKind.OPENED, FaultKind.CLEARED, "")
    assert (ended.code, ended.episode) == ("ircut.stuck_open", after_one[0].episode)
    assert "active test" in ended.summary_en
    assert fault_store.open_episodes(bench.database.connection, limit=9) == ()


@pytest.mark.parametrize(
    ("tests", "ends"),
    [({1: False, 2: False}, True), ({-1: False, 1: False}, False), ({1: True, 2: False}, False)],
)
def test_only_tests_since_the_opening_refute_it(tests: dict[int, bool], ends: bool) -> None:
    """Two that found it well, both made after pictures opened the fault (hours since then)."""
    opened = FaultMemory("ircut.stuck_open", state=FaultState.OPEN, changes=(NOON,))
    tested = FaultMemory(
        "ircut.stuck_open",
        window=tuple(tests.values()),
        window_at=tuple(NOON + timedelta(hours=hours) for hours in tests),
    )
    assert is_refuted(opened, tested, by=TWICE) is ends


async def test_a_filter_proven_reversed_is_not_stuck_as_well(tmp_path: Path) -> None:
    """Two tests rename the fault; days of pink pictures later it still has the one name."""
    bench = Bench(tmp_path, faults=frozenset({Fault.IRCUT_REVERSED}))
    passive(bench, hours=4)
    for _ in range(2):
        judged = await bench.test()
        bench.passes(hours=2)
    passive(bench, hours=30)
    standing = fault_store.open_episodes(bench.database.connection, limit=9)

    assert judged.verdict is FilterVerdict.REVERSED
    assert [(e.kind, e.code, e.proof) for e in events(bench)] == [
        (FaultKind.OPENED, "ircut.stuck_open", ""),
        (FaultKind.CLEARED, "ircut.stuck_open", ""),
        (FaultKind.OPENED, "ircut.reversed", "experiment"),
    ]
    assert [episode.code for episode in standing] == ["ircut.reversed"]


@pytest.mark.parametrize("fault", [None, Fault.IRCUT_REVERSED])
@pytest.mark.parametrize(("firmware", "opens"), [("1.4.2", False), ("1.5.0", True)])
async def test_pink_pictures_open_nothing_after_a_test_that_moved(
    tmp_path: Path, firmware: str, opens: bool, fault: Fault | None
) -> None:
    """For a day a test outweighs colours, unless the firmware is another one since.

    One in which it moved the wrong way does too: whatever it is, it is not stuck.
    """
    bench = Bench(tmp_path, faults=frozenset({fault} if fault else ()))
    with bench.database.transaction() as db:
        facts = DeviceFacts("gate-north", firmware="1.4.2")
        keepsake_store.keep_facts(db, facts, at=NOON)
    judged = await bench.test()
    passive(bench, firmware)

    assert judged.rests_on_change
    assert bool(events(bench)) is opens
