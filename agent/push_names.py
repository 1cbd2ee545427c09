"""Which values a camera may push as an event, with their units and their scale; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["number", "text", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a value of a name is; a number outside ``valid`` is invalid, never a fault."""

    kind: Kind
    unit: str = ""
    valid: tuple[float, float] = (0.0, 0.0)


def _number(unit: str, low: float, high: float) -> Named:
    return Named(kind="number", unit=unit, valid=(low, high))


_FLAG: Final = Named(kind="flag")
_TEXT: Final = Named(kind="text")
NAMES: Final[Mapping[str, Named]] = {
    "battery.charge": _number("%", 0, 100),
    "battery.voltage": _number("mV", 0, 60_000),
    "battery.current": _number("mA", -50_000, 50_000),
    "battery.temperature": _number("°C", -60, 120),
    "battery.charging": _FLAG,
    "battery.low": _FLAG,  # the camera's own alarm
    "solar.power": _number("mW", 0, 1_000_000),
    # Scales of 3GPP TS 36.133 (RSRP 9.1.4, RSRQ 9.1.7) and TS 27.007 (RSSI, 8.5).
    "cellular.rsrp": _number("dBm", -156, -31),
    "cellular.rsrq": _number("dB", -43, 20),
    "cellular.sinr": _number("dB", -30, 40),
    "cellular.rssi": _number("dBm", -113, -20),
    "cellular.sim": _TEXT,
    "cellular.registered": _FLAG,
    "cellular.operator": _TEXT,
    "cellular.cell": _TEXT,
    "cellular.band": _TEXT,
    "cellular.state": _TEXT,
    "cellular.tech": _TEXT,
    "cellular.apn": _TEXT,
    "cellular.session": _FLAG,
    "cellular.reconnects": _number("", 0, 1e9),
    "cellular.antenna_1_rsrp": _number("dBm", -140, -31),
    "cellular.antenna_2_rsrp": _number("dBm", -140, -31),
    "cellular.bytes_month": _number("B", 0, 1e15),
    "cellular.plan_bytes": _number("B", 0, 1e15),
    "cellular.reject_cause": _number("", 1, 127),
    "wifi.rssi": _number("dBm", -110, 0),
    "tamper.alarm": _FLAG,  # the camera says that somebody covers or turns it
    "identity.serial": _TEXT,
    "identity.mac": _TEXT,
    "identity.manufacturer": _TEXT,
    "identity.model": _TEXT,
    "identity.firmware": _TEXT,
    "device.uptime": _number("s", 0, 4e9),
}
"""By canonical name, the names that rules and telemetry use."""
