"""The closed set of ways in which a source is fetched."""

from __future__ import annotations

import enum


class TransportKind(enum.Enum):
    """How a source is fetched; the value is what profiles write."""

    HTTP = "http"
    ONVIF = "onvif"  # what GetDeviceInformation of this pass said, as key=value
    DVRIP = "dvrip"
    SERIAL_AT = "serial_at"
    COMMAND = "command"  # from packaged profiles alone
    MODBUS = "modbus"
    SNMP = "snmp"
    VEDIRECT = "vedirect"
    ADAPTER = "adapter"
