"""A desk over one camera of the laboratory, with a real database and time that does not pass."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from agent.config import Device, IrCut, budget_of
from agent.delivery import reading_store
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.episodes import Author
from agent.experiment.desk import FilterDesk, Ground
from agent.experiment.ircut import FilterTest, Order, Ran
from agent.experiment.restorer import Restorer
from agent.experiment.verdict import Judged
from agent.experiment.watcher import Pace
from agent.experiment.witness import Witness
from agent.probes.probe import good
from benchmarks.ircut_lab import LabCamera, Scenery, VirtualClock
from shared import wire
from shared.frame import Lane, unpack
from shared.wire import UpMessage
from simulator.faults import Fault
from tests.agent.fakes import NOON
from tests.agent.test_cycle import DEVICE, KEY

CONSENT = IrCut(allow_test=True, is_fitted=True, is_outdoor=True)
SUN = Witness(sun=True, filter_fitted=True)


@dataclass
class Bench:
    """One camera, one device; ``desk`` tests it."""

    folder: Path
    scenery: Scenery = field(default_factory=lambda: Scenery(seed=3))
    faults: frozenset[Fault] = frozenset()
    device: Device = field(default_factory=lambda: replace(DEVICE, ir_cut=CONSENT))
    sun_deg: float | None = 40.0
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))

    def __post_init__(self) -> None:
        self.database: Database
        self.folder.mkdir(exist_ok=True)
        self.database, _ = open_or_salvage(self.folder / "agent.db", now=NOON)
        self.outbox = Outbox(self.database)
        self.camera = LabCamera(self.scenery, self.clock, self.faults)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def restorer(self) -> Restorer:
        """A restorer as a start of the agent makes it."""
        devices = {self.device.device_id: self.device}
        return Restorer(
            devices,
            database=self.database,
            camera_for=lambda _: self.camera,
            clock=self.clock,
        )

    @property
    def desk(self) -> FilterDesk:
        """A desk on the same database and camera."""
        return FilterDesk(
            Ground(
                devices={self.device.device_id: self.device},
                budgets={self.device.device_id: budget_of(self.device)},
                camera_for=lambda _: self.camera,
                database=self.database,
                outbox=self.outbox,
                author=Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY)),
                clock=self.clock,
                restorer=self.restorer,
                alone=lambda device_id: self._locks[device_id],
                rests_until=lambda _: None,
                sun_elevation_deg=lambda _, __: self.sun_deg,
                sleep=self.clock.sleep,
            )
        )

    async def test(self) -> Judged:
        """One test by a person."""
        return await self.desk.test(self.device.device_id, ordered_by="terminal: me")

    async def run(self, witness: Witness = SUN, *, pace: Pace | None = None) -> Ran:
        """One test without desk and record."""
        order = Order(
            device_id=self.device.device_id,
            ordered_by="me",
            aliases=(),
            stills_first=False,
            witness=lambda *_: witness,
        )
        test = FilterTest(
            self.camera,
            order,
            database=self.database,
            clock=self.clock,
            sleep=self.clock.sleep,
            pace=pace,
        )
        return await test.run()

    def breaks(self, *faults: Fault) -> None:
        """From now on the camera has these faults; its mode stays."""
        self.camera.give(faults)

    def passes(self, **kind: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(**kind)

    def saw(self, name: str, value: float | str, *, at: datetime) -> None:
        """A reading of an earlier pass."""
        with self.database.transaction() as db:
            reading_store.add(db, self.device.device_id, [good(name, value, at=at)])

    def sent(self, lane: Lane = Lane.FAULT) -> list[UpMessage]:
        """What waits in the outbox."""
        with self.database.transaction():
            rows = self.outbox.take(lane, limit=200, now=self.clock.now)
        return [wire.decode_up(unpack(row.frame).body, row.lane) for row in rows]
