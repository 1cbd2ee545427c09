"""The books of one camera: what came in, what went out and what was lost, by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.solar.grid import STEP_H, STEPS_A_DAY
from simulator.solar.past import Past
from simulator.solar.sky import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The books of one camera by day; charge in mAh at the battery, but ``low`` (0..1)."""

    low: Series
    used: Series
    usual: Series  # used without the over-use
    clean: Series  # what a clean, free, whole panel would have brought
    given: Series  # what arrived
    snow: Series
    locked: Series


def books_of(past: Past) -> Days:
    """Add up the steps of each day."""
    energy = past.energy
    course, camera = energy.course, past.camera
    mah_of_w = 1e6 * camera.charger.efficiency / 3850 * STEP_H
    return Days(
        low=np.array(course.charge).reshape(-1, STEPS_A_DAY).min(axis=1),
        used=_daily(energy.use.load_ma * STEP_H),
        usual=_daily(energy.use.usual_ma * STEP_H),
        clean=_daily(energy.panel.clean_w * mah_of_w),
        given=_daily(energy.given_w * mah_of_w),
        snow=_daily(energy.panel.snow_w * mah_of_w),
        locked=_daily(np.array(course.locked_mah)),
    )


def _daily(steps: Series) -> Series:
    total: Series = steps.reshape(-1, STEPS_A_DAY).sum(axis=1)
    return total
