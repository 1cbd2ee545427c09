"""CPU of one 720p frame after decoding: the agent's figures beside ffmpeg's filters."""

from __future__ import annotations

import functools
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import av

from benchmarks.figure import Size
from benchmarks.pictures.competitors import decode_frame, luma_of, script_alarms
from benchmarks.pictures.subject import measure_frame
from simulator.life.day import Site
from simulator.life.life import Life
from simulator.life.sources import Source
from simulator.life.views import open_view

_WIDTH, _HEIGHT = 1280, 720
_FRAMES: Final = {Size.SHORT: 24, Size.FULL: 120}
_SET: Final = "blackframe,blurdetect,blockdetect,signalstats"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCost:
    """CPU milliseconds a frame, medians of one run."""

    ours_ms: float
    ffmpeg_ms: float
    script_ms: float
    frames: int

    @property
    def ratio(self) -> float:
        """Ours over the ffmpeg set's."""
        return self.ours_ms / self.ffmpeg_ms

    def lines(self) -> list[str]:
        """For the table."""
        return [
            f"CPU ms per 720p frame after decoding, {self.frames} frames:"
            f" ours {self.ours_ms:.1f}, ffmpeg set {self.ffmpeg_ms:.1f}"
            f" (ours is {self.ratio:.2f} of it), usual script {self.script_ms:.1f}"
        ]


@functools.cache
def measure_cost(size: Size) -> FrameCost:
    """Take 720p pictures of a life, and measure the same frames in every way.

    Ours and the script's: CPU time of this process around the call. The ffmpeg set's: user and
    system time of Debian's ffmpeg on the raw frames, less that of the same command without the
    filters. Raises RuntimeError when ffmpeg is not installed.
    """
    count = _FRAMES[size]
    life = Life(
        view=open_view(Source(name="scene:cost", scene_seed=5), width=_WIDTH, height=_HEIGHT),
        seed=5,
        site=Site(seed=5),
        width=_WIDTH,
        height=_HEIGHT,
    )
    start = datetime(2026, 6, 1, tzinfo=UTC)
    shots = [life.shot(start + timedelta(hours=hour)) for hour in range(count)]
    frames = [decode_frame(shot.coded, shot.codec) for shot in shots if not shot.lost_packets]
    whole = [frame.reformat(format="yuv420p") for frame in frames if frame is not None]
    ours, script, reference = [], [], b""
    for index, frame in enumerate(whole):
        taken, reference = measure_frame(frame, whole[max(0, index - 1)], reference)
        ours.append(taken)
        grey = luma_of(frame)
        began = time.process_time()
        script_alarms(grey)
        script.append(time.process_time() - began)
    return FrameCost(
        ours_ms=1000 * _median(ours),
        ffmpeg_ms=1000 * _ffmpeg_s(whole) / len(whole),
        script_ms=1000 * _median(script),
        frames=len(whole),
    )


def _ffmpeg_s(frames: Sequence[av.VideoFrame]) -> float:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise RuntimeError("ffmpeg is missing: apt-get install ffmpeg")
    with tempfile.TemporaryDirectory(prefix="preclaim-cost-") as folder:
        raw = Path(folder) / "frames.yuv"
        with raw.open("wb") as out:
            for frame in frames:
                out.write(frame.to_ndarray().tobytes())
        spent = [_cpu_s(ffmpeg, raw, filters) for filters in (_SET, "null")]
    return max(1e-6, spent[0] - spent[1])


def _cpu_s(ffmpeg: str, raw: Path, filters: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            *(ffmpeg, "-loglevel", "error", "-threads", "1", "-f", "rawvideo"),
            *("-pix_fmt", "yuv420p", "-s", f"{_WIDTH}x{_HEIGHT}", "-i", str(raw)),
            *("-vf", filters, "-f", "null", "-"),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
