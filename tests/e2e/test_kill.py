"""kill -9 of agent and collector on Mosquitto while faults are in flight."""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from agent.delivery.keys import make_key
from simulator.demo.cast import DEMO
from simulator.demo.files import Folder, write_collector, write_policy
from simulator.demo.processes import Processes, free_port, wait_for_port

AGENT = "agent-orchard"
FAULTS = 600
KILLS = 8
SEED = 20260301


class Chain:
    """One source and one collector, to be killed and started again."""

    def __init__(self, processes: Processes, root: Path, broker_port: int) -> None:
        self.processes = processes
        self.root = root
        self.broker_port = broker_port
        self.folder = Folder(root=root)
        self.web_port = free_port()
        self.folder.keys.mkdir()
        for site in DEMO.sites:
            make_key(self.folder.keys / f"agent-{site}.pem")
        write_policy(self.folder)
        write_collector(
            self.folder, DEMO, broker_port=broker_port, web_port=self.web_port, embedded=False
        )

    def start_collector(self) -> None:
        """Start, and wait until its pages answer."""
        self.processes.start(
            "collector", ["preclaim-collector", "serve", "-c", str(self.folder.collector)]
        )
        wait_for_port(self.web_port, timeout_s=60, processes=self.processes)

    def start_source(self) -> None:
        """Start the agent's side."""
        self.processes.start(
            "source",
            [
                *(sys.executable, "-m", "tests.e2e.fault_source", str(self.root), AGENT),
                *(str(self.broker_port), str(FAULTS)),
            ],
        )

    def obligations(self) -> list[str]:
        """Identities whose transaction returned."""
        ledger = self.root / "ledger"
        return ledger.read_text().splitlines() if ledger.exists() else []

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Read the collector's store from outside."""
        (path,) = (self.root / "collector").glob("*.db")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
            return db.execute(sql).fetchall()

    def episodes(self) -> list[str]:
        """Identities of the episodes that the collector holds, doubles included."""
        return [f"{epoch}:{seq}" for epoch, seq in self.query("SELECT epoch, seq FROM episode")]


@pytest.mark.broker
def test_nothing_is_lost_or_doubled(processes: Processes, tmp_path: Path, broker_port: int) -> None:
    """Every fault whose transaction returned is one episode with one decision, and no other is."""
    dice = random.Random(SEED)
    chain = Chain(processes, tmp_path, broker_port)
    chain.start_collector()
    chain.start_source()
    in_flight = []
    for round_number in range(KILLS):
        time.sleep(dice.uniform(0.3, 1.0))
        victim = ("source", "collector")[round_number % 2]
        processes.kill(victim)
        in_flight.append(len(chain.obligations()) - len(chain.episodes()))
        if victim == "source":
            chain.start_source()
        else:
            time.sleep(dice.uniform(0.1, 0.6))  # faults pile up meanwhile
            chain.start_collector()

    until = time.monotonic() + 90
    while time.monotonic() < until and len(chain.episodes()) < FAULTS:
        processes.check()
        time.sleep(0.5)

    obligations, episodes = chain.obligations(), chain.episodes()
    assert max(in_flight) > 0, "no fault was in flight at any kill: the run proves nothing"
    assert len(obligations) >= FAULTS
    assert set(obligations) <= set(episodes), "a fault was lost"
    assert len(episodes) == len(set(episodes)), "an episode was doubled"
    # A kill between commit and ledger leaves a fault that nobody owes us; at most one a kill.
    assert len(set(episodes) - set(obligations)) <= KILLS
    (undecided,) = chain.query(
        "SELECT count(*) FROM episode LEFT JOIN decision ON decision.episode_id = episode.id"
        " WHERE decision.id IS NULL"
    )
    (decisions,) = chain.query("SELECT count(*), count(DISTINCT episode_id) FROM decision")
    assert undecided == (0,)
    assert decisions == (len(episodes), len(episodes))
