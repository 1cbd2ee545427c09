"""What intake works with besides the transaction: policy, evidence on disk, the command key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.high_water import HighWater
from collector.intake.evidence_files import EvidenceFiles
from collector.store.agents import Agent
from shared.identity import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The same for every row; made once by the application."""

    policy: Policy
    evidence: EvidenceFiles
    command_key: Ed25519PrivateKey
    high_water: HighWater = field(default_factory=HighWater)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row on its way into the store: whose it is, which one, and when it came."""

    db: Connection
    room: Room
    agent: Agent
    identity: EventId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What all payloads of one transaction share."""

    db: Connection
    room: Room
    generation: str
    now: datetime
