"""The keys of a device that is a gateway, and of cameras that stand behind one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from agent.config_table import Table
from agent.gateway import DeviceKind

LOCAL: Final = "local"
_SERIAL_PORT: Final = re.compile(r"/dev/[A-Za-z0-9][A-Za-z0-9._/-]{0,100}")

_SUPPLY: Final = re.compile(r"\S(?:.{0,62}\S)?")  # printable, for people; names nothing technical


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayKeys:
    """What a table says of itself as, or of its place behind, a gateway."""

    kind: DeviceKind
    gateway: str  # id of the gateway that a camera hangs on; '' when nobody has said
    power_from: str  # name of the supply that it shares with others; '' when nobody has said
    serial_port: str
    vendor_port: int | None


def read_gateway(table: Table, *, address: str, profile: str) -> GatewayKeys:
    """Read the keys; what does not fit together is noted with its remedy."""
    kind = DeviceKind(table.choice("kind", "camera", [kind.value for kind in DeviceKind]))
    serial_port = table.text("serial_port", "")
    if serial_port and (_SERIAL_PORT.fullmatch(serial_port) is None or ".." in serial_port):
        table.complain("serial_port", "bad_serial_port", found=serial_port)
    if kind is DeviceKind.GATEWAY and not profile:
        table.complain("profile", "gateway_without_profile")
    if kind is DeviceKind.CAMERA and (address == LOCAL or serial_port):
        table.complain("kind", "local_camera")
    return GatewayKeys(
        kind=kind,
        gateway=table.text("gateway", ""),
        power_from=_supply(table),
        serial_port=serial_port,
        vendor_port=table.whole("vendor_port", 0, low=0, high=65_535) or None,
    )


def _supply(table: Table) -> str:
    name = table.text("power_from", "")
    if name and _SUPPLY.fullmatch(name) is None:
        table.complain("power_from", "bad_supply", found=name[:80])
        return ""
    return name


def check_gateways(tables: Iterable[tuple[Table, str]], gateways: Iterable[str]) -> None:
    """Complain where a camera names a gateway that no device is; pairs of table and that name."""
    known = sorted(gateways)
    for table, name in tables:
        if name and name not in known:
            table.complain("gateway", "unknown_gateway", found=name, known=", ".join(known) or "-")
