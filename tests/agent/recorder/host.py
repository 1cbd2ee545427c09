"""A made-up host: what its kernel shows, a recording folder, a clock, and the real watch."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.config import Config
from agent.config_file import load_config
from agent.delivery import fault_store, reading_store
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import rules_with
from agent.diagnosis.levels import Levels
from agent.episodes import Author
from agent.recorder import memory
from agent.recorder.smart_child import SmartDesk
from agent.recorder.watch import Ground, RecorderWatch
from agent.recording import Outcome, Settings
from shared import wire
from shared.fault import FaultEvent
from shared.frame import unpack
from shared.reading import Quality, Reading
from simulator.host.kernel import Kernel
from tests.agent.fakes import NOON, Clock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AGENT = "agent-north"
CAMERA = "gate-north"


class Host:
    """One host with a disk for the system and, mounted, one for recordings."""

    def __init__(self, folder: Path, text: str = "", *, reports: bool = True) -> None:
        self.folder, self.root = folder, folder / "root"
        self.recordings = folder / "disk" / "recordings"
        self.recordings.mkdir(parents=True)
        self.reports = folder / "reports"
        self.reports.mkdir()
        self.clock = Clock()
        self.steady_s = 1000.0
        self.offset: timedelta | None = timedelta(seconds=1)
        self.visits_late_s = 0.0
        self.outcomes: list[Outcome] = []
        self.config = self._config(text)
        if reports:
            said = replace(self.config.recorder, smart_reports=self.reports)
            self.config = replace(self.config, recorder=said)
        self.database, _ = open_or_salvage(folder / "agent.db", now=NOON)
        self.database.connection.execute("PRAGMA synchronous = OFF")  # no test cuts the power
        self.outbox = Outbox(self.database)
        self.kernel = Kernel(self.root, data=self.recordings.parent)
        self.watch = self.agent()

    def _config(self, text: str) -> Config:
        path = self.folder / "agent.toml"
        path.write_text(
            f'[agent]\nid = "{AGENT}"\nrecording_dir = "{self.recordings}"\n'
            f'[[devices]]\nid = "{CAMERA}"\naddress = "192.0.2.1"\n'
            + text.replace("RECORDINGS", str(self.recordings))
        )
        return load_config(path)

    def agent(self) -> RecorderWatch:
        """Another life of the agent, on the same database."""
        return RecorderWatch(
            Ground(
                config=self.config,
                settings=Settings(
                    rules=rules_with(opens=(2, 3), clears=(2, 2)),
                    levels=Levels(),
                    watch_seconds=1.0,
                    recorder_login=self.config.recorder_login,
                    author=Author(
                        agent_id=AGENT, version="1", recorder_firmware="", signer=Signer(KEY)
                    ),
                ),
                database=self.database,
                outbox=self.outbox,
                clock=self.clock,
                steady_s=lambda: self.steady_s,
                clock_offset=lambda: self.offset,
                visits_late_s=lambda: self.visits_late_s,
                on_outcome=self.outcomes.append,
                on_channel=self.outcomes.append,
                root=self.root,
                smart=SmartDesk(reports=self.config.recorder.smart_reports, programs=()),
            )
        )

    def report(self, name: str, raw: bytes) -> None:
        """What root's timer wrote of a disk, just now."""
        path = self.reports / f"{name}.json"
        path.write_bytes(raw)
        os.utime(path, (self.clock.now.timestamp(),) * 2)

    def record(self, minutes: int, *, channel: str = "ch1", minute_s: float = 60.0) -> None:
        """One file a minute, so many of them up to now."""
        (self.recordings / channel).mkdir(exist_ok=True)
        now = self.clock.now.timestamp()
        for number in range(minutes):
            end = now - number * minute_s
            path = self.recordings / channel / f"{end:.0f}.mp4"
            path.write_bytes(b"x")
            os.utime(path, (end, end))

    def pass_by(self, span: timedelta) -> None:
        """Time goes on, by both clocks."""
        self.clock.now += span
        self.steady_s += span.total_seconds()

    def latest(self, device_id: str = AGENT) -> dict[str, Reading]:
        """The newest reading of each name."""
        return reading_store.latest(self.database.connection, device_id)

    def open_codes(self, device_id: str = AGENT) -> set[str]:
        """Faults that stand open."""
        memories = fault_store.read_memories(self.database.connection, device_id)
        return {one.code for one in memories.values() if one.is_open}

    def events(self) -> list[FaultEvent]:
        """Every fault event that waits in the outbox."""
        rows = self.database.connection.execute("SELECT frame FROM outbox WHERE lane = 1")
        found = [wire.decode_up(unpack(bytes(frame)).body, 1) for (frame,) in rows]
        return [one for one in found if isinstance(one, FaultEvent)]

    def camera_answers(self, answers: bool) -> None:
        """What a visit of the camera found."""
        reading = Reading("reach.answers", answers, "", self.clock.now, Quality.GOOD)
        with self.database.transaction() as db:
            reading_store.add(db, CAMERA, [reading])

    def known(self) -> memory.Memory:
        """What the watch remembers."""
        return memory.read(self.database.connection, AGENT)

    async def look(self, times: int = 1, *, every: timedelta = timedelta(minutes=10)) -> None:
        """So many looks at everything, each after a while."""
        for _ in range(times):
            self.pass_by(every)
            await self.watch.look_slowly()
            await self.watch.look_quickly()
