"""Power cuts over the collector's store and evidence files: what was receipted is there."""

from __future__ import annotations

import functools
import hashlib
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, event, func, select

from collector.high_water import NAME, HighWater
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.file_system import FileSystem, LocalFiles
from collector.intake.ingest import Ingested, ingest
from collector.intake.room import Room
from collector.store import evidence, frames, meta, tables
from collector.store.engine import open_engine, sqlite_url
from shared.evidence import EvidenceChunk
from shared.identity import EventId
from tests.collector.house import COMMAND_KEY, EPOCH, NOON, SOON, House
from tests.lab.power_cut import LATEST_CUT, LIVES, Cut
from tests.lab.power_disk import PowerDisk, restore
from tests.lab.power_driver import engine_url
from tests.lab.power_files import KilledError, PowerFiles
from tests.lab.power_traffic import Sent, Traffic
from tests.lab.power_vfs import PowerVfs


def cuts_of(
    seed: int, directory: Path, *, synchronous: str = "FULL", syncs_names: bool = True
) -> Iterator[Cut]:
    """Cut the power over one collector :data:`LIVES` times; the two words weaken it, as a trial
    of the laboratory itself, for then it must lose."""
    rng = random.Random(seed)
    root = directory / "before"
    traffic = Traffic(rng)
    directory.mkdir(parents=True, exist_ok=True)
    image = {root / "collector.db": _empty_store()}
    for life_number in range(LIVES):
        life = _Life(
            rng,
            root,
            image,
            traffic,
            synchronous=synchronous,
            syncs_names=syncs_names,
        )
        life.run()
        survived = life.disk.survived
        assert survived is not None
        image = dict(survived)
        home = directory / f"after-{seed}-{life_number}"
        restore(image, root, home)
        lost = tuple(_broken(home, traffic))
        yield Cut(promised=len(traffic.receipted), taken=life.disk.lost, lost=lost)
        if lost:
            return  # what comes after a broken promise says nothing


@functools.cache
def _empty_store() -> bytes:
    """A store with its tables, sites and agents, as it lies there after a clean stop."""
    with tempfile.TemporaryDirectory() as place:
        house = House(Path(place))
        house.engine.dispose()
        return house.path.read_bytes()


class _Life:
    """A collector from its start to the cut, with kills of the process between."""

    def __init__(
        self,
        rng: random.Random,
        root: Path,
        image: dict[Path, bytes],
        traffic: Traffic,
        *,
        synchronous: str,
        syncs_names: bool,
    ) -> None:
        self._rng = rng
        self._root = root
        self._traffic = traffic
        self._mark = root / NAME
        self._synchronous = synchronous
        self._syncs_names = syncs_names
        self.disk = PowerDisk(rng, root, cut_at=rng.randint(1, LATEST_CUT))
        for path, content in image.items():
            self.disk.put(path, content)
        self._vfs = PowerVfs(self.disk)

    def run(self) -> None:
        """Take what comes until the power goes; the process may be killed before that."""
        while not self.disk.is_cut:
            files = PowerFiles(self.disk, syncs_names=self._syncs_names)
            engine = open_engine(engine_url(self._root / "collector.db", self._vfs))
            event.listen(engine, "connect", self._weaken)
            try:
                self._serve(engine, files)
            except KilledError:
                continue
            finally:
                engine.dispose()
        self._vfs.close()

    def _weaken(self, connection: object, _entry: object) -> None:
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")  # type: ignore[attr-defined]

    def _serve(self, engine: Engine, files: PowerFiles) -> None:
        HighWater(self._mark, files).check(
            engine, now=NOON
        )  # as serve does, before it looks for files
        room = _room(self._root, files)
        while not self.disk.is_cut:
            if len(self._traffic.waiting) < 10:
                self._traffic.find_fault()
            if self._rng.random() < 0.1:
                files.kill_after = self._rng.randint(1, 20)
            files.kill_at_rename = self._rng.random() < 0.1
            done = _take(engine, room, self._traffic.batch())
            files.kill_after = None
            if not self.disk.is_cut:
                self._traffic.receipt(_named(done))
                room.high_water.flush()


def _room(root: Path, files: FileSystem) -> Room:
    return Room(
        policy=SOON,
        evidence=EvidenceFiles(root / "evidence", files),
        command_key=COMMAND_KEY,
        high_water=HighWater(root / NAME, files),
    )


def _take(engine: Engine, room: Room, batch: list[Sent]) -> Ingested:
    return ingest(engine, [sent.arrival for sent in batch], room=room, now=NOON)


def _named(done: Ingested) -> set[tuple[str, int]]:
    return {
        (agent_id, seq)
        for agent_id, receipt in done.receipts
        for seqs in receipt.ranges
        for seq in range(seqs.first, seqs.last + 1)
    }


def _broken(home: Path, traffic: Traffic) -> Iterator[str]:
    """Open with the real SQLite: receipted rows and files are whole, the rest still passes."""
    home.mkdir(exist_ok=True)
    engine = open_engine(sqlite_url(home))
    try:
        with engine.begin() as db:
            verdict = db.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            if verdict != "ok":
                yield f"integrity_check: {verdict}"
            for sent in traffic.receipted:
                identity = EventId(EPOCH, sent.seq)
                kept = frames.digest_of(db, agent_id=sent.agent_id, identity=identity)
                if kept is None or bytes(kept) != sent.digest:
                    yield f"row {sent.agent_id}:{sent.seq} was receipted and is gone"
            files = EvidenceFiles(home / "evidence")
            for piece in traffic.pieces():
                known = evidence.find_file(db, piece.sha256)
                complete = known is not None and known.complete
                if not _is_here(files.path_of(piece.sha256), piece, complete=complete):
                    yield f"piece {piece.sha256[:8]}+{piece.offset} was receipted and is gone"
        yield from _broken_names(home / "evidence")
        yield from _broken_mark(engine, home)
        yield from _broken_rest(engine, home, traffic)
    finally:
        engine.dispose()


def _is_here(path: Path, piece: EvidenceChunk, *, complete: bool) -> bool:
    part = path.with_name(f"{path.name}.part")
    place = path if complete or path.exists() else part
    if not place.exists():
        return False
    content = place.read_bytes()
    return content[piece.offset : piece.offset + len(piece.content)] == piece.content


def _broken_names(evidence_dir: Path) -> Iterator[str]:
    """A file without suffix is what its name says."""
    for path in evidence_dir.rglob("*"):
        is_file = path.is_file() and path.suffix != ".part"
        if is_file and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            yield f"evidence {path.name[:8]} is not what its name says"


def _broken_mark(engine: Engine, home: Path) -> Iterator[str]:
    """The store is never behind the file beside it: a cut is no restored backup."""
    with engine.begin() as db:
        before = meta.mark(db)
    after = HighWater(home / NAME).check(engine, now=NOON)
    if after.generation != before.generation:
        yield f"the cut was taken for a restored backup at {before.commits} commits"


def _broken_rest(engine: Engine, home: Path, traffic: Traffic) -> Iterator[str]:
    """What had no receipt comes again, and everything is there once."""
    room = _room(home, LocalFiles())
    done = _take(engine, room, traffic.waiting)
    if done.counts.quarantined:
        yield f"{done.counts.quarantined} rows are quarantined when they come again"
    with engine.begin() as db:
        for table in (tables.episode, tables.decision):
            found = db.execute(select(func.count()).select_from(table)).scalar_one()
            if found != traffic.faults():
                yield f"{traffic.faults()} faults became {found} rows of {table.name}"
    for sha256, content in traffic.files.items():
        path = room.evidence.path_of(sha256)
        if not path.exists() or path.read_bytes() != content:
            yield f"evidence {sha256[:8]} does not become whole"
