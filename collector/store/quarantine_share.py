"""Who must give way when the quarantine is full. Pure.

Bounded by rows and by bytes. The agent that holds most loses first, so that a flood pushes out
nobody else's rows; within an agent noise without identity goes before telemetry, health, evidence
and faults, and of two equal in worth the kind that has more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# A lane's worth, as the outbox ranks it; 0 stands for a header that cannot be trusted.
_WORTH: Final = {1: 4, 2: 3, 3: 2, 4: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Payloads of one agent, refused for one reason, on one lane; '' is no agent that we know."""

    agent_id: str
    reason: str
    lane: int

    @property
    def worth(self) -> int:
        """Higher stays longer."""
        return _WORTH.get(self.lane, 0)


@dataclass(slots=True, kw_only=True)
class Share:
    """What the quarantine holds of one kind; ``is_ours``: its agent is assigned."""

    kind: Kind
    is_ours: bool
    rows: int = 0
    bytes: int = 0

    @property
    def holder(self) -> str:
        """Whose share it counts against; all strangers share one, for they can invent names."""
        return self.kind.agent_id if self.is_ours else ""


class Shares:
    """All shares together against the bound."""

    def __init__(self, shares: Iterable[Share], *, max_rows: int, max_bytes: int) -> None:
        self._shares = {share.kind: share for share in shares}
        self._max_rows, self._max_bytes = max_rows, max_bytes
        self.rows = sum(share.rows for share in self._shares.values())
        self.bytes = sum(share.bytes for share in self._shares.values())

    def add(self, kind: Kind, *, is_ours: bool, rows: int, size: int) -> None:
        """Count rows in, or out with negative numbers."""
        share = self._shares.setdefault(kind, Share(kind=kind, is_ours=is_ours))
        share.rows += rows
        share.bytes += size
        self.rows += rows
        self.bytes += size

    def forget(self, kind: Kind) -> None:
        """Take a kind out of the account, because nothing of it is there."""
        share = self._shares.pop(kind, None)
        if share is not None:
            self.rows -= share.rows
            self.bytes -= share.bytes

    def has_room(self, size: int) -> bool:
        """True when one more row of this size fits."""
        return self.rows < self._max_rows and self.bytes + size <= self._max_bytes

    def victim(self, kind: Kind, *, is_ours: bool) -> Kind | None:
        """Of which kind a row must go for a new one of ``kind``; None: the new one is not kept."""
        by_bytes = self.rows < self._max_rows
        held: dict[str, int] = {}
        for share in self._shares.values():
            held[share.holder] = held.get(share.holder, 0) + _weight(share, by_bytes)
        mine = Share(kind=kind, is_ours=is_ours).holder
        worst = max(held, key=lambda holder: (held[holder], holder == mine, holder), default=mine)
        candidates = [s for s in self._shares.values() if s.holder == worst and s.rows]
        if not candidates:
            return None
        found = min(candidates, key=lambda s: (s.kind.worth, -_weight(s, by_bytes)))
        if worst != mine:
            return found.kind
        own = self._shares.get(kind)
        own_weight = _weight(own, by_bytes) if own else 0
        gives_way = (found.kind.worth, -_weight(found, by_bytes)) < (kind.worth, -own_weight)
        return found.kind if gives_way else None


def _weight(share: Share, by_bytes: bool) -> int:
    return share.bytes if by_bytes else share.rows
