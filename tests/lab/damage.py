"""Damaged files: flipped, zeroed, cut off and exchanged bytes of database and log, by seed."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from agent.delivery import fault_store, keepsake_store, losses, reading_store, spend_store
from agent.delivery.damage import condemn, is_damage
from agent.delivery.database import Database
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.salvage import open_or_salvage
from shared import wire
from shared.health import Health, Lost
from shared.identity import Epoch, EventId
from shared.reading import Quality, Reading
from tests.agent.delivery.samples import message

NOON: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FILLS: Final = (4, 25, 80)  # rows
_PAGE: Final = 4096
Truth = dict[str, bytes]  # the frame of each row by its name


def fill(path: Path, rows: int, rng: random.Random) -> Truth:
    """Write a database of so many rows, its last ones still in the log, as a kill leaves it."""
    live = path.with_name("live.db")
    database, _ = open_or_salvage(live, now=NOON)
    outbox = Outbox(database)
    for number in range(rows):
        with database.transaction() as db:
            lane = rng.choice(STORED_LANES)
            size = rng.choice((100, 2000, 30_000))
            outbox.append(message(lane, NOON, text=f"row {number} " * 9, size=size), now=NOON)
            reading = Reading("stream.fps", 25.0, "fps", NOON, Quality.GOOD)
            reading_store.add(db, f"device-{number % 5}", [reading])
        if number == rows // 2:
            database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for suffix in ("", "-wal", ".high-water"):
        shutil.copyfile(live.with_name(live.name + suffix), path.with_name(path.name + suffix))
    truth = _frames(database)
    database.close()
    return truth


def _frames(database: Database) -> Truth:
    found = database.connection.execute("SELECT epoch, seq, frame FROM outbox")
    return {f"{epoch}:{seq}": frame for epoch, seq, frame in found}


def damage(path: Path, rng: random.Random) -> str:
    """Damage database, log or both; what was done, in words."""
    log = path.with_name(path.name + "-wal")
    water = path.with_name(path.name + ".high-water")
    targets = rng.choice(([path], [path], [log], [log], [path, log], [water]))
    return ", ".join(f"{target.suffix} {_damage_one(target, rng)}" for target in targets)


def _damage_one(target: Path, rng: random.Random) -> str:
    content = bytearray(target.read_bytes())
    if target.name.endswith("-wal"):  # the empty place behind the last frame would hide damage
        content = content.rstrip(b"\0")
    kind = rng.choice(("bytes", "bytes", "zeroed", "cut", "exchanged", "empty", "header", "gone"))
    if kind in ("empty", "gone") and rng.random() < 0.7:
        kind = "bytes"
    if kind == "bytes":
        for _ in range(rng.choice((1, 4, 40))):
            at, length = rng.randrange(len(content)), rng.choice((1, 16, 2000))
            content[at : at + length] = rng.randbytes(len(content[at : at + length]))
    elif kind == "zeroed":
        at = rng.randrange(0, len(content), _PAGE)
        content[at : at + _PAGE] = bytes(len(content[at : at + _PAGE]))
    elif kind == "cut":
        del content[rng.randrange(1, len(content)) :]
    elif kind == "exchanged":
        pages = len(content) // _PAGE
        if pages > 1:
            one, other = (_PAGE * page for page in rng.sample(range(pages), 2))
            held = content[one : one + _PAGE]
            content[one : one + _PAGE] = content[other : other + _PAGE]
            content[other : other + _PAGE] = held
    elif kind == "header":
        at = rng.randrange(60)
        content[at] ^= rng.randrange(1, 256)
    else:
        content.clear()
    if kind == "gone":
        target.unlink()
    else:
        target.write_bytes(content)
    return kind


def _names(lost: Lost, current: Epoch) -> Iterator[str]:
    other = re.search(r"\(epoch (\S+)\)$", lost.reason)
    epoch = other.group(1) if other else str(current)
    return (f"{epoch}:{seq}" for seq in range(lost.range.first, lost.range.last + 1))


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one damaged file."""

    crash: str = ""
    altered: int = 0  # frames that left and that nobody had appended
    salvaged: bool = False
    silent: bool = False  # a salvage that the health message does not tell
    untold: int = 0  # rows that are gone, and no health message says so
    reused: bool = False  # a fresh row under a number that was given out already
    saved: int = 0
    readable: int = 0


def start(path: Path, truth: Truth) -> Outcome:
    """Start the agent's database code on the file and let everything leave that would."""
    outcome = Outcome(readable=len(truth))
    try:
        for _ in range(3):  # damage that is met while running leads to one salvage, not to more
            database, salvaged = open_or_salvage(path, now=NOON)
            if salvaged is not None:
                outcome.salvaged = True
            try:
                _live(database, truth, outcome)
                break
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                condemn(path, str(error))
            finally:
                database.close()
        else:
            outcome.crash = "the salvaged file is damaged, too"
    except Exception as error:  # noqa: BLE001 - whatever ends the agent is what is counted
        outcome.crash = repr(error)
    return outcome


def _live(database: Database, truth: Truth, outcome: Outcome) -> None:
    """What the agent reads and sends in its first minutes."""
    db, outbox = database.connection, Outbox(database)
    with database.transaction():
        outbox.forget_sent()
    for number in range(5):
        device = f"device-{number}"
        fault_store.read_memories(db, device)
        reading_store.latest(db, device)
        spend_store.read_spend(db, device, now=NOON)
        keepsake_store.read_facts(db, device)
    fault_store.open_episodes(db, limit=512)
    spend_store.read_runs(db)
    reading_store.unsent(db, after=0, limit=12_000)
    with database.transaction():
        told = losses.take(db, current_epoch=str(database.epoch()))
        depths = outbox.lane_depths()
        health = Health(NOON, "1", 300.0, "wired", outbox=depths, lost=told)
        wire.encode(health)
        fresh = outbox.append(health, now=NOON)
    outcome.reused = str(fresh) in truth
    if outcome.salvaged and not any("database damaged" in lost.reason for lost in told):
        outcome.silent = True
    seen: set[EventId] = set()
    for lane in STORED_LANES:
        while True:
            with database.transaction():
                rows = outbox.take(lane, limit=64, now=NOON + timedelta(seconds=1))
            for row in rows:
                seen.add(row.event)
                if row.event != fresh and truth.get(str(row.event)) != row.frame:
                    outcome.altered += 1
            if not rows:
                break
    outcome.saved = len(seen) - 1
    with database.transaction():  # rows found damaged while sending
        told += losses.take(db, current_epoch=str(database.epoch()))
    named = {name for lost in told for name in _names(lost, database.epoch())}
    outcome.untold = len(truth.keys() - {str(event) for event in seen} - named)
    if fresh not in seen:
        outcome.crash = "a fresh row does not pass"
