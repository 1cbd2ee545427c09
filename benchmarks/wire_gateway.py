"""The ends of a measured wire: a gateway without cameras, Debian's Mosquitto, the real intake."""

from __future__ import annotations

import asyncio
import getpass
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.budget import Spend
from agent.config_file import load_config
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.delivery.uplink import Uplink
from agent.diagnosis.engine import Diagnosis
from agent.probes.host import HostPaths, read_host
from agent.probes.probe import good
from agent.recording import Outcome
from agent.reports import Reporter
from agent.standing import Standings
from agent.uplink_budget import MB, DataPlan
from benchmarks.crowd import MOSQUITTO
from collector.claims.policy import DEFAULT
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.room import Room
from collector.intake.subscriber import Subscriber
from collector.settings import AgentEntry, BrokerSettings, OrganisationEntry, SiteEntry
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from shared.device import Alias, AliasKind, DeviceFacts
from shared.reading import Reading
from shared.receipt import Receipt
from shared.version import VERSION
from simulator.demo.processes import Processes, free_port, wait_for_port
from tests.collector.certificates import Authority

AGENT: Final = "gateway-0001"
MIDNIGHT: Final = datetime(2026, 3, 1, tzinfo=UTC)
NO_WHOLE_SECOND: Final = timedelta(microseconds=345_678)  # those are shorter on the wire
SETTLE_S: Final = 0.6  # until the last acknowledgements are through
_WAIT_S: Final = 20.0


@contextmanager
def tls_broker(processes: Processes, root: Path) -> Iterator[tuple[int, int]]:
    """Mosquitto with a listener for agents (mutual TLS, as shipped) and one for the collector."""
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")
    authority = Authority(root)
    for name in ("server", AGENT):
        authority.issue(name)
    secure, plain = free_port(), free_port()
    configuration = root / "mosquitto.conf"
    configuration.write_text(
        f"user {getpass.getuser()}\nper_listener_settings true\n"
        f"listener {plain} 127.0.0.1\nallow_anonymous true\n"
        f"listener {secure} 127.0.0.1\ncafile {root}/ca.pem\ncertfile {root}/server.pem\n"
        f"keyfile {root}/server.key\nrequire_certificate true\nuse_identity_as_username true\n"
        "max_keepalive 3600\n"
    )
    processes.start("mosquitto", [MOSQUITTO, "-c", str(configuration)])
    wait_for_port(plain, timeout_s=10, processes=processes)
    yield secure, plain


def start_collector(root: Path, port: int) -> Subscriber:
    """The collector's own intake on a store of its own."""
    engine = open_engine(sqlite_url(root))
    migrate(engine)
    with engine.begin() as db:
        assign(
            db,
            organisations=(OrganisationEntry(id="o", name="O", kind="factory", parent_id=None),),
            sites=(SiteEntry(id="s", name="S", organisation_id="o", zone="UTC"),),
            agents=(AgentEntry(id=AGENT, organisation_id="o", site_id="s", evidence_key=None),),
        )
    room = Room(
        policy=DEFAULT,
        evidence=EvidenceFiles(root / "evidence"),
        command_key=Ed25519PrivateKey.generate(),
    )
    subscriber = Subscriber(
        BrokerSettings(port=port), engine=engine, room=room, clock=lambda: datetime.now(UTC)
    )
    subscriber.start()
    return subscriber


def _well(number: int) -> Outcome:
    """A pass over a camera that is well, with all that an agent comes to know of one."""
    mac = f"a4:14:37:{number * 37 % 256:02x}:{number * 101 % 256:02x}:{number:02x}"
    return Outcome(
        facts=DeviceFacts(
            f"camera-{number:03d}",
            f"SC2601{number:05d}",
            aliases=(
                Alias(AliasKind.MAC, mac),
                Alias(AliasKind.ONVIF_SERIAL, f"DS-2CD2T46202403{number:02d}AAWRG12345678"),
            ),
            manufacturer="SolarCam",
            model="SC-4G-T46",
            firmware="V5.7.13 build 240311",
            hardware_id="1.0",
            name=f"Gate north {number}",
            profile="solar-4g",
        ),
        started_at=MIDNIGHT,
        ran=("reachability",),
        readings=(good("reach.answers", True, at=MIDNIGHT),),
        pictures=0,
        diagnosis=Diagnosis(findings=(), memories={}, steps=()),
        memories={},
        spend=Spend(MIDNIGHT.date(), bytes=913_442 + 7919 * number, logins=48),
        is_silent=False,
        appended=False,
    )


class Gateway:
    """An agent without cameras: its readings are made up, its delivery is real."""

    def __init__(self, root: Path, port: int, *, cameras: int, keepalive_s: int) -> None:
        self.now = MIDNIGHT + NO_WHOLE_SECOND
        self._root = root
        config = root / "agent.toml"
        config.write_text(f'[agent]\nid = "{AGENT}"\nuplink = "metered"\n')
        self.database = open_file(root / f"agent-{keepalive_s}.db")
        self.outbox = Outbox(self.database)
        self.dispatcher = Dispatcher(
            agent_id=AGENT,
            broker=Broker(
                host="127.0.0.1",
                port=port,
                tls=True,
                ca=root / "ca.pem",
                cert=root / f"{AGENT}.pem",
                key=root / f"{AGENT}.key",
                keepalive_s=keepalive_s,
            ),
            database=self.database,
            outbox=self.outbox,
            clock=lambda: self.now,
            jitter=random.Random(1).random,
            on_receipt=self._note_receipt,
            uplink=Uplink(
                DataPlan(plan_bytes=100 * MB, cap_bytes=120 * MB),
                database=self.database,
                clock=lambda: self.now,
                is_metered=True,
            ),
        )
        standings = Standings(())
        for number in range(1, cameras + 1):
            standings.note(_well(number), now=self.now)
        self.reporter = Reporter(
            load_config(config),
            version=VERSION,
            database=self.database,
            outbox=self.outbox,
            standings=standings,
            read_host=self._read_host,
            clock=lambda: self.now,
            wake=self.dispatcher.wake,
        )
        self._task = asyncio.create_task(self.dispatcher.run())

    def _note_receipt(self, receipt: Receipt) -> None:
        self.reporter.note_receipt(receipt)

    async def _read_host(self) -> tuple[Reading, ...]:
        """What the product reads of its host, here of this one."""
        return await read_host(HostPaths(disks=[self._root]), self.now)

    def carried(self) -> int:
        """What the connection has cost so far, as the agent's own account counts it."""
        link = self.dispatcher.link
        if link is None:
            raise RuntimeError("there is no link")
        carried = link.carried()
        if not carried.is_measured:
            raise RuntimeError("this kernel does not count what a socket carries (TCP_INFO)")
        return carried.bytes

    async def settle(self) -> int:
        """Wait until every row has its receipt and the last acknowledgements are through."""
        until = time.monotonic() + _WAIT_S
        while any(depth.rows for depth in self.outbox.lane_depths()):
            if time.monotonic() > until or self._task.done():
                raise RuntimeError("no receipt came for a batch")
            await asyncio.sleep(0.02)
        await asyncio.sleep(SETTLE_S)
        return self.carried()

    async def connect(self) -> int:
        """Wait for the connection."""
        until = time.monotonic() + _WAIT_S
        while not self.dispatcher.is_connected:
            if time.monotonic() > until or self._task.done():
                raise RuntimeError("the gateway did not reach its broker")
            await asyncio.sleep(0.02)
        await asyncio.sleep(SETTLE_S)
        return self.carried()

    async def close(self) -> None:
        """Leave the broker."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.database.close()
