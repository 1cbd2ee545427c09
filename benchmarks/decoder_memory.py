"""The decoder child on 1080p key frames that Debian's ffmpeg encoded."""

from __future__ import annotations

import asyncio
import functools
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.camera.decoder import Decoder
from benchmarks.figure import Size

WIDTH_PX = 1920
ENCODERS = {"H264": ("libx264", "h264"), "H265": ("libx265", "hevc")}
FRAMES = {Size.SHORT: 30, Size.FULL: 180}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderMemory:
    """Highest resident size of the child over all pictures."""

    rss_mb: float
    pictures: int


def encode_key_frame(codec: str) -> bytes:
    """One 1080p key frame with its parameter sets, as Annex B bytes."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise RuntimeError("ffmpeg is missing: apt-get install ffmpeg")
    encoder, container = ENCODERS[codec]
    done = subprocess.run(
        [
            *(ffmpeg, "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=15"),
            *("-frames:v", "1", "-c:v", encoder, "-pix_fmt", "yuv420p", "-f", container, "-"),
        ],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@functools.cache
def measure(size: Size) -> DecoderMemory:
    """Decode many key frames of both codecs in one child and watch its resident size."""
    return asyncio.run(_measure(FRAMES[size]))


async def _measure(frames: int) -> DecoderMemory:
    decoder = Decoder()
    highest = 0.0
    try:
        for codec in ENCODERS:
            key_frame = encode_key_frame(codec)
            for _ in range(frames):
                picture = await decoder.decode(
                    key_frame, codec=codec, previous=key_frame, taken_at=datetime.now(UTC)
                )
                if picture.damaged or picture.features.width_px != WIDTH_PX:
                    raise RuntimeError(f"{codec}: the picture was not decoded whole")
                for pid in decoder.child_pids:
                    highest = max(highest, peak_mb(pid))
    finally:
        await decoder.close()
    if not highest:
        raise RuntimeError("no decoder child was seen")
    return DecoderMemory(rss_mb=highest, pictures=frames * len(ENCODERS))


def peak_mb(pid: int) -> float:
    """Highest resident size of a living process, by the kernel's own account."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmHWM of process {pid}")
