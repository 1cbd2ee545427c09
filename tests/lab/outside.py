"""The world as it is read from outside: the collector's store and files, the agents' databases."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, exists, func, select

from collector.config import read_config
from collector.settings import Config
from collector.store.engine import open_engine, reader
from collector.store.tables import (
    decision,
    episode,
    evidence_file,
    finding,
    frame,
    manifest,
    quarantine,
)
from shared.frame import Lane, unpack
from tests.lab.oracle import Agents, Decision, Identity, World


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
    """What the agents' databases hold: fault rows with their digest, rows without a receipt."""
    kept: dict[Identity, str] = {}
    waiting: list[Identity] = []
    for agent_id, folder in folders.items():
        with closing(_open(folder)) as db:
            for epoch, seq, body in db.execute(
                "SELECT epoch, seq, frame FROM outbox WHERE lane = ?", (int(Lane.FAULT),)
            ):
                content = bytes([Lane.FAULT]) + unpack(body).body
                kept[agent_id, f"{epoch}:{seq}"] = hashlib.sha256(content).hexdigest()
            waiting += [
                (agent_id, f"{epoch}:{seq} in lane {Lane(lane).name.lower()}")
                for epoch, seq, lane in db.execute(
                    "SELECT epoch, seq, lane FROM outbox WHERE state < 2"
                )
            ]
    return Agents(kept=kept, unreceipted=tuple(waiting))


def unreceipted(folders: Iterable[Path]) -> int:
    """Rows that no receipt has named yet."""
    total = 0
    for folder in folders:
        with closing(_open(folder)) as db:
            total += db.execute("SELECT count(*) FROM outbox WHERE state < 2").fetchone()[0]
    return total


def _open(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'agent.db'}?mode=ro", uri=True, timeout=10)
