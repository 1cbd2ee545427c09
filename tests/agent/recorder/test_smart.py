"""Disks' own reports: what counts as failing, and what is only a state."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.recorder.block import Disk
from agent.recorder.disks import readings
from agent.recorder.memory import KnownDisk
from agent.recorder.smart import Health, Report, read_report
from agent.recorder.smart_child import STALE_S, SmartDesk
from tests.agent.recorder import smart_shapes as shapes

NOW_S = 1_780_000_000.0


@pytest.mark.parametrize(
    ("raw", "health"),
    [
        (shapes.ATA_GOOD, Health.PASSED),
        (shapes.ATA_PENDING, Health.PASSED),
        (shapes.ATA_FAILING, Health.FAILING),
        (shapes.ATA_CONTRADICTION, Health.UNREADABLE),
        (shapes.NVME_GOOD, Health.PASSED),
        (shapes.NVME_HOT, Health.PASSED),
        (shapes.NVME_FAILING, Health.FAILING),
        (shapes.USB_UNKNOWN, Health.NO_REPORT),
        (shapes.VIRTUAL, Health.NO_REPORT),
        (shapes.STANDBY, Health.ASLEEP),
        (shapes.DENIED, Health.DENIED),
        (shapes.EMPTY_BAY, Health.NO_DISK),
        (b"smartctl: command not found", Health.UNREADABLE),
        (b"{}", Health.UNREADABLE),
        (b"[1, 2]", Health.UNREADABLE),
    ],
)
def test_the_disk_s_own_word_alone_is_a_verdict(raw: bytes, health: Health) -> None:
    """Failing and passed come from the disk; sleep, a bridge, a right or an empty bay are states.

    A hot NVMe disk calls its status not passed, and fails of nothing.
    """
    assert read_report(raw, name="/dev/sda").health is health


def test_the_figures_of_a_report() -> None:
    """Sectors, wear, heat and hours are read; of a raw value only the maker's low 32 bits."""
    report = read_report(shapes.ATA_FAILING, name="/dev/sda")
    assert (report.model, report.serial) == ("NVR 4TB", "NVR-0001")
    assert (report.reallocated, report.pending, report.uncorrectable) == (2048, 40, 3)
    assert (report.temperature_c, report.power_on_h) == (41.0, 20_013)
    nvme = read_report(shapes.NVME_GOOD, name="/dev/nvme0n1")
    assert (nvme.wear_percent, nvme.spare_percent, nvme.uncorrectable) == (104, 96, 2)


@given(raw=st.binary(max_size=300) | st.sampled_from([shapes.ATA_GOOD, shapes.NVME_GOOD]))
def test_any_bytes_are_a_state(raw: bytes) -> None:
    """Whatever a program prints, cut anywhere, is a report or a reason; never an error or well."""
    for end in {len(raw), len(raw) // 2}:
        report = read_report(raw[:end], name="/dev/sda")
        assert report.health is not Health.PASSED or end == len(raw)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that prints what lies beside it, and notes how it was called."""
    path = tmp_path / "smartctl"
    path.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n[ -e {tmp_path}/hang ] && exec sleep 60\n'
        f"cat {tmp_path}/report\n"
    )
    path.chmod(0o755)
    (tmp_path / "report").write_bytes(shapes.ATA_GOOD)
    return path


def test_the_program_is_asked_so_that_nobody_wakes(program: Path) -> None:
    """One call a disk, JSON, and a sleeping disk is left asleep; no other path is a disk."""
    desk = SmartDesk(programs=(program,))
    report, raw = desk.ask("/dev/sda", now_s=NOW_S)
    assert (report.health, raw) == (Health.PASSED, shapes.ATA_GOOD)
    for strange in ("/dev/../etc/passwd", "-h", "/dev/sda; reboot", "/etc/shadow", "/dev/"):
        assert desk.ask(strange, now_s=NOW_S)[0].health is Health.NO_DISK
    assert (program.parent / "calls").read_text() == "--json -n standby -a /dev/sda\n"


def test_a_disk_that_hangs_is_not_asked_twice(program: Path) -> None:
    """Past the deadline it does not answer; while the child lives, none is set beside it."""
    (program.parent / "hang").touch()
    desk = SmartDesk(programs=(program,), deadline_s=0.2)
    assert desk.ask("/dev/sda", now_s=NOW_S)[0].health is Health.NO_ANSWER
    (program.parent / "hang").unlink()
    until = time.monotonic() + 20
    while desk.ask("/dev/sda", now_s=NOW_S)[0].health is not Health.PASSED:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_without_the_program_nothing_is_said(tmp_path: Path) -> None:
    """A missing program is a state with its name."""
    desk = SmartDesk(programs=(tmp_path / "none",))
    assert desk.ask("/dev/sda", now_s=NOW_S)[0].health is Health.NO_PROGRAM


def test_reports_that_root_s_timer_wrote(tmp_path: Path) -> None:
    """A fresh file is the disk's word, an old one is none, an absent one is no fault."""
    desk = SmartDesk(reports=tmp_path)
    (tmp_path / "sda.json").write_bytes(shapes.ATA_FAILING)
    os.utime(tmp_path / "sda.json", (NOW_S, NOW_S))
    assert desk.ask("/dev/sda", now_s=NOW_S + 60)[0].health is Health.FAILING
    assert desk.ask("/dev/sda", now_s=NOW_S + STALE_S + 60)[0].health is Health.STALE
    assert desk.ask("/dev/sdb", now_s=NOW_S)[0].health is Health.NO_REPORT


def test_a_disk_that_sleeps_gets_no_other_disk_s_word() -> None:
    """sdb failed and is gone, its name went to a disk that sleeps: that one does not fail."""
    known = [
        KnownDisk("HEALTHY", "sdb", "m", 0.0, 9.0, health="passed", health_at=9.0),
        KnownDisk("BROKEN", "sdb", "m", 0.0, 5.0, health="failing", health_at=5.0),
    ]
    here = Disk(name="sdb", serial="HEALTHY", model="m", is_pluggable=False)
    asleep = {"sdb": Report(name="/dev/sdb", health=Health.ASLEEP)}
    told = readings(known, [here], asleep, [], missing=(), now=datetime.fromtimestamp(10, UTC))
    assert next(one for one in told if one.name == "disk.failing").value != 1
