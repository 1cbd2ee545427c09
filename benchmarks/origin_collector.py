"""A collector that hears a simulated fleet and submits its drafts, for the figures of origin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update

from collector.claims.policy import Policy
from collector.compact import compact
from collector.intake.arrival import Arrival
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.ingest import ingest
from collector.intake.room import Room
from collector.jobs import Jobs
from collector.settings import AgentEntry, OrganisationEntry, SiteEntry
from collector.store import tables
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from shared import topics, wire
from shared.catalogue_entry import Proof
from shared.fault import FaultEvent, FaultKind
from shared.frame import Lane, pack
from shared.health import DeviceHealth, DeviceReadings, Health, Standing, Telemetry
from shared.identity import Epoch
from shared.reading import Quality, Reading
from shared.wire import LANE_OF, UpMessage
from simulator.origins.fleet import Fleet
from simulator.origins.stories import Heard

_EPOCH = Epoch(1, 7)
_PROMISE_S = 9_000_000.0  # agents are heard when something happens; here nobody is judged silent
_TOLD_DAYS = 32
_WEATHER_BEFORE = timedelta(days=13)  # the end; nobody needs what the weather was later
_PRODUCT = "solar_4g"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A claim line at the end: its device, the fault that leads it, what was suggested."""

    serial: str
    code: str
    suggested: str


class Desk:
    """The real intake, store and jobs of one collector in a folder, at told times."""

    def __init__(self, folder: Path, fleet: Fleet, *, begins_at: datetime) -> None:
        self.now = begins_at
        self._fleet = fleet
        self._seq: dict[str, int] = defaultdict(int)
        self._weather: list[tuple[datetime, str, Telemetry]] = []  # to be told at its time
        self._policy = Policy(
            hold_s={"*": 3600.0},
            passive_opens_drafts=True,
            max_promise_s=_PROMISE_S,
            site_loss_wait=False,
        )
        self._engine = open_engine(sqlite_url(folder))
        migrate(self._engine)
        self._assign()
        self._room = Room(
            policy=self._policy,
            evidence=EvidenceFiles(folder / "evidence"),
            command_key=Ed25519PrivateKey.generate(),
        )
        self._jobs = Jobs(
            self._engine,
            policy=self._policy,
            listening_since=lambda: begins_at,
            clock=lambda: self.now,
        )

    def close(self) -> None:
        """Let the store go."""
        self._engine.dispose()

    def _assign(self) -> None:
        agents = self._fleet.agents()
        with self._engine.begin() as db:
            assign(
                db,
                organisations=(
                    OrganisationEntry(id="f", name="Factory", kind="factory", parent_id=None),
                ),
                sites=tuple(
                    SiteEntry(id=f"at-{one}", name=one, organisation_id="f", zone="UTC")
                    for one in agents
                ),
                agents=tuple(
                    AgentEntry(id=one, organisation_id="f", site_id=f"at-{one}", evidence_key=None)
                    for one in agents
                ),
            )
            db.execute(
                insert(tables.unit),
                [
                    {
                        "serial": unit.serial,
                        "organisation_id": "f",
                        "model": unit.model,
                        "product": _PRODUCT,
                        "batch": unit.lot,
                        "buyer": "North",
                        "delivered_on": unit.delivered_at.date(),
                        "delivery_proof": unit.shipment,
                        "imported_at": self.now,
                    }
                    for unit in self._fleet.units
                    if unit.is_registered
                ],
            )

    def _send(self, agent_id: str, message: UpMessage, at: datetime) -> None:
        self._seq[agent_id] += 1
        lane = Lane(LANE_OF[type(message)])
        payload = pack(lane=lane, epoch=_EPOCH, seq=self._seq[agent_id], body=wire.encode(message))
        ingest(self._engine, [Arrival(topics.up(agent_id, lane), payload)], room=self._room, now=at)

    def hear(self, heard: Heard, *, cell: str) -> None:
        """Take what an agent tells; a device that is heard first tells its cell too."""
        self.now = max(self.now, heard.at)
        if heard.code:
            self._send(heard.agent_id, _fault(heard), heard.at)
            return
        health = Health(
            sent_at=heard.at,
            agent_version="0.1.0",
            next_within_s=_PROMISE_S,
            uplink="metered",
            devices=(DeviceHealth(heard.facts, Standing.OK, heard.at),),
        )
        self._send(heard.agent_id, health, heard.at)
        told = tuple(
            Reading(name=name, value=value, unit="", taken_at=heard.at, quality=Quality.GOOD)
            for name, value in (("cellular.operator", "Net"), ("cellular.cell", cell))
        )
        one = DeviceReadings(heard.facts.device_id, told)
        self._send(heard.agent_id, Telemetry(heard.at, (one,)), heard.at)

    def tell_weather(self, cold: Collection[str], *, until: datetime) -> None:
        """Temperatures of three cameras at cold sites, and at as many mild ones."""
        mild = [one for one in self._fleet.agents() if one not in cold][: len(cold)]
        until -= _WEATHER_BEFORE
        for agent_id in (*cold, *mild):
            for mount in self._fleet.site_of(agent_id):
                first = max(mount.heard_at, until - timedelta(days=_TOLD_DAYS))
                readings = []
                for hours in range(0, int((until - first).total_seconds() // 3600), 8):
                    at = first + timedelta(hours=hours)
                    swing = 8 if at.hour in range(9, 18) else 0
                    value = float((-19 if agent_id in cold else 12) + swing)
                    readings.append(
                        Reading(
                            name="battery.temperature",
                            value=value,
                            unit="°C",
                            taken_at=at,
                            quality=Quality.GOOD,
                        )
                    )
                for begin in range(0, len(readings), 100):
                    some = DeviceReadings(mount.device_id, tuple(readings[begin : begin + 100]))
                    self._weather.append((until, agent_id, Telemetry(until, (some,))))

    def look(self, now: datetime, *, submit_before: datetime) -> None:
        """What the jobs do at this moment; drafts older than that are submitted first."""
        self.now = max(self.now, now)
        with self._engine.begin() as db:
            db.execute(
                update(tables.claim_line)
                .where(
                    tables.claim_line.c.state.in_(("draft", "ready")),
                    tables.claim_line.c.opened_at < submit_before,
                )
                .values(state="submitted")
            )
        for at, agent_id, message in [one for one in self._weather if one[0] <= now]:
            self._send(agent_id, message, at)
        self._weather = [one for one in self._weather if one[0] > now]
        compact(self._engine, policy=self._policy, now=now)
        self._jobs.tick(now)

    def lines(self) -> tuple[Line, ...]:
        """Every line with its suggestion."""
        with self._engine.begin() as db:
            rows = db.execute(
                select(
                    tables.claim_line.c.label_serial,
                    tables.finding.c.code,
                    tables.origin_suggestion.c.origin,
                )
                .join(tables.finding, tables.finding.c.line_id == tables.claim_line.c.id)
                .join(
                    tables.origin_suggestion,
                    tables.origin_suggestion.c.line_id == tables.claim_line.c.id,
                )
                .order_by(tables.claim_line.c.id, tables.finding.c.id)
            ).all()
        seen: dict[str, Line] = {}
        for row in rows:
            line = Line(serial=row.label_serial, code=row.code, suggested=row.origin)
            seen.setdefault(row.label_serial, line)
        return tuple(seen.values())


def _fault(heard: Heard) -> FaultEvent:
    return FaultEvent(
        kind=FaultKind.OPENED,
        code=heard.code,
        device=heard.facts,
        episode=None,
        onset_at=heard.at,
        observed_at=heard.at,
        summary_en="as told",
        summary_zh="如述",
        observations=3,
        proof=Proof.EXPERIMENT.value if heard.by_test else "",
    )
