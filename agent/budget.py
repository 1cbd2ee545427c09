"""What a device may cost in a UTC day, and what it has cost already; pure.

Requests, bytes, logins, wake-ups, writes and seconds awake are counted where they happen. The
charge is an estimate from them (``agent.charge``), and only of devices on a battery.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from agent.camera.port import Ceiling, Costs
from agent.charge import Draw
from agent.probes.probe import Cost
from agent.wrong import Both
from shared.limits import Count
from shared.moment import to_utc


class Resource(enum.Enum):
    """What can run out."""

    BYTES = "bytes"
    REQUESTS = "requests"
    LOGINS = "logins"
    WAKEUPS = "wakeups"
    WRITES = "writes"
    CHARGE = "mAh"


MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that a device may cost in one UTC day."""

    bytes_per_day: int
    logins_per_day: int
    wakeups_per_day: int
    writes_per_day: int = 0  # this agent changes nothing unless the operator allows it
    requests_per_day: int = 50_000
    mah_per_day: int = 0  # counts where there is a draw: on a battery
    draw: Draw | None = None

    def __post_init__(self) -> None:
        """Refuse a negative budget; ValueError."""
        if min(self.limits().values()) < 0:
            raise ValueError("a budget cannot be negative")

    def limited(self, limits: Mapping[str, int]) -> Budget:
        """This budget with other limits, by the names of ``limits``."""
        return Budget(draw=self.draw, **{**self.limits(), **limits})

    def limits(self) -> dict[str, int]:
        """Every limit by the name that a configuration gives it."""
        return {
            "bytes_per_day": self.bytes_per_day,
            "logins_per_day": self.logins_per_day,
            "wakeups_per_day": self.wakeups_per_day,
            "writes_per_day": self.writes_per_day,
            "requests_per_day": self.requests_per_day,
            "mah_per_day": self.mah_per_day,
        }


_STEPPED_BACK: Final = timedelta(days=1)


class Spend(msgspec.Struct, frozen=True, array_like=True):
    """What a device has cost on one UTC day; stored, so fields are only appended."""

    day: date
    bytes: Count = 0
    logins: Count = 0
    wakeups: Count = 0
    writes: Count = 0
    requests: Count = 0
    awake_ms: Count = 0  # in visits; what a wake-up costs besides is not in it

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
            self.requests + cost.requests,
            self.awake_ms + cost.awake_ms,
        )

    def mah(self, draw: Draw | None) -> float:
        """The charge that it is estimated to have cost; 0 on the mains."""
        return draw.mah(awake_ms=self.awake_ms, wakeups=self.wakeups) if draw else 0.0


SPENT: Final = Both(
    "the day's budget of {resource} is {limit}, {spent} are spent and this would take {wanted}",
    "当日{resource}预算为 {limit}，已用 {spent}，此操作还需 {wanted}",
)
RESOURCES_ZH: Final[Mapping[Resource, str]] = {
    Resource.BYTES: "流量（字节）",
    Resource.REQUESTS: "请求次数",
    Resource.LOGINS: "登录次数",
    Resource.WAKEUPS: "唤醒次数",
    Resource.WRITES: "写入次数",
    Resource.CHARGE: "电量（毫安时）",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a probe may not run today."""

    resource: Resource
    spent: float
    wanted: float
    limit: float

    def __str__(self) -> str:
        """In English, for readings and logs."""
        return self.both().en

    def both(self) -> Both:
        """For people: what ran out, and the figures."""
        return SPENT.filled(
            resource=Both(self.resource.value, RESOURCES_ZH[self.resource]),
            limit=self.limit,
            spent=self.spent,
            wanted=self.wanted,
        )


def allows(budget: Budget, spend: Spend, cost: Cost) -> Refusal | None:
    """None when the cost fits into what is left of the day, else the first thing that does not."""
    counted: tuple[tuple[Resource, float, float, float], ...] = (
        (Resource.WRITES, spend.writes, cost.writes, budget.writes_per_day),
        (Resource.LOGINS, spend.logins, cost.logins, budget.logins_per_day),
        (Resource.WAKEUPS, spend.wakeups, cost.wakeups, budget.wakeups_per_day),
        (Resource.CHARGE, *_charges(budget, spend, cost), budget.mah_per_day),
        (Resource.REQUESTS, spend.requests, cost.requests, budget.requests_per_day),
        (Resource.BYTES, spend.bytes, cost.bytes, budget.bytes_per_day),
    )
    for resource, spent, wanted, limit in counted:
        if wanted > 0 and spent + wanted > limit:
            return Refusal(
                resource=resource, spent=_shown(spent), wanted=_shown(wanted), limit=limit
            )
    return None


def ceiling_of(budget: Budget, spend: Spend, costs: Costs) -> Ceiling:
    """What a camera that has cost so much in this visit may have cost at its end."""
    return Ceiling(
        requests=costs.requests + max(0, budget.requests_per_day - spend.requests),
        bytes=costs.bytes_sent + costs.bytes_received + max(0, budget.bytes_per_day - spend.bytes),
        logins=costs.login_attempts + max(0, budget.logins_per_day - spend.logins),
    )


def awake_left_s(budget: Budget, spend: Spend, *, wakeups: int) -> float | None:
    """How long a visit that wakes the camera so often may still take; None: charge is no matter."""
    if budget.draw is None:
        return None
    woken = spend.plus(Cost(bytes=0, wakeups=wakeups))
    return budget.draw.seconds_for(budget.mah_per_day - woken.mah(budget.draw))


def _charges(budget: Budget, spend: Spend, cost: Cost) -> tuple[float, float]:
    before = spend.mah(budget.draw)
    return before, spend.plus(cost).mah(budget.draw) - before


def _shown(amount: float) -> float:
    """Whole counts as they are, an estimate to a tenth."""
    return amount if isinstance(amount, int) else round(amount, 1)
