"""What a camera draws from its battery, by activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.life.chance import draw
from simulator.solar.climate import Weather
from simulator.solar.grid import STEP_H, STEPS_A_DAY
from simulator.solar.sky import Series

_MINUTES = STEP_H * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Of a camera and of those who look at it; currents at the battery in mA.

    The order of size is that of an OEM camera with two 18650 cells that lasts "about 10 days
    without sun": about 0.5 Ah a day.
    """

    asleep_ma: float = 12.0  # modem attached, PIR on
    awake_ma: float = 280.0
    infrared_ma: float = 160.0  # more, when awake at night
    motions_a_day: float = 35.0
    motion_s: float = 25.0
    viewed_min_a_day: float = 6.0
    probe_s: float = 12.0  # each of our own visits
    visits_a_day: float = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """mA on the grid, and how long people watched (minutes a step) and motion woke it (times)."""

    load_ma: Series
    usual_ma: Series  # the same without what ``more_viewed_min`` added
    viewed_min: Series
    motions: Series


def use_of(
    habits: Habits,
    weather: Weather,
    *,
    retries: Series,
    more_viewed_min: Series,
    seed: int,
) -> Use:
    """The load of each step.

    ``retries``: by how much weak signal lengthens and strengthens what is sent, 0 for none.
    ``more_viewed_min``: minutes of live view a step beyond the usual.
    """
    chance = draw("use", seed)
    grid = weather.grid
    night = weather.sun.elevation_deg < -3
    hours = (grid.seconds / 3600) % 24
    people = np.where(night, 0.4, 1.0) * (1 + 0.3 * np.sin(hours / 24 * 2 * np.pi + seed))
    busy = np.repeat(chance.gamma(4, 0.25, grid.days), STEPS_A_DAY)  # days differ
    motions = chance.poisson(habits.motions_a_day / STEPS_A_DAY * people * busy).astype(float)
    looks = chance.random(grid.steps) < 0.06
    viewed = np.where(
        looks, habits.viewed_min_a_day / STEPS_A_DAY / 0.06 * chance.exponential(1, grid.steps), 0.0
    )
    viewed = np.minimum(viewed, _MINUTES)
    infrared = np.where(night, habits.infrared_ma, 0.0)

    def load(minutes: Series) -> Series:
        active_min = motions * habits.motion_s / 60 + minutes
        share = np.minimum(active_min / _MINUTES, 1.0)
        ours = habits.probe_s * habits.visits_a_day / 86_400
        awake = (habits.awake_ma * (1 + 0.5 * retries) + infrared) * share
        drawn: Series = habits.asleep_ma * (1 + retries) + awake + habits.awake_ma * ours
        return drawn

    more = np.minimum(viewed + more_viewed_min, _MINUTES)
    return Use(load_ma=load(more), usual_ma=load(viewed), viewed_min=more, motions=motions)
