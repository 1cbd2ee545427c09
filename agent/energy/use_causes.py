"""Too much goes out: a battery that holds less than on day 0, or a camera that is used more; pure.

A worn battery loses more percent by night and gains more percent from the same charge; one that
is used more loses more and gains the same. So use alone never convicts a battery.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.day import EnergyDay
from agent.energy.gain_causes import claim_guard, is_low_season, may_be_dead
from agent.energy.rate import Rate

_S_PER_H: Final = 3600.0
_HOURS: Final = 24.0
_DARK_S: Final = 4 * 3600
_AGREES: Final = 1.15
"""By so much at least use in percent must have risen with a capacity that went down."""
_PLAUSIBLE: Final = 1.7
"""How far the mAh of a percent may differ between charging and discharging; further, and the
current that it tells is what it draws while it answers, not what it draws."""
SAME: Final = (0.65, 1.5)
"""Use in percent times capacity: in mAh it must have stayed about the same."""
_KNOWN: Final = 0.8
_MOST_MAH: Final = 400.0
"""Of a percent: such cameras carry 5 to 20 Ah. More is a gauge that is flat near full."""
_LATELY: Final = 3
_FAR_OFF: Final = 0.6
_DEEP_PERCENT: Final = 60.0
_BELIEVABLE: Final = 4.5
"""A larger ratio is a gauge that was flat near full when the first weeks were read."""
_ALIKE: Final = 0.6
"""Of the logarithm of its use, what its gain may have gone with it and still be more use."""


def use_by_night(day: EnergyDay) -> tuple[float, float]:
    """Percent, and hours."""
    return -day.dark_change, day.dark_s / _S_PER_H


def _fall_per_mah(day: EnergyDay) -> tuple[float, float]:
    return day.dark_fall, max(0.0, day.dark_mah)


def _gain_per_mah(day: EnergyDay) -> tuple[float, float]:
    return _gained(day), day.in_mah


def _gain_beside_night(day: EnergyDay) -> tuple[float, float]:
    """The same, and the charge in mAh, each beside what the night would have left.

    What a reading of the current is off by, always and by as much, is in both and goes out: a
    camera that shows what it draws while it answers shows that by night as well.
    """
    known = day.dark_s >= _DARK_S and day.current_s >= _KNOWN * day.span_s
    if not known or day.charge_first is None or day.charge_last is None:
        return 0.0, 0.0
    return _gained(day), day.in_mah - day.out_mah + day.dark_mah * day.span_s / day.dark_s


def _gain_per_hour(day: EnergyDay) -> tuple[float, float]:
    """Hours in which it said that it charges, from the share of visits."""
    share = day.charging_visits / day.charging_reads if day.charging_reads else 0.0
    return _gained(day), _HOURS * share


def _gained(day: EnergyDay) -> float:
    """As ``balance_of``, but a day's error may make it negative: over many days it goes out."""
    if day.dark_s < _DARK_S or day.charge_first is None or day.charge_last is None:
        return 0.0
    return day.charge_last - day.charge_first - day.dark_change * day.span_s / day.dark_s


def percent_drift(case: Case) -> Rate | None:
    """How many times the percent of its first weeks the same charge is; None for no support.

    By mAh in the dark where its current is believed, else by the day's mAh beside the night's, by
    mAh that came in, and by the hours in which it said that it charges.
    """
    falls = case.drift(_fall_per_mah)
    if falls is not None and is_believed(case):
        return falls
    return _beside(case) or case.drift(_gain_per_mah) or case.drift(_gain_per_hour)


def _beside(case: Case) -> Rate | None:
    """By the day's mAh beside the night's; None where they make no pack that a camera carries.

    Few visits meet a short charge, and a smaller battery's are shorter still: what it seems to
    have lost beyond what its nights say is not believed.
    """
    drift, use = case.drift(_gain_beside_night), use_ratio(case)
    a_percent = _per_mah(case.nights[1], _gain_beside_night)
    if drift is None or use is None or a_percent * _MOST_MAH < 1.0:
        return None
    return Rate(value=min(drift.value, max(1.0, use.value)), error=drift.error)


def is_believed(case: Case) -> bool:
    """Whether the current that it tells is what it draws: charging and discharging agree."""
    """The mAh of a percent are about the same going out by night and coming in by day."""
    _, first = case.nights
    out = _per_mah(first, _fall_per_mah)
    known = [_per_mah(first, rate) for rate in (_gain_beside_night, _gain_per_mah)]
    return any(out and into and max(out / into, into / out) <= _PLAUSIBLE for into in known)


def _per_mah(days: tuple[EnergyDay, ...], rate: object) -> float:
    assert callable(rate)
    pairs = [rate(day) for day in days]
    over = sum(pair[1] for pair in pairs)
    return float(sum(pair[0] for pair in pairs) / over) if over > 0 else 0.0


def capacity(case: Case) -> Rate | None:
    """Capacity now over that of its first weeks; None when nothing carries it."""
    drift = percent_drift(case)
    return None if drift is None else drift.inverse


def use_ratio(case: Case) -> Rate | None:
    """Its use by night over that of its first weeks, what its siblings saw as well taken out."""
    own, theirs = case.drift(use_by_night), case.siblings_drift(use_by_night)
    if own is None or theirs is None:
        return own
    return Rate(value=own.value / theirs, error=own.error)


def worn(case: Case) -> Assessment | None:
    """It holds less than on day 0: from the same charge it rises more, and by night it falls more.

    Both must say so, with their errors. Where no current is believed, the hours of charging stand
    for it: weak sun stretches them, so that they count in a good season alone, and only when they
    are far off.
    """
    held, use = capacity(case), use_ratio(case)
    if held is None or use is None or held.value > case.levels.capacity_worn_share:
        return None
    metered = is_believed(case) or _beside(case) is not None
    most = case.levels.capacity_fit_share if metered else _FAR_OFF
    is_flat = not is_believed(case) and metered and use.value > _BELIEVABLE
    if is_flat or held.high > most or use.value < _AGREES or use.low <= 1.0:
        return None
    same = SAME[0] <= use.value * held.value <= SAME[1] and _lasts(case)
    if not same or not _is_charged(case):
        return None
    if not metered and not (_is_good_season(case) and _is_filled(case)):
        return None
    because = Said(
        en=f"it holds {_share(held)} of what it held in its first weeks, and by night it loses"
        f" {use.value:.1f} times what it lost",
        zh=f"电池容量为最初的 {_share(held)}，夜间耗电百分比为原来的 {use.value:.1f} 倍",
    )
    missing = _other_battery(case.view.exchanged_on) or claim_guard(case, by_panel=True)
    if missing is None:
        return Assessment(day=case.view.day, cause=Cause.WORN, because=because)
    return _unsure(case, Cause.WORN, because, missing)


def over_use(case: Case) -> Assessment | None:
    """It takes more than before while a percent of its battery is worth what it was."""
    use = use_ratio(case)
    if use is None or use.value < case.levels.use_high_ratio:
        return None
    if use.low < case.levels.use_usual_ratio or not _is_low(case) or may_be_dead(case):
        return None
    is_flat = use.value > _BELIEVABLE and is_low_season(case)
    if case.is_site_short or is_flat:
        return None  # a whole site that runs short is no habit of one camera
    because = Said(
        en=f"by night it takes {use.value:.1f} times the charge of its first weeks",
        zh=f"夜间耗电为最初几周的 {use.value:.1f} 倍",
    )
    drift = percent_drift(case)
    alike = drift is None or math.log(drift.value) > _ALIKE * math.log(use.value)
    if alike and use.value <= _BELIEVABLE:
        return _unsure(case, Cause.OVER_USE, because, _MEASURED)
    return Assessment(day=case.view.day, cause=Cause.OVER_USE, because=because)


def _lasts(case: Case) -> bool:
    """Both weeks of the fortnight say so: what began a few days ago is no wear yet."""
    newest, first = case.nights
    half = len(newest) // 2
    before = fall_an_hour(first)
    return all(fall_an_hour(week) >= _AGREES * before for week in (newest[:half], newest[half:]))


def fall_an_hour(days: Sequence[EnergyDay]) -> float:
    """Percent an hour in the dark."""
    hours = sum(day.dark_s for day in days) / _S_PER_H
    return -sum(day.dark_change for day in days) / hours if hours else 0.0


def _is_filled(case: Case) -> bool:
    """Full on most days: it is given what it takes, and that is no more than before."""
    full = case.levels.energy_full_percent
    filled = [(day.charge_high or 0.0) >= full for day in case.recent.values()]
    return sum(filled) * 3 >= len(filled) * 2


def _is_good_season(case: Case) -> bool:
    """The sun is not low, and nothing froze."""
    lows = [one.temperature_low_c for one in case.recent.values()]
    lows += [case.said(day).temperature_low_c for day in case.recent]
    return not is_low_season(case) and min((one for one in lows if one is not None), default=1) > 0


def _is_charged(case: Case) -> bool:
    """It was charged on most days of the fortnight, and lately: the sun is its own witness."""
    newest, _ = case.nights
    charged = [day.charging_visits > 0 or day.rise >= case.noise for day in newest]
    return sum(charged) * 2 > len(charged) and any(charged[-_LATELY:])


def _is_low(case: Case) -> bool:
    """The sun does not make up for it, or its nights go deep."""
    lows = [day.charge_low for day in case.recent.values() if day.charge_low is not None]
    return case.is_short or (bool(lows) and median(lows) <= _DEEP_PERCENT)


_MEASURED: Final = Said(
    en="what a percent of its gauge takes to charge, over weeks: more use, or a battery that holds"
    " less",
    zh="需数周内测得每百分比对应的充电量，以区分使用增多与电池容量下降",
)


def _other_battery(day: date | None) -> Said | None:
    """What no figure tells of a battery that somebody fitted: whose it is."""
    if day is None:
        return None
    return Said(
        en=f"the battery was exchanged about {day}: whose it is, and what it held when new",
        zh=f"电池约于 {day} 更换：需确认由谁提供及其新电池时的容量",
    )


def _share(rate: Rate) -> str:
    return f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def _unsure(case: Case, cause: Cause, because: Said, settle: Said) -> Assessment:
    return Assessment(
        day=case.view.day, cause=Cause.UNKNOWN, because=because, suspected=cause, settle=settle
    )
