"""The world as it is read from outside: the collector's store and files, the agents' databases."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, exists, func, select

from collector.config import read_config
from collector.settings import Config
from collector.store.engine import open_engine, reader
from collector.store.history import history
from collector.store.tables import (
    decision,
    episode,
    evidence_file,
    finding,
    frame,
    manifest,
    position,
    quarantine,
    telemetry_day,
)
from shared.frame import Lane
from tests.lab.open_faults import read_forgotten, read_openings
from tests.lab.oracle import Agents, Decision, Identity, World
from tests.lab.telemetry_load import NAMES, identity_of, read_told


class Store:
    """The collector's store, by the address in its configuration; only ever read."""

    def __init__(self, configuration: Path) -> None:
        self.config: Config = read_config(configuration)
        self._engine = open_engine(self.config.database_url)

    def episodes(self) -> int:
        """How many episodes there are now."""
        with reader(self._engine) as db:
            return db.execute(select(func.count()).select_from(episode)).scalar_one()

    def undecided(self) -> int:
        """How many episodes wait for their decision."""
        is_decided = exists().where(
            decision.c.episode_id == episode.c.id, decision.c.state == "decided"
        )
        with reader(self._engine) as db:
            return db.execute(
                select(func.count()).select_from(episode).where(~is_decided)
            ).scalar_one()

    def has(self, identity: Identity) -> bool:
        """True when this fault is an episode."""
        epoch, _, seq = identity[1].rpartition(":")
        with reader(self._engine) as db:
            found = db.execute(
                select(episode.c.id).where(
                    episode.c.agent_id == identity[0],
                    episode.c.epoch == epoch,
                    episode.c.seq == int(seq),
                )
            ).first()
        return found is not None

    def quarantined(self) -> dict[str, int]:
        """Payloads set aside, by reason."""
        with reader(self._engine) as db:
            rows = db.execute(
                select(quarantine.c.reason, func.sum(quarantine.c.count)).group_by(
                    quarantine.c.reason
                )
            )
            return {reason: int(count) for reason, count in rows}

    def world(self) -> World:
        """All that the oracle wants to know."""
        with reader(self._engine) as db:
            names = {
                row.id: (row.agent_id, f"{row.epoch}:{row.seq}")
                for row in db.execute(
                    select(episode.c.id, episode.c.agent_id, episode.c.epoch, episode.c.seq)
                )
            }
            return World(
                episodes=tuple(names.values()),
                open=frozenset(
                    names[episode_id]
                    for (episode_id,) in db.execute(
                        select(episode.c.id).where(episode.c.cleared_at.is_(None))
                    )
                ),
                samples=tuple(_samples(db)),
                days=db.execute(select(func.count()).select_from(telemetry_day)).scalar_one(),
                decisions=_decisions(db, names),
                findings=tuple(
                    names[episode_id] for (episode_id,) in db.execute(select(finding.c.episode_id))
                ),
                digests=_digests(db),
                files=_hashes(db, self.config.evidence_dir),
                signed={
                    names[row.episode_id]: row.verdict == "verified"
                    for row in db.execute(select(manifest.c.episode_id, manifest.c.verdict))
                    if row.episode_id is not None
                },
            )

    def close(self) -> None:
        """Let go of the store."""
        self._engine.dispose()


def _decisions(db: Connection, names: Mapping[int, Identity]) -> tuple[Decision, ...]:
    links = (
        decision.c.line_id,
        decision.c.incident_id,
        decision.c.task_id,
        decision.c.firmware_case_id,
    )
    return tuple(
        Decision(
            identity=names[row["episode_id"]],
            outcome=(row["outcome"] or "") if row["state"] == "decided" else "",
            links=sum(row[link.name] is not None for link in links),
            is_reasoned=bool(row["reason_en"] and row["reason_zh"]),
        )
        for row in db.execute(select(decision)).mappings()
    )


def _samples(db: Connection) -> Iterator[tuple[Identity, float]]:
    """All that the history of readings gives; a run is no older than hours."""
    now = datetime.now(UTC)
    since, until = now - timedelta(days=30), now + timedelta(days=1)
    for row in db.execute(select(position.c.id, position.c.agent_id, position.c.device_id)).all():
        for name in NAMES:
            for point in history(db, row.id, name, since=since, until=until):
                second = int(point.at.timestamp())
                yield identity_of(row.agent_id, row.device_id, name, second), point.number


def _digests(db: Connection) -> dict[Identity, str]:
    rows = db.execute(
        select(frame.c.agent_id, frame.c.epoch, frame.c.seq, frame.c.digest).where(
            frame.c.lane == int(Lane.FAULT)
        )
    )
    return {(r.agent_id, f"{r.epoch}:{r.seq}"): bytes(r.digest).hex() for r in rows}


def _hashes(db: Connection, directory: Path) -> dict[str, str]:
    """Files that the store says are complete, by the hash of the bytes that lie on the disk."""
    names = db.execute(select(evidence_file.c.sha256).where(evidence_file.c.complete.is_(True)))
    found = {}
    for (sha256,) in names:
        path = directory / sha256[:2] / sha256
        found[sha256] = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "gone"
    return found


def read_agents(folders: Mapping[str, Path]) -> Agents:
    """What the agents' own files hold: fault rows with their digest, what is open, samples."""
    kept: dict[Identity, str] = {}
    waiting: list[Identity] = []
    still_open: set[Identity] = set()
    accepted: dict[Identity, float] = {}
    begun: dict[Identity, float] = {}
    forgotten = 0
    for agent_id, folder in folders.items():
        forgot = read_forgotten(folder)
        told = read_told(folder, agent_id)
        with closing(_open(folder)) as db:
            opened, cleared = read_openings(db)
            for name, row in opened.items():
                kept[agent_id, name] = hashlib.sha256(row.content).hexdigest()
            waiting += [
                (agent_id, f"{epoch}:{seq} in lane {Lane(lane).name.lower()}")
                for epoch, seq, lane in db.execute(
                    "SELECT epoch, seq, lane FROM outbox WHERE state < 2"
                )
            ]
        still_open |= {(agent_id, name) for name in opened.keys() - cleared - forgot}
        forgotten += len(forgot)
        accepted |= told.accepted
        begun |= told.begun
    return Agents(
        kept=kept,
        unreceipted=tuple(waiting),
        open=frozenset(still_open),
        forgotten=forgotten,
        accepted=accepted,
        begun=begun,
    )


def unreceipted(folders: Iterable[Path]) -> int:
    """Rows that no receipt has named yet."""
    total = 0
    for folder in folders:
        with closing(_open(folder)) as db:
            total += db.execute("SELECT count(*) FROM outbox WHERE state < 2").fetchone()[0]
    return total


def _open(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'agent.db'}?mode=ro", uri=True, timeout=10)
