"""Too much goes out: a battery that holds less than on day 0, or a camera that is used more; pure.

A worn battery loses more percent by night and gains more percent from the same sun; one that is
used more loses more and gains the same. So use alone never convicts a battery.
"""

from __future__ import annotations

from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.gain_causes import claim_guard

_AGREES: Final = 1.15
"""By so much at least use in percent must have risen with a capacity that is measured in mAh."""

_LEAST, _MOST = 0.1, 1.25


def capacity(case: Case) -> float | None:
    """Capacity now over that of the first days; None when nothing carries it.

    By mAh for a percent where the current is read, else by what a watt-hour of the panel, or an
    hour of sun, brings in percent: the latter only beside siblings, for it holds the weather.
    """
    metered = case.drift(lambda stretch: stretch.mah_per_percent)
    if metered is not None:
        return _believed(metered)
    for metric in (lambda s: s.gain_per_wh, lambda s: s.gain_per_sun_h):
        gain = case.drift(metric)
        if gain is not None:
            return _believed(1.0 / gain if gain > 0 else 0.0)
    return None


def _believed(share: float) -> float | None:
    """No battery grows: beyond that less comes in for another reason, and nothing is known."""
    return share if _LEAST <= share <= _MOST else None


def use_ratio(case: Case) -> float | None:
    """Its use by night over that of its first days, what its siblings saw as well taken out."""
    return case.drift(lambda stretch: stretch.use)


def worn(case: Case) -> Assessment | None:
    """It holds less than on day 0: from the same charge it rises more, and by night it falls more.

    Both must say so; the siblings' nights must not.
    """
    held, use = capacity(case), use_ratio(case)
    if held is None or use is None or held > case.levels.capacity_worn_share:
        return None
    if use < _AGREES or use * held < 0.7:
        return None
    because = Said(
        en=f"it holds {held:.0%} of day 0, and by night it loses {use:.1f} times what it lost",
        zh=f"电池容量为初始的 {held:.0%}，夜间耗电百分比为原来的 {use:.1f} 倍",
    )
    missing = claim_guard(case)
    if missing is not None:
        return Assessment(
            day=case.view.day,
            cause=Cause.UNKNOWN,
            because=because,
            suspected=Cause.WORN,
            settle=missing,
        )
    return Assessment(day=case.view.day, cause=Cause.WORN, because=because)


def over_use(case: Case) -> Assessment | None:
    """It takes more than before while the battery holds what it held."""
    own, held = use_ratio(case), capacity(case)
    beside = case.beside_siblings(lambda stretch: stretch.use) if own is None else None
    ratio = own if own is not None else beside
    if ratio is None or ratio < case.levels.use_high_ratio:
        return None
    if own is not None and held is not None and held < case.levels.capacity_fit_share:
        settle = Said(
            en="a fortnight in which the charge for a percent is measured in sun and at night",
            zh="需两周内在阳光下及夜间测得每百分比对应的电量",
        )
        because = Said(
            en=f"it loses {ratio:.1f} times what it lost: more use, or a battery that holds less",
            zh=f"耗电为原来的 {ratio:.1f} 倍：使用增多，或电池容量下降",
        )
        return Assessment(
            day=case.view.day,
            cause=Cause.UNKNOWN,
            because=because,
            suspected=Cause.OVER_USE,
            settle=settle,
        )
    if own is None and not case.is_short:
        return None
    of = "of its first days" if own is not None else "of its siblings"
    of_zh = "最初" if own is not None else "同场其他设备"
    return Assessment(
        day=case.view.day,
        cause=Cause.OVER_USE,
        because=Said(
            en=f"by night it takes {ratio:.1f} times the charge {of}",
            zh=f"夜间耗电为{of_zh}的 {ratio:.1f} 倍",
        ),
    )
