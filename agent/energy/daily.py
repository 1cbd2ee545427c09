"""What is told of a day when it closes: its figures and its cause, as readings; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from agent.energy.activity import activities_of
from agent.energy.assess import assess
from agent.energy.balance import autonomy_d, balance_of
from agent.energy.cause import Assessment
from agent.energy.day import EnergyDay
from agent.energy.forecast import worst_week
from agent.energy.view import EnergyView
from shared.reading import Quality, Reading

CAUSE: Final = "energy.cause"
GAINED: Final = "energy.gained"
SPENT: Final = "energy.spent"
GAINED_CHARGE: Final = "energy.gained_charge"
SPENT_CHARGE: Final = "energy.spent_charge"
YIELD: Final = "energy.panel_yield"
AUTONOMY: Final = "energy.autonomy"
WINTER: Final = "energy.winter_autonomy"
CAPACITY: Final = "energy.capacity"
SHARE: Final = "energy.siblings_share"
LOW_C: Final = "energy.temperature_low"
NIGHT: Final = "energy.use_night"
STANDBY: Final = "energy.use_standby"
VISITS: Final = "energy.use_visits"
_NEARLY_WHOLE_S: Final = 20 * 3600
_LONGEST: Final = 300


def daily_readings(view: EnergyView, now: datetime) -> tuple[Reading, ...]:
    """The readings of the day that has closed; a figure that nothing supports is left out."""
    day = view.days.get(view.day)
    found = assess(view)
    numbers = [] if day is None else list(_numbers(day, view))
    numbers += [(CAPACITY, found.capacity_percent, "%"), (SHARE, found.siblings_share, "%")]
    told = [
        Reading(name, round(value, 2), unit, now, Quality.GOOD)
        for name, value, unit in numbers
        if value is not None
    ]
    cause = Reading(CAUSE, found.cause.value, "", now, Quality.GOOD, detail=_why(found)[:_LONGEST])
    return (*told, cause)


def _why(found: Assessment) -> str:
    """The reason; of a cause that is only suspected also which, and what would settle it."""
    because = found.because.en
    if found.suspected is None or found.settle is None:
        return because
    suspected = found.suspected.value.replace("_", " ")
    return f"{because}; may be: {suspected}; what would settle it: {found.settle.en}"


def _numbers(day: EnergyDay, view: EnergyView) -> Iterator[tuple[str, float | None, str]]:
    balance = balance_of(day)
    yield GAINED, balance.gained, "%"
    yield SPENT, balance.spent, "%"
    metered = day.current_s >= _NEARLY_WHOLE_S
    yield GAINED_CHARGE, day.in_mah if metered else None, "mAh"
    yield SPENT_CHARGE, day.out_mah if metered else None, "mAh"
    yield YIELD, day.panel_mwh if day.panel_s >= _NEARLY_WHOLE_S else None, "mWh"
    yield AUTONOMY, autonomy_d(view.days), "d"
    ahead = worst_week(view.days, today=view.day, latitude_deg=view.latitude_deg)
    yield WINTER, None if ahead is None else ahead.autonomy_d, "d"
    yield LOW_C, day.temperature_low_c, "°C"
    use = activities_of(view.days.values(), view.draw)
    yield NIGHT, use.night, "%"
    yield STANDBY, use.standby, "%"
    yield VISITS, use.visits, "%"
