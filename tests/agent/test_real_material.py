"""Real pictures and clips, streamed as cameras over RTSP and judged as in the field."""

from __future__ import annotations

import asyncio
import contextlib
import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Cause, Credentials, LoginKind, Target
from agent.config import Device
from agent.cycle import run_pass
from agent.delivery import fault_store
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import rules_with
from agent.diagnosis.levels import Levels
from agent.episodes import Author
from agent.probes import PROBES
from agent.recording import Outcome, Settings
from agent.topology import WIRED_MAINS
from simulator.camera import CameraSpec, SimulatedCamera
from tests.agent.test_cycle import KEY

SHARED = Path(__file__).parents[3] / "shared"
CLIPS = sorted((SHARED / "clips").glob("*.mp4"))
PASSWORD = "sim-password"
PASSES = 4
MOST_ROUNDS = 30
# The agent's deadlines run in real time: a machine that has other work misses them, cameras and
# all. Such a pass measured nothing and is made again; any other cause counts.
LATE = {
    cause.value
    for cause in (Cause.DEADLINE, Cause.TCP_TIMEOUT, Cause.RTSP_NO_PACKET, Cause.DECODE_LIMIT)
}


def healthy_pictures(count: int) -> list[Path]:
    """Pictures stated to be healthy, one of each view."""
    with (SHARED / "pictures" / "manifest.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["fault"] == "healthy"]
    views = {row["seq"] or row["file"]: SHARED / "pictures" / row["file"] for row in rows}
    return [views[name] for name in sorted(views)][:count]


def utc_now() -> datetime:
    """The real time: the streams run in it."""
    return datetime.now(UTC)


async def watch(
    material: list[Path], folder: Path, *, codec: str = "h264"
) -> dict[str, list[Outcome]]:
    """Stream each file as a camera and make passes until each has a few that were in time."""
    database, _ = open_or_salvage(folder / "agent.db", now=utc_now())
    settings = Settings(
        rules=rules_with(opens=(2, 3), clears=(2, 2)),
        levels=Levels(),
        watch_seconds=1.0,
        recorder_login=LoginKind.NONE,
        author=Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY)),
    )
    outbox, http, decoder = Outbox(database), CameraHttp(), Decoder()
    found: dict[str, list[Outcome]] = {}

    async def visit(source: Path, camera: SimulatedCamera) -> None:
        target = Target(
            address=camera.address,
            rtsp_port=camera.rtsp_port,
            credentials=Credentials(user="admin", password=PASSWORD),
        )
        device = Device(
            device_id=f"cam-{camera.rtsp_port}",
            name=source.name,
            target=target,
            label_serial="",
            is_battery=False,
            is_metered=False,
            profile="",
            budget={},
        )
        edge = NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=utc_now)
        outcome = await run_pass(
            device,
            edge,
            PROBES,
            budget=WIRED_MAINS,
            settings=settings,
            database=database,
            outbox=outbox,
            clock=utc_now,
        )
        if not any(reading.cause in LATE for reading in outcome.readings):
            found.setdefault(source.name, []).append(outcome)

    async with contextlib.AsyncExitStack() as stack:
        stack.callback(database.close)
        stack.push_async_callback(http.close)
        stack.push_async_callback(decoder.close)
        cameras = []
        for number, source in enumerate(material):
            made = CameraSpec(
                serial=f"SN-REAL-{number:04}", password=PASSWORD, source=source, codec=codec
            )
            cameras.append((source, await stack.enter_async_context(SimulatedCamera(made))))
        for _ in range(MOST_ROUNDS):
            wanting = [one for one in cameras if len(found.get(one[0].name, ())) < PASSES]
            await asyncio.gather(*(visit(source, camera) for source, camera in wanting))
        opened = fault_store.open_episodes(database.connection, limit=99)
    assert [(line.device_id, line.code) for line in opened] == []
    return found


@pytest.mark.skipif(not CLIPS, reason="the clips are not here")
@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_clips_of_healthy_cameras_open_nothing(tmp_path: Path, codec: str) -> None:
    """Roads, people and bottles in motion: every pass decodes a picture, and no fault opens."""
    found = await watch(CLIPS, tmp_path, codec=codec)

    assert set(found) == {clip.name for clip in CLIPS}
    for outcomes in found.values():
        assert [outcome.pictures for outcome in outcomes] == [1] * PASSES
        assert all(
            any(r.name == "stream.codec" and r.value == codec.upper() for r in outcome.readings)
            for outcome in outcomes
        )


@pytest.mark.skipif(
    not (SHARED / "pictures" / "manifest.csv").exists(), reason="the pictures are not here"
)
async def test_healthy_pictures_open_nothing(tmp_path: Path) -> None:
    """Real views of fixed cameras, encoded and streamed: measured each time, and no fault opens."""
    found = await watch(healthy_pictures(8), tmp_path)

    assert len(found) == 8
    for outcomes in found.values():
        assert [outcome.pictures for outcome in outcomes] == [1] * PASSES
