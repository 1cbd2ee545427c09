"""A small collector for tests: a real SQLite store, one factory, sites, agents, and a clock."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, Table, func, insert, select

from collector.claims.policy import Policy
from collector.high_water import HighWater
from collector.intake.arrival import Arrival
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.ingest import Ingested, ingest
from collector.intake.room import Room
from collector.jobs import Jobs
from collector.outlets.settings import NO_NOTIFICATIONS, NotifySettings
from collector.settings import AgentEntry, OrganisationEntry, PartnerEntry, SiteEntry
from collector.store import meta, tables
from collector.store.assignments import assign
from collector.store.engine import open_engine
from shared import signing, topics, wire
from shared.device import DeviceFacts
from shared.evidence import (
    EvidenceChunk,
    EvidenceItem,
    EvidenceKind,
    Manifest,
    SignedManifest,
)
from shared.fault import FaultEvent, FaultKind
from shared.frame import Lane, pack
from shared.health import DeviceHealth, Health, Standing
from shared.identity import Epoch, EventId
from shared.wire import LANE_OF, UpMessage
from tests.stores import STORES

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EPOCH = Epoch(1, 7)
AGENT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
COMMAND_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SOON = Policy(
    hold_s={"*": 1.0},
    passive_opens_drafts=True,
    site_loss_margin_s=0.0,
    default_promise_s=1.0,
    recheck_s=1.0,
)
ORGANISATIONS = (
    OrganisationEntry(id="factory", name="Factory", kind="factory", parent_id=None),
    OrganisationEntry(id="north", name="North", kind="integrator", parent_id="factory"),
    OrganisationEntry(id="south", name="South", kind="integrator", parent_id="factory"),
)
SITES = (
    SiteEntry(id="farm", name="Farm", organisation_id="north", zone="Europe/Berlin"),
    SiteEntry(id="shop", name="Shop", organisation_id="south", zone="UTC"),
)


def agents(evidence_key: bytes | None) -> tuple[AgentEntry, ...]:
    """One agent a site."""
    return (
        AgentEntry(
            id="agent-farm", organisation_id="north", site_id="farm", evidence_key=evidence_key
        ),
        AgentEntry(
            id="agent-shop", organisation_id="south", site_id="shop", evidence_key=evidence_key
        ),
    )


class House:
    """The collector's store and its doors, at a time that the test moves."""

    def __init__(
        self,
        directory: Path,
        policy: Policy = SOON,
        *,
        notify: NotifySettings = NO_NOTIFICATIONS,
        partners: tuple[PartnerEntry, ...] = (),
    ) -> None:
        self.now = NOON
        self.policy = policy
        self.path = directory / "collector.db"
        self.engine: Engine = open_engine(STORES.url(directory))
        key = signing.public_pem(AGENT_KEY.public_key())
        with self.engine.begin() as db:
            assign(db, organisations=ORGANISATIONS, sites=SITES, agents=agents(key))
        self.room = Room(
            policy=policy,
            evidence=EvidenceFiles(directory / "evidence"),
            command_key=COMMAND_KEY,
        )
        self.jobs = Jobs(
            self.engine,
            policy=policy,
            listening_since=lambda: NOON,
            clock=lambda: self.now,
            notify=notify,
            partners=partners,
        )

    def start(self, high_water: Path) -> None:
        """Begin as ``serve`` does, with this file beside the store."""
        water = HighWater(high_water)
        water.check(self.engine, now=self.now)
        self.room = dataclasses.replace(self.room, high_water=HighWater(high_water))

    def mark(self) -> meta.Mark:
        """Where the store stands."""
        with self.engine.begin() as db:
            return meta.mark(db)

    def pass_time(self, seconds: float) -> None:
        """Move the clock on."""
        self.now += timedelta(seconds=seconds)

    def take(self, *arrivals: Arrival) -> Ingested:
        """Ingest in one transaction at the house's time."""
        return ingest(self.engine, arrivals, room=self.room, now=self.now)

    def tick(self) -> int:
        """One pass of the jobs loop at the house's time."""
        return self.jobs.tick(self.now)

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        with self.engine.begin() as db:
            return int(db.execute(select(func.count()).select_from(table)).scalar_one())

    def rows(self, table: Table) -> list[dict[str, object]]:
        """Every row of a table, by its key."""
        with self.engine.begin() as db:
            found = db.execute(select(table).order_by(*table.primary_key)).mappings()
            return [dict(row) for row in found]

    def everything(self) -> dict[str, list[dict[str, object]]]:
        """The whole store but for what every redelivery renews: signs of life, commits."""
        found = {
            table.name: self.rows(table)
            for table in tables.metadata.sorted_tables
            if table.name not in {"agent", "store_meta"}
        }
        return {name: rows for name, rows in found.items() if rows}

    def register(
        self,
        serial: str,
        *,
        delivered_on: date | None,
        product: str = "wifi",
        aliases: dict[str, str] | None = None,
    ) -> None:
        """Put a device into the registry."""
        with self.engine.begin() as db:
            db.execute(
                insert(tables.unit).values(
                    serial=serial,
                    organisation_id="factory",
                    model="SC-1",
                    product=product,
                    batch="B-1",
                    buyer="North",
                    delivered_on=delivered_on,
                    delivery_proof="slip",
                    imported_at=NOON,
                )
            )
            for kind, value in (aliases or {}).items():
                db.execute(
                    insert(tables.unit_alias).values(
                        kind=kind, value=value, serial=serial, organisation_id="factory"
                    )
                )


def frame_of(message: UpMessage, *, seq: int, agent_id: str = "agent-farm") -> Arrival:
    """A message as the broker would bring it."""
    lane = Lane(LANE_OF[type(message)])
    payload = pack(lane=lane, epoch=EPOCH, seq=seq, body=wire.encode(message))
    return Arrival(topics.up(agent_id, lane), payload)


def device(device_id: str = "gate", **facts: object) -> DeviceFacts:
    """A device that names itself."""
    base: dict[str, object] = {"label_serial": "", "model": "SC-1", "firmware": "1.4.2"}
    return DeviceFacts(device_id=device_id, **{**base, **facts})  # type: ignore[arg-type]


def fault(
    code: str = "battery.not_charging",
    *,
    kind: FaultKind = FaultKind.OPENED,
    episode: int | None = None,
    of: DeviceFacts | None = None,
    manifest: SignedManifest | None = None,
) -> FaultEvent:
    """A step of a fault's life; ``episode`` is the seq of its opening event."""
    return FaultEvent(
        kind=kind,
        code=code,
        device=of or device(label_serial="SC24010001"),
        episode=EventId(EPOCH, episode) if episode else None,
        onset_at=NOON,
        observed_at=NOON,
        summary_en="peak charge below 40 % for 14 days",
        summary_zh="连续 14 天峰值电量低于 40 %",
        manifest=manifest,
        observations=3,
        recorder_firmware="NVR 4.2.1",
    )


def health(*devices: DeviceFacts, next_within_s: float = 1.0, at: datetime = NOON) -> Health:
    """What an agent says of itself; its devices answered at ``at``."""
    return Health(
        sent_at=NOON,
        agent_version="0.1.0",
        next_within_s=next_within_s,
        uplink="wired",
        devices=tuple(DeviceHealth(facts, Standing.OK, at) for facts in devices),
    )


def manifest_of(content: bytes, *, agent_id: str = "agent-farm") -> SignedManifest:
    """A manifest over one picture, signed with the agents' key."""
    item = EvidenceItem(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        kind=EvidenceKind.PICTURE,
        media_type="image/jpeg",
        name="fault.jpg",
        taken_at=NOON,
    )
    body = wire.encode(
        Manifest(
            agent_id=agent_id,
            device_id="gate",
            label_serial="SC24010001",
            code="battery.not_charging",
            episode=None,
            made_at=NOON,
            agent_version="0.1.0",
            profile="generic",
            items=(item,),
        )
    )
    return SignedManifest(
        body,
        signing.sign(AGENT_KEY, signing.MANIFEST, body),
        signing.key_id(AGENT_KEY.public_key()),
    )


def chunks(content: bytes, *, size: int) -> list[EvidenceChunk]:
    """A file in pieces of ``size``."""
    name = hashlib.sha256(content).hexdigest()
    return [
        EvidenceChunk(name, offset, len(content), content[offset : offset + size])
        for offset in range(0, len(content), size)
    ]


def with_policy(**changes: object) -> Policy:
    """The quick policy of the tests with some values changed."""
    return dataclasses.replace(SOON, **changes)  # type: ignore[arg-type]
