"""Who must give way when the quarantine is full. Pure.

Bounded by rows and by bytes. The agent that holds most loses first, so that a flood pushes out
nobody else's rows; within an agent noise without identity goes before telemetry, health and
evidence, and of two equal in worth the kind that has more.

A fault that was receipted as refused is nowhere else any more: it gives way to nothing, whoever
sent it. So faults have parts of the bound instead. All strangers together have a tenth, for they
can invent names; assigned agents may fill half of it, and what is left is for those that have few
faults here. A fault that is not kept is not receipted, so its agent keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.frame import Lane

# A lane's worth, as the outbox ranks it; 0 stands for a header that cannot be trusted. A lane that
# a newer agent knows was receipted, so it will not come again: it is worth more than noise.
_WORTH: Final = {0: 0, 1: 4, 2: 3, 3: 2, 4: 1}
_UNKNOWN_LANE: Final = 1
# Parts of the bound. Of 10,000 rows a reserve of 5,000 gives ten rows to each of 500 agents.
_FAULTS_OF_STRANGERS: Final = 0.1
_FAULTS_OF_ALL: Final = 0.5
_FEW: Final = 0.001
COMES_AGAIN: Final = "topic.lane"  # not receipted: its agent keeps the row and sends it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Payloads of one agent, refused for one reason, on one lane; '' is no agent that we know."""

    agent_id: str
    reason: str
    lane: int

    @property
    def worth(self) -> int:
        """Higher stays longer."""
        return _WORTH.get(self.lane, _UNKNOWN_LANE)

    @property
    def stays(self) -> bool:
        """True for faults whose agent holds them no more: they never give way."""
        return self.lane == Lane.FAULT and self.reason != COMES_AGAIN


@dataclass(slots=True, kw_only=True)
class Share:
    """What the quarantine holds of one kind; ``is_ours``: its agent is assigned."""

    kind: Kind
    is_ours: bool
    rows: int = 0
    bytes: int = 0
    worth: int = field(init=False)
    stays: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look both up once."""
        self.worth, self.stays = self.kind.worth, self.kind.stays

    @property
    def holder(self) -> str:
        """Whose share it counts against; all strangers share one, for they can invent names."""
        return self.kind.agent_id if self.is_ours else ""


class Shares:
    """All shares together against the bound."""

    def __init__(self, shares: Iterable[Share], *, max_rows: int, max_bytes: int) -> None:
        self._max_rows, self._max_bytes = max_rows, max_bytes
        self._shares: dict[Kind, Share] = {}
        self._of: dict[str, list[Share]] = {}
        self._held: dict[str, list[int]] = {}  # rows and bytes by holder, of what may give way
        self._faults: dict[str, list[int]] = {}  # and of what may not
        self._all_faults = [0, 0]
        self._without_victim: set[tuple[Kind, bool]] = set()  # while nothing changed
        self.rows = self.bytes = 0
        for share in shares:
            self.add(share.kind, is_ours=share.is_ours, rows=share.rows, size=share.bytes)

    def add(self, kind: Kind, *, is_ours: bool, rows: int, size: int) -> None:
        """Count rows in, or out with negative numbers."""
        share = self._shares.get(kind)
        if share is None:
            share = self._shares[kind] = Share(kind=kind, is_ours=is_ours)
            self._of.setdefault(share.holder, []).append(share)
            self._held.setdefault(share.holder, [0, 0])
            self._faults.setdefault(share.holder, [0, 0])
        share.rows += rows
        share.bytes += size
        held = (self._faults if share.stays else self._held)[share.holder]
        for account in (held, self._all_faults) if share.stays else (held,):
            account[0] += rows
            account[1] += size
        self.rows += rows
        self.bytes += size
        self._without_victim.clear()

    def forget(self, kind: Kind) -> None:
        """Take a kind out of the account, because nothing of it is there."""
        share = self._shares[kind]
        self.add(kind, is_ours=share.is_ours, rows=-share.rows, size=-share.bytes)

    def may_hold(self, kind: Kind, *, is_ours: bool, size: int) -> bool:
        """False for a fault whose part of the bound is taken."""
        if not kind.stays:
            return True
        if not is_ours:
            return self._is_within(_FAULTS_OF_STRANGERS, self._faults.get(""), size)
        return self._has_few(kind, size) or self._is_within(_FAULTS_OF_ALL, self._all_faults, size)

    def _has_few(self, kind: Kind, size: int) -> bool:
        """True for the first fault of an agent, and while it has next to none here."""
        held = self._faults.get(kind.agent_id)
        return not held or not held[0] or self._is_within(_FEW, held, size)

    def _is_within(self, part: float, held: Sequence[int] | None, size: int) -> bool:
        rows, held_bytes = held or (0, 0)
        return rows < part * self._max_rows and held_bytes + size <= part * self._max_bytes

    def has_room(self, size: int) -> bool:
        """True when one more row of this size fits."""
        return self.rows < self._max_rows and self.bytes + size <= self._max_bytes

    def victim(self, kind: Kind, *, is_ours: bool, size: int) -> Kind | None:
        """Of which kind a row must go for a new one of ``kind``; None: the new one is not kept.

        One gives way to another only if it stays ahead afterwards, or two floods would push each
        other out for ever. To an agent's few faults the largest holder gives way in any case.
        """
        by_bytes = self.rows < self._max_rows
        if (kind, by_bytes) in self._without_victim:
            return None
        found = self._victim(kind, is_ours=is_ours, by_bytes=by_bytes, size=size)
        if found is None and not by_bytes:
            self._without_victim.add((kind, by_bytes))
        return found

    def _victim(self, kind: Kind, *, is_ours: bool, by_bytes: bool, size: int) -> Kind | None:
        ahead = size if by_bytes else 1
        mine = kind.agent_id if is_ours else ""
        held = {name: amounts[by_bytes] for name, amounts in self._held.items()}
        worst = max(held, key=lambda name: (held[name], name == mine, name), default=mine)
        is_first = kind.stays and is_ours and self._has_few(kind, size)
        if not is_first and held.get(worst, 0) <= held.get(mine, 0) + ahead:
            worst = mine
        found = first_to_go(self._of.get(worst, ()), by_bytes=by_bytes)
        if found is None:
            return None
        if is_first or worst != mine or found.kind.worth < kind.worth:
            return found.kind
        own = self._shares.get(kind)
        own_weight = _weight(own, by_bytes) if own else 0
        is_ahead = _weight(found, by_bytes) > own_weight + ahead
        return found.kind if found.kind.worth == kind.worth and is_ahead else None


def first_to_go(shares: Iterable[Share], *, by_bytes: bool) -> Share | None:
    """The kind worth least, of several the one that has most, of equals the first; None: nothing
    here may go.

    A plain loop: a full quarantine asks this for every payload of a flood.
    """
    found: Share | None = None
    worth = weight = 0
    for share in shares:
        if share.rows <= 0 or share.stays:
            continue
        its_weight = share.bytes if by_bytes else share.rows
        if found is None or (share.worth, -its_weight) < (worth, -weight):
            found, worth, weight = share, share.worth, its_weight
    return found


def _weight(share: Share, by_bytes: bool) -> int:
    return share.bytes if by_bytes else share.rows
