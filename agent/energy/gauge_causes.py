"""A gauge that tells nothing: fed from the mains, or stuck; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.day import EnergyDay
from agent.energy.stretch import is_supported
from agent.energy.witness import NEARLY_FULL, is_on_cable

_SWING_MV: Final = 60.0
"""A cell under a solar camera moves by more in a day: 3.8 to 4.2 V is the way from a third to
full (vendor-interfaces, state of charge by voltage)."""
_MOST: Final = 0.5
_DOUBTED: Final = 3  # days
_TOP: Final = 100
_EMPTY: Final = 2  # percent: an empty battery's gauge cannot move
_NEARLY_ALL: Final = 0.8
_TWENTIETHS, _TENTHS = 5.0, 10.0  # percent in one step
_BARS: Final = (20.0, 25.0, 33.0, 34.0, 50.0)
"""The same of a gauge that knows two to five bars: it may stand at one for good."""


def mains(case: Case) -> Assessment | None:
    """It says so, or has been full for a week of nights without a dip and nothing charges it."""
    if is_on_cable(case.newest.values()):
        because = Said(
            en="the camera says that it is fed from the mains", zh="摄像机报告为市电供电"
        )
        return Assessment(day=case.view.day, cause=Cause.MAINS, because=because)
    recent = tuple(case.recent.values())
    enough = len(recent) >= case.levels.energy_window_days
    if not enough or any(day.source for day in recent) or not all(map(_stays_full, recent)):
        return None
    because = Said(
        en=f"full through {len(recent)} nights without a dip, and nothing charges it",
        zh=f"连续 {len(recent)} 个夜晚电量保持满格，且无充电：应为外部供电",
    )
    return Assessment(day=case.view.day, cause=Cause.MAINS, because=because)


def _stays_full(day: EnergyDay) -> bool:
    full = bool(day.gauge) and min(day.gauge) >= NEARLY_FULL
    return full and not day.charging_visits and _swing_mv(day) < _SWING_MV


def gauge_stuck(case: Case) -> Assessment | None:
    """Only sentinels, one value for a week of days, or a percent that the voltage contradicts."""
    days = tuple(case.newest.values())
    wanted = case.levels.gauge_stuck_days
    silent = [day for day in days if day.charge_unknown and not day.charge_reads]
    if len(silent) >= wanted:
        return _stuck(
            case,
            f"for {len(silent)} days the gauge gave only values that are none",
            f"电量计连续 {len(silent)} 天仅返回无效值",
        )
    recent = tuple(case.recent.values())
    against = [day for day in recent if day.contradictions > day.charge_reads * _MOST]
    if len(against) >= wanted - 2:
        return _stuck(
            case,
            f"on {len(against)} days percent and voltage could not both be true",
            f"有 {len(against)} 天电量百分比与电压相互矛盾",
        )
    values = {value for day in recent for value in day.gauge}
    if len(recent) < wanted or len(values) != 1:
        return None
    (value,) = values
    if _may_stand(case, value, recent):
        return None
    if value <= 0 or (value >= NEARLY_FULL and not (_moved_before(case) or _swings(recent, value))):
        return None  # empty, or full: that may well be true
    return _stuck(
        case,
        f"the gauge has stood at {value} % through {len(recent)} days and nights",
        f"电量计连续 {len(recent)} 天停在 {value}%",
    )


def standing(case: Case) -> Assessment | None:
    """It moved nearly every day, and stands at one value for days: what it shows tells nothing.

    Too early to call it stuck, and too late to read a weak panel or a dead one from it.
    """
    last = tuple(case.recent.values())[-_DOUBTED:]
    values = {value for day in last for value in day.gauge}
    if len(last) < _DOUBTED or len(values) != 1 or not _moved_before(case):
        return None
    (value,) = values
    if value <= _EMPTY or value >= NEARLY_FULL:
        return None
    return Assessment(
        day=case.view.day,
        cause=Cause.UNKNOWN,
        because=Said(
            en=f"the gauge has stood at {value} % for {len(last)} days",
            zh=f"电量计已 {len(last)} 天停在 {value}%",
        ),
        suspected=Cause.GAUGE_STUCK,
        settle=Said(
            en=f"{case.levels.gauge_stuck_days:.0f} days, or a gauge that moves",
            zh=f"需满 {case.levels.gauge_stuck_days:.0f} 天，或电量计读数有变化",
        ),
    )


def _may_stand(case: Case, value: int, recent: Sequence[EnergyDay]) -> bool:
    """A sound gauge may show one value for so long: near full, by bars, or in steps of five or ten
    percent, of which a large battery takes less in a day, and is given about as much."""
    if case.step in _BARS or (case.step == _TENTHS and any(d.charging_visits for d in recent)):
        return True
    is_slow = value >= NEARLY_FULL or case.step in (_TWENTIETHS, _TENTHS)
    return is_slow and not _stood(case, value, 2 * case.levels.gauge_stuck_days)


def _stood(case: Case, value: int, wanted: float) -> bool:
    """It has shown nothing else on so many days that were watched well."""
    kept = [day for at, day in case.view.days.items() if at <= case.view.day and is_supported(day)]
    newest = kept[-int(wanted) :]
    return len(newest) >= wanted and all(set(day.gauge) == {value} for day in newest)


def _swings(days: Sequence[EnergyDay], value: int) -> bool:
    """Below the end of its scale the percent follows the voltage: that moved, and it did not."""
    swinging = [day for day in days if _swing_mv(day) >= _SWING_MV]
    return value < _TOP and len(swinging) >= _DOUBTED


def _moved_before(case: Case) -> bool:
    """In its first days the gauge moved nearly every day."""
    first = tuple(case.first.values())
    return bool(first) and sum(len(day.gauge) > 1 for day in first) >= len(first) * _NEARLY_ALL


def _stuck(case: Case, en: str, zh: str) -> Assessment:
    return Assessment(day=case.view.day, cause=Cause.GAUGE_STUCK, because=Said(en=en, zh=zh))


def _swing_mv(day: EnergyDay) -> float:
    if day.voltage_low_mv is None or day.voltage_high_mv is None:
        return 0.0
    return day.voltage_high_mv - day.voltage_low_mv
