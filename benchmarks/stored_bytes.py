"""What telemetry costs on the collector's disk: days of readings through ingest and compaction."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from benchmarks.day_of_readings import EVERY, walk
from benchmarks.figure import Size
from collector.claims.policy import Policy
from collector.compact import compact, compact_agent
from collector.intake.arrival import Arrival
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.ingest import ingest
from collector.intake.room import Room
from collector.settings import AgentEntry, OrganisationEntry, SiteEntry
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from shared import topics, wire
from shared.fold import fold
from shared.frame import Lane, pack
from shared.identity import Epoch
from shared.reading import Reading

DAYS: Final = {Size.SHORT: 3, Size.FULL: 14}
BEGIN: Final = datetime(2026, 3, 1, tzinfo=UTC)
COMPACT_EVERY: Final = timedelta(minutes=5)
SEED: Final = 20260301


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A recorder with its cameras, and how often it sends."""

    cameras: int
    batch: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a stretch of days came to in the database file."""

    fleet: Fleet
    camera_samples: int
    file_bytes: int  # grown by, free pages included

    @property
    def bytes_per_sample(self) -> float:
        """All readings of one camera at one time, with every index and the roll-ups."""
        return self.file_bytes / self.camera_samples


def measure(fleet: Fleet, *, days: int) -> Stored:
    """Take the batches as they would come, compact as the job does, look at the file."""
    with tempfile.TemporaryDirectory(prefix="preclaim-bytes-") as name:
        root = Path(name)
        engine = open_store(root, ("agent-0",))
        room = make_room(root)
        with engine.connect() as db:
            db.exec_driver_sql("COMMIT")
            db.exec_driver_sql("VACUUM")  # what migrations freed would hide what we take
        before = _file_bytes(engine, root)
        samples = int(timedelta(days=days) / EVERY)
        dice = random.Random(SEED)
        devices = [f"camera-{number:02d}" for number in range(fleet.cameras)]
        walks = [walk(one, since=BEGIN, samples=samples, dice=dice) for one in devices]
        waiting: list[tuple[str, Reading]] = []
        compacted_at = BEGIN
        seq = 0
        for sample in range(1, samples + 1):
            now = BEGIN + sample * EVERY
            for steps in walks:
                waiting += [next(steps) for _ in range(25)]
            if (now - BEGIN) % fleet.batch == timedelta(0):
                seq += 1
                ingest(engine, [frame(waiting, seq=seq, now=now)], room=room, now=now)
                waiting = []
            if now - compacted_at >= COMPACT_EVERY:
                compacted_at = now
                compact(engine, policy=room.policy, now=now)
        compact_agent(engine, "agent-0", policy=room.policy, now=now)
        grown = _file_bytes(engine, root) - before
        engine.dispose()
    return Stored(fleet=fleet, camera_samples=samples * fleet.cameras, file_bytes=grown)


def frame(readings: list[tuple[str, Reading]], *, seq: int, now: datetime) -> Arrival:
    """A batch as agent-0 sends it."""
    body = wire.encode(fold(readings, sent_at=now))
    payload = pack(lane=Lane.TELEMETRY, epoch=Epoch(1, 7), seq=seq, body=body, compress=True)
    return Arrival(topics.up("agent-0", Lane.TELEMETRY), payload)


def open_store(root: Path, agents: tuple[str, ...], *, url: str = "") -> Engine:
    """A new store with one organisation and one site; SQLite unless ``url`` says otherwise."""
    engine = open_engine(url or sqlite_url(root))
    migrate(engine)
    owner = OrganisationEntry(id="factory", name="Factory", kind="factory", parent_id=None)
    site = SiteEntry(id="site", name="Site", organisation_id="factory", zone="UTC")
    entries = tuple(
        AgentEntry(id=one, organisation_id="factory", site_id="site", evidence_key=None)
        for one in agents
    )
    with engine.begin() as db:
        assign(db, organisations=(owner,), sites=(site,), agents=entries)
    return engine


def make_room(root: Path) -> Room:
    """What intake works with, under the usual policy."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return Room(policy=Policy(), evidence=EvidenceFiles(root / "evidence"), command_key=key)


def _file_bytes(engine: Engine, root: Path) -> int:
    with engine.connect() as db:
        db.exec_driver_sql("COMMIT")
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return (root / "collector.db").stat().st_size
