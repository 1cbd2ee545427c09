"""The agent put together: builds the parts, nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.budget import Budget
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Camera
from agent.camera.profile import Profile
from agent.commands import Commander
from agent.config import Config, Device, budget_of
from agent.delivery import fault_store, keepsake_store, keys
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox, rows_limit
from agent.delivery.salvage import open_or_salvage
from agent.delivery.uplink import Uplink
from agent.diagnosis import RULES, rules_with
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Rule
from agent.episodes import Author
from agent.experiment.desk import FilterDesk, Ground
from agent.experiment.ircut import Pace
from agent.experiment.restorer import Restorer
from agent.facts import facts_of
from agent.hands import DeviceHands
from agent.host import HostWatch, ReadHost, host_device
from agent.overlay import Source
from agent.post import Post
from agent.probes import PROBES
from agent.probes.host import HostPaths, read_host
from agent.probes.probe import Probe
from agent.recording import Settings
from agent.reports import Reporter
from agent.restraint import Restraint
from agent.rounds import Rounds
from agent.standing import Standings
from agent.sun import sun_elevation_deg
from agent.trial import TrialDesk
from shared.reading import Reading

DATABASE = "agent.db"
_LOOK_EVERY_S: Final = 0.25


def clock() -> datetime:
    """The wall clock; the only place where the agent reads it."""
    return datetime.now(UTC)


def steady_s() -> float:
    """Seconds that nobody sets and that count on while the host sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def agent_version() -> str:
    """The installed version; 'source' when it runs from a checkout."""
    try:
        return version("preclaim")
    except PackageNotFoundError:
        return "source"


class Changed(Exception):
    """The configuration changed: the parts end in order and are built anew."""


@dataclass(slots=True)
class Agent:
    """The running parts of one agent."""

    config: Config
    database: Database
    outbox: Outbox
    dispatcher: Dispatcher
    rounds: Rounds
    reporter: Reporter
    commander: Commander
    host: HostWatch
    standings: Standings
    settings: TrialDesk
    restorer: Restorer
    desk: FilterDesk
    close_edge: Callable[[], Awaitable[None]]

    async def run(self) -> None:
        """Run all parts until cancelled or one of them fails; then close everything.

        Returns when the configuration has changed and the parts are to be built anew.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.restorer.run(self.rounds.alone))
                group.create_task(self._until_changed())
                group.create_task(self.dispatcher.run())
                group.create_task(self.host.run())
                group.create_task(self.rounds.run())
                group.create_task(self.reporter.run())
                group.create_task(self.commander.run())
        except* Changed:
            pass
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await self.close_edge()
            self.database.close()

    async def _until_changed(self) -> None:
        """End all parts by an error of its own: a task group knows no other way."""
        while True:
            if self.commander.is_idle and self.settings.look():
                raise Changed
            await asyncio.sleep(_LOOK_EVERY_S)


def judgement_of(config: Config, rules: Sequence[Rule]) -> tuple[Levels, tuple[Rule, ...]]:
    """Levels and rules with what the configuration overrides."""
    levels = replace(Levels(), **config.judgement.levels)
    opens, clears = config.judgement.opens, config.judgement.clears
    factor = config.judgement.span_factor
    return levels, rules_with(opens=opens, clears=clears, span_factor=factor, rules=rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the agent touches outside itself; a test puts its own in place."""

    camera_for: Callable[[Device], Camera]
    read_host: ReadHost
    close: Callable[[], Awaitable[None]]
    clock: Callable[[], datetime] = clock
    steady_s: Callable[[], float] = steady_s
    profiles: Sequence[Profile] = ()


def network_edge(config: Config, profiles: Sequence[Profile]) -> Edge:
    """Real cameras over the network, and this host."""
    waits = config.uplink == "metered" or config.plan.is_limited
    http, decoder = CameraHttp(), Decoder(thumbnails=waits)

    def camera_for(device: Device) -> Camera:
        named = [profile for profile in profiles if profile.id == device.profile]
        return NetworkCamera(
            device.target, http=http, decoder=decoder, profiles=named or profiles, clock=clock
        )

    async def close() -> None:
        await decoder.close()
        await http.close()

    return Edge(
        camera_for=camera_for, read_host=host_reader(config), close=close, profiles=profiles
    )


def host_reader(config: Config) -> ReadHost:
    """Reads this host: the data folder's disk, and the recordings when a folder is named."""
    recordings = config.recording_dir
    disks = [config.data_dir] if recordings is None else [config.data_dir, recordings]
    paths = HostPaths(disks=disks, recordings=recordings)

    async def read(now: datetime) -> tuple[Reading, ...]:
        return await read_host(paths, now)

    return read


def build(
    config: Config,
    edge: Edge,
    *,
    probes: Sequence[Probe] = PROBES,
    rules: Sequence[Rule] = RULES,
    source: Source | None = None,
    database: Database | None = None,
    former: Agent | None = None,
) -> Agent:
    """Open the database, load the keys and connect the parts; nothing runs yet.

    ``source`` is what orders may be laid over, ``database`` one that is open already, ``former``
    the agent that ran in this process with another configuration. Raises OSError and
    KeyFileError for files that cannot be used.
    """
    config.data_dir.mkdir(parents=True, exist_ok=True)
    author = Author(
        agent_id=config.agent_id,
        version=agent_version(),
        recorder_firmware=config.recorder_firmware,
        signer=Signer(keys.load_or_make(config.keys.evidence)),
    )
    command_key = keys.load_public(config.keys.command) if config.keys.command else None
    if database is None:
        database, _ = open_or_salvage(config.data_dir / DATABASE, now=edge.clock())
    levels, paced = judgement_of(config, rules)
    settings = Settings(
        rules=paced,
        levels=levels,
        watch_seconds=config.pace.watch_seconds,
        recorder_login=config.recorder_login,
        author=author,
        site=config.site,
        witness=next((probe for probe in probes if probe.name == "login"), None),
    )
    ground = _Ground(
        config=config,
        edge=edge,
        database=database,
        outbox=Outbox(database, limit_bytes=rows_limit(config.outbox_mib)),
        settings=settings,
        budgets={device.device_id: budget_of(device) for device in config.devices},
        standings=_standings(config, database),
        source=source,
        former=former,
        uplink=Uplink(
            config.plan,
            database=database,
            clock=edge.clock,
            is_metered=config.uplink == "metered",
        ),
    )
    return ground.connect(probes, command_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What all parts stand on; each method builds one part on it."""

    config: Config
    edge: Edge
    database: Database
    outbox: Outbox
    settings: Settings
    budgets: Mapping[str, Budget]
    standings: Standings
    source: Source | None
    former: Agent | None
    uplink: Uplink

    def connect(self, probes: Sequence[Probe], command_key: Ed25519PublicKey | None) -> Agent:
        """Build the parts in the order in which they need each other."""
        post = Post(standings=self.standings, clock=self.edge.clock)
        post.dispatcher = self._dispatcher(post)
        host = self._host(post)
        restorer = self._restorer()
        rounds = self._rounds(post, probes, restorer)
        desk = self._desk(rounds, restorer)
        post.settings = self._settings()
        post.collector_clock = CollectorClock(
            self.database, clock=self.edge.clock, steady_s=self.edge.steady_s
        )
        post.reporter = self._reporter(post, host, restorer)
        post.commander = self._commander(post, rounds, desk, restorer, command_key)
        return Agent(
            config=self.config,
            database=self.database,
            outbox=self.outbox,
            dispatcher=post.dispatcher,
            rounds=rounds,
            reporter=post.reporter,
            commander=post.commander,
            host=host,
            standings=self.standings,
            settings=post.settings,
            restorer=restorer,
            desk=desk,
            close_edge=self.edge.close,
        )

    def _dispatcher(self, post: Post) -> Dispatcher:
        return Dispatcher(
            agent_id=self.config.agent_id,
            broker=self.config.broker,
            database=self.database,
            outbox=self.outbox,
            clock=self.edge.clock,
            jitter=random.random,
            on_connected=post.connected,
            on_command=post.command,
            on_receipt=post.receipt,
            uplink=self.uplink,
        )

    def _host(self, post: Post) -> HostWatch:
        return HostWatch(
            self.config,
            read=self.edge.read_host,
            settings=self.settings,
            database=self.database,
            outbox=self.outbox,
            clock=self.edge.clock,
            on_outcome=post.note,
        )

    def _restorer(self) -> Restorer:
        return Restorer(
            {device.device_id: device for device in self.config.devices},
            database=self.database,
            camera_for=self.edge.camera_for,
            clock=self.edge.clock,
        )

    def _desk(self, rounds: Rounds, restorer: Restorer) -> FilterDesk:
        return FilterDesk(
            Ground(
                devices={device.device_id: device for device in self.config.devices},
                budgets=self.budgets,
                camera_for=self.edge.camera_for,
                database=self.database,
                outbox=self.outbox,
                author=self.settings.author,
                clock=self.edge.clock,
                restorer=restorer,
                alone=rounds.alone,
                rests_until=rounds.logins_rest_until,
                sun_elevation_deg=lambda at: sun_elevation_deg(self.config.site, at),
                pace=Pace(watch_s=self.config.pace.watch_seconds),
            )
        )

    def _rounds(self, post: Post, probes: Sequence[Probe], restorer: Restorer) -> Rounds:
        devices = self.config.devices
        return Rounds(
            devices=devices,
            budgets=self.budgets,
            probes=probes,
            overrides=self.config.pace.every,
            concurrency=self.config.pace.concurrency,
            settings=self.settings,
            database=self.database,
            outbox=self.outbox,
            camera_for=self.edge.camera_for,
            clock=self.edge.clock,
            jitter={device.device_id: _fraction(device.device_id) for device in devices},
            on_outcome=post.note,
            login_retry=self.config.pace.login_retry,
            former=self.former.rounds if self.former else None,
            settle=restorer.settle,
            restraint=Restraint(
                devices,
                budgets=self.budgets,
                profiles=self.edge.profiles,
                known=self.standings.facts(),
            ),
        )

    def _reporter(self, post: Post, host: HostWatch, restorer: Restorer) -> Reporter:
        return Reporter(
            self.config,
            version=self.settings.author.version,
            database=self.database,
            outbox=self.outbox,
            standings=self.standings,
            owed=restorer.owed,
            read_host=host.latest,
            clock=self.edge.clock,
            wake=post.dispatcher.wake,
            on_health=post.settings.note_health,
            uplink=self.uplink,
        )

    def _settings(self) -> TrialDesk:
        return TrialDesk(
            source=self.source,
            health_every=self.config.pace.health_every,
            database=self.database,
            outbox=self.outbox,
            uplink=self.uplink,
            clock=self.edge.clock,
            steady_s=self.edge.steady_s,
        )

    def _commander(
        self,
        post: Post,
        rounds: Rounds,
        desk: FilterDesk,
        restorer: Restorer,
        command_key: Ed25519PublicKey | None,
    ) -> Commander:
        hands = DeviceHands(
            devices={device.device_id: device for device in self.config.devices},
            budgets=self.budgets,
            rounds=rounds,
            camera_for=self.edge.camera_for,
            database=self.database,
            outbox=self.outbox,
            author=self.settings.author,
            clock=self.edge.clock,
            desk=desk,
            settle=restorer.settle,
        )
        return Commander(
            agent_id=self.config.agent_id,
            key=command_key,
            hands=hands,
            settings=post.settings,
            collector_clock=post.collector_clock,
            database=self.database,
            outbox=self.outbox,
            clock=self.edge.clock,
            wake=post.dispatcher.wake,
        )


def _standings(config: Config, database: Database) -> Standings:
    db = database.connection
    known = []
    for device in (*config.devices, host_device(config)):
        facts = facts_of(device, keepsake_store.read_facts(db, device.device_id), {})
        memories = fault_store.read_memories(db, device.device_id)
        codes = tuple(sorted({memory.code for memory in memories.values() if memory.is_open}))
        known.append((facts, codes))
    return Standings(known)


def _fraction(device_id: str) -> float:
    """A fixed place in 0..1 for a device, so that visits do not fall together."""
    return zlib.crc32(device_id.encode()) / 2**32


def data_file(config: Config) -> Path:
    """Where the agent's database lies."""
    return config.data_dir / DATABASE
