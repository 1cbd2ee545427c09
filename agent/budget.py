"""What a device may cost in a day, and what it has cost already; pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from agent.probes.probe import Cost
from agent.wrong import Both
from shared.limits import Count
from shared.moment import to_utc


class Resource(enum.Enum):
    """What can run out."""

    BYTES = "bytes"
    LOGINS = "logins"
    WAKEUPS = "wakeups"
    WRITES = "writes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that a device may cost in one UTC day."""

    bytes_per_day: int
    logins_per_day: int
    wakeups_per_day: int
    writes_per_day: int = 0  # this agent changes nothing unless the operator allows it

    def __post_init__(self) -> None:
        """Refuse a negative budget; ValueError."""
        if (
            min(self.bytes_per_day, self.logins_per_day, self.wakeups_per_day, self.writes_per_day)
            < 0
        ):
            raise ValueError("a budget cannot be negative")


MIB: Final = 1024 * 1024

WIRED_MAINS: Final = Budget(
    bytes_per_day=2048 * MIB, logins_per_day=20_000, wakeups_per_day=1_000_000
)
"""A camera on the recorder's own network: bounded, so that a defect of ours stays small."""

METERED_MAINS: Final = Budget(bytes_per_day=20 * MIB, logins_per_day=500, wakeups_per_day=500)
"""A mains camera behind a data plan."""

METERED_BATTERY: Final = Budget(bytes_per_day=5 * MIB, logins_per_day=100, wakeups_per_day=48)
"""A solar camera behind a data plan: each visit wakes it (48: one in 30 minutes)."""

WIRED_BATTERY: Final = Budget(bytes_per_day=256 * MIB, logins_per_day=500, wakeups_per_day=96)
"""A battery camera on a network without a plan: waking is what costs."""


def budget_for(*, battery: bool, metered: bool) -> Budget:
    """The default budget of a device by its power and its link."""
    if metered:
        return METERED_BATTERY if battery else METERED_MAINS
    return WIRED_BATTERY if battery else WIRED_MAINS


_STEPPED_BACK: Final = timedelta(days=1)


class Spend(msgspec.Struct, frozen=True, array_like=True):
    """What a device has cost on one UTC day; stored, so fields are only appended."""

    day: date
    bytes: Count = 0
    logins: Count = 0
    wakeups: Count = 0
    writes: Count = 0

    def on(self, now: datetime) -> Spend:
        """This spend if it is still the same UTC day at ``now``, else a fresh one.

        A clock that steps back into yesterday keeps the spend: it must not buy a second budget.
        A spend further ahead is from a clock that was wrong, and would forbid all until then.
        """
        today = to_utc(now).date()
        return self if self.day - _STEPPED_BACK <= today <= self.day else Spend(today)

    def plus(self, cost: Cost) -> Spend:
        """The spend after this cost."""
        return Spend(
            self.day,
            self.bytes + cost.bytes,
            self.logins + cost.logins,
            self.wakeups + cost.wakeups,
            self.writes + cost.writes,
        )


_SPENT: Final = Both(
    "the day's budget of {resource} is {limit}, {spent} are spent and this would take {wanted}",
    "当日{resource}预算为 {limit}，已用 {spent}，此操作还需 {wanted}",
)
_RESOURCES_ZH: Final[Mapping[Resource, str]] = {
    Resource.BYTES: "流量（字节）",
    Resource.LOGINS: "登录次数",
    Resource.WAKEUPS: "唤醒次数",
    Resource.WRITES: "写入次数",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a probe may not run today."""

    resource: Resource
    spent: int
    wanted: int
    limit: int

    def __str__(self) -> str:
        """In English, for readings and logs."""
        return self.both().en

    def both(self) -> Both:
        """For people: what ran out, and the figures."""
        return _SPENT.filled(
            resource=Both(self.resource.value, _RESOURCES_ZH[self.resource]),
            limit=self.limit,
            spent=self.spent,
            wanted=self.wanted,
        )


def allows(budget: Budget, spend: Spend, cost: Cost) -> Refusal | None:
    """None when the cost fits into what is left of the day, else the first thing that does not."""
    checks = (
        (Resource.WRITES, spend.writes, cost.writes, budget.writes_per_day),
        (Resource.LOGINS, spend.logins, cost.logins, budget.logins_per_day),
        (Resource.WAKEUPS, spend.wakeups, cost.wakeups, budget.wakeups_per_day),
        (Resource.BYTES, spend.bytes, cost.bytes, budget.bytes_per_day),
    )
    for resource, spent, wanted, limit in checks:
        if wanted > 0 and spent + wanted > limit:
            return Refusal(resource=resource, spent=spent, wanted=wanted, limit=limit)
    return None
