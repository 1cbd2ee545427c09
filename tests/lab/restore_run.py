"""A collector restored from a backup one hour old while its agents go on: what is lost, doubled,
or claimed too early."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert

from collector.high_water import NAME, HighWater
from collector.jobs import Jobs
from collector.store import tables
from tests.collector.house import NOON, House, with_policy
from tests.lab.restore_site import MOST_CAMERAS, Site, serial_of

STEP: Final = timedelta(seconds=20)  # less than what the collector calls a jump of its clock
HOLD: Final = timedelta(minutes=10)
_OFF: Final = timedelta(minutes=3)
_LONGEST_DRAIN: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was found when everything had been delivered and decided."""

    faults: int
    forgotten: int  # faults that the backup did not know although their receipt was given
    requeued: int
    duplicates: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    too_early: tuple[str, ...]


class Run:
    """``whole`` puts the high-water file back too: then only ``restored`` can tell the store,
    and when nobody ``told`` it, faults must be lost."""

    def __init__(
        self, seed: int, directory: Path, *, whole: bool, hour: timedelta, told: bool = True
    ) -> None:
        rng = random.Random(seed)
        directory.mkdir(parents=True, exist_ok=True)
        self._home = directory / "collector"
        self._home.mkdir()
        self._copy = directory / "backup"
        self._copy.mkdir()
        self._whole = whole
        self._told = told
        self._hour = hour
        self._mark = self._home / NAME
        self.house = House(self._home, with_policy(hold_s={"*": HOLD.total_seconds()}))
        self.sites = [Site(name, directory, rng) for name in ("agent-farm", "agent-shop")]
        self._register()

    def run(self) -> Restored:
        """Load, backup, an hour of load, the backup in the place of the store, and on."""
        self._start()
        self._pass(self._hour / 3)
        self._back_up()
        self._pass(self._hour)
        known = self._episodes()
        self.house.engine.dispose()
        self._put_back()
        self._pass(_OFF, collector=False)
        forgotten = sum((known - self._episodes()).values())
        self._start()
        self._pass(self._hour / 6)
        self._drain()
        found = Restored(
            faults=sum(len(site.faults) for site in self.sites),
            forgotten=forgotten,
            requeued=sum(site.requeued for site in self.sites),
            duplicates=sum(site.duplicates for site in self.sites),
            lost=tuple(self._lost()),
            doubled=tuple(self._doubled()),
            too_early=tuple(self._too_early()),
        )
        self.house.engine.dispose()
        for site in self.sites:
            site.close()
        return found

    def _register(self) -> None:
        with self.house.engine.begin() as db:
            for site in self.sites:
                for number in range(MOST_CAMERAS):
                    db.execute(
                        insert(tables.unit).values(
                            serial=serial_of(site.agent_id, number),
                            organisation_id="factory",
                            model="SC-1",
                            product="wifi",
                            batch="B-1",
                            buyer="North",
                            delivered_on=date(2025, 1, 1),
                            delivery_proof="slip",
                            imported_at=NOON,
                        )
                    )

    def _start(self) -> None:
        """As ``serve`` does; what is due is looked at from now on."""
        house = self.house
        house.start(self._mark)
        begun = house.now
        house.jobs = Jobs(
            house.engine,
            policy=house.policy,
            listening_since=lambda: begun,
            clock=lambda: house.now,
        )

    def _pass(self, span: timedelta, *, collector: bool = True, breaks: bool = True) -> None:
        until = self.house.now + span
        while self.house.now < until:
            self.house.now += STEP
            for site in self.sites:
                site.live(self.house.now, breaks=breaks)
                if collector:
                    site.deliver(self.house)
            if collector:
                self.house.jobs._settle_and_tick()
                self.house.room.high_water.flush()

    def _back_up(self) -> None:
        """As the documentation says: the store first, then the evidence, under load."""
        with (
            closing(sqlite3.connect(self.house.path)) as source,
            closing(sqlite3.connect(self._copy / "collector.db")) as copy,
        ):
            source.backup(copy)
        if self._whole:
            shutil.copy(self._mark, self._copy / NAME)
        self._pass(3 * STEP)
        shutil.copytree(self._home / "evidence", self._copy / "evidence")

    def _put_back(self) -> None:
        for name in ("collector.db-wal", "collector.db-shm"):
            (self._home / name).unlink(missing_ok=True)
        shutil.rmtree(self._home / "evidence")
        shutil.copytree(self._copy, self._home, dirs_exist_ok=True)
        if self._whole and self._told:  # what ``preclaim-collector restored`` does
            water = HighWater(self._mark)
            water.check(self.house.engine, now=self.house.now)
            water.renew(self.house.engine, now=self.house.now)

    def _drain(self) -> None:
        """Nothing new breaks; every row gets its receipt and every hold passes."""
        until = self.house.now + _LONGEST_DRAIN
        while self.house.now < until:
            self._pass(10 * STEP, breaks=False)
            pending = [r for r in self.house.rows(tables.decision) if r["state"] == "pending"]
            if not pending and all(site.is_drained() for site in self.sites):
                return

    def _episodes(self) -> Counter[tuple[object, ...]]:
        return Counter(
            (row["agent_id"], row["epoch"], row["seq"]) for row in self.house.rows(tables.episode)
        )

    def _lost(self) -> list[str]:
        here = self._episodes()
        outcomes = self._outcomes()
        lost = []
        for site in self.sites:
            for event, found in site.faults.items():
                name = (site.agent_id, str(event.epoch), event.seq)
                if not here[name]:
                    lost.append(f"{name} is no episode")
                elif name not in outcomes:
                    lost.append(f"{name} has no decision")
                path = self.house.room.evidence.path_of(found.sha256)
                if not path.exists() or path.read_bytes() != site.files[found.sha256]:
                    lost.append(f"the evidence of {name} is not whole")
        quarantined = self.house.count(tables.quarantine)
        return [*lost, *(f"{quarantined} rows are quarantined" for _ in range(bool(quarantined)))]

    def _doubled(self) -> list[str]:
        """Twice here, or here and known to no agent; one claim finding a fault at the most."""
        known = {
            (site.agent_id, str(event.epoch), event.seq)
            for site in self.sites
            for event in site.faults
        }
        doubled = [
            f"{name}: {count} episodes"
            for name, count in self._episodes().items()
            if count != 1 or name not in known
        ]
        decisions = Counter(row["episode_id"] for row in self.house.rows(tables.decision))
        doubled += [
            f"episode {n}: {count} decisions" for n, count in decisions.items() if count > 1
        ]
        findings = Counter(row["episode_id"] for row in self.house.rows(tables.finding))
        return doubled + [
            f"episode {n}: {count} findings" for n, count in findings.items() if count > 1
        ]

    def _outcomes(self) -> dict[tuple[object, ...], object]:
        names = {
            row["id"]: (row["agent_id"], row["epoch"], row["seq"])
            for row in self.house.rows(tables.episode)
        }
        return {
            names[row["episode_id"]]: row["outcome"]
            for row in self.house.rows(tables.decision)
            if row["state"] == "decided"
        }

    def _too_early(self) -> list[str]:
        """Claimed although the fault had cleared before its hold."""
        outcomes = self._outcomes()
        return [
            f"{site.agent_id}:{event.seq} cleared after {found.cleared_at - found.opened_at}"
            for site in self.sites
            for event, found in site.faults.items()
            if found.cleared_at is not None
            and found.cleared_at - found.opened_at < HOLD
            and outcomes.get((site.agent_id, str(event.epoch), event.seq)) == "claim"
        ]
