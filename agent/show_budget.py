"""The verb ``preclaim-agent budget``: what watching has cost each device today, of what it may."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from agent import app, edge, show
from agent.budget import Budget, Spend
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Device, budget_of
from agent.config_problem import ConfigError
from agent.delivery import keepsake_store, spend_store
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND, complain, explain
from agent.restraint import Restraint
from agent.sources import read_all
from agent.topology import NAMES
from agent.wrong import Both

_HEAD: Final = (
    Both("device", "设备"),
    Both("where", "位置类型"),
    Both("requests", "请求次数"),
    Both("bytes", "流量（字节）"),
    Both("logins", "登录次数"),
    Both("wake-ups", "唤醒次数"),
    Both("writes", "写入次数"),
    Both("battery mAh", "电量 mAh"),
    Both("of the pack", "占电池容量"),
)
_NOTE: Final = Both(
    "{day} UTC: spent / limit of the day. Battery charge is estimated from seconds awake; "
    "what a person starts by hand (probe, setup, accept) is not in it.",
    "{day} UTC：已用 / 当日上限。电量按唤醒秒数估算；人工执行的 probe、setup、accept 不计入。",
)
_NONE: Final = Both("this agent watches no device", "此代理没有设备")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One device's day."""

    device: Device
    budget: Budget
    spend: Spend

    @property
    def mah(self) -> float:
        """The charge that it is estimated to have cost."""
        return self.spend.mah(self.budget.draw)

    @property
    def pack_percent(self) -> float | None:
        """That charge of its pack; None where the pack's capacity is not known."""
        capacity = self.budget.draw.capacity_mah if self.budget.draw else None
        return 100 * self.mah / capacity if capacity else None

    def counts(self) -> tuple[tuple[str, int, int], ...]:
        """Name, spent and limit of all that is counted."""
        spend, budget = self.spend, self.budget
        return (
            ("requests", spend.requests, budget.requests_per_day),
            ("bytes", spend.bytes, budget.bytes_per_day),
            ("logins", spend.logins, budget.logins_per_day),
            ("wakeups", spend.wakeups, budget.wakeups_per_day),
            ("writes", spend.writes, budget.writes_per_day),
        )


def show_budget(arguments: argparse.Namespace, out: TextIO) -> int:
    """Look beside a running agent; 1 when its database cannot be read."""
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    path, now = app.data_file(source.local), edge.clock()
    try:
        database = open_for_reading(path)
        db = database.connection
        devices = source.local.devices
        facts = [keepsake_store.read_facts(db, device.device_id) for device in devices]
        restraint = Restraint(
            devices,
            budgets={device.device_id: budget_of(device) for device in devices},
            profiles=profiles,
            known=[one for one in facts if one is not None],
        )
        lines = [
            Line(
                device=device,
                budget=restraint.budgets[device.device_id],
                spend=spend_store.read_spend(db, device.device_id, now=now),
            )
            for device in devices
        ]
        database.close()
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    told = _as_json(lines, now) if arguments.json else _as_table(lines, now, arguments.lang)
    print(told, file=out)
    return DONE


def _as_table(lines: Sequence[Line], now: datetime, lang: str) -> str:
    if not lines:
        return _NONE.text(lang)
    rows = [_row(line, lang) for line in lines]
    table = show.show_table([head.text(lang) for head in _HEAD], rows)
    return f"{table}\n{_NOTE.filled(day=now.date().isoformat()).text(lang)}"


def _row(line: Line, lang: str) -> list[str]:
    counts = [_share(spent, limit) for _, spent, limit in line.counts()]
    percent = line.pack_percent
    charge = _share(round(line.mah, 1), line.budget.mah_per_day) if line.budget.draw else "-"
    return [
        line.device.device_id,
        NAMES[line.device.topology].text(lang),
        *counts,
        charge,
        "-" if percent is None else f"{percent:.1f} %",
    ]


def _share(spent: float, limit: int) -> str:
    return f"{spent} / {limit} ({100 * spent / limit:.0f} %)" if limit else f"{spent} / {limit}"


def _as_json(lines: Sequence[Line], now: datetime) -> str:
    return json.dumps(
        {
            "day": now.date().isoformat(),
            "devices": [
                {
                    "device": line.device.device_id,
                    "topology": line.device.topology.value,
                    **{
                        name: {"spent": spent, "limit": limit}
                        for name, spent, limit in line.counts()
                    },
                    "mah": {"spent": round(line.mah, 2), "limit": line.budget.mah_per_day}
                    if line.budget.draw
                    else None,
                    "pack_percent": None
                    if line.pack_percent is None
                    else round(line.pack_percent, 2),
                }
                for line in lines
            ],
        },
        indent=2,
        ensure_ascii=False,
    )
