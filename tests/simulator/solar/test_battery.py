"""Battery and charger of the simulated lives: physics that no scenario may break."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.solar.battery import Charger, Course, Pack, live
from simulator.solar.climate import Place, weather_at
from simulator.solar.grid import STEP_H, STEPS_A_DAY, Grid
from simulator.solar.use import Habits, use_of

_LEAK_A_STEP = 0.03 / 30 / 24 * STEP_H


def _live(
    seed: int,
    *,
    pack: Pack | None = None,
    watts: float = 3.0,
    load_ma: float = 30.0,
    cell_c: float = 20.0,
    days: int = 12,
    dead_from: int | None = None,
) -> tuple[Pack, Course]:
    chance = np.random.default_rng(seed)
    steps = days * STEPS_A_DAY
    day = np.tile(np.sin(np.linspace(0, 2 * np.pi, STEPS_A_DAY)).clip(0), days)
    pack = pack or Pack(capacity_mah=5200)
    course = live(
        pack,
        Charger(),
        panel_w=watts * day * chance.uniform(0, 1, steps),
        load_ma=load_ma * chance.uniform(0.2, 2, steps),
        cell_c=cell_c + 4 * chance.standard_normal(steps),
        health=np.ones(steps),
        charger_dead_from=dead_from,
        first_charge=0.6,
    )
    return pack, course


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    watts=st.floats(0, 10),
    load_ma=st.floats(0, 400),
    cell_c=st.floats(-25, 45),
)
def test_charge_is_neither_made_nor_lost(
    seed: int, watts: float, load_ma: float, cell_c: float
) -> None:
    """Between empty and full the charge moves by its current alone, less loss and leak."""
    pack, course = _live(seed, watts=watts, load_ma=load_ma, cell_c=cell_c)
    charge, current = np.array(course.charge), np.array(course.current_ma)
    assert charge.min() >= 0
    assert charge.max() <= 1
    stored = np.where(current > 0, current * pack.coulomb_efficiency, current) * STEP_H
    expected = stored[1:] / pack.capacity_mah - _LEAK_A_STEP
    free = (charge[1:] > 0) & (charge[1:] < 1)
    assert np.diff(charge)[free] == pytest.approx(expected[free], abs=1e-9)
    used, taken = np.array(course.used_mah), np.array(course.taken_mah)
    assert taken - used == pytest.approx(current * STEP_H, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), cell_c=st.floats(-25, 10))
def test_a_cold_cell_is_not_charged(seed: int, cell_c: float) -> None:
    """Below the charger's temperature nothing goes in, whatever the panel gives."""
    chance = np.random.default_rng(seed)
    steps = 4 * STEPS_A_DAY
    cold = cell_c + 3 * chance.standard_normal(steps)
    course = live(
        Pack(capacity_mah=5200),
        Charger(stops_below_c=0.0, resumes_above_c=2.0),
        panel_w=np.full(steps, 4.0),
        load_ma=np.full(steps, 20.0),
        cell_c=cold,
        health=np.ones(steps),
        charger_dead_from=None,
        first_charge=0.5,
    )
    assert not np.array(course.is_charging)[cold < 0].any()


def test_two_18650_last_about_ten_days_without_sun() -> None:
    """An OEM camera's "about 10 days without sun" is what these habits come to."""
    place = Place(latitude_deg=31, longitude_deg=121, cloudiness=0.5)
    weather = weather_at(place, Grid(start=datetime(2026, 3, 1, tzinfo=UTC), days=30), 3)
    none = np.zeros(weather.grid.steps)
    use = use_of(Habits(), weather, retries=none, more_viewed_min=none, seed=3)
    course = live(
        Pack(capacity_mah=5200),
        Charger(),
        panel_w=none,
        load_ma=use.load_ma,
        cell_c=weather.temperature_c,
        health=np.ones(weather.grid.steps),
        charger_dead_from=None,
        first_charge=1.0,
    )
    lasted = course.is_on.index(False) / STEPS_A_DAY
    assert 8 <= lasted <= 16


def test_a_dead_charger_takes_nothing_and_the_camera_goes_dark() -> None:
    """From the step on at which it dies the current is the load's alone, until it is off."""
    _, course = _live(4, watts=8, load_ma=60, dead_from=2 * STEPS_A_DAY, days=30)
    after = np.array(course.current_ma)[2 * STEPS_A_DAY :]
    assert after.max() <= 0
    assert not course.is_on[-1]


def test_a_worn_battery_swings_further() -> None:
    """With a third of its capacity the same days move the charge three times as far."""
    swings = []
    for capacity in (6000.0, 2000.0):
        _, course = _live(7, pack=Pack(capacity_mah=capacity), watts=3, load_ma=20)
        charge = np.array(course.charge).reshape(-1, STEPS_A_DAY)[4:]
        swings.append(float((charge.max(axis=1) - charge.min(axis=1)).mean()))
    assert swings[1] > 2 * swings[0]
