"""How use and capacity have drifted since a camera's first weeks, with their errors; pure.

By night nothing comes in, so its hours are the best measure of use. Where no night is known (the
place was not written down, and no panel tells) the sums of a whole day's falls and rises stand for
it: coarser, for what a weak panel does not carry by day is in the falls as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.energy.case import Case, DayRate
from agent.energy.day import EnergyDay
from agent.energy.rate import Rate, rate_of, ratio
from agent.energy.span import EMPTY_BELOW
from agent.energy.witness import NEARLY_FULL

_S_PER_H: Final = 3600.0
_HOURS: Final = 24.0
_DARK_S: Final = 4 * 3600
_KNOWN: Final = 0.8
_PLAUSIBLE: Final = 1.7
"""How far the mAh of a percent may differ between charging and discharging; further, and the
current that it tells is what it draws while it answers, not what it draws."""
SAME: Final = (0.65, 1.5)
"""Use in percent times capacity: in mAh it must have stayed about the same."""
_AS_MUCH: Final = 1.25
"""Bytes an hour: less more than that is no more use. Weeks differ by some tenths."""
_MOST_MAH: Final = 400.0
"""Of a percent: such cameras carry 5 to 20 Ah. More is a gauge that is flat near full."""
_OF_WRITTEN: Final = 2.0
"""Times the capacity that somebody wrote down: kits of 12 V carry 100 Ah, and theirs is told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What of a day goes over what."""

    use: DayRate  # percent, and hours
    fall: DayRate  # percent, and mAh that went out
    gain: DayRate  # percent, and mAh that came in
    charging: DayRate  # percent, and hours in which it said that it charges


def use_by_night(day: EnergyDay) -> tuple[float, float]:
    """Percent, and hours."""
    return -day.dark_change, day.dark_s / _S_PER_H


def _fall_by_night(day: EnergyDay) -> tuple[float, float]:
    return day.dark_fall, max(0.0, day.dark_mah)


def _draw_by_night(day: EnergyDay) -> tuple[float, float]:
    """mAh, and hours."""
    return day.dark_mah, day.dark_s / _S_PER_H if day.dark_mah else 0.0


def _gain_of_day(day: EnergyDay) -> tuple[float, float]:
    return _gained(day), day.in_mah


def _gain_charging(day: EnergyDay) -> tuple[float, float]:
    return _gained(day), _charging_h(day)


def _use_by_day(day: EnergyDay) -> tuple[float, float]:
    if (day.charge_low or 0.0) <= EMPTY_BELOW:
        return 0.0, 0.0  # an empty battery cannot fall
    return day.fall, day.span_s / _S_PER_H


def _fall_by_day(day: EnergyDay) -> tuple[float, float]:
    return day.fall, day.out_mah


def _rise_by_day(day: EnergyDay) -> tuple[float, float]:
    return day.rise, day.in_mah


def _rise_charging(day: EnergyDay) -> tuple[float, float]:
    return day.rise, _charging_h(day)


_BY_NIGHT: Final = Rates(
    use=use_by_night, fall=_fall_by_night, gain=_gain_of_day, charging=_gain_charging
)
_BY_DAY: Final = Rates(
    use=_use_by_day, fall=_fall_by_day, gain=_rise_by_day, charging=_rise_charging
)


def knows_nights(case: Case) -> bool:
    """Whether the dark hours of its newest and of its first days are known."""
    return all(any(day.dark_s for day in days) for days in case.nights)


def rates_of(case: Case) -> Rates:
    """By night where nights are known, else by the whole day."""
    return _BY_NIGHT if knows_nights(case) else _BY_DAY


def _charging_h(day: EnergyDay) -> float:
    """From the share of visits."""
    share = day.charging_visits / day.charging_reads if day.charging_reads else 0.0
    return _HOURS * share


def _gained(day: EnergyDay) -> float:
    """As ``balance_of``, but a day's error may make it negative: over many days it goes out."""
    if day.dark_s < _DARK_S or day.charge_first is None or day.charge_last is None:
        return 0.0
    return day.charge_last - day.charge_first - day.dark_change * day.span_s / day.dark_s


def _gain_beside_night(day: EnergyDay) -> tuple[float, float]:
    """What a day gained, and its charge in mAh, each beside what the night would have left.

    What a reading of the current is off by, always and by as much, is in both and goes out: a
    camera that shows what it draws while it answers shows that by night as well.
    """
    known = day.dark_s >= _DARK_S and day.current_s >= _KNOWN * day.span_s
    if not known or day.charge_first is None or day.charge_last is None:
        return 0.0, 0.0
    return _gained(day), day.in_mah - day.out_mah + day.dark_mah * day.span_s / day.dark_s


def percent_drift(case: Case) -> Rate | None:
    """How many times the percent of its first weeks the same charge is; None for no support.

    By mAh that went out where its current is believed, else by the day's mAh beside the night's,
    by mAh that came in, and by the hours in which it said that it charges.
    """
    rates = rates_of(case)
    falls = case.drift(rates.fall)
    if falls is not None and is_believed(case):
        return falls
    return _beside(case) or case.drift(rates.gain) or _charging_drift(case)


def _charging_drift(case: Case) -> Rate | None:
    """By hours of charging; siblings had the same sun, and what it did to theirs is taken out."""
    rate = rates_of(case).charging
    own, theirs = case.drift(rate), case.siblings_drift(rate)
    return own if own is None or theirs is None else own.over(theirs)


def is_metered(case: Case) -> bool:
    """Whether mAh carry the drift: those that went out, or the day's beside the night's."""
    return is_believed(case) or _beside(case) is not None


def is_flat(case: Case, believable: float) -> bool:
    """Whether so large a use is a gauge's that was flat near full, for all that is measured."""
    use = use_ratio(case)
    return use is not None and use.value > believable and not is_believed(case)


def is_saturated(case: Case) -> bool:
    """On most of its first days the gauge never left the top: they say nothing of its use."""
    _, first = case.nights
    top = [(day.charge_low or 0.0) >= NEARLY_FULL for day in first]
    return sum(top) * 2 > len(top)


def _beside(case: Case) -> Rate | None:
    """By the day's mAh beside the night's; None where they make no pack that a camera carries.

    Few visits meet a short charge, and a smaller battery's are shorter still: what it seems to
    have lost beyond what its nights say is not believed.
    """
    drift, use = case.drift(_gain_beside_night), use_ratio(case)
    a_percent = _per_mah(case.nights[1], _gain_beside_night)
    if drift is None or use is None or a_percent * _most_mah(case) < 1.0:
        return None
    return Rate(value=min(drift.value, max(1.0, use.value)), error=drift.error)


def _most_mah(case: Case) -> float:
    """What a percent may be at most, for a pack that a camera carries."""
    written = case.view.draw.capacity_mah if case.view.draw else None
    return max(_MOST_MAH, _OF_WRITTEN * (written or 0.0) / 100.0)


def is_believed(case: Case) -> bool:
    """The mAh of a percent are about the same going out and coming in, in its first weeks."""
    _, first = case.nights
    rates = rates_of(case)
    out = _per_mah(first, rates.fall)
    known = [_per_mah(first, rate) for rate in (_gain_beside_night, rates.gain)]
    return any(out and into and max(out / into, into / out) <= _PLAUSIBLE for into in known)


def _per_mah(days: Sequence[EnergyDay], rate: DayRate) -> float:
    pairs = [rate(day) for day in days]
    over = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / over if over > 0 else 0.0


def capacity(case: Case) -> Rate | None:
    """Capacity now over that of its first weeks; None when nothing carries it."""
    drift = percent_drift(case)
    return None if drift is None else drift.inverse


def use_ratio(case: Case, *, newest: int | None = None) -> Rate | None:
    """Its use over that of its first weeks, what its siblings saw as well taken out.

    That they take less does not make its own more.
    ``newest``: of so many days alone, not of the fortnight.
    """
    rate = rates_of(case).use
    own, theirs = case.drift(rate, newest=newest), case.siblings_drift(rate)
    return own if own is None or theirs is None else own.over(max(1.0, theirs))


def fall_an_hour(days: Sequence[EnergyDay], rate: DayRate = use_by_night) -> float:
    """Percent an hour over these days."""
    pairs = [rate(day) for day in days]
    hours = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / hours if hours else 0.0


def sent_ratio(case: Case, *, newest: int | None = None) -> Rate | None:
    """Bytes an hour over those of its first weeks; None where its modem does not tell them.

    What it is used for it sends: live view, clips of motion. A battery that holds less sends no
    more, nor does a modem that repeats itself for want of signal.
    ``newest``: of so many days alone, not of the fortnight.
    """
    lately, first = (
        [
            (case.view.sent[day], one.covered_s / _S_PER_H)
            for day, one in days
            if day in case.view.sent
        ]
        for days in case.dated_nights
    )
    return ratio(rate_of(lately[-(newest or len(lately)) :], floor=0.0), rate_of(first, floor=0.0))


def sends_more(case: Case) -> bool | None:
    """Whether it sends more than in its first weeks; None where that is not known or not sure."""
    sent = sent_ratio(case)
    if sent is None:
        return None
    if sent.low > _AS_MUCH:
        return True
    return False if sent.value < _AS_MUCH else None


def drawn_ratio(case: Case, *, newest: int | None = None) -> Rate | None:
    """Its current by night over that of its first weeks; None where no current is told.

    No gauge has a part in it. What a current is off by, always and by as much, makes the ratio
    smaller than it is, and never larger. ``newest``: of so many days alone, not of the fortnight.
    """
    return case.drift(_draw_by_night, newest=newest)
