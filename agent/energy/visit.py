"""The energy figures of one visit, with what a gauge says when it does not know set apart; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.reading import Quality, Reading

EMPTY: Final = 0.0
FULL: Final = 100.0
MAINS: Final = "mains"
_CHARGE: Final = "battery.charge"
_MICRO: Final = 1000.0  # mV times mA is a thousand times mW

# One lithium-ion or LiFePO4 cell, in mV; a pack of several is left out, its cells are not known.
_ONE_CELL: Final = (2000.0, 4400.0)
_NEARLY_FLAT_MV: Final = 3000.0
"""No more than 20 % of a Li-ion cell and 10 % of a LiFePO4 cell (vendor-interfaces, voltage and
state of charge; low trust, so that only far contradictions count)."""
_WELL_CHARGED_MV: Final = 3900.0
"""At rest about 60 % of a Li-ion cell, and more than LiFePO4 ever shows."""
_HALF: Final = 50.0
_NEARLY_EMPTY: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a visit said; None where it said nothing, or that it does not know."""

    charge: float | None = None  # percent
    is_charge_unknown: bool = False  # a sentinel, or off the scale
    current_ma: float | None = None  # positive: into the battery
    voltage_mv: float | None = None
    panel_mw: float | None = None
    panel_mv: float | None = None
    temperature_c: float | None = None
    charging: bool | None = None
    source: str = ""
    uptime_s: float | None = None

    @property
    def contradicts_itself(self) -> bool:
        """Percent and voltage of a single cell cannot both be true."""
        charge, voltage = self.charge, self.voltage_mv
        if charge is None or voltage is None or not _ONE_CELL[0] <= voltage <= _ONE_CELL[1]:
            return False
        if charge >= _HALF:
            return voltage <= _NEARLY_FLAT_MV
        return charge <= _NEARLY_EMPTY and voltage >= _WELL_CHARGED_MV and self.charging is not True


def figures_of(readings: Mapping[str, Reading]) -> Figures:
    """The figures in the readings of a visit.

    A charge of -1 or 255 is a gauge that does not know, whether the profile said so or let it
    pass as a number. Where no battery is fitted (Tapo: a doorbell on its wires) there is no gauge.
    """
    if _is_without_battery(readings):
        readings = {name: one for name, one in readings.items() if name != _CHARGE}
    charge = _number(readings, _CHARGE)
    on_scale = charge is not None and EMPTY <= charge <= FULL
    said = readings.get(_CHARGE)
    unknown = said is not None and said.quality in (Quality.UNKNOWN, Quality.INVALID)
    return Figures(
        charge=charge if on_scale else None,
        is_charge_unknown=unknown or (charge is not None and not on_scale),
        current_ma=_number(readings, "battery.current"),
        voltage_mv=_number(readings, "battery.voltage"),
        panel_mw=_panel_mw(readings),
        panel_mv=_number(readings, "solar.voltage"),
        temperature_c=_number(readings, "battery.temperature"),
        charging=_charging(readings),
        source=_text(readings, "battery.source") or _source_of(said),
        uptime_s=_number(readings, "device.uptime"),
    )


def _is_without_battery(readings: Mapping[str, Reading]) -> bool:
    said = readings.get("battery.installed")
    return said is not None and said.good and said.value is False


def _source_of(charge: Reading | None) -> str:
    """XMeye cameras say -1 percent on the mains (vendor-interfaces 1.4); '' for all else."""
    if charge is None:
        return ""
    said = charge.raw if charge.value is None else str(charge.value)
    return MAINS if said in ("-1", "-1.0") else ""


def _panel_mw(readings: Mapping[str, Reading]) -> float | None:
    power = _number(readings, "solar.power")
    if power is not None:
        return max(0.0, power)
    voltage, current = _number(readings, "solar.voltage"), _number(readings, "solar.current")
    if voltage is None or current is None:
        return None
    return max(0.0, voltage * current / _MICRO)


def _charging(readings: Mapping[str, Reading]) -> bool | None:
    said = readings.get("battery.charging")
    if said is not None and said.good and isinstance(said.value, bool):
        return said.value
    state = _text(readings, "battery.state")
    return None if state not in ("charging", "discharging") else state == "charging"


def _number(readings: Mapping[str, Reading], name: str) -> float | None:
    reading = readings.get(name)
    return None if reading is None else reading.number()


def _text(readings: Mapping[str, Reading], name: str) -> str | None:
    reading = readings.get(name)
    good = reading is not None and reading.good and isinstance(reading.value, str)
    return str(reading.value) if good and reading is not None else None
