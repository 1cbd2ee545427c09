"""The self-report of the host: looks at its own pace, judged and stored like a device's pass."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from agent.apart import Apart
from agent.config import Config, Device
from agent.cycle import record_readings
from agent.delivery import reading_store
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.relief import relieve
from agent.host import host_device
from agent.probes.probe import Attachment, good
from agent.recorder import block, disks, gather, life, memory, storage
from agent.recorder import clock as clocks
from agent.recorder.ledger import Reason, Trouble
from agent.recorder.load import OwnLoad
from agent.recorder.smart import Health
from agent.recorder.smart_child import SmartDesk
from agent.recording import Outcome, Settings
from shared import notes
from shared.evidence import EvidenceKind
from shared.reading import Reading

QUICK: Final = timedelta(minutes=10)
"""Folders, mounts and load: enough that three findings of a lost mount come within half an hour."""
SLOW: Final = timedelta(hours=1)
"""Disks and clock: a report is a burst of commands, and wear takes months."""
PAID_FACTOR: Final = 6
"""On a data plan all of it comes so much rarer: a reading costs some 20 bytes a batch."""
FIRST_S: Final = 20.0
"""After the start, in which the cameras have their first visits."""
_TICK_S: Final = 5.0
_DEADLINE_S: Final = 600.0
_ALIVE: Final = "host.cpu"  # read once a minute: the newest one is a sign of life


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the watch stands on."""

    config: Config
    settings: Settings
    database: Database
    outbox: Outbox
    clock: Callable[[], datetime]
    steady_s: Callable[[], float]
    clock_offset: Callable[[], timedelta | None]  # ours less the collector's
    visits_late_s: Callable[[], float]
    on_outcome: Callable[[Outcome], None]  # of the host
    on_channel: Callable[[Outcome], None]  # of a camera: what its files say is no visit of it
    root: Path = Path("/")
    smart: SmartDesk = field(default_factory=SmartDesk)


class RecorderWatch:
    """Looks at the host until cancelled; nothing that a disk does holds up the cameras."""

    def __init__(self, ground: Ground) -> None:
        config = ground.config
        self._on = ground
        self._said = config.recorder
        self._device = host_device(config)
        self._factor = PAID_FACTOR if config.uplink == "metered" or config.plan.is_limited else 1
        self._load = OwnLoad()
        self._stopped_at: float | None = None  # since when no channel records
        self._apart = Apart(deadline_s=_DEADLINE_S)
        folders = [one.folder for one in self._said.channels]
        folders += [config.recording_dir] if config.recording_dir is not None else []
        self._folders = [Path(one) for one in sorted({os.path.abspath(one) for one in folders})]
        self._devices = {device.device_id: device for device in config.devices}

    async def run(self) -> None:
        """Note the start at once, and look at everything at its pace until cancelled."""
        loop = asyncio.get_running_loop()
        self._kept(self.begin)
        quick_s = slow_s = loop.time() + FIRST_S
        while True:
            if loop.time() >= slow_s:
                slow_s = loop.time() + SLOW.total_seconds() * self._factor
                await self._quietly(self.look_slowly)
            if loop.time() >= quick_s:
                quick_s = loop.time() + QUICK.total_seconds() * self._factor
                await self._quietly(self.look_quickly)
            before = loop.time()
            await asyncio.sleep(_TICK_S)
            self._load.note_late(loop.time() - before - _TICK_S)

    def begin(self) -> None:
        """The agent has started: tell what ended before without an order."""
        now, db = self._on.clock(), self._on.database.connection
        alive = reading_store.earlier(db, self._device.device_id, _ALIVE, limit=1)
        before = memory.read(db, self._device.device_id)
        steady = self._on.steady_s()
        after = life.begin(
            before,
            boot_id=_boot_id(self._on.root),
            booted_at=now.timestamp() - steady,
            alive_at=alive[-1].taken_at.timestamp() if alive else None,
            now=now.timestamp(),
        )
        self._keep(life.note_clock(after, now=now.timestamp(), steady=steady), now)
        self._tell(life.readings(after, now), now)

    def note_end(self) -> None:
        """The agent ends because somebody ordered it: its next start is no restart of its own."""
        with contextlib.suppress(sqlite3.Error):
            db = self._on.database.connection
            self._keep(life.ended(memory.read(db, self._device.device_id)), self._on.clock())

    async def look_slowly(self) -> None:
        """Disks, clock and restarts."""
        now_s = self._on.clock().timestamp()
        found = await self._apart.do(
            "disks",
            lambda: gather.gather_disks(
                self._on.root, self._on.smart, promised=self._said.disks, now_s=now_s
            ),
        )
        synchronised = await self._apart.do("clock", lambda: clocks.is_synchronised(self._on.root))
        now, known = self._on.clock(), self._memory()
        told = [
            *clocks.readings(synchronised, self._on.clock_offset(), now),
            *life.readings(known, now),
        ]
        files: tuple[Attachment, ...] = ()
        if found is not None:
            carriers = _carriers(self._on.root, self._folders)
            after = disks.remember(
                known.disks, found.present, found.reports, carriers=carriers, now=now.timestamp()
            )
            missing = disks.missed(
                after, found.present, promised=found.promised, now=now.timestamp()
            )
            told += disks.readings(
                after, found.present, found.reports, found.arrays, missing=missing, now=now
            )
            files = _reports(found, now)
            self._keep(memory.with_disks(known, after), now)
        self._tell(told, now, files)

    async def look_quickly(self) -> None:
        """Mounts, channels and load; first what befell the clock since the last look."""
        now = self._on.clock()
        before = self._memory().life.wall
        self._keep(
            life.note_clock(self._memory(), now=now.timestamp(), steady=self._on.steady_s()), now
        )
        told = list(
            self._load.read(
                visits_late_s=self._on.visits_late_s(),
                queued=sum(depth.rows for depth in self._on.outbox.lane_depths()),
                now=now,
            )
        )
        if self._folders or self._said.mounts:
            told += await self._look_at_storage(before)
        self._tell(told, self._on.clock())

    async def _look_at_storage(self, before: float) -> tuple[Reading, ...]:
        found = await self._apart.do(
            "storage",
            lambda: gather.gather_storage(
                self._on.root, self._folders, write_test=self._said.write_test
            ),
        )
        now, known = self._on.clock(), self._memory()
        if found is None:
            return storage.unanswered(now)
        promised = self._said.mounts
        known = storage.remember(known, found.places, promised=promised)
        gone = storage.lost(known, found.places, found.mounts, promised=promised)
        since = before or now.timestamp()
        if gone:
            known = known.with_trouble(Trouble(Reason.MOUNT_LOST, since, now.timestamp()))
        if found.full and not self._said.overwrite:
            known = known.with_trouble(Trouble(Reason.DISK_FULL, since, now.timestamp()))
        elif found.full and self._stopped_at is not None:  # full as ever explains no gap alone
            begin = min(since, self._stopped_at)
            known = known.with_trouble(Trouble(Reason.DISK_FULL, begin, now.timestamp()))
        self._keep(known, now)
        told = storage.readings(known, found.places, gone, now=now)
        if self._said.channels:
            return (*told, *await self._look_at_channels(gone))
        return told

    async def _look_at_channels(self, gone: Sequence[str]) -> tuple[Reading, ...]:
        from agent.recorder.recordings import Recordings  # noqa: PLC0415 - a gateway has none

        device_id = self._device.device_id
        recordings = Recordings(self._said.channels, host_id=device_id, root=self._on.root)
        db = self._on.database.connection
        planned = recordings.plan(db, self._on.clock().timestamp())
        lost = {
            folder for folder in planned if any(storage.is_below(folder, point) for point in gone)
        }
        seen = await self._apart.do("files", lambda: recordings.look(planned, lost))
        if seen is None:
            return ()
        now = self._on.clock()
        after: dict[str, memory.ChannelMemory] = {}
        told = recordings.note(
            db,
            planned,
            seen,
            troubles=self._memory().troubles,
            now=now,
            keep=after.__setitem__,
        )
        with self._on.database.transaction() as transaction:
            for channel, kept in after.items():
                memory.keep_channel(transaction, device_id, channel, kept, at=now)
        for channel, readings in told.items():
            self._on.on_channel(self._record(self._devices[channel], readings, now))
        ages = recordings.ages_of_those_that_answer(db, told)
        limit_s = self._on.settings.levels.recording_stopped_s
        has_stopped = bool(ages) and min(ages) >= limit_s
        self._stopped_at = now.timestamp() - max(ages) if has_stopped else None
        return (good("recording.all_stopped", has_stopped, at=now),) if ages else ()

    def _tell(
        self, readings: Sequence[Reading], now: datetime, files: Sequence[Attachment] = ()
    ) -> None:
        self._on.on_outcome(self._record(self._device, readings, now, files))

    def _record(
        self,
        device: Device,
        readings: Sequence[Reading],
        now: datetime,
        files: Sequence[Attachment] = (),
    ) -> Outcome:
        return record_readings(
            device,
            readings,
            settings=self._on.settings,
            database=self._on.database,
            outbox=self._on.outbox,
            now=now,
            attachments=files,
            is_visit=False,
        )

    def _memory(self) -> memory.Memory:
        return memory.read(self._on.database.connection, self._device.device_id)

    def _keep(self, kept: memory.Memory, now: datetime) -> None:
        with self._on.database.transaction() as db:
            memory.keep(db, self._device.device_id, kept, at=now)

    async def _quietly(self, look: Callable[[], object]) -> None:
        try:
            await look()  # type: ignore[misc]  # both looks are coroutines
        except sqlite3.OperationalError as error:
            self._make_room(error)

    def _kept(self, work: Callable[[], None]) -> None:
        try:
            work()
        except sqlite3.OperationalError as error:
            self._make_room(error)

    def _make_room(self, error: sqlite3.OperationalError) -> None:
        if not is_full(error):
            raise error
        relieve(self._on.database, self._on.outbox)


def _boot_id(root: Path) -> str:
    """One of each boot; '' where the kernel gives none."""
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text().strip()[:64]
    except OSError:
        return ""


def _carriers(root: Path, folders: Sequence[Path]) -> frozenset[str]:
    """Names of the disks on which these folders lie, as far as the kernel's list tells."""
    mounted = block.mounts(root)
    names = set()
    for folder in folders:
        mount = block.mount_of(os.path.realpath(folder), mounted)
        if mount is not None:
            names.add(block.disk_of(root, mount))
    return frozenset(names)


def _reports(found: gather.Disks, now: datetime) -> tuple[Attachment, ...]:
    """The reports of disks that say they fail: the evidence of a claim."""
    return tuple(
        Attachment(
            name=f"smart-{name}.json",
            media_type="application/json",
            kind=EvidenceKind.TRANSCRIPT,
            content=found.raw[name],
            taken_at=now,
            note=notes.SMART,
        )
        for name, report in found.reports.items()
        if report.health is Health.FAILING and name in found.raw
    )
