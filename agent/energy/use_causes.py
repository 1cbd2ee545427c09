"""Too much goes out: a battery that holds less than on day 0, or a camera that is used more; pure.

A worn battery loses more percent by night and gains more percent from the same charge; one that
is used more loses more and gains the same. So use alone never convicts a battery.
"""

from __future__ import annotations

import math
from datetime import date
from statistics import median
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.drift import (
    SAME,
    capacity,
    drawn_ratio,
    fall_an_hour,
    is_believed,
    is_flat,
    is_metered,
    is_saturated,
    knows_nights,
    percent_drift,
    rates_of,
    sends_more,
    sent_ratio,
    use_ratio,
)
from agent.energy.guard import claim_guard, unsure
from agent.energy.idle_causes import is_contact, may_be_dead
from agent.energy.rate import Rate
from agent.energy.season import is_low_season, sun_share

_AGREES: Final = 1.15
"""By so much at least use in percent must have risen with a capacity that went down."""
_LATELY: Final = 3
_DRAWS_AS_BEFORE: Final = 1.25
"""By night, in mAh, at most: weeks differ by a tenth or two."""
_END_OF_LIFE: Final = 0.8
"""Of its first capacity, the usual end of life: worse than that even by its error."""
_CERTAIN_ERROR: Final = 0.25
_DEEP_PERCENT: Final = 60.0
_NEARLY_EMPTY: Final = 30.0
_BELIEVABLE: Final = 4.5
"""A larger ratio is a gauge that was flat near full when the first weeks were read."""
_FAR_MORE: Final = 8.0
"""Times its use, for certain: no gauge falls so much faster for being low."""
_SENDS_FAR_MORE: Final = 5.0
"""Times the bytes, at least: a camera's modem takes most of what it takes while it sends."""
_ALIKE: Final = 0.6
"""Of the logarithm of its use, what its gain may have gone with it and still be more use."""
_NEWEST: Final = 5  # days ...
_AT_ONCE: Final = 3.0  # ... in which so many times the use is not waited out
_CARRIED_BY_DAY: Final = 2.0
"""What a day's falls may grow by when a panel no longer carries the camera: 24 hours for 12."""


def worn(case: Case) -> Assessment | None:
    """It holds less than on day 0: from the same charge it rises more, and by night it falls more.

    Both must say so, with their errors, and the charge must have been measured: hours of charging
    are met or missed by visits, and a camera that is used more is met more often.
    """
    held, use = capacity(case), use_ratio(case)
    if held is None or use is None or not _agree(case, held, use):
        return None
    if not _lasts(case) or not _is_charged(case):
        return None
    because = Said(
        en=f"it holds {_share(held)} of what it held in its first weeks, and by night it loses"
        f" {use.value:.1f} times what it lost",
        zh=f"电池容量为最初的 {_share(held)}，夜间耗电百分比为原来的 {use.value:.1f} 倍",
    )
    missing = _other_battery(case.view.exchanged_on) or claim_guard(case, by_panel=True)
    if missing is None and not _is_filled(case):
        missing = _UNFILLED
    if missing is None:
        return Assessment(day=case.view.day, cause=Cause.WORN, because=because)
    return unsure(case, Cause.WORN, because, missing)


def _agree(case: Case, held: Rate, use: Rate) -> bool:
    """Whether both say, certain enough, that it holds less, and as much less."""
    if not is_metered(case) or is_flat(case, _BELIEVABLE) or held.error > _CERTAIN_ERROR:
        return False
    drawn = drawn_ratio(case)
    if drawn is not None and drawn.low >= _AGREES:
        return False  # it draws more, whatever its gauge makes of it
    worn_out = held.value <= case.levels.capacity_worn_share and held.high <= _END_OF_LIFE
    least, most = use.value * held.value, use.value * held.value
    if is_believed(case) and drawn is not None and drawn.high < _DRAWS_AS_BEFORE:
        # A gauge that was flat near full tells the use of the first nights badly; mAh tell it well.
        least, most = use.low * held.value, use.high * held.value
    return worn_out and use.low >= _AGREES and least <= SAME[1] and most >= SAME[0]


def over_use(case: Case) -> Assessment | None:
    """It takes more than before while a percent of its battery is worth what it was.

    What it takes more it sends, where its modem tells: a gauge that falls faster because the
    battery is low now, and a modem that repeats itself for want of signal, send no more. A lamp
    that stays on and a processor that never sleeps send no more either: where the charge is
    measured, that it takes more is then said, and why is left open.
    """
    use = _use_of(case)
    if use is None or not _is_much_more(case, use) or not _is_low(case) or _is_dark(case):
        return None
    more_sent = _explains(case, use)
    drift = percent_drift(case)
    alike = drift is None or math.log(drift.value) > _ALIKE * math.log(use.value)
    is_measured = is_metered(case) and not alike
    if case.is_site_short or (_may_be_season(case, use) and not more_sent and not is_measured):
        return None  # a whole site that runs short is no habit of one camera
    if not more_sent and not (is_measured if more_sent is False else _draws_more(case, use)):
        return None  # a gauge that was flat near full: what gives it too little may show yet
    because = _more_words(use, by_night=knows_nights(case))
    if more_sent is False:
        # Measured by mAh it does take more; what takes it is no word of its modem's.
        return unsure(case, Cause.OVER_USE, because, _UNSENT)
    if alike and not more_sent and (use.value <= _BELIEVABLE or is_saturated(case)):
        return unsure(case, Cause.OVER_USE, because, _MEASURED)
    return Assessment(day=case.view.day, cause=Cause.OVER_USE, because=because)


def sends_far_more(case: Case) -> Assessment | None:
    """It is low, and sends so many times more that its nights need not be asked.

    They may not tell: in its first weeks the gauge stood at the top, and empty it cannot fall.
    """
    known = [sent_ratio(case, newest=newest) for newest in (None, _NEWEST)]
    least = max((one.low for one in known if one is not None), default=0.0)
    if least < _SENDS_FAR_MORE or case.is_site_short or not _is_low(case) or _is_dark(case):
        return None
    because = Said(
        en=f"it sends at least {least:.0f} times the bytes of its first weeks, and runs low",
        zh=f"发送数据量至少为最初几周的 {least:.0f} 倍，且电量偏低",
    )
    return Assessment(day=case.view.day, cause=Cause.OVER_USE, because=because)


def _is_dark(case: Case) -> bool:
    """Its panel may be dead, or makes no contact: then too little comes in, whatever goes out."""
    return may_be_dead(case) or is_contact(case)


def _is_much_more(case: Case, use: Rate) -> bool:
    usual, high = case.levels.use_usual_ratio, case.levels.use_high_ratio
    if not knows_nights(case):
        usual, high = _CARRIED_BY_DAY, _CARRIED_BY_DAY * usual
    return use.value >= high and use.low >= usual


def _explains(case: Case, use: Rate) -> bool | None:
    """Whether what it sends explains what it takes; None where its modem does not tell.

    If all that it took were for sending, it would take as many times more as it sends.
    """
    sent, more = sent_ratio(case), sends_more(case)
    return None if more and sent is not None and use.low > sent.high else more


def _draws_more(case: Case, use: Rate) -> bool:
    """Whether its current says so, too; without one, a use that is certain has to do."""
    drawn = [one for newest in (None, _NEWEST) if (one := drawn_ratio(case, newest=newest))]
    if drawn:
        return any(one.low >= _AGREES for one in drawn)
    certain = use.error <= _CERTAIN_ERROR or use.low >= _AT_ONCE
    return certain and sent_ratio(case) is None


def _may_be_season(case: Case, use: Rate) -> bool:
    """A low sun empties it by itself, and a gauge falls faster low than near full."""
    if use.value >= _FAR_MORE and use.error <= _CERTAIN_ERROR:
        return False
    is_deep = sun_share(case) <= case.levels.low_sun_alone_share
    return is_deep or (use.value > _BELIEVABLE and is_low_season(case))


def _more_words(use: Rate, *, by_night: bool) -> Said:
    when, when_zh = ("by night", "夜间") if by_night else ("a day", "每日")
    return Said(
        en=f"{when} it takes {use.value:.1f} times the charge of its first weeks",
        zh=f"{when_zh}耗电为最初几周的 {use.value:.1f} 倍",
    )


def worn_or_used(case: Case) -> Assessment | None:
    """Its nights take far more, for weeks, and nothing that it tells says which of the two it is.

    Nobody is short of anything yet, and it sends no more: so it is said, and left open.
    """
    use = use_ratio(case)
    if use is None or use.low < case.levels.use_usual_ratio or case.is_site_short:
        return None
    if sends_more(case) or not _lasts(case) or not _is_charged(case) or not _is_filled(case):
        return None
    because = Said(
        en=f"its nights take {use.value:.1f} times the percent of its first weeks: it holds less,"
        " or it is used more",
        zh=f"夜间耗电百分比为最初几周的 {use.value:.1f} 倍：电池容量下降或使用增多",
    )
    return unsure(case, Cause.WORN, because, _MEASURED)


def _use_of(case: Case) -> Rate | None:
    """Over the fortnight; what would empty a battery in days is seen in days."""
    use, lately = use_ratio(case), use_ratio(case, newest=_NEWEST)
    if lately is None or lately.value < _AT_ONCE or (use is not None and use.low >= lately.low):
        return use
    return lately


def _lasts(case: Case) -> bool:
    """Both weeks of the fortnight say so: what began a few days ago is no wear yet."""
    newest, first = case.nights
    half = len(newest) // 2
    rate = rates_of(case).use
    before = fall_an_hour(first, rate)
    weeks = (newest[:half], newest[half:])
    return all(fall_an_hour(week, rate) >= _AGREES * before for week in weeks)


def _is_filled(case: Case) -> bool:
    """Full on most days: it is given what it takes, and that is no more than before."""
    full = case.levels.energy_full_percent
    filled = [(day.charge_high or 0.0) >= full for day in case.recent.values()]
    return sum(filled) * 3 >= len(filled) * 2


def _is_charged(case: Case) -> bool:
    """It was charged on most days of the fortnight, and lately: the sun is its own witness."""
    newest, _ = case.nights
    charged = [day.charging_visits > 0 or day.rise >= case.noise for day in newest]
    return sum(charged) * 2 > len(charged) and any(charged[-_LATELY:])


def _is_low(case: Case) -> bool:
    """The sun does not make up for it, or its nights go deep, or it is nearly empty by now."""
    lately = [day.charge_low for day in list(case.newest.values())[-_LATELY:]]
    if lately and all(low is not None and low <= _NEARLY_EMPTY for low in lately):
        return True
    lows = [day.charge_low for day in case.recent.values() if day.charge_low is not None]
    return case.is_short or (bool(lows) and median(lows) <= _DEEP_PERCENT)


_UNFILLED: Final = Said(
    en="a battery that is full on most days: a gauge finds its mark there, and what a weak panel"
    " leaves between is not what the battery holds; clean the panel first",
    zh="需电池在多数日子充满：电量计在满电时校准，太阳能板偏弱时的中间读数不代表容量；请先清洁太阳能板",
)
_MEASURED: Final = Said(
    en="what a percent of its gauge takes to charge, over weeks: more use, or a battery that holds"
    " less",
    zh="需数周内测得每百分比对应的充电量，以区分使用增多与电池容量下降",
)


_UNSENT: Final = Said(
    en="what draws it, for it sends no more than before: a lamp that stays on, wake-ups that record"
    " nothing, a modem that searches for signal",
    zh="需查明耗电来源（发送数据量未增加）：补光灯常亮、频繁唤醒却无录像，或模组反复搜网",
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
