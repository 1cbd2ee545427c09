"""Many streams watched at once by one process: ``camera.streams_at_once``."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import CameraError, Credentials, StreamHealth, Target
from benchmarks.decoder_memory import peak_mb
from benchmarks.figure import Bound, Figure, Measurement, Size

STREAMS = 32
WATCH_S = 5.0
FPS = 10
NEAR = 0.03  # share of the nominal rate
PASSWORD = "bench-pa55"  # of simulated cameras on loopback
_PATIENCE_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one process saw of all the streams, and what that cost it."""

    good: int
    streams: int
    worst_fps: float
    lost: int
    failed: int
    wall_s: float
    cpu_s: float
    rss_mb: float


@functools.cache
def measure(_size: Size) -> Watched:
    """Cameras in one process, the agent's own camera code in another."""
    with contextlib.ExitStack() as stack:
        cameras = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.camera_streams", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(cameras.wait, timeout=20)
        stack.callback(cameras.terminate)
        assert cameras.stdout is not None
        addresses = cameras.stdout.readline().strip()
        if not addresses:
            raise RuntimeError("the simulated cameras did not start")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.camera_streams", "watch", addresses],
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE_S,
        )
    return Watched(**json.loads(done.stdout))


async def serve() -> None:
    """Cameras until terminated; their addresses go to stdout as one line of JSON."""
    from simulator.camera import CameraSpec, SimulatedCamera  # noqa: PLC0415  # not the watcher's

    async with contextlib.AsyncExitStack() as stack:
        addresses = []
        for number in range(STREAMS):
            spec = CameraSpec(
                serial=f"STREAM-{number:02d}",
                password=PASSWORD,
                codec="h265" if number % 4 == 3 else "h264",
                fps=FPS,
                gop=2 * FPS,
            )
            camera = await stack.enter_async_context(SimulatedCamera(spec))
            await camera.loop_of()  # encoded before anybody looks: the encoder is not measured
            addresses.append(camera.address)
        print(json.dumps(addresses), flush=True)
        await asyncio.Event().wait()


async def watch_all(addresses: list[str]) -> Watched:
    """Watch every camera at the same time for WATCH_S, from ONVIF to the last packet."""
    http, decoder = CameraHttp(), Decoder()
    credentials = Credentials(user="admin", password=PASSWORD)

    async def watch(address: str) -> StreamHealth | CameraError:
        camera = NetworkCamera(
            Target(address=address, credentials=credentials),
            http=http,
            decoder=decoder,
            profiles=(),
            clock=lambda: datetime.now(UTC),
        )
        try:
            return await camera.watch_stream(seconds=WATCH_S)
        except CameraError as error:
            return error

    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    try:
        seen = await asyncio.gather(*(watch(address) for address in addresses))
    finally:
        await decoder.close()
        await http.close()
    after = resource.getrusage(resource.RUSAGE_SELF)
    healths = [one for one in seen if isinstance(one, StreamHealth)]
    return Watched(
        good=sum(_is_good(health) for health in healths),
        streams=len(addresses),
        worst_fps=max((health.fps or 0.0 for health in healths), key=lambda f: abs(f - FPS)),
        lost=sum(health.lost_packets for health in healths),
        failed=len(seen) - len(healths),
        wall_s=time.monotonic() - began,
        cpu_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        rss_mb=peak_mb(os.getpid()),  # getrusage would show the parent's, from before exec
    )


def _is_good(health: StreamHealth) -> bool:
    return (
        health.fps is not None
        and abs(health.fps - FPS) <= NEAR * FPS
        and health.lost_packets == 0
        and health.key_frame is not None
    )


def _at_once(size: Size) -> Measurement:
    got = measure(size)
    return Measurement(
        value=got.good,
        made_by=(
            f"{got.streams} streams for {WATCH_S:g} s in one process: {got.cpu_s:.2f} s CPU,"
            f" {got.rss_mb:.0f} MB RSS, {got.wall_s:.1f} s wall; fps furthest off"
            f" {got.worst_fps:.2f} of {FPS}, {got.lost} packets lost, {got.failed} failed"
        ),
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="camera.streams_at_once",
        what="streams watched together for 5 s whose fps is within 3 % of nominal, without loss",
        unit="streams",
        bound=Bound.AT_LEAST,
        target=STREAMS,
        how="32 simulated cameras (24 H.264, 8 H.265) in one process, ours in another, loopback",
        measure=_at_once,
    ),
)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve())
    else:
        found = asyncio.run(watch_all(json.loads(sys.argv[2])))
        print(json.dumps({name: getattr(found, name) for name in Watched.__slots__}))
