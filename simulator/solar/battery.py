"""Battery and charger of a solar camera, step by step: charge is neither made nor lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from simulator.solar.grid import STEP_H
from simulator.solar.sky import Series

# Open-circuit mV of one lithium-ion (NMC) cell by charge, as usual 18650 data sheets draw it.
_CHARGE: Final = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_REST_MV: Final = (
    *(3000.0, 3380.0, 3480.0, 3580.0, 3640.0, 3690.0),
    *(3750.0, 3830.0, 3920.0, 4010.0, 4100.0, 4180.0),
)
_SELF_DISCHARGE_A_MONTH = 0.03
_CUT_OFF = 0.02  # the protection opens; colder cells reach their lowest voltage earlier
_COLD_CUT_OFF = 0.004  # more for each kelvin below zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Cells in parallel: one lithium-ion cell of this capacity."""

    capacity_mah: float
    ohm: float = 0.06
    coulomb_efficiency: float = 0.99
    wakes_at: float = 0.06  # charge at which a camera that went dark starts again


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """From panel to cell. A cell below 0 degC must not be charged; where each one stops differs.

    ``efficiency`` is that of cheap linear chargers: the cell's 3.8 V of the panel's 5 to 6 V.
    """

    efficiency: float = 0.65
    limit_ma: float = 1200.0
    stops_below_c: float = 0.0
    resumes_above_c: float = 2.0
    refills_below: float = 0.95  # after the end of charge it waits until here
    feeds_load: bool = True  # the panel carries the camera while the battery is full or locked


@dataclass(kw_only=True)
class Course:
    """What battery and charger did; lists have one value a step, mWh and mAh are of that step."""

    charge: list[float] = field(default_factory=list)  # 0..1 of today's capacity
    current_ma: list[float] = field(default_factory=list)  # positive: into the battery
    voltage_mv: list[float] = field(default_factory=list)
    panel_mw: list[float] = field(default_factory=list)  # drawn from the panel
    is_on: list[bool] = field(default_factory=list)
    is_charging: list[bool] = field(default_factory=list)
    used_mah: list[float] = field(default_factory=list)
    taken_mah: list[float] = field(default_factory=list)  # what the panel's light became
    locked_mah: list[float] = field(default_factory=list)  # refused because of cold
    full_mah: list[float] = field(default_factory=list)  # refused because full


def live(
    pack: Pack,
    charger: Charger,
    *,
    panel_w: Series,
    load_ma: Series,
    cell_c: Series,
    health: Series,
    charger_dead_from: int | None,
    first_charge: float,
) -> Course:
    """Run the battery through the steps.

    ``health``: capacity today over that when new. A dead charger takes nothing from the panel.
    """
    course = Course()
    charge, is_on, locked, is_full = first_charge, True, False, False
    leak_mah = pack.capacity_mah * _SELF_DISCHARGE_A_MONTH / 30 / 24 * STEP_H
    alive = panel_w.size if charger_dead_from is None else charger_dead_from
    rest_mv = np.interp(np.linspace(0, 1, 1001), _CHARGE, _REST_MV).tolist()
    rows = zip(panel_w.tolist(), load_ma.tolist(), cell_c.tolist(), health.tolist(), strict=True)
    for step, (watts, wanted_ma, air_c, fit) in enumerate(rows):
        capacity = pack.capacity_mah * fit
        # A cell that dies takes its part of the charge along: the share stays, the mAh go.
        locked = air_c < (charger.resumes_above_c if locked else charger.stops_below_c)
        is_full = charge >= (charger.refills_below if is_full else 0.995)
        empty = _CUT_OFF + _COLD_CUT_OFF * max(0.0, -air_c)
        is_on = charge > (empty if is_on else pack.wakes_at + empty)
        used_ma = wanted_ma if is_on else 0.0
        rest = rest_mv[int(charge * 1000)]
        offered_ma = watts * 1e6 * charger.efficiency / rest if step < alive else 0.0
        carried_ma = min(offered_ma, used_ma) if charger.feeds_load or not locked else 0.0
        spare_ma = offered_ma - carried_ma
        room_ma = 0.0 if is_full else charger.limit_ma * min(1.0, (1.005 - charge) * 10)
        into_ma = 0.0 if locked or is_full else min(spare_ma, room_ma)
        net_ma = into_ma - (used_ma - carried_ma)
        gained = net_ma * STEP_H * (pack.coulomb_efficiency if net_ma > 0 else 1.0) - leak_mah
        charge = min(1.0, max(0.0, charge + gained / capacity))
        ohm = pack.ohm * (1 + 0.03 * max(0.0, 25 - air_c)) * (2 - fit)
        course.charge.append(charge)
        course.current_ma.append(net_ma)
        course.voltage_mv.append(rest_mv[int(charge * 1000)] + net_ma * ohm)
        course.panel_mw.append((carried_ma + into_ma) * rest / 1000 / charger.efficiency)
        course.is_on.append(is_on)
        course.is_charging.append(into_ma > 1.0)
        course.used_mah.append(used_ma * STEP_H)
        course.taken_mah.append((carried_ma + into_ma) * STEP_H)
        refused = (spare_ma - into_ma) * STEP_H
        course.locked_mah.append(refused if locked and not is_full else 0.0)
        course.full_mah.append(refused if is_full and not locked else 0.0)
    return course
