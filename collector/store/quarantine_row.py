"""What is set aside of a payload that was not accepted."""

from __future__ import annotations

from dataclasses import dataclass

from collector.store.quarantine_share import Kind
from shared.identity import EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One payload that was not accepted; ``identity`` is None when it cannot be trusted."""

    topic: str
    agent_id: str
    organisation_id: str | None
    identity: EventId | None
    lane: int | None
    reason: str
    detail: str
    payload: bytes

    @property
    def kind(self) -> Kind:
        """With whom it shares its fate at the bound."""
        return Kind(agent_id=self.agent_id, reason=self.reason, lane=self.lane or 0)
