"""Disk full: a small tmpfs that others fill at each of the first writes, and empty again."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent.delivery import losses
from agent.delivery.damage import is_full
from agent.delivery.database import Database, Outside
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.relief import commit, relieve
from agent.delivery.salvage import open_or_salvage
from agent.delivery.volume import Free
from shared.evidence import EvidenceChunk
from shared.frame import Lane
from shared.health import DeviceReadings, Telemetry
from shared.identity import EventId
from shared.reading import Quality, Reading
from tests.agent.delivery.samples import message

NOON: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
VOLUME_MIB: Final = 8
_PUTS: Final = 60  # that the agent makes while the disk is full
_TICK_S: Final = 1.0  # the pace at which the reporter asks for relief
# Ten MiB of headroom do not fit the small volume; below its own the same rules hold.
_OUTSIDE: Final = Outside(headroom=Free(bytes=3 * 1024 * 1024, inodes=100))


class NoVolumeError(RuntimeError):
    """This place allows no small volume to be mounted."""


@contextlib.contextmanager
def small_volume() -> Iterator[Path]:
    """A tmpfs of :data:`VOLUME_MIB`, unmounted whatever happens."""
    with tempfile.TemporaryDirectory(prefix="preclaim-full-") as place:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={VOLUME_MIB}m", "tmpfs", place],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NoVolumeError(f"mount says: {done.stderr.strip()}")
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "-l", place], check=True)


@dataclass(slots=True, kw_only=True)
class Ran:
    """What one run came to; ``bad`` is empty when everything held."""

    bad: str = ""
    recovery_s: float = 0.0
    refused_faults: int = 0  # faults for which nothing was left that could give way
    refused: int = 0  # rows for which no room was made, and told
    full_errors: int = 0  # 'disk full' in spite of the ballast


def run(volume: Path, *, full_at: int, seed: int) -> Ran:
    """Put rows, let others fill the volume at write ``full_at``, go on, and free it again."""
    for old in volume.iterdir():
        old.unlink()
    rng = random.Random(f"{seed}-{full_at}")
    ran = Ran()
    database, _ = open_or_salvage(volume / "agent.db", now=NOON, outside=_OUTSIDE)
    agent = _Full(database, volume, rng, ran)
    try:
        agent.run(full_at)
    except Exception as error:  # noqa: BLE001 - whatever ends the agent is what is counted
        ran.bad = ran.bad or f"full at write {full_at}: the agent died: {error!r}"
    finally:
        agent.database.close()
    return ran


class _Full:
    def __init__(self, database: Database, volume: Path, rng: random.Random, ran: Ran) -> None:
        self.database = database
        self._outbox = Outbox(database)
        self._filler = volume / "others"
        self._rng = rng
        self._ran = ran
        self._stored: dict[EventId, Lane] = {}
        # Little that may give way hides other mistakes than much does.
        self._is_telling_much = rng.random() < 0.5

    def run(self, full_at: int) -> None:
        for _ in range(full_at - 1):
            self._put(self._rng.choice(STORED_LANES))
        self._fill()
        for number in range(_PUTS):
            self._put(self._rng.choice(STORED_LANES))
            self._check_kept()  # now: a worse row may come later and find room
            if number % 3 == 0:
                self._fill()  # others take what the ballast gave, too
            if number % 10 == 9:
                self._tick()
            if number % 20 == 19:
                self._restart()
        self._recover()

    def _fill(self) -> None:
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            for size in (65536, 4096):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def _restart(self) -> None:
        """Stop and start while nothing is free: what SQLite gave back, others take at once."""
        before = self._events()
        self.database.close()
        self._fill()
        self.database, salvaged = open_or_salvage(self.database.path, now=NOON, outside=_OUTSIDE)
        self._outbox = Outbox(self.database)
        if salvaged is not None or self._events() != before:
            self._ran.bad = f"a restart changed {len(before)} rows to {len(self._events())}"

    def _put(self, lane: Lane) -> bool:
        size = self._rng.choice((200, 3000, 20_000))
        before = self._held()
        said = message(lane, NOON, text=f"{self._rng.random()}" * 9)
        if lane is Lane.EVIDENCE:  # bytes that no compression makes small
            said = EvidenceChunk("ab" * 32, 0, size, self._rng.randbytes(size))
        elif lane is Lane.TELEMETRY and self._is_telling_much:
            said = Telemetry(NOON, (DeviceReadings("gate-north", self._readings(size // 160)),))
        try:
            event = commit(
                self.database,
                self._outbox,
                lambda: self._outbox.append(said, now=NOON),
            )
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            self._ran.full_errors += 1
            self._tick()
            if lane <= Lane.EVIDENCE:
                self._note_refused(lane, before, size)
            return False
        if event not in self._events():
            self._ran.refused += 1
            if lane <= Lane.EVIDENCE:
                self._note_refused(lane, before, size)
            return False
        self._stored[event] = lane
        return True

    def _readings(self, count: int) -> tuple[Reading, ...]:
        return tuple(
            Reading("link.mac", self._rng.randbytes(100).hex(), "", NOON, Quality.GOOD)
            for _ in range(count)
        )

    def _note_refused(self, lane: Lane, before: dict[Lane, int], size: int) -> None:
        """Bad when worse rows could have made room: any for a fault, else as many bytes as its."""
        worse = sum(held for of, held in before.items() if of > lane)
        if lane is Lane.FAULT:
            self._ran.refused_faults += 1
        if worse and (lane is Lane.FAULT or worse >= size):
            self._ran.bad = f"a row of lane {lane} found no room beside {worse} bytes of worse ones"

    def _tick(self) -> None:
        if self.database.is_short_of_space:
            relieve(self.database, self._outbox)

    def _events(self) -> set[EventId]:
        epoch = self.database.epoch()
        found = self.database.connection.execute("SELECT seq FROM outbox")
        return {EventId(epoch, seq) for (seq,) in found}

    def _held(self) -> dict[Lane, int]:
        found = self.database.connection.execute("SELECT lane, sum(size) FROM outbox GROUP BY lane")
        return {Lane(lane): held for lane, held in found}

    def _check_kept(self) -> None:
        left, told = self._events(), self._told()
        worst = max(self._held(), default=Lane.FAULT)
        for event, lane in list(self._stored.items()):
            if event in left:
                continue
            del self._stored[event]
            if event.seq not in told:
                self._ran.bad = f"row {event.seq} of lane {lane} went untold"
            if lane <= Lane.EVIDENCE and worst > lane:
                self._ran.bad = f"row {event.seq} of lane {lane} went beside rows of {worst}"

    def _told(self) -> set[int]:
        found = self.database.connection.execute("SELECT first, last FROM lost").fetchall()
        return {seq for first, last in found for seq in range(first, last + 1)}

    def _recover(self) -> None:
        self._filler.unlink()
        began_s = time.monotonic()
        while time.monotonic() < began_s + 30:
            self._tick()
            stored = self._put(Lane.FAULT)
            if stored and not self.database.is_short_of_space:
                break
            time.sleep(_TICK_S)
        # The reporter's tick may come a whole pace after the space.
        self._ran.recovery_s = time.monotonic() - began_s + _TICK_S
        with self.database.transaction() as db:
            losses.take(db, current_epoch=str(self.database.epoch()))
