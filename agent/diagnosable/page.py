"""The tables of docs/topologies.md and its translation; the pages are tested against them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agent.budget import Budget
from agent.diagnosable.source import DETECTED, Source, ways_of
from agent.diagnosable.standpoint import PAGE, Access, Can, judge
from agent.probes import picture, vendor
from agent.probes.probe import Probe
from agent.topology import BUDGETS, NAMES
from agent.wrong import Both
from shared.catalogue import CATALOGUE

_SIGNS: Final = {Can.YES: "●", Can.IF: "◐", Can.NO: "–"}
_FAULT: Final = Both("fault", "故障")
_WHY: Final = Both("why", "说明")
_DAY_S: Final = 86_400
_LOOKS: Final = Both(
    "| where | pictures a day | values a day | wake-ups by us a day |",
    "| 位置类型 | 每日画面 | 每日数值 | 我方每日唤醒 |",
)
_PUSHES: Final = Both("sleeping, pushes", "休眠，仅推送")


def filled(page: str, lang: str) -> str:
    """The page with the tables between its marks as the code has them now."""
    for mark, table in (("faults", fault_table), ("looks", looks_table)):
        begin, end = f"<!-- {mark} -->\n", f"\n<!-- /{mark} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{table(lang)}{end}{rest.partition(end)[2]}"
    return page


def fault_table(lang: str) -> str:
    """Faults by standpoint, with a number for each reason, and the reasons below."""
    reasons: dict[str, int] = {}
    heads = [_FAULT.text(lang), *(one.name.text(lang) for one in PAGE)]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for code in of_cameras():
        entry = CATALOGUE[code]
        name = entry.name_zh if lang == "zh" else entry.name_en
        cells = [_cell(judge(ways_of(code), one), reasons, lang) for one in PAGE]
        rows.append(f"| {name} (`{code}`) | {' | '.join(cells)} |")
    return "\n".join([*rows, "", *_legend(reasons, lang)])


def of_cameras() -> tuple[str, ...]:
    """Every fault that is told of a camera, and not of the agent's own host."""
    return tuple(code for code in DETECTED if frozenset({Source.HOST}) not in ways_of(code))


def _cell(access: Access, reasons: dict[str, int], lang: str) -> str:
    numbers = [str(reasons.setdefault(why.text(lang), len(reasons) + 1)) for why in access.whys]
    return " ".join([_SIGNS[access.can], *numbers])


def _legend(reasons: dict[str, int], lang: str) -> Iterator[str]:
    yield f"| | {_WHY.text(lang)} |"
    yield "|---|---|"
    for why, number in reasons.items():
        yield f"| {number} | {why} |"


def looks_table(lang: str) -> str:
    """How often a camera is looked at within its day's budget, if every look cost its most."""
    rows = [
        f"| {NAMES[topology].text(lang)} | {looks_a_day(picture.PROBE, budget)} | "
        f"{looks_a_day(vendor.PROBE, budget)} | {_wakes(budget)} |"
        for topology, budget in BUDGETS.items()
    ]
    most = [_DAY_S // int(probe.every.total_seconds()) for probe in (picture.PROBE, vendor.PROBE)]
    pushes = f"| {_PUSHES.text(lang)} | ≤ {most[0]} | ≤ {most[1]} | 0 |"
    return "\n".join([_LOOKS.text(lang), "|---|---|---|---|", *rows, pushes])


def looks_a_day(probe: Probe, budget: Budget) -> int:
    """By the probe's own pace, or as often as its highest cost fits into the day."""
    cost = probe.cost
    by_pace = _DAY_S // int(probe.every.total_seconds())
    limits = [by_pace, budget.bytes_per_day // cost.bytes]
    if cost.wakeups:
        limits.append(budget.wakeups_per_day // cost.wakeups)
    if cost.logins:
        limits.append(budget.logins_per_day // cost.logins)
    return min(limits)


def _wakes(budget: Budget) -> str:
    return f"≤ {budget.wakeups_per_day}" if budget.draw else "–"
