"""A clip from a camera's RTSP to the agent's outbox, with nothing faked in between."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, LoginKind, Target
from agent.cycle import run_pass
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault
from agent.episodes import Author
from agent.probes import PROBES
from agent.recording import Settings
from agent.topology import WIRED_MAINS
from shared import wire
from shared.evidence import EvidenceChunk, EvidenceKind
from shared.fault import FaultEvent
from shared.frame import Lane, unpack
from simulator.camera import CameraSpec, SimulatedCamera
from tests.agent.test_cycle import DEVICE, KEY

FFPROBE = shutil.which("ffprobe")
MOST_VISITS = 8  # a busy machine misses deadlines: such a visit saw nothing


def judge(view: View) -> Finding:
    """Whatever was read is at fault: what rules make of pictures is tested elsewhere."""
    return fault("picture.blurred", view, "soft", "模糊", "picture.sharpness")


RULE = Rule(
    code="picture.blurred",
    needs=("picture.sharpness",),
    judge=judge,
    persistence=Persistence(open_n=2, open_m=3),
)


def streams_of(path: Path) -> list[dict[str, str]]:
    """What ffprobe finds in a file."""
    command = [FFPROBE or "", "-v", "error", "-show_streams", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    found: list[dict[str, str]] = json.loads(done.stdout)["streams"]
    return found


@pytest.mark.skipif(FFPROBE is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_a_camera_at_fault_is_filmed(tmp_path: Path, codec: str) -> None:
    """The fault opens, its chunks make the file that its manifest names, and ffprobe reads it:
    one video track, no sound, no longer than the watch."""

    def now() -> datetime:
        return datetime.now(UTC)

    database, _ = open_or_salvage(tmp_path / "agent.db", now=now())
    outbox, http, decoder = Outbox(database), CameraHttp(), Decoder()
    settings = Settings(
        rules=(RULE,),
        levels=Levels(),
        watch_seconds=1.0,
        recorder_login=LoginKind.NONE,
        author=Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY)),
        clip_seconds=4.0,
    )
    spec = CameraSpec(serial="SN-1", password="pa55", codec=codec)
    probes = [probe for probe in PROBES if probe.name == "picture"]
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(database.close)
        stack.push_async_callback(http.close)
        stack.push_async_callback(decoder.close)
        simulated = await stack.enter_async_context(SimulatedCamera(spec))
        target = Target(
            address=simulated.address,
            rtsp_port=simulated.rtsp_port,
            credentials=Credentials(user="admin", password="pa55"),
        )
        for _ in range(MOST_VISITS):
            outcome = await run_pass(
                DEVICE,
                NetworkCamera(target, http=http, decoder=decoder, profiles=(), clock=now),
                probes,
                budget=WIRED_MAINS,
                settings=settings,
                database=database,
                outbox=outbox,
                clock=now,
            )
            if any(step.memory.code == "picture.blurred" for step in outcome.diagnosis.steps):
                break
        with database.transaction():
            rows = [
                row
                for lane in (Lane.FAULT, Lane.EVIDENCE)
                for row in outbox.take(lane, limit=2000, now=now())
            ]
    told = [wire.decode_up(unpack(row.frame).body, row.lane) for row in rows]
    (opened,) = [m for m in told if isinstance(m, FaultEvent) and m.code == "picture.blurred"]
    assert opened.manifest is not None
    manifest = wire.decode_manifest(opened.manifest.body)
    assert manifest.not_taken == ()
    (item,) = [i for i in manifest.items if i.kind is EvidenceKind.CLIP]
    chunks = [m for m in told if isinstance(m, EvidenceChunk) and m.sha256 == item.sha256]
    mp4 = b"".join(c.content for c in sorted(chunks, key=lambda c: c.offset))
    path = tmp_path / item.name
    path.write_bytes(mp4)
    (track,) = streams_of(path)

    assert hashlib.sha256(mp4).hexdigest() == item.sha256
    assert track["codec_name"] == {"h264": "h264", "h265": "hevc"}[codec]
    assert track["codec_type"] == "video"
    assert 1.0 < float(track["duration"]) <= 4.5
