"""The days of a device page: what each day gained and spent, why, and what the signal was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.store import history
from collector.store.views.devices import Device
from collector.telemetry.samples import Sample, Samples, moment_of
from collector.web.pages.device_trend import zone_of

SHOWN: Final = timedelta(days=31)
# An agent tells a day when it is over, with the first visit after midnight.
_BEFORE: Final = timedelta(hours=12)
ENERGY: Final = (
    "energy.cause",
    "energy.gained",
    "energy.spent",
    "energy.use_night",
    "energy.use_standby",
    "energy.use_visits",
    "energy.autonomy",
    "energy.winter_autonomy",
    "energy.capacity",
    "energy.siblings_share",
    "energy.temperature_low",
    "energy.panel_yield",
)
RADIO: Final = (
    "radio.rsrp_day",
    "radio.rsrq_day",
    "radio.sinr_day",
    "radio.wifi_day",
    "radio.registered_share",
    "radio.reconnects",
    "radio.cell_changes",
    "radio.bytes_day",
    "radio.plan_left",
    "radio.plan_days_left",
    "radio.own_drop",
    "radio.sibling_drop",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A cell: the value, None when it was not measured, and the unit it came in."""

    value: object
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day by its readings' names."""

    day: date
    told: Mapping[str, Told]

    def number(self, name: str) -> float | None:
        """The number of this name; None when it was not measured."""
        found = self.told.get(name)
        value = found.value if found else None
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days, newest first; ``columns`` are the readings that any of them has."""

    columns: tuple[str, ...]
    rows: tuple[DayRow, ...]

    @property
    def units(self) -> Mapping[str, str]:
        """The unit of each column, from its newest day."""
        return {
            name: next((row.told[name].unit for row in self.rows if name in row.told), "")
            for name in self.columns
        }

    def most(self, *names: str) -> float:
        """The largest number of these names, for the length of bars; 1 when there is none."""
        return max([row.number(name) or 0.0 for row in self.rows for name in names], default=0) or 1


def read_days(db: Connection, device: Device, names: tuple[str, ...], *, now: datetime) -> Days:
    """What was told of these readings of the last days; empty for a device that tells none."""
    samples = history.samples(db, device.id, names, since=now - SHOWN, until=now)
    return to_days(samples, names, zone=device.zone)


def to_days(samples: Samples, names: tuple[str, ...], *, zone: str) -> Days:
    """The samples by the day that they tell of, in the site's calendar."""
    local = zone_of(zone)
    by_day: dict[date, dict[str, Told]] = {}
    for name in names:
        for second, sample in sorted(samples.get(name, {}).items()):
            day = (moment_of(second) - _BEFORE).astimezone(local).date()
            by_day.setdefault(day, {})[name] = _told(sample)
    used = {
        name for told in by_day.values() for name, cell in told.items() if cell.value is not None
    }
    return Days(
        columns=tuple(name for name in names if name in used),
        rows=tuple(DayRow(day=day, told=by_day[day]) for day in sorted(by_day, reverse=True)),
    )


def _told(sample: Sample) -> Told:
    return Told(value=sample.value if sample.good else None, unit=sample.kind.unit)
