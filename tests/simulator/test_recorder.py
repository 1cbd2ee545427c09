"""The recorder: channels over ONVIF and RTSP, segments on disk, and what goes missing."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import pytest

from simulator.faults import Fault
from simulator.recorder import SimulatedRecorder
from simulator.recordings import KEPT_SEGMENTS, MISSING_WHEN_STOPPED, RecordingFolder
from simulator.spec import Kind
from tests.simulator.specs import camera_spec

NOON = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ends(path: Path) -> list[datetime]:
    """When the segments of channel 1 end, oldest first; a running recorder may remove some."""
    found = []
    for file in path.glob("ch01_*.h264"):
        with contextlib.suppress(FileNotFoundError):
            found.append(datetime.fromtimestamp(file.stat().st_mtime, UTC))
    return sorted(found)


def fill(path: Path, *, now: datetime = NOON, stopped: bool = False, gap: bool = False) -> None:
    """Two channels with segments of a minute."""
    folder = RecordingFolder(path, channels=2, segment=MINUTE)
    folder.fill(now=now, content=lambda channel: b"x" * channel, stopped=stopped, gap=gap)


def decode_newest(path: Path) -> av.VideoFrame:
    """The first picture of channel 2's newest segment."""
    newest = max(path.glob("ch02_*"), key=lambda file: file.stat().st_mtime)
    with av.open(str(newest)) as container:
        return next(container.decode(video=0))


def test_healthy_folder_has_no_holes(tmp_path: Path) -> None:
    """A healthy recorder's newest segment ended less than one segment ago, without gaps."""
    fill(tmp_path)

    found = ends(tmp_path)
    assert len(found) == KEPT_SEGMENTS
    assert NOON - found[-1] < MINUTE
    assert {b - a for a, b in pairwise(found)} == {MINUTE}
    assert {file.stat().st_size for file in tmp_path.glob("ch02_*")} == {2}


def test_stopped_recorder_has_old_segments_only(tmp_path: Path) -> None:
    """recording_stopped makes the newest segment old at once, and it comes back afterwards."""
    fill(tmp_path)
    fill(tmp_path, stopped=True)
    stopped = ends(tmp_path)
    fill(tmp_path)

    assert NOON - stopped[-1] >= MISSING_WHEN_STOPPED * MINUTE
    assert NOON - ends(tmp_path)[-1] < MINUTE


def test_gap_is_in_the_middle(tmp_path: Path) -> None:
    """recording_gap leaves the newest segment in place and a hole before it."""
    fill(tmp_path, gap=True)

    found = ends(tmp_path)
    assert NOON - found[-1] < MINUTE
    assert max(b - a for a, b in pairwise(found)) > 5 * MINUTE


def test_old_segments_go_and_foreign_files_stay(tmp_path: Path) -> None:
    """The folder keeps KEPT_SEGMENTS a channel and touches nothing else."""
    (tmp_path / "notes.txt").write_text("mine")
    fill(tmp_path)
    fill(tmp_path, now=NOON + timedelta(hours=2))

    assert len(ends(tmp_path)) == KEPT_SEGMENTS
    assert (tmp_path / "notes.txt").read_text() == "mine"


async def test_recorder_writes_playable_segments(tmp_path: Path) -> None:
    """Segments decode to pictures, and a fault at run time shows on disk."""
    spec = camera_spec(serial="NVR-1", kind=Kind.RECORDER, channels=2)
    async with SimulatedRecorder(spec, recordings=tmp_path, segment_s=3600) as recorder:
        frame = decode_newest(tmp_path)
        healthy = ends(tmp_path)[-1]
        recorder.inject(Fault.RECORDING_STOPPED)
        async with asyncio.timeout(10):
            while ends(tmp_path)[-1] >= healthy:  # noqa: ASYNC110 - the folder tells nobody
                await asyncio.sleep(0.05)

    assert (frame.width, frame.height) == (320, 192)


async def test_full_start_fails_cleanly(tmp_path: Path) -> None:
    """A folder that cannot be made stops the start with an OSError and frees the ports."""
    (tmp_path / "file").write_text("")
    spec = camera_spec(kind=Kind.RECORDER)
    recorder = SimulatedRecorder(spec, recordings=tmp_path / "file" / "below")

    with pytest.raises(OSError, match="Not a directory"):
        await recorder.start()
    with pytest.raises(OSError):  # noqa: PT011 - the connection's refusal has no fixed text
        await asyncio.open_connection(*recorder.address.split(":"))
