"""The table of promised limits, as README and docs print it; the pages are tested against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.budget import MIB, Budget
from agent.charge import Draw
from agent.topology import BUDGETS, NAMES
from agent.wrong import Both

_HEAD: Final[Mapping[str, str]] = {
    "en": "| where | requests | bytes | login attempts | visits | writes | battery charge |",
    "zh": "| 位置类型 | 请求 | 流量 | 登录尝试 | 访问次数 | 写入 | 电量 |",
}
_RULE: Final = "|---|---|---|---|---|---|---|"
_MAINS: Final = Both("mains", "市电")
_UNBOUNDED: Final = 1_000_000


def limits_table(lang: str) -> str:
    """Default limits by topology and UTC day, as Markdown in 'en' or 'zh'."""
    rows = [
        f"| {NAMES[topology].text(lang)} | {' | '.join(_cells(budget, lang))} |"
        for topology, budget in BUDGETS.items()
    ]
    return "\n".join((_HEAD[lang], _RULE, *rows))


def _cells(budget: Budget, lang: str) -> tuple[str, ...]:
    visits = budget.wakeups_per_day
    return (
        f"{budget.requests_per_day:,}",
        f"{budget.bytes_per_day // MIB:,} MiB",
        f"{budget.logins_per_day:,}",
        f"{visits:,}" if visits < _UNBOUNDED else "-",
        f"{budget.writes_per_day}",
        f"{budget.mah_per_day} mAh" if budget.draw else _MAINS.text(lang),
    )


def draw_line(draw: Draw) -> str:
    """How a draw is written on the pages."""
    return f"{draw.awake_ma:g} mA, {draw.wake_s:g} s"
