"""What intake works with besides the transaction: policy, evidence on disk, the command key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.high_water import HighWater
from collector.intake.evidence_files import EvidenceFiles
from collector.store import agents
from collector.store.agents import Agent
from collector.store.quarantine_row import Quarantined
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
    """One row on its way into the store: whose it is, which one, and when it came.

    What is judged of it (the onset, what lies ahead of our clock) goes by ``received_at``, what
    is still to be done (when a decision is due) by ``now``; they differ in a replay only.
    """

    db: Connection
    room: Room
    agent: Agent
    identity: EventId
    payload: bytes
    received_at: datetime
    now: datetime
    is_live: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What all payloads of one transaction share."""

    db: Connection
    room: Room
    generation: str
    now: datetime
    is_live: bool = True  # False: from a file or a replay, which is no sign of life
    received_at: datetime | None = None  # when a row that is replayed came; None: now
    aside: list[Quarantined] = field(default_factory=list)  # written at its end, all at once
    _agents: dict[str, Agent | None] = field(default_factory=dict)

    def agent(self, agent_id: str) -> Agent | None:
        """The agent as it stands in this transaction; None when it is nobody's."""
        if agent_id not in self._agents:
            self._agents[agent_id] = agents.find(self.db, agent_id)
        return self._agents[agent_id]

    def is_stranger(self, agent_id: str) -> bool:
        """True when this transaction has looked for the agent and found nobody."""
        return agent_id in self._agents and self._agents[agent_id] is None

    def forget_agent(self, agent_id: str) -> None:
        """What we know of it has changed: look again."""
        self._agents.pop(agent_id, None)
