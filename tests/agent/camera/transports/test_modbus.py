"""Modbus against pymodbus' own server, over TCP and over a serial line of two ptys."""

from __future__ import annotations

import asyncio
import os
import threading
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.profile import Format
from agent.camera.profiles.registers import read_register
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach, TransportKind
from agent.camera.profiles.transports.modbus import check_request, fetch
from agent.config_problem import Problem
from tests.agent.camera.transports.conftest import reach_of, source_of

pytest.importorskip("pymodbus", reason="pymodbus is not installed")
pytest.importorskip("serial", reason="pyserial is not installed")

from pymodbus.datastore import (
    ModbusDeviceContext,
    ModbusSequentialDataBlock,
    ModbusServerContext,
)
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

# An EPEVER at -3.5 degrees and night: 13.12 V, 0 W, 32 bits with the low word first.
VALUES = {
    0x3100: 1795,
    0x3102: 2500,
    0x3103: 0,
    0x3104: 1312,
    0x3110: 65536 - 350,
    0x331B: 65536 - 150,
    0x331C: 0xFFFF,
}


def context() -> ModbusServerContext:
    """Input registers 0x3100 to 0x33FF; nothing elsewhere."""
    first, last = 0x3100, 0x3400
    block = ModbusSequentialDataBlock(
        first + 1, [VALUES.get(address, 0) for address in range(first, last)]
    )
    return ModbusServerContext(devices={1: ModbusDeviceContext(ir=block)}, single=False)


@asynccontextmanager
async def tcp_server() -> AsyncIterator[int]:
    """The port of a server on loopback."""
    server = ModbusTcpServer(context(), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    try:
        yield int(server.transport.sockets[0].getsockname()[1])
    finally:
        await server.shutdown()


@contextmanager
def wire() -> Iterator[tuple[str, str]]:
    """Two device files; what is written to one comes out of the other."""
    pairs = [os.openpty(), os.openpty()]
    for _, theirs in pairs:
        tty.setraw(theirs)
    over = threading.Event()

    def copy(source: int, goal: int) -> None:
        while not over.is_set():
            with suppress(OSError):
                os.write(goal, os.read(source, 4096))

    ours = [pair[0] for pair in pairs]
    threads = [
        threading.Thread(target=copy, args=(ours[n], ours[1 - n]), daemon=True) for n in (0, 1)
    ]
    for thread in threads:
        thread.start()
    try:
        yield os.ttyname(pairs[0][1]), os.ttyname(pairs[1][1])
    finally:
        over.set()
        for _, theirs in pairs:
            os.write(theirs, b"\0")
        for thread in threads:
            thread.join(2)
        for pair in pairs:
            os.close(pair[0])
            os.close(pair[1])


async def ask(reach: Reach, *, timeout_s: float = 2.0, **request: object) -> Fetched:
    """The answer to one request."""
    source = source_of(TransportKind.MODBUS, form=Format.REGISTERS, timeout_s=timeout_s, **request)
    return await fetch(source, reach)


def check_values(answer: Fetched, net: Fetched) -> None:
    """Signs and word order come out right."""
    assert answer.registers is not None
    assert net.registers is not None
    assert read_register(answer.registers, "0x3104:u16") == 1312
    assert read_register(answer.registers, "0x3110:s16") == -350
    assert read_register(answer.registers, "0x3102:u32le") == 2500
    assert read_register(net.registers, "0x331B:s32le") == -150


async def test_reads_registers_over_tcp() -> None:
    """Registers come by their addresses, unsigned, and profiles give them sign and order."""
    async with tcp_server() as port:
        reach = reach_of("127.0.0.1", vendor_port=port)
        answer = await ask(reach, address=0x3100, count=0x11)
        net = await ask(reach, address=0x331B, count=2)

    check_values(answer, net)
    assert reach.door.transcript.tally.writes == 0


async def test_reads_registers_over_a_serial_line() -> None:
    """The same by RTU on a device file."""
    with wire() as (ours, theirs):
        server = ModbusSerialServer(context(), port=theirs, baudrate=115200)
        await server.serve_forever(background=True)
        try:
            reach = reach_of(serial_port=ours)
            answer = await ask(reach, address=0x3100, count=0x11)
            net = await ask(reach, address=0x331B, count=2)
        finally:
            await server.shutdown()

    check_values(answer, net)


async def test_failures_have_names() -> None:
    """Absent registers, a silent unit, a closed port and a missing file are told apart."""
    async with tcp_server() as port:
        reach = reach_of("127.0.0.1", vendor_port=port)
        cases = (
            (reach, {"address": 0x0000, "count": 4}, (Cause.VENDOR_UNSUPPORTED,)),
            (reach, {"address": 0x3104, "unit": 7}, (Cause.DEADLINE, Cause.VENDOR_REFUSED)),
            (reach_of("127.0.0.1", vendor_port=1), {"address": 0x3104}, (Cause.TCP_REFUSED,)),
            (reach_of(serial_port="/dev/none"), {"address": 0x3104}, (Cause.LOCAL_FAILED,)),
            (reach_of(), {"address": 0x3104}, (Cause.LOCAL_MISSING,)),
        )
        for where, request, causes in cases:
            with pytest.raises(CameraError) as caught:
                await ask(where, timeout_s=0.5, **request)
            assert caught.value.cause in causes, request


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"\x00" * 300, id="zeros"),
        pytest.param(b"\x00\x01\x00\x00\xff\xff\x01\x04" + b"\xff" * 64, id="length lie"),
        pytest.param(b"\x00\x01\x00\x00\x00\x05\x01\x04\x02\x05\x20", id="fewer registers"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="not Modbus"),
        pytest.param(b"", id="closes"),
    ],
)
async def test_no_lie_is_believed(reply: bytes) -> None:
    """A server that answers nonsense, or fewer registers than asked for, gives no value."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(260)
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(CameraError) as caught:
            await ask(reach_of("127.0.0.1", vendor_port=port), address=0x3104, count=2, timeout_s=1)

    assert caught.value.cause in (Cause.DEADLINE, Cause.VENDOR_UNPARSABLE, Cause.VENDOR_REFUSED)


def test_requests_that_cannot_be_are_refused() -> None:
    """A file that asks for coils, for too many registers or to write is refused with the key."""
    problems: list[Problem] = []
    content = {"address": 0x10000, "count": 126, "table": "coils", "value": 1}
    check_request(Table(content=content, where="request", file="x", problems=problems))

    assert sorted(problem.key for problem in problems) == [
        "request.address",
        "request.count",
        "request.table",
        "request.value",
    ]
