"""An ordered configuration laid over the agent's own file: only what cannot harm, or harms less.

The file on the agent's disk is the word of whoever owns the battery, the data plan, the accounts
and the credentials. An order may tune how often and how strictly the agent looks, and may lower a
limit; no order raises one, none lets a verdict come sooner, and none reaches identity, broker,
keys, addresses or credentials.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from agent.config import Config, Device, budget_of
from agent.config_file import load_config, read_text
from agent.config_problem import ConfigError, Problem
from agent.config_table import Table
from agent.config_tunable import (
    KEEPALIVE_S,
    paced_as,
    read_judgement,
    read_limits,
    read_min_poll,
    read_pace,
    read_plan,
)
from agent.overlay_bounds import FILE, bound_judgement, bound_pace, bound_plan
from shared.command import MAX_CONFIG_BYTES

TUNABLE: Final[Mapping[str, frozenset[str]]] = {
    "schedule": frozenset(
        {"every_s", "health_every_s", "telemetry_every_s", "concurrency", "watch_seconds"}
    ),
    "diagnosis": frozenset({"opens", "clears", "levels"}),
    "uplink": frozenset({"mb_per_month", "hard_cap_mb"}),
    "devices": frozenset({"id", "budget", "min_poll_interval_s"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The agent's own file as it was at the start, and what may be laid over it.

    ``probe_paces`` holds each probe with its own pace; empty means names are unchecked. Later
    changes of the file take effect with the next start, never through an order. ``text`` is the
    file's own: its tables are seldom wanted, and a hub's take seven times as much memory.
    """

    local: Config
    text: str
    probe_paces: Mapping[str, timedelta] = field(default_factory=dict)
    name: str = "agent.toml"

    @property
    def content(self) -> Mapping[str, Any]:
        """The file's tables, unchecked."""
        return tomllib.loads(self.text)

    def read(self, overlay: str) -> Config:
        """The file with an overlay upon it; ConfigError lists every problem of the overlay."""
        return lay_over(self, overlay) if overlay.strip() else self.local

    def digest(self, overlay: str) -> str:
        """What names a configuration, file and overlay together: 16 hex digits of a SHA-256."""
        both = repr(self.content).encode() + b"\0" + overlay.encode()
        return hashlib.sha256(both).hexdigest()[:16]


def read_source(
    path: Path,
    *,
    probe_paces: Mapping[str, timedelta] | None = None,
    profile_ids: Collection[str] = (),
) -> Source:
    """Read and check the agent's own file; ConfigError lists every problem in it."""
    paces = probe_paces or {}
    local = load_config(path, probe_names=paces, profile_ids=profile_ids)
    return Source(local=local, text=read_text(path), probe_paces=paces, name=path.name)


def lay_over(source: Source, text: str) -> Config:
    """Check an overlay with the code that checks the file, and lay it over the file."""
    problems: list[Problem] = []
    root = Table(parse(text), "", FILE, problems)
    for key in sorted(set(root.content) - set(TUNABLE)):
        root.complain(key, "not_by_order", known=", ".join(sorted(TUNABLE)))
    local, content = source.local, source.content
    schedule = _tunable(root, "schedule", content)
    diagnosis = _tunable(root, "diagnosis", content)
    uplink = _tunable(root, "uplink", content)
    plan = read_plan(uplink)
    bound_plan(uplink, plan, local.plan)
    paced = paced_as(local.uplink, plan)
    pace = read_pace(schedule, paced, source.probe_paces)
    bound_pace(schedule, pace, local, source.probe_paces)
    judgement = read_judgement(diagnosis)
    bound_judgement(diagnosis, judgement, local.judgement)
    devices = _devices(root, local.devices)
    if problems:
        raise ConfigError(problems)
    broker = local.broker
    if "keepalive_s" not in content.get("broker", {}):
        broker = replace(broker, keepalive_s=KEEPALIVE_S[paced])
    return replace(local, pace=pace, judgement=judgement, plan=plan, devices=devices, broker=broker)


def parse(text: str) -> Mapping[str, Any]:
    """The tables of an overlay, unchecked; ConfigError when it is too long or no TOML."""
    count = len(text.encode())
    if count > MAX_CONFIG_BYTES:
        raise _broken("overlay_too_long", count=count, limit=MAX_CONFIG_BYTES)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken("not_toml", why=str(error)) from error
    except RecursionError as error:
        raise _broken("not_toml", why="nested too deep") from error


def _broken(wrong: str, **values: object) -> ConfigError:
    return ConfigError([Problem(file=FILE, key="-", wrong=wrong, values=values)])


def _tunable(root: Table, name: str, file: Mapping[str, Any]) -> Table:
    """A table of the file with what the overlay replaces in it; other keys are complained of."""
    over = root.table(name)
    _only_tunable(over, name)
    merged: dict[str, Any] = dict(file.get(name, {}))
    for key, value in over.content.items():
        if key not in TUNABLE[name]:
            continue
        of_file = merged.get(key)
        if isinstance(value, dict) and isinstance(of_file, dict):
            merged[key] = {**of_file, **value}
        else:
            merged[key] = value
    return Table(merged, name, FILE, root.problems)


def _only_tunable(table: Table, name: str) -> None:
    for key in sorted(set(table.content) - TUNABLE[name]):
        table.complain(key, "not_by_order", known=", ".join(sorted(TUNABLE[name])))


def _devices(root: Table, own: tuple[Device, ...]) -> tuple[Device, ...]:
    known = {device.device_id: device for device in own}
    changed: dict[str, Device] = {}
    for table in root.tables("devices"):
        device_id = table.text("id", missing="device_id_missing")
        _only_tunable(table, "devices")
        limits, poll = read_limits(table.table("budget")), read_min_poll(table)
        device = known.get(device_id)
        if device is None:
            if device_id:
                names = ", ".join(known) or "-"
                table.complain("id", "no_such_device", found=device_id, known=names)
        elif device_id in changed:
            table.complain("id", "ordered_twice", found=device_id)
        else:
            changed[device_id] = _restrained(table, device, limits, poll)
    return tuple(changed.get(device.device_id, device) for device in own)


def _restrained(
    table: Table, device: Device, limits: Mapping[str, int], poll: timedelta | None
) -> Device:
    """The device with lower limits and a longer interval; what would raise them is a problem."""
    own = budget_of(device)
    for key, found in limits.items():
        limit: int = getattr(own, key)
        if found > limit:
            table.complain(f"budget.{key}", "above_file", found=found, limit=limit)
    if poll is not None and device.min_poll is not None and poll < device.min_poll:
        table.complain(
            "min_poll_interval_s",
            "below_file",
            found=poll.total_seconds(),
            limit=device.min_poll.total_seconds(),
        )
    return replace(
        device, budget={**device.budget, **limits}, ordered_poll=poll or device.ordered_poll
    )
