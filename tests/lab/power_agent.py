"""Power cuts over the agent's database: what a put or a receipt's commit had promised is there."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.delivery import receipts
from agent.delivery.damage import DatabaseDamagedError
from agent.delivery.database import Database, Outside
from agent.delivery.opening import open_file
from agent.delivery.outbox import STORED_LANES, Outbox
from shared.frame import Lane
from shared.identity import EventId
from tests.agent.delivery.samples import message, receipt
from tests.lab.power_cut import LATEST_CUT, LIVES, Cut
from tests.lab.power_disk import PowerDisk, restore
from tests.lab.power_driver import connect_agent
from tests.lab.power_vfs import PowerVfs

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
Rows = dict[tuple[str, int], tuple[int, int, bytes]]  # (epoch, seq) -> lane, state, frame


def cuts_of(seed: int, directory: Path, *, synchronous: str = "FULL") -> Iterator[Cut]:
    """Cut the power over one database :data:`LIVES` times; another ``synchronous`` is a trial
    of the laboratory itself, for it must lose."""
    rng = random.Random(seed)
    image: dict[Path, bytes] = {}
    for _ in range(LIVES):
        life = _Life(rng, directory / "before", image, synchronous)
        life.run()
        survived = life.disk.survived
        assert survived is not None
        image = dict(survived)
        home = directory / f"after-{seed}-{len(image)}-{rng.randrange(10**9)}"
        restore(image, directory / "before", home)
        lost = tuple(_broken(home, life.promised, life.perhaps))
        yield Cut(promised=len(life.promised), taken=life.disk.lost, lost=lost)


class _Life:
    """An agent from its start to the cut."""

    def __init__(
        self, rng: random.Random, root: Path, image: dict[Path, bytes], synchronous: str
    ) -> None:
        self._rng = rng
        self._path = root / "agent.db"
        self._synchronous = synchronous
        self.disk = PowerDisk(rng, root, cut_at=rng.randint(1, LATEST_CUT))
        for path, content in image.items():
            self.disk.put(path, content)
        self._vfs = PowerVfs(self.disk)
        self._now = NOON
        self.promised: Rows = {}  # as the last call that returned left them
        self.perhaps: Rows = {}  # as the call in flight would have left them

    def run(self) -> None:
        database = self._open()
        while not self.disk.is_cut:
            self._now += timedelta(seconds=self._rng.randint(1, 40))
            self._step(database)
            self._keep(database)
            if self._rng.random() < 0.03:
                database.close()
                database = self._open()
        database.close()
        self._vfs.close()

    def _open(self) -> Database:
        database = open_file(
            self._path, outside=Outside(connect=connect_agent(self._vfs), reserve_bytes=0)
        )
        database.connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        self._keep(database)
        return database

    def _keep(self, database: Database) -> None:
        self.perhaps = _rows(database.connection)
        if not self.disk.is_cut:
            self.promised = self.perhaps

    def _step(self, database: Database) -> None:
        outbox = Outbox(database, limit_bytes=60_000)
        dice = self._rng.random()
        if dice < 0.05:
            database.reclaim()
            return
        with database.transaction():
            if dice < 0.6:
                for _ in range(self._rng.choice((1, 1, 2, 5))):
                    self._put(outbox)
            elif dice < 0.8:
                lane = self._rng.choice(STORED_LANES)
                outbox.take(lane, limit=self._rng.randint(1, 4), now=self._now)
            elif dice < 0.95:
                self._receipt(database)
            else:
                outbox.forget_sent()

    def _put(self, outbox: Outbox) -> None:
        lane = self._rng.choice(STORED_LANES)
        size = self._rng.choice((50, 900, 9000))
        outbox.append(message(lane, self._now, text=f"{self._rng.random()}", size=size), now=NOON)

    def _receipt(self, database: Database) -> None:
        named = [
            event
            for (epoch, seq), (_, state, _) in self.promised.items()
            if state == 1 and self._rng.random() < 0.3
            for event in [EventId(database.epoch().parse(epoch), seq)]
        ]
        if named:
            receipts.apply(database, receipt(*named, now=self._now), now=self._now)


def _rows(db: sqlite3.Connection) -> Rows:
    found = db.execute("SELECT epoch, seq, lane, state, frame FROM outbox").fetchall()
    return {(epoch, seq): (lane, state, frame) for epoch, seq, lane, state, frame in found}


def _broken(home: Path, promised: Rows, perhaps: Rows) -> Iterator[str]:
    """Open with the real SQLite and compare: the call in flight happened whole or not at all."""
    home.mkdir(exist_ok=True)
    try:
        database = open_file(home / "agent.db")
    except DatabaseDamagedError as error:
        yield f"the agent's database is damaged: {error}"
        return
    found = _rows(database.connection)
    if found != perhaps:
        for name, row in promised.items():
            if found.get(name) != row:
                yield f"row {name} was {row[:2]} and is {found.get(name, ('gone',))[:2]}"
        if found.keys() - promised.keys():
            yield f"rows that nobody promised: {sorted(found.keys() - promised.keys())[:3]}"
    (verdict,) = database.connection.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        yield f"integrity_check: {verdict}"
    yield from _is_fresh_row_refused(database)
    database.close()


def _is_fresh_row_refused(database: Database) -> Iterator[str]:
    outbox = Outbox(database)
    with database.transaction():
        fresh = outbox.append(message(Lane.FAULT, NOON, text="fresh"), now=NOON)
    with database.transaction():
        taken = outbox.take(Lane.FAULT, limit=1000, now=NOON)
    if fresh not in {row.event for row in taken}:
        yield "a fresh row does not pass"
