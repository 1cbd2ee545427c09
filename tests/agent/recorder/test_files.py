"""Files on disk: found by channel, counted once, and never half seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.config_recorder import Channel
from agent.recorder.files import Pattern, TooManyFiles, look
from agent.recorder.gather import Wanted, gather_files
from agent.recorder.schedule import Schedule

BEGIN = 1_780_000_000.0


def _put(path: Path, at: float, content: bytes = b"x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (at, at))


def test_each_channel_has_its_own_files(tmp_path: Path) -> None:
    """By a pattern below the folder, at any depth; empty files, links and others count not."""
    _put(tmp_path / "day1" / "gate" / "a.mp4", BEGIN)
    _put(tmp_path / "day2" / "gate" / "b.mp4", BEGIN + 60)
    _put(tmp_path / "day2" / "gate" / "empty.mp4", BEGIN + 120, b"")
    _put(tmp_path / "day2" / "till" / "c.mp4", BEGIN + 180)
    (tmp_path / "day2" / "gate" / "link.mp4").symlink_to(tmp_path / "day2" / "till" / "c.mp4")
    (tmp_path / "loop").symlink_to(tmp_path)
    patterns = [Pattern(channel=name, files=f"*/{name}/*.mp4") for name in ("gate", "till")]
    found = look(tmp_path, patterns, since=BEGIN + 30)
    assert found["gate"].ends == [BEGIN + 60]
    assert (found["gate"].oldest, found["gate"].newest) == (BEGIN, BEGIN + 60)
    assert found["till"].ends == [BEGIN + 180]


def test_a_folder_without_a_new_name_is_passed_over(tmp_path: Path) -> None:
    """Its folders are looked into all the same: a new file below shows."""
    old, new = tmp_path / "rec" / "old", tmp_path / "rec" / "old" / "new"
    _put(old / "a.mp4", BEGIN)
    _put(new / "b.mp4", BEGIN + 600)
    for folder, at in ((new, BEGIN + 600), (old, BEGIN), (tmp_path / "rec", BEGIN)):
        os.utime(folder, (at, at))
    found = look(tmp_path / "rec", [Pattern(channel="gate")], since=0, unchanged_since=BEGIN + 300)
    assert found["gate"].ends == [BEGIN + 600]
    assert found["gate"].oldest is None


def test_half_a_look_is_none(tmp_path: Path) -> None:
    """More files than are looked at, and a folder that is not there, are errors and no gap."""
    for number in range(4):
        _put(tmp_path / f"{number}.mp4", BEGIN)
    with pytest.raises(TooManyFiles):
        look(tmp_path, [Pattern(channel="gate")], since=0, most=3)
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "gone", [Pattern(channel="gate")], since=0)


def test_a_disk_that_did_nothing_is_left_asleep(tmp_path: Path) -> None:
    """While the kernel counts no read and no write of its disk, its folder is not opened."""
    root, folder = tmp_path / "root", tmp_path / "rec"
    _put(folder / "a.mp4", BEGIN)
    device = os.stat(folder).st_dev
    stat = root / "sys/dev/block" / f"{os.major(device)}:{os.minor(device)}" / "stat"
    stat.parent.mkdir(parents=True)
    stat.write_text("10 0 80 5 20 0 160 9 0 1 1\n")
    channel = Channel(
        device_id="gate",
        folder=folder,
        files="*",
        schedule=Schedule(is_continuous=False),
        file_s=60,
        retention_days=0,
    )

    def wanted(idle: str) -> Wanted:
        return Wanted(channels=(channel,), since=0, unchanged_since=None, idle=idle)

    first = gather_files(root, folder, wanted(""))
    assert first.found is not None and first.found["gate"].ends == [BEGIN]
    assert gather_files(root, folder, wanted(first.io)).found is None
    stat.write_text("10 0 80 5 21 0 168 9 0 1 1\n")
    assert gather_files(root, folder, wanted(first.io)).found is not None
