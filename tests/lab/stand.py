"""The stand on which a run takes place: three agents, a default Mosquitto and a collector."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.delivery.keys import make_key
from simulator.demo.cast import DEMO
from simulator.demo.files import Folder, write_collector, write_policy
from simulator.demo.processes import Processes, free_port, wait_for_port
from simulator.demo.stage import make_token
from tests.lab.oracle import Obligation
from tests.lab.outside import Store, unreceipted
from tests.lab.source import FRESH, QUIET, read_ledger
from tests.stores import STORES

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
BROKER: Final = "mosquitto"
COLLECTOR: Final = "collector"
MERGES_SOON: Final = "\n[telemetry]\ncompact_after_s = 2.0\n"
AGENTS: Final = tuple(f"agent-{site}" for site in DEMO.sites)
_DUPLICATES = re.compile(r'^preclaim_intake_payloads_total\{end="duplicate"\} ([0-9.e+]+)$', re.M)


@dataclass(slots=True, kw_only=True)
class Stand:
    """Starts and kills the parts; knows the files of each."""

    processes: Processes
    root: Path
    broker_port: int
    agents_port: int  # where agents find the broker: a proxy may stand between
    pause_s: float
    resend_s: float
    folder: Folder
    web_port: int
    token: str
    store: Store
    duplicates_before: int = 0
    duplicates_now: int = 0

    @property
    def sources(self) -> Mapping[str, Path]:
        """Each agent's own folder."""
        return {agent: self.root / agent for agent in AGENTS}

    def start(self, name: str) -> None:
        """Start a part, for the first time or again; returns at once."""
        if name == BROKER:
            self.processes.start(name, [str(MOSQUITTO), "-c", str(self.root / "mosquitto.conf")])
        elif name == COLLECTOR:
            self.duplicates_before += self.duplicates_now
            self.duplicates_now = 0
            self.processes.start(
                name, ["preclaim-collector", "serve", "-c", str(self.folder.collector)]
            )
        else:
            key = self.folder.keys / f"{name}.pem"
            self.processes.start(
                name,
                [
                    *(sys.executable, "-m", "tests.lab.source", str(self.sources[name]), name),
                    *(str(self.agents_port), str(key), str(self.pause_s), str(self.resend_s)),
                ],
            )

    def start_all(self) -> None:
        """Start every part and wait until the collector's pages answer."""
        self.start(BROKER)
        wait_for_port(self.broker_port, timeout_s=10, processes=self.processes)
        self.start(COLLECTOR)
        wait_for_port(self.web_port, timeout_s=60, processes=self.processes)
        for agent in AGENTS:
            self.start(agent)

    def end_load(self) -> None:
        """Let the agents record nothing more; they go on delivering."""
        for folder in self.sources.values():
            (folder / QUIET).touch()

    def ask_for_fresh(self) -> None:
        """Let each agent record one fault more."""
        for folder in self.sources.values():
            (folder / FRESH).touch()

    def ledger(self) -> tuple[Obligation, ...]:
        """What all agents have written down."""
        return tuple(
            one for agent, folder in self.sources.items() for one in read_ledger(folder, agent)
        )

    def waiting(self) -> int:
        """Rows of all agents that no receipt has named yet."""
        return unreceipted(self.sources.values())

    def unsettled(self) -> int:
        """Rows without a receipt, and episodes without their decision."""
        return self.waiting() + self.store.undecided()

    def is_settled(self) -> bool:
        """True when every row has its receipt and every episode its decision."""
        return self.unsettled() == 0

    def count_duplicates(self) -> int:
        """Duplicates that all lives of the collector have counted, as far as they were asked."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.web_port}/metrics")
        request.add_header("Authorization", f"Bearer {self.token}")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(request, timeout=2) as reply,
        ):
            found = _DUPLICATES.search(reply.read().decode())
            if found:
                self.duplicates_now = int(float(found[1]))
        return self.duplicates_before + self.duplicates_now

    def connections(self) -> int:
        """Clients that the broker let in, all its lives together, by its own log."""
        return self.processes.log(BROKER).read_text(errors="replace").count("New client connected")


def build(
    processes: Processes,
    root: Path,
    *,
    pause_s: float,
    resend_s: float,
    agents_port: int = 0,
    collector_port: int = 0,
    broker_port: int = 0,
) -> Stand:
    """Write every file; ports of proxies may stand in for the broker's. Nothing is started."""
    folder = Folder(root=root)
    folder.keys.mkdir(parents=True)
    for agent in AGENTS:
        make_key(folder.keys / f"{agent}.pem")
        (root / agent).mkdir()
    broker_port = broker_port or free_port()
    web_port = free_port()
    # Nothing but the listener: the defaults lose and drop, which is the point.
    (root / "mosquitto.conf").write_text(
        f"listener {broker_port} 127.0.0.1\nallow_anonymous true\n"
    )
    write_policy(folder)
    with folder.policy.open("a") as policy:
        policy.write(MERGES_SOON)
    write_collector(
        folder,
        DEMO,
        broker_port=collector_port or broker_port,
        web_port=web_port,
        embedded=False,
    )
    STORES.point(folder.collector)
    token = make_token(processes, folder)
    return Stand(
        processes=processes,
        root=root,
        broker_port=broker_port,
        agents_port=agents_port or broker_port,
        pause_s=pause_s,
        resend_s=resend_s,
        folder=folder,
        web_port=web_port,
        token=token,
        store=Store(folder.collector),
    )
