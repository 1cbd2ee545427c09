"""Canonical names of vendor values, and their units; rules and telemetry know no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Kind = Literal["number", "text", "flag"]

_KINDS: Final[Mapping[str, tuple[Kind, str]]] = {
    "battery.charge": ("number", "%"),
    "battery.voltage": ("number", "mV"),
    "battery.charging": ("flag", ""),
    "battery.current": ("number", "mA"),  # negative: discharging
    "battery.temperature": ("number", "°C"),
    "solar.power": ("number", "mW"),
    "cellular.sim": ("text", ""),
    "cellular.registered": ("flag", ""),
    "cellular.operator": ("text", ""),
    "cellular.rsrp": ("number", "dBm"),
    "cellular.rsrq": ("number", "dB"),
    "cellular.sinr": ("number", "dB"),
    "cellular.rssi": ("number", "dBm"),
    "cellular.cell": ("text", ""),
    "cellular.band": ("text", ""),
    "cellular.bytes_month": ("number", "B"),
    "battery.health": ("number", "%"),
    "battery.installed": ("flag", ""),
    "battery.source": ("text", ""),  # what charges it: "solar", "dc", "none"
    "battery.state": ("text", ""),  # "charging", "discharging", "full"
    "solar.voltage": ("number", "mV"),
    "solar.current": ("number", "mA"),
    "solar.energy_today": ("number", "mWh"),
    "charger.state": ("text", ""),
    "charger.fault": ("text", ""),
    "wifi.rssi": ("number", "dBm"),
    "cellular.state": ("text", ""),
    "cellular.tech": ("text", ""),
    "cellular.temperature": ("number", "°C"),
    "ir.filter_mode": ("text", ""),  # a setting: "day", "night", "auto"
    "ir.led_mode": ("text", ""),  # a setting: "on", "off", "auto"
    "ir.swap": ("flag", ""),  # the polarity of the filter is set the other way round
    "device.serial": ("text", ""),
    "device.model": ("text", ""),
    "device.firmware": ("text", ""),
    "device.hardware": ("text", ""),
    "device.uptime": ("number", "s"),
    "device.reboots": ("number", ""),
    "device.time": ("text", ""),
    "device.temperature": ("number", "°C"),
    "ir.led_state": ("text", ""),  # live: "on", "off"
    "ports.onvif": ("flag", ""),
    "ports.rtsp": ("flag", ""),
    "cellular.apn": ("text", ""),
    "cellular.session": ("flag", ""),  # whether data flow: registered is not yet connected
    "cellular.reconnects": ("number", ""),  # the modem's own counter of sessions begun anew
    "cellular.antenna_1_rsrp": ("number", "dBm"),  # -140: this port hears nothing
    "cellular.antenna_2_rsrp": ("number", "dBm"),
    "cellular.plan_bytes": ("number", "B"),  # a month, where the device knows its plan
    "cellular.reject_cause": ("number", ""),  # of attach or session: TS 24.301 9.9.3.9, 9.9.4.4
}

UNITS: Final[Mapping[str, str]] = {name: unit for name, (_, unit) in _KINDS.items()}
"""Every canonical name with its unit."""


def kind_of(name: str) -> Kind:
    """What a value of this name is."""
    return _KINDS[name][0]
