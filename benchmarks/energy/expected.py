"""Which fault codes name which truth, and after how many plain days they must have done so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.solar.camera import Camera
from simulator.solar.said import tells_capacity
from simulator.solar.truth import CLAIMABLE, SEASONAL, Truth

NAMES: Final[Mapping[Truth, frozenset[str]]] = {
    Truth.DIRTY: frozenset({"solar.panel_weak"}),
    Truth.SHADED: frozenset({"solar.panel_weak"}),
    Truth.PANEL_LOOSE: frozenset({"solar.panel_weak"}),
    Truth.SNOW: frozenset({"solar.panel_weak", "battery.cold_lockout", "solar.low_season"}),
    Truth.COLD: frozenset({"battery.cold_lockout"}),
    Truth.LOW_SUN: frozenset({"solar.low_season"}),
    Truth.OVER_USE: frozenset({"battery.over_use"}),
    # Without the panel's own power nobody can tell these two apart; one claim covers both.
    Truth.PANEL_DEAD: frozenset({"solar.panel_dead", "battery.not_charging"}),
    Truth.CHARGER_DEAD: frozenset({"battery.not_charging", "solar.panel_dead"}),
    Truth.BATTERY_WORN: frozenset({"battery.capacity_lost"}),
    Truth.GAUGE_STUCK: frozenset({"battery.gauge_stuck"}),
    Truth.MAINS: frozenset({"mains"}),  # no fault: the word of the reading energy.cause
    Truth.WEAK_CELL: frozenset({"cellular.signal_weak"}),
    Truth.SIM_GONE: frozenset({"cellular.sim_missing"}),
    Truth.APN_WRONG: frozenset({"cellular.apn_wrong"}),
    Truth.PLAN_USED_UP: frozenset({"cellular.data_used_up"}),
    Truth.ANTENNA_BROKEN: frozenset({"cellular.antenna_fault"}),
    Truth.ANTENNA_CORRODING: frozenset({"cellular.antenna_fault"}),
    Truth.MODEM_DEAD: frozenset({"cellular.modem_dead"}),
}
"""One of these must be named; truths that are not here must be left alone."""

_RADIO_BESIDE: Final = frozenset({"cellular.signal_weak", "cellular.unstable"})
BESIDE: Final[Mapping[Truth, frozenset[str]]] = {
    Truth.ANTENNA_BROKEN: _RADIO_BESIDE | {"cellular.not_registered"},
    Truth.ANTENNA_CORRODING: _RADIO_BESIDE | {"cellular.not_registered"},
    Truth.WEAK_CELL: _RADIO_BESIDE | {"cellular.not_registered"},
    Truth.BAND_CHANGE: _RADIO_BESIDE,
    Truth.CELL_OUTAGE: frozenset({"cellular.not_registered"}) | _RADIO_BESIDE,
    Truth.SIM_GONE: frozenset({"cellular.not_registered"}),
    Truth.MODEM_DEAD: frozenset({"cellular.not_registered"}),
}
"""What may be said beside the name: true too, and none of it leads to a claim."""

LAST_RESORT: Final = "battery.low"
"""A battery that is low is low, whatever the reason."""

GRACE_DAYS: Final[Mapping[Truth, float]] = {
    Truth.GAUGE_STUCK: 14,
    Truth.MAINS: 5,
    Truth.WEAK_CELL: 5,
    Truth.SIM_GONE: 3,
    Truth.APN_WRONG: 3,
    Truth.PLAN_USED_UP: 3,
    Truth.MODEM_DEAD: 3,
    Truth.ANTENNA_BROKEN: 12,
    Truth.ANTENNA_CORRODING: 12,
}
"""Days for which a truth must have been plain at a month's end; 21 for the others.

The issue asks for at least 14 days before a claim, and 7 for an antenna; the rest is for days that
show nothing.
"""
_USUAL_GRACE: Final = 21.0

JUDGED: Final = ("battery.", "solar.", "energy.", "cellular.", "wifi.")
"""The families of fault codes that this is about."""


def is_hidden(truth: Truth, camera: Camera) -> bool:
    """Whether no observer could tell this truth from what the camera answers.

    A worn battery alone: see ``tells_capacity``. Such a month is asked for separately: it counts
    against the figure when something untrue stood in it, and not when it was left open.
    """
    return truth is Truth.BATTERY_WORN and not tells_capacity(camera)


def grace_of(truth: Truth) -> float:
    """For how many days it must have been plain before it has to be named."""
    return GRACE_DAYS.get(truth, _USUAL_GRACE)


def names_of(truth: Truth, also: frozenset[Truth]) -> frozenset[str]:
    """The codes of which one must be named; of seasonal matters that mix any one will do."""
    names = NAMES.get(truth, frozenset())
    if truth in SEASONAL:
        for one in also & SEASONAL:
            names |= NAMES[one]
    return names


def allowed_beside(truth: Truth, also: frozenset[Truth]) -> frozenset[str]:
    """Codes that are not wrong in such a month, whether or not they are asked for."""
    allowed = BESIDE.get(truth, frozenset()) | NAMES.get(truth, frozenset())
    for one in also:
        allowed |= NAMES.get(one, frozenset()) | BESIDE.get(one, frozenset())
    is_quiet = truth is Truth.HEALTHY and not also
    return allowed if is_quiet else allowed | {LAST_RESORT}


def claims_of(truths: frozenset[Truth]) -> frozenset[str]:
    """Codes that may become a claim on a camera with these truths."""
    codes: frozenset[str] = frozenset()
    for one in truths & CLAIMABLE:
        codes |= NAMES[one]
    return codes
