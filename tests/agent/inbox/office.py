"""An inbox around a real database: cameras that push, a clock that a test moves, real servers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from agent.camera.port import CameraError, LoginKind, Picture, Target
from agent.config import Device
from agent.config_inbox import HttpWay, Push, Ways
from agent.delivery import reading_store
from agent.delivery.database import Database
from agent.delivery.departure import Row
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import rules_with
from agent.diagnosis.levels import Levels
from agent.edge import Decode
from agent.episodes import Author
from agent.inbox.desk import Desk
from agent.inbox.item import Answer, Item, Way
from agent.inbox.post_box import PostBox
from agent.recording import Outcome, Settings
from agent.secret_digest import sha256
from agent.sun_watch import Sun
from shared import wire
from shared.frame import Lane, unpack
from shared.reading import Reading
from shared.wire import UpMessage
from tests.agent.fakes import FEATURES, NOON, Clock
from tests.agent.test_cycle import KEY

HOUR = timedelta(hours=1)
WAYS = Ways(items_per_minute=1000, bytes_per_hour=10**9, http=None, ftp=None, mqtt=None)
HTTP = HttpWay(bind="127.0.0.1", port=0, cert=None, key=None, connections=8, deadline_s=30.0)


def pushing(name: str = "gate", *, expect_every: timedelta = HOUR, **push: object) -> Device:
    """A battery camera that only pushes; its user is its name, its password ``<name>-secret``."""
    return Device(
        device_id=name,
        name=name,
        target=Target(address=""),
        label_serial="LABEL-1",
        is_battery=True,
        is_metered=False,
        profile="",
        budget={},
        push=replace(
            Push(
                expect_every=expect_every,
                user=name,
                password_sha256=sha256(f"{name}-secret"),
                token_sha256=sha256(f"{name}-token"),
                topic_name=name,
            ),
            **push,  # type: ignore[arg-type]
        ),
    )


@dataclass
class FakeDecoder:
    """Decodes in memory; what it is asked is noted, and what it gives a test sets."""

    failure: CameraError | None = None
    features: object = FEATURES
    asked: list[bytes] = field(default_factory=list)
    hold: asyncio.Event | None = None  # pictures wait for it

    async def __call__(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        taken_at: datetime,
        references: Mapping[str, bytes],
    ) -> Picture:
        self.asked.append(key_frame)
        if self.hold is not None:
            await self.hold.wait()
        if self.failure is not None:
            raise self.failure
        return Picture(features=self.features, jpeg=b"\xff\xd8 small", taken_at=taken_at)  # type: ignore[arg-type]


class Office:
    """A desk that runs; ``push`` hands an item in, ``settle`` waits until it is worked off."""

    def __init__(
        self, folder: Path, *devices: Device, decode: Decode | None = None, ways: Ways = WAYS
    ) -> None:
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=NOON)
        self.outbox = Outbox(self.database)
        self.clock = Clock()
        self.decoder = FakeDecoder()
        self.outcomes: list[Outcome] = []
        self.steady_s = 0.0
        self._locks = {device.device_id: asyncio.Lock() for device in devices}
        self.desk = Desk(
            devices,
            ways=ways,
            settings=Settings(
                rules=rules_with(opens=(3, 5), clears=(5, 5)),
                levels=Levels(),
                watch_seconds=1.0,
                recorder_login=LoginKind.NONE,
                sun=lambda _, __: Sun(elevation_deg=40.0, is_certain=True),
                author=Author(
                    agent_id="agent", version="1", recorder_firmware="", signer=Signer(KEY)
                ),
            ),
            database=self.database,
            outbox=self.outbox,
            decode=decode or self.decoder,
            alone=self._locks.__getitem__,
            look_every=timedelta(minutes=10),
            values_every=timedelta(minutes=30),
            clock=self.clock,
            steady_s=lambda: self.steady_s,
            on_outcome=self.outcomes.append,
        )
        self.box = PostBox(desk=self.desk, parts=(), clock=self.clock, look_s=0.01)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Office:
        self._task = asyncio.create_task(self.desk.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.database.close()

    def push(
        self, body: bytes, *, device: str = "gate", name: str = "a.jpg", way: Way = Way.HTTP
    ) -> Answer:
        """One item, now."""
        item = Item(device_id=device, way=way, name=name, body=body, at=self.clock.now)
        return self.desk.offer(item)

    async def settle(self) -> None:
        """Wait until no tray has anything left."""
        trays = self.desk.trays.values()
        await until(lambda: not any(tray.waiting or tray.is_worked for tray in trays))

    def history(self, name: str, device: str = "gate") -> tuple[Reading, ...]:
        """What is kept of a reading, oldest first."""
        return reading_store.earlier(self.database.connection, device, name, limit=500)

    def told(self) -> list[UpMessage]:
        """Everything in the outbox, best lane first."""
        rows: list[Row] = []
        with self.database.transaction():
            for lane in (Lane.FAULT, Lane.EVIDENCE):
                rows += self.outbox.take(lane, limit=500, now=self.clock.now)
        return [wire.decode_up(unpack(row.frame).body, row.lane) for row in rows]


async def until(what: Callable[[], bool]) -> None:
    """Wait until it is so; whoever waits for ever is ended by the test run."""
    while not what():  # noqa: ASYNC110 - what is waited for is in a database or another process
        await asyncio.sleep(0.005)


def jpeg(number: int = 0) -> bytes:
    """Bytes that begin as a JPEG does; every number gives others."""
    return b"\xff\xd8" + number.to_bytes(4, "big") + b"\xff\xd9"
