"""Sources that are registers of a Modbus device: RTU on a serial port, or TCP; reading only.

``request = { unit = 1, table = "input", address = 0x3100, count = 8, baud = 115200 }``
Needs the package pymodbus. Functions 3 and 4 alone are ever sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from agent.camera.address import place_of, resolve
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.keys import Key, Keys, Shape, text
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach
from agent.camera.profiles.transports.local import ADDRESS, extra_missing

if TYPE_CHECKING:
    from pymodbus.client.base import ModbusBaseClient

_PORT: Final = 502
_BAUD: Final = 115200
_TIMEOUT_S: Final = 3.0
_MOST: Final = 125  # registers in one answer, by the Modbus application protocol
_QUESTION_BYTES: Final = 12
_HEAD_BYTES: Final = 9
REQUEST: Final[Keys] = {
    "unit": Key(shape=Shape.WHOLE, what="unit of the device; 1 when absent", low=0),
    "table": text("input when absent", choices=("input", "holding")),
    "address": Key(shape=Shape.WHOLE, what="the first register", required=True, low=0),
    "count": Key(shape=Shape.WHOLE, what="how many; 1 when absent", low=1),
    "port": Key(shape=Shape.WHOLE, what="TCP port; 502 when absent", low=1),
    "baud": Key(shape=Shape.WHOLE, what="bits per second; 115200 when absent", low=300),
}
_NO_SUCH: Final = frozenset({1, 2})  # illegal function, illegal data address
_EXCEPTIONS: Final[Mapping[int, str]] = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    6: "device busy",
    11: "the gateway's device does not answer",
}


def check_request(table: Table) -> None:
    """Refuse what no Modbus request has; there is no way to write one that writes."""
    content = table.read(REQUEST)
    if content.get("address", 0) > 0xFFFF:
        table.complain("address", "profile_registers", most=_MOST)
    if content.get("count", 1) > _MOST:
        table.complain("count", "profile_registers", most=_MOST)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Read a run of registers; unsigned 16 bit by address."""
    request = source.request
    table, address = str(request.get("table", "input")), int(request["address"])
    count, unit = int(request.get("count", 1)), int(request.get("unit", 1))
    tally = reach.door.transcript.tally
    tally.begin_request(_QUESTION_BYTES)
    client = await _client(source, reach)
    try:
        values = await _read(client, table, address, count, unit)
    finally:
        client.close()
    tally.bytes_received += _HEAD_BYTES + 2 * len(values)
    registers = {address + index: value for index, value in enumerate(values)}
    body = "".join(f"0x{key:04X}={value}\n" for key, value in registers.items()).encode()
    return Fetched(body=body, detail=f"{len(values)} {table} registers", registers=registers)


async def _client(source: Source, reach: Reach) -> ModbusBaseClient:
    try:
        from pymodbus.client import (  # noqa: PLC0415  # an optional package
            AsyncModbusSerialClient,
            AsyncModbusTcpClient,
        )
    except ImportError as error:
        raise extra_missing("pymodbus", "modbus") from error
    target, timeout_s = reach.target, source.timeout_s or _TIMEOUT_S
    client: ModbusBaseClient
    if target.address == ADDRESS:
        if not target.serial_port:
            raise CameraError(
                Cause.LOCAL_MISSING, 'the device names no port: serial_port = "/dev/ttyUSB0"'
            )
        baud = int(source.request.get("baud", _BAUD))
        client = AsyncModbusSerialClient(
            target.serial_port, baudrate=baud, timeout=timeout_s, retries=0, reconnect_delay=0
        )
    else:
        client = AsyncModbusTcpClient(
            await resolve(place_of(target).host),
            port=target.vendor_port or int(source.request.get("port", _PORT)),
            timeout=timeout_s,
            retries=0,
            reconnect_delay=0,
        )
    if not await client.connect():
        client.close()
        if target.address == ADDRESS:
            raise CameraError(
                Cause.LOCAL_FAILED,
                f"{target.serial_port} cannot be opened: check cable, serial_port and rights",
            )
        raise CameraError(Cause.TCP_REFUSED, "the device takes no Modbus connection on this port")
    return client


async def _read(
    client: ModbusBaseClient, table: str, address: int, count: int, unit: int
) -> list[int]:
    from pymodbus.exceptions import ModbusException  # noqa: PLC0415  # an optional package

    read: Any = client.read_input_registers if table == "input" else client.read_holding_registers
    try:
        answer = await read(address, count=count, device_id=unit)
    except (ModbusException, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError):
            raise
        raise CameraError(Cause.DEADLINE, "the Modbus device gives no answer in time") from error
    if answer.isError():
        code = int(getattr(answer, "exception_code", 0))
        words = _EXCEPTIONS.get(code, "an error")
        cause = Cause.VENDOR_UNSUPPORTED if code in _NO_SUCH else Cause.VENDOR_REFUSED
        raise CameraError(cause, f"the Modbus device answers {words} (exception {code})")
    values = [int(value) for value in answer.registers]
    if len(values) != count or not all(0 <= value <= 0xFFFF for value in values):
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, f"{len(values)} registers came, {count} were asked for"
        )
    return values
