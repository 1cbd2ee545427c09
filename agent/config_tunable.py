"""What an operator tunes: paces, judgement, limits of a device; an order may change it too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from agent.clip_plan import WATCH_S
from agent.config_table import Table
from agent.diagnosis.levels import Levels
from agent.login_hold import LONGEST, RETRY
from agent.uplink_budget import MB, DataPlan

_DAY_S: Final = 86_400
# The design's table of defaults: health, then telemetry (up to six hours late when metered).
_HEALTH_S: Final = {"wired": 300, "metered": 3600}
# Less than the five minutes and six hours by which a reading may be late: sending takes its time.
_TELEMETRY_S: Final = {"wired": 240, "metered": 21_300}
# 60 s of MQTT keep-alive cost about 290 KB a day; TCP states of NATs live two hours (RFC 5382).
KEEPALIVE_S: Final = {"wired": 60, "metered": 1800}
LIMITS: Final[Mapping[str, int]] = {
    "bytes_per_day": 2**40,
    "logins_per_day": 100_000,
    "wakeups_per_day": 1_000_000,
    "writes_per_day": 1_000,
    "requests_per_day": 1_000_000,
    "mah_per_day": 100_000,
}
"""The limits of a device that a configuration may state, and the most that each may be."""
BUDGET_KEYS: Final = tuple(LIMITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often and how many at once."""

    concurrency: int
    watch_seconds: float
    every: Mapping[str, timedelta]  # by probe name, instead of the probe's own pace
    health_every: timedelta
    telemetry_every: timedelta
    login_retry: timedelta  # after a refused login; longer after each further one
    clip_seconds: float = WATCH_S  # of a watch for a clip; 0: none is ever taken; the file's alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What replaces the defaults of the diagnosis."""

    opens: tuple[int, int]
    clears: tuple[int, int]
    levels: Mapping[str, float]
    span_factor: float = 1.0  # of the hours that picture faults must stand; the file's alone


def paced_as(uplink: str, plan: DataPlan) -> str:
    """Which defaults apply: a data plan is kept to by rare talk, whatever the uplink is."""
    return "metered" if plan.is_limited else uplink


def read_pace(table: Table, uplink: str, probe_names: Collection[str]) -> Pace:
    """``[schedule]``; empty ``probe_names`` means unchecked."""
    overrides = table.table("every_s")
    every = overrides.numbers(low=1, high=30 * _DAY_S)
    for name in sorted(set(every) - set(probe_names)) if probe_names else ():
        overrides.complain(name, "no_probe", known=", ".join(sorted(probe_names)))
    pace = Pace(
        concurrency=table.whole("concurrency", 4, low=1, high=64),
        watch_seconds=table.number("watch_seconds", 3.0, low=0.5, high=30.0),
        every={name: timedelta(seconds=seconds) for name, seconds in every.items()},
        health_every=timedelta(
            seconds=table.number("health_every_s", _HEALTH_S[uplink], low=1, high=_DAY_S)
        ),
        telemetry_every=timedelta(
            seconds=table.number("telemetry_every_s", _TELEMETRY_S[uplink], low=1, high=_DAY_S)
        ),
        login_retry=timedelta(
            seconds=table.number(
                "login_retry_s", RETRY.total_seconds(), low=1, high=LONGEST.total_seconds()
            )
        ),
        clip_seconds=table.number("clip_seconds", WATCH_S, low=0.0, high=15.0),
    )
    table.finish()
    return pace


def read_judgement(table: Table) -> Judgement:
    """``[diagnosis]``."""
    levels = table.table("levels")
    known = {level.name for level in fields(Levels)}
    numbers = levels.numbers(low=-1e9, high=1e9)
    for name in sorted(set(numbers) - known):
        levels.complain(name, "no_level", known=", ".join(sorted(known)))
    judgement = Judgement(
        opens=table.pair("opens", (3, 5)),
        clears=table.pair("clears", (5, 5)),
        levels=numbers,
        span_factor=table.number("span_factor", 1.0, low=0.0, high=24.0),
    )
    table.finish()
    return judgement


def read_limits(budget: Table) -> dict[str, int]:
    """The keys of BUDGET_KEYS that a ``budget`` table of a device states."""
    limits = {
        key: budget.whole(key, 0, low=0, high=most)
        for key, most in LIMITS.items()
        if budget.has(key)
    }
    budget.finish()
    return limits


def read_min_poll(table: Table) -> timedelta | None:
    """The operator's word on how often a device may be visited; None when there is none."""
    key = "min_poll_interval_s"
    if not table.has(key):
        return None
    return timedelta(seconds=table.number(key, 0, low=0, high=_DAY_S))


def read_plan(table: Table) -> DataPlan:
    """The month's data plan; without a cap of its own the plan is the cap."""
    plan_mb = table.number("mb_per_month", 0.0, low=0, high=10_000_000)
    cap_mb = table.number("hard_cap_mb", plan_mb, low=0, high=10_000_000)
    if table.has("hard_cap_mb") and not plan_mb:
        table.complain("hard_cap_mb", "cap_without_plan")
    if plan_mb and cap_mb < 1:
        table.complain("hard_cap_mb" if table.has("hard_cap_mb") else "mb_per_month", "no_cap")
    begins_on = table.whole("month_begins_on", 1, low=1, high=28)
    table.finish()
    return DataPlan(plan_bytes=int(plan_mb * MB), cap_bytes=int(cap_mb * MB), begins_on=begins_on)
