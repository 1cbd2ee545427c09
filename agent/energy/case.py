"""A camera's case: its newest days beside its first ones and its siblings'; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from statistics import median
from typing import Final, TypeAlias

from agent.energy.day import EnergyDay
from agent.energy.inflow import Inflow, inflow_of
from agent.energy.levels import EnergyLevels
from agent.energy.nights import (
    BASE_DAYS,
    NEWEST_NIGHTS,
    Dated,
    nights_of,
    of_one_firmware,
    step_of,
)
from agent.energy.rate import Rate, rate_of, ratio
from agent.energy.span import FIT_C
from agent.energy.stretch import Stretch, is_supported, stretch_of
from agent.energy.turning import NOISE_PERCENT
from agent.energy.view import EnergyView
from agent.energy.witness import SiteDay, is_short, site_days, witnesses

_FIRST: Final = 14
_STEP_SHARE: Final = 0.41
"""What both ends of a night are off by in a gauge that tells whole steps: sqrt(2 / 12) of one."""
_NOBODY: Final = SiteDay()
_FEW: Final = 2
_A_MONTH: Final = 30
_CERTAIN_ERROR: Final = 0.25
Metric: TypeAlias = Callable[[Stretch], float | None]
DayRate: TypeAlias = Callable[[EnergyDay], tuple[float, float]]
"""What of a day goes over what."""


@dataclass(frozen=True, kw_only=True)  # no slots: what several causes ask is worked out once
class Case:
    """The days that a cause is looked for in, and what they are held against."""

    view: EnergyView
    levels: EnergyLevels
    _drifts: dict[tuple[DayRate, int | None], Rate | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _siblings_drifts: dict[DayRate, float | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def newest(self) -> Mapping[date, EnergyDay]:
        """All days of the window, watched well or not."""
        since = self.view.day - timedelta(days=self.levels.energy_window_days)
        return {day: found for day, found in self.view.days.items() if since < day <= self.view.day}

    @cached_property
    def recent(self) -> Mapping[date, EnergyDay]:
        """Those that were watched well; in twice the window, so that a missed day costs none."""
        wanted = int(self.levels.energy_window_days)
        since = self.view.day - timedelta(days=2 * wanted)
        kept = [
            (day, found)
            for day, found in self.view.days.items()
            if since < day <= self.view.day and is_supported(found)
        ]
        return dict(kept[-wanted:])

    @cached_property
    def site(self) -> Mapping[date, SiteDay]:
        """What the siblings say, by date."""
        return site_days(self.view.siblings, full=self.levels.energy_full_percent)

    def said(self, day: date) -> SiteDay:
        """What they say of one day."""
        return self.site.get(day, _NOBODY)

    @cached_property
    def first(self) -> Mapping[date, EnergyDay]:
        """The first days that were watched well and are not among the newest; () for too few."""
        kept = [
            (day, found)
            for day, found in of_one_firmware(self.view.days).items()
            if is_supported(found) and day not in self.recent and day < self._recent_from
        ][:_FIRST]
        return dict(kept) if len(kept) >= BASE_DAYS else {}

    @property
    def _recent_from(self) -> date:
        return min(self.recent, default=self.view.day)

    @cached_property
    def now(self) -> Stretch:
        """The newest days as one."""
        return stretch_of(self.recent.values())

    @cached_property
    def base(self) -> Stretch:
        """The first days as one."""
        return stretch_of(self.first.values())

    @cached_property
    def siblings(self) -> tuple[tuple[Stretch, Stretch], ...]:
        """By sibling, its newest and its first days, of the same dates as ours."""
        return tuple(
            (stretch_of(_of(days, self.recent)), stretch_of(_of(days, self.first)))
            for days in self.view.siblings.values()
        )

    @cached_property
    def dated_nights(self) -> tuple[Dated, Dated]:
        """The newest fortnight and the first four weeks before it: rates of use need more days."""
        return nights_of(self.view.days, upto=self.view.day)

    @cached_property
    def nights(self) -> tuple[tuple[EnergyDay, ...], tuple[EnergyDay, ...]]:
        """The same, without their dates."""
        newest, first = self.dated_nights
        return tuple(day for _, day in newest), tuple(day for _, day in first)

    def drift(self, rate: DayRate, *, newest: int | None = None) -> Rate | None:
        """How many times what it was in its first weeks a rate is; None for too few days.

        ``newest``: of so many days alone, not of the fortnight.
        """
        if (rate, newest) not in self._drifts:
            lately, first = self.nights
            told = [day for day in lately if rate(day)[1] > 0][-(newest or NEWEST_NIGHTS) :]
            self._drifts[rate, newest] = ratio(self._rate(told, rate), self._rate(first, rate))
        return self._drifts[rate, newest]

    def _rate(self, days: Sequence[EnergyDay], rate: DayRate) -> Rate | None:
        return rate_of([rate(day) for day in days], floor=_STEP_SHARE * self.step)

    def siblings_drift(self, rate: DayRate) -> float | None:
        """The same of the siblings, their median; None when fewer than two of them tell."""
        if rate not in self._siblings_drifts:
            self._siblings_drifts[rate] = self._siblings_drift(rate)
        return self._siblings_drifts[rate]

    def _siblings_drift(self, rate: DayRate) -> float | None:
        found = []
        for days in witnesses(self.view.siblings).values():
            newest, first = nights_of(days, upto=self.view.day)
            step = _STEP_SHARE * step_of(days.values())
            rates = [
                rate_of([rate(day) for _, day in some], floor=step) for some in (newest, first)
            ]
            one = ratio(*rates)
            if one is not None and one.error <= _CERTAIN_ERROR:
                found.append(one.value)
        return median(found) if len(found) >= _FEW else None

    def beside_siblings(self, metric: Metric) -> float | None:
        """Of the siblings' median, what it is now; None without one."""
        known = [one for now, _ in self.siblings if (one := metric(now)) is not None]
        return _ratio(metric(self.now), median(known)) if known else None

    @cached_property
    def step(self) -> float:
        """The gauge's step in percent."""
        return step_of(self.view.days.values())

    @property
    def noise(self) -> float:
        """A move of the gauge that is none: its flicker by a step, or by its noise."""
        return max(NOISE_PERCENT, 1.2 * self.step)

    def is_warm(self, day: date) -> bool | None:
        """Whether the temperature allowed charging; None where nothing tells."""
        found, said = self.view.days[day], self.said(day)
        if found.temperature_low_c is not None:
            if found.room_s:
                return found.fit_s >= 0.5 * found.room_s
            return found.temperature_low_c >= FIT_C[0]
        low = said.temperature_low_c
        if low is not None:
            return True if low >= FIT_C[0] else None
        return True if said.could_charge else None

    @cached_property
    def tells_temperature(self) -> bool:
        """Whether it, or a sibling, has told one lately."""
        own = [one.temperature_low_c for one in self.recent.values()]
        theirs = [self.said(day).temperature_low_c for day in self.recent]
        return any(low is not None for low in (*own, *theirs))

    @cached_property
    def is_short(self) -> bool:
        """The sun did not give what it took."""
        return self._is_short(self.recent.values())

    @cached_property
    def short_share(self) -> float | None:
        """How many of the siblings did not get what they took; None without a witness."""
        words = [
            self._is_short(_of(days, self.recent))
            for days in witnesses(self.view.siblings).values()
        ]
        return sum(words) / len(words) if words else None

    @property
    def is_site_short(self) -> bool | None:
        """More than half of them; None without a witness."""
        return None if self.short_share is None else self.short_share > 0.5

    def _is_short(self, days: Iterable[EnergyDay]) -> bool:
        return is_short(tuple(days), full=self.levels.energy_full_percent)

    @cached_property
    def inflow(self) -> Inflow:
        """What its days' inflow is judged by."""
        levels = self.levels
        return inflow_of(
            self.view.days,
            noise=self.noise,
            full=levels.energy_full_percent,
            dead_mw=levels.panel_dead_mw,
        )

    @cached_property
    def idle(self) -> tuple[date, ...]:
        """Recent days on which nothing came in though there was room."""
        return tuple(day for day in self.recent if self._is_idle(day))

    def took(self, day: date) -> bool:
        """Whether something came in for certain."""
        return self.inflow.took(day, self.view.days[day])

    @cached_property
    def idle_run(self) -> tuple[date, ...]:
        """The newest days, watched well, on all of which nothing came in; sunny or not.

        A day of which that is not certain is passed over, and does not count: one in four at most.
        """
        run: list[date] = []
        doubted = 0
        for day, one in reversed(tuple(self.view.days.items())):
            if day > self.view.day:
                continue
            if self.took(day) or (one.charge_high or 0.0) >= self.levels.energy_full_percent:
                break
            if is_supported(one) and self._is_idle(day):
                run.append(day)
            elif is_supported(one):
                doubted += 1
                if doubted > 1 and doubted * 3 > len(run):
                    break
        return tuple(reversed(run))

    @cached_property
    def comes_and_goes(self) -> bool:
        """Within a month nothing came in for days, and then it was charged again, for certain.

        Days on which its siblings had no sun either are weather.
        """
        since = self.view.day - timedelta(days=_A_MONTH)
        days = [
            day
            for day, one in self.view.days.items()
            if since < day <= self.view.day and (is_supported(one) or self.took(day))
        ]
        runs = [(is_idle, tuple(some)) for is_idle, some in groupby(days, key=self._misses_sun)]
        idle = [at for at, (is_idle, some) in enumerate(runs) if is_idle and len(some) >= _FEW]
        return bool(idle) and any(self.took(day) for _, some in runs[idle[0] :] for day in some)

    def _misses_sun(self, day: date) -> bool:
        said = self.said(day)
        return self._is_idle(day) and (said.had_sun or not said.witnesses)

    def _is_idle(self, day: date) -> bool:
        return self.inflow.is_idle(day, self.view.days[day])

    def is_many(self, days: Sized) -> bool:
        """Whether days are so many that they are no passing weather."""
        return len(days) >= self.levels.energy_sunny_days

    def day_share(self, metric: Metric, day: date) -> float | None:
        """Of its first days, what the metric was on one day; the siblings' weather taken out."""
        own = _ratio(metric(stretch_of((self.recent[day],))), metric(self.base))
        if own is None:
            return None
        theirs = [
            _ratio(metric(stretch_of(_of(days, (day,)))), metric(base))
            for days, (_, base) in zip(self.view.siblings.values(), self.siblings, strict=True)
        ]
        known = [one for one in theirs if one is not None and one > 0]
        return own / median(known) if known else own

    @cached_property
    def gauge_moves(self) -> bool:
        """The gauge has shown more than one value in the days that are known."""
        return len({value for day in self.view.days.values() for value in day.gauge}) > 1

    @cached_property
    def claim_days(self) -> int:
        """Closed days that are known."""
        return sum(day.visits > 0 for day in self.view.days.values())


def _of(days: Mapping[date, EnergyDay], dates: Iterable[date]) -> Iterable[EnergyDay]:
    return (days[day] for day in dates if day in days and is_supported(days[day]))


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None or other <= 0 else one / other
