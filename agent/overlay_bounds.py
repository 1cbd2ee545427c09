"""How far an order may move what the agent's own file says: towards less harm only.

Where the file says nothing, the product's default is its word. What costs power, data or logins
may only be lowered; what stands between a reading and a verdict may only be made stricter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from agent.config import Config
from agent.config_problem import ConfigError, Problem
from agent.config_table import Table
from agent.config_tunable import Judgement, Pace
from agent.diagnosis.levels import Levels
from agent.diagnosis.strictness import LONGEST_WINDOW, is_as_strict, tightened
from agent.uplink_budget import FAREWELL_BYTES, LAST, MB, DataPlan, Spent, mode_of, month_of
from agent.wrong import Both

FILE: Final = Both("order", "命令")  # the file name that problems are told under
_LEAST_PACE: Final = timedelta(seconds=30)
"""On the mains and a wire: the longest that one visit takes, so that rounds do not pile up."""
_WATCH_S: Final = 3.0  # the default: stills are judged by what changes within it


def bound_pace(
    table: Table, pace: Pace, local: Config, probe_paces: Mapping[str, timedelta]
) -> None:
    """Complain of looking or telling more often, longer, or at more devices at once."""
    own = local.pace
    least = timedelta.max if _is_spared(local) else _LEAST_PACE
    for key, found, stated in (
        ("health_every_s", pace.health_every, own.health_every),
        ("telemetry_every_s", pace.telemetry_every, own.telemetry_every),
    ):
        _not_below(table, key, found.total_seconds(), min(least, stated).total_seconds())
    every = table.table("every_s")
    for name, found in pace.every.items():
        default = min(least, probe_paces.get(name, _LEAST_PACE))
        limit = own.every.get(name, default)
        _not_below(every, name, found.total_seconds(), limit.total_seconds())
    _not_above(table, "concurrency", pace.concurrency, own.concurrency)
    _not_above(table, "watch_seconds", pace.watch_seconds, own.watch_seconds)
    _not_below(table, "watch_seconds", pace.watch_seconds, min(own.watch_seconds, _WATCH_S))


def bound_judgement(table: Table, judgement: Judgement, own: Judgement) -> None:
    """Complain of verdicts that would come sooner, or never."""
    for key, found, stated in (
        ("opens", judgement.opens, own.opens),
        ("clears", judgement.clears, own.clears),
    ):
        if not table.is_wrong(key) and not is_as_strict(found, stated):
            table.complain(key, "laxer_pair", found=list(found), limit=list(stated))
        longest = max(LONGEST_WINDOW, stated[1])
        if not table.is_wrong(key) and found[1] > longest:
            table.complain(key, "pair_too_long", found=list(found), limit=longest)
    levels = table.table("levels")
    of_file = {**asdict(Levels()), **own.levels}
    for name, level in judgement.levels.items():
        if levels.is_wrong(name) or level == of_file.get(name):
            continue
        bounds = tightened(name, of_file[name])
        if bounds is None:
            levels.complain(name, "level_of_file", found=level, limit=of_file[name])
        elif not bounds[0] <= level <= bounds[1]:
            levels.complain(name, "laxer_level", found=level, low=bounds[0], high=bounds[1])


def bound_plan(table: Table, plan: DataPlan, own: DataPlan) -> None:
    """Complain of a data plan above the file's; 0 is none, and so above any."""
    for key, found, limit in (
        ("mb_per_month", plan.plan_bytes, own.plan_bytes),
        ("hard_cap_mb", plan.cap_bytes, own.cap_bytes),
    ):
        if limit and (not found or found > limit):
            table.complain(key, "above_file", found=found / MB, limit=limit / MB)


def refuse_spent(plan: DataPlan, spent: Spent, *, now: datetime) -> None:
    """ConfigError when a plan has nothing left: its agent would be out of reach for the month."""
    if mode_of(plan, spent, now=now) not in LAST:
        return
    _, ends = month_of(now, begins_on=plan.begins_on)
    values = {
        "cap": plan.cap_bytes / MB,
        "spent": round(spent.month_bytes / MB, 2),
        "least": math.ceil((spent.month_bytes + FAREWELL_BYTES + 1) / MB * 100) / 100,
        "ends": f"{ends:%Y-%m-%d}",
    }
    raise ConfigError([Problem(file=FILE, key="uplink", wrong="plan_spent", values=values)])


def _is_spared(local: Config) -> bool:
    """Whether a visit or a message costs somebody a battery or a data plan."""
    devices = any(device.is_battery or device.is_metered for device in local.devices)
    return local.uplink == "metered" or local.plan.is_limited or devices


def _not_below(table: Table, key: str, found: float, limit: float) -> None:
    if found < limit and not table.is_wrong(key):
        table.complain(key, "below_file", found=found, limit=limit)


def _not_above(table: Table, key: str, found: float, limit: float) -> None:
    if found > limit and not table.is_wrong(key):
        table.complain(key, "above_file", found=found, limit=limit)
