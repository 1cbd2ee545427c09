"""The fuel gauge: what a device believes its charge to be."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from simulator.life.chance import draw
from simulator.solar.sky import Series


class Method(enum.Enum):
    """How the charge is worked out."""

    COULOMBS = "coulombs"  # counted, with some drift, set right when full
    VOLTAGE = "voltage"  # from the voltage under whatever load there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One device's own."""

    method: Method = Method.COULOMBS
    step: int = 1  # percent in which it counts
    jumps_a_month: float = 0.5
    stale_share: float = 0.0  # of visits: the value from before the sleep
    not_ready_share: float = 0.01  # of visits: the sentinel


_EMPTY_MV, _FULL_MV = 3350.0, 4150.0


def percent_of(gauge: Gauge, *, charge: Series, voltage_mv: Series, seed: int) -> Series:
    """Percent on the grid, rounded as the device does; sentinels come with the visit."""
    chance = draw("gauge", seed)
    steps = charge.size
    if gauge.method is Method.VOLTAGE:
        # The camera is awake while it is asked: its own load pulls the voltage down.
        asked_mv = voltage_mv - 12 + 6 * chance.standard_normal(steps)
        span = float(chance.uniform(0.94, 1.04)) * (_FULL_MV - _EMPTY_MV)
        believed = (asked_mv - _EMPTY_MV) / span
    else:
        scale = float(chance.uniform(0.97, 1.03))
        believed = 0.5 + (charge - 0.5) * scale + 0.003 * _hold(chance.standard_normal(steps), 24)
        believed = believed + _jumps(gauge, charge, chance.random(steps), chance.normal(size=steps))
    step = gauge.step
    return np.clip(np.round(believed * 100 / step) * step, 0, 100)


def _hold(values: Series, steps: int) -> Series:
    """Each value for so many steps."""
    held: Series = np.repeat(values[::steps], steps)[: values.size]
    return held


def _jumps(gauge: Gauge, charge: Series, chance: Series, size: Series) -> Series:
    """Errors that come at once (a wake, a relearn) and are mended when the battery is full."""
    odds = gauge.jumps_a_month / 30 / 48
    error, errors = 0.0, []
    for full, hit, how_much in zip(charge.tolist(), chance.tolist(), size.tolist(), strict=True):
        if hit < odds:
            error = 0.06 * how_much
        if full > 0.99:
            error = 0.0
        errors.append(error)
    return np.array(errors)
