"""The parts of one agent, each built by a method on what they all stand on."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.budget import Budget
from agent.commands import Commander
from agent.config import Config
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.outbox import Outbox
from agent.delivery.uplink import Uplink
from agent.edge import Edge
from agent.experiment.desk import FilterDesk, Ground
from agent.experiment.restorer import Restorer
from agent.experiment.watcher import Pace
from agent.hands import DeviceHands
from agent.host import HostWatch
from agent.overlay import Source
from agent.post import Post
from agent.probes.probe import Probe
from agent.recorder.smart_child import SmartDesk
from agent.recorder.watch import Ground as HostGround
from agent.recorder.watch import RecorderWatch
from agent.recording import Settings
from agent.reports import Reporter
from agent.restraint import Restraint
from agent.rounds import Rounds
from agent.running import Agent, Runs
from agent.standing import Standings
from agent.trial import TrialDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What all parts of an agent stand on; each method builds one of them."""

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
    collector_clock: CollectorClock

    def connect(self, probes: Sequence[Probe], command_key: Ed25519PublicKey | None) -> Agent:
        """Build the parts in the order in which they need each other."""
        post = Post(standings=self.standings, clock=self.edge.clock)
        post.dispatcher = self._dispatcher(post)
        host = self._host(post)
        restorer = self._restorer()
        restraint = self._restraint()
        rounds = self._rounds(post, probes, restorer, restraint)
        desk = self._desk(rounds, restorer, restraint.budgets)
        post.settings = self._settings()
        post.collector_clock = self.collector_clock
        post.reporter = self._reporter(post, host, restorer)
        hands = self._hands(rounds, desk, restorer, restraint.budgets)
        post.commander = self._commander(post, hands, command_key)
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
            inbox=self._inbox(post, rounds),
            recorder=self._recorder(post, rounds),
        )

    def _recorder(self, post: Post, rounds: Rounds) -> RecorderWatch | None:
        """The self-report of this host; None on a made-up edge without one."""
        if self.edge.root is None:
            return None
        return RecorderWatch(
            HostGround(
                config=self.config,
                settings=self.settings,
                database=self.database,
                outbox=self.outbox,
                clock=self.edge.clock,
                steady_s=self.edge.steady_s,
                clock_offset=self.collector_clock.offset,
                visits_late_s=rounds.latest_s,
                on_outcome=post.note,
                on_channel=post.note_beside,
                root=self.edge.root,
                smart=SmartDesk(reports=self.config.recorder.smart_reports),
            )
        )

    def _inbox(self, post: Post, rounds: Rounds) -> Runs | None:
        """What takes in pushed pictures and events; loaded only where it is asked for."""
        ways, decode = self.config.ways, self.edge.decode
        if ways is None or decode is None:
            return None
        from agent.inbox import post_box  # noqa: PLC0415 - an agent without one never holds it

        return post_box.build(
            self.config,
            ways,
            settings=self.settings,
            database=self.database,
            outbox=self.outbox,
            decode=decode,
            alone=rounds.alone,
            clock=self.edge.clock,
            steady_s=self.edge.steady_s,
            on_outcome=post.note,
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

    def _desk(
        self, rounds: Rounds, restorer: Restorer, budgets: Mapping[str, Budget]
    ) -> FilterDesk:
        return FilterDesk(
            Ground(
                devices={device.device_id: device for device in self.config.devices},
                budgets=budgets,
                camera_for=self.edge.camera_for,
                database=self.database,
                outbox=self.outbox,
                author=self.settings.author,
                clock=self.edge.clock,
                restorer=restorer,
                alone=rounds.alone,
                rests_until=rounds.logins_rest_until,
                sun_elevation_deg=lambda device, at: self.settings.sun(device, at).certain_deg,
                pace=Pace(watch_s=self.config.pace.watch_seconds),
            )
        )

    def _rounds(
        self, post: Post, probes: Sequence[Probe], restorer: Restorer, restraint: Restraint
    ) -> Rounds:
        devices = self.config.devices
        return Rounds(
            devices=devices,
            budgets=restraint.budgets,
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
            restraint=restraint,
        )

    def _restraint(self) -> Restraint:
        return Restraint(
            self.config.devices,
            budgets=self.budgets,
            profiles=self.edge.profiles,
            known=self.standings.facts(),
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

    def _hands(
        self, rounds: Rounds, desk: FilterDesk, restorer: Restorer, budgets: Mapping[str, Budget]
    ) -> DeviceHands:
        return DeviceHands(
            devices={device.device_id: device for device in self.config.devices},
            budgets=budgets,
            rounds=rounds,
            camera_for=self.edge.camera_for,
            database=self.database,
            outbox=self.outbox,
            author=self.settings.author,
            clock=self.edge.clock,
            desk=desk,
            settle=restorer.settle,
        )

    def _commander(
        self, post: Post, hands: DeviceHands, command_key: Ed25519PublicKey | None
    ) -> Commander:
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


def _fraction(device_id: str) -> float:
    """A fixed place in 0..1 for a device, so that visits do not fall together."""
    return zlib.crc32(device_id.encode()) / 2**32
