"""Battery, solar and cellular values of a device, moving slowly with time. Pure."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypedDict

from simulator.faults import Fault
from simulator.spec import CameraSpec, Kind

_NOT_READY = 255  # what fuel gauges answer before they know
_FALL_PER_HOUR = 1.0
_RISE_PER_HOUR = 4.0
_EMPTY_MV, _FULL_MV = 3300, 4200  # one lithium cell
_PEAK_SOLAR_MW = 1800
_PLAN_BYTES = 3_000_000_000
_DEAF_DBM = -140  # what a modem says of an antenna port that hears nothing


class Battery(TypedDict):
    """The battery part of the vendor's status page."""

    percent: int
    millivolts: int
    charging: bool
    current_ma: int
    temperature_c: float


class Cellular(TypedDict):
    """The cellular part of the vendor's status page."""

    sim: str
    registered: bool
    operator: str
    rsrp_dbm: int | None
    rsrq_db: int | None
    sinr_db: int | None
    rssi_dbm: int | None
    cell_id: str
    band: str
    bytes_month: int
    apn: str
    session: bool
    reconnects: int
    antenna_rsrp_dbm: list[int | None]
    plan_bytes: int
    reject_cause: int


class Status(TypedDict, total=False):
    """The whole page; parts that the kind of device lacks are left out."""

    battery: Battery
    solar: dict[str, int]
    cellular: Cellular


def status_of(
    spec: CameraSpec, faults: AbstractSet[Fault], *, started_at: datetime, now: datetime
) -> Status | None:
    """What the vendor page states at ``now``; None when this kind of device has no page."""
    hours = max((now - started_at).total_seconds() / 3600, 0.0)
    if spec.kind is Kind.SOLAR_4G:
        solar = solar_mw(spec)
        return {
            "battery": _battery(spec, faults, hours=hours, solar=solar),
            "solar": {"power_mw": solar},
            "cellular": _cellular(spec, faults, hours=hours),
        }
    if spec.kind is Kind.DOORBELL:
        return {"battery": _battery(spec, faults, hours=hours, solar=0)}
    return None


def solar_mw(spec: CameraSpec) -> int:
    """Power of the panel: full by day, nothing at night."""
    return _PEAK_SOLAR_MW if spec.light == "day" else 0


def _battery(spec: CameraSpec, faults: AbstractSet[Fault], *, hours: float, solar: int) -> Battery:
    broken = Fault.BATTERY_NOT_CHARGING in faults
    charging = solar > 0 and not broken
    percent = spec.battery_percent
    if broken:
        percent = min(percent, 18.0)
    if Fault.BATTERY_LOW in faults:
        percent = min(percent, 6.0)
    percent += hours * (_RISE_PER_HOUR if charging else -_FALL_PER_HOUR)
    percent = min(max(percent, 0.0), 100.0)
    millivolts = round(_EMPTY_MV + (_FULL_MV - _EMPTY_MV) * percent / 100)
    gauge = _NOT_READY if Fault.GAUGE_NOT_READY in faults else round(percent)
    return {
        "percent": gauge,
        "millivolts": millivolts,
        "charging": charging,
        "current_ma": 220 if charging else -60,
        "temperature_c": round(21.5 + math.sin(hours), 1),
    }


def _cellular(spec: CameraSpec, faults: AbstractSet[Fault], *, hours: float) -> Cellular:
    sim, registered = "ready", True
    if Fault.SIM_MISSING in faults:
        sim, registered = "missing", False
    if Fault.MODEM_DEAD in faults:
        sim, registered = "error", False
    weak = Fault.SIGNAL_WEAK in faults
    spent = Fault.DATA_USED_UP in faults
    sway = round(2 * math.sin(hours * 3 + spec.scene_seed)) if not weak else 0

    def heard(value: int) -> int | None:
        return value if registered else None

    rsrp = heard(-121 if weak else -95 + sway)
    second = None if rsrp is None else rsrp - 2
    return {
        "sim": sim,
        "registered": registered,
        "operator": "Example Mobile" if registered else "",
        "rsrp_dbm": rsrp,
        "rsrq_db": heard(-19 if weak else -11),
        "sinr_db": heard(-3 if weak else 9),
        "rssi_dbm": heard(-99 if weak else -67 + sway),
        "cell_id": "1A2B3C" if registered else "",
        "band": "B3" if registered else "",
        "bytes_month": (_PLAN_BYTES if spent else 123_456_789) + round(hours * 2_000_000),
        "apn": "internet.example",
        "session": registered and not spent and Fault.NO_DATA_SESSION not in faults,
        "reconnects": round(hours / 24),
        "antenna_rsrp_dbm": [rsrp, _DEAF_DBM if Fault.ANTENNA_DEAD in faults else second],
        "plan_bytes": _PLAN_BYTES,
        "reject_cause": 0,
    }
