"""A serial port of this machine, read in a thread with an end; needs the package pyserial."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable
from typing import Any, Final

from agent.camera.port import CameraError, Cause, Target
from agent.camera.profiles.transports.local import extra_missing, require_local

_LOOK_S: Final = 0.1  # how soon the thread notices its end
_CAP_BYTES: Final = 16 * 1024
_BUSY: Final = frozenset({errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK})


async def converse(
    target: Target,
    *,
    baud: int,
    send: bytes,
    until: Callable[[bytes], bool],
    timeout_s: float,
) -> bytes:
    """Send some bytes and read until ``until`` holds for what came; all that came.

    Raises CameraError: LOCAL_MISSING without pyserial or the port, LOCAL_FAILED when it cannot be
    used, DEADLINE when ``until`` never held (``raw`` is what came), HTTP_TOO_LARGE at 16 KiB.
    """
    require_local(target)
    if not target.serial_port:
        raise CameraError(
            Cause.LOCAL_MISSING, 'the device names no port: serial_port = "/dev/ttyUSB2"'
        )
    return await asyncio.to_thread(
        _converse, target.serial_port, baud, send, until, time.monotonic() + timeout_s
    )


def _converse(
    port: str, baud: int, send: bytes, until: Callable[[bytes], bool], end: float
) -> bytes:
    line = _open(port, baud)
    received = bytearray()
    try:
        line.reset_input_buffer()
        if send:
            line.write(send)
        while time.monotonic() < end:
            received += line.read(max(line.in_waiting, 1))
            if until(bytes(received)):
                return bytes(received)
            if len(received) > _CAP_BYTES:
                raise CameraError(
                    Cause.HTTP_TOO_LARGE,
                    f"{port} sends more than {_CAP_BYTES} bytes and no end",
                    raw=bytes(received),
                )
    except OSError as error:  # serial.SerialException is one
        raise CameraError(
            Cause.LOCAL_FAILED, f"{port} stopped working: was it unplugged?", raw=bytes(received)
        ) from error
    finally:
        line.close()
    raise CameraError(Cause.DEADLINE, f"{port} gives no whole answer in time", raw=bytes(received))


def _open(port: str, baud: int) -> Any:
    """Open the port for us alone: a second reader would tear answers apart."""
    try:
        import serial  # noqa: PLC0415  # an optional package
    except ImportError as error:
        raise extra_missing("pyserial", "modem") from error
    try:
        return serial.Serial(port, baud, timeout=_LOOK_S, write_timeout=2.0, exclusive=True)
    except OSError as error:
        raise _explain(error, port) from error
    except ValueError as error:
        raise CameraError(Cause.LOCAL_FAILED, f"{port} does not know {baud} baud") from error


def _explain(error: OSError, port: str) -> CameraError:
    if error.errno == errno.ENOENT:
        return CameraError(
            Cause.LOCAL_MISSING, f"there is no {port}: check the cable and serial_port"
        )
    if error.errno == errno.EACCES:
        return CameraError(
            Cause.LOCAL_FAILED, f"{port} may not be opened: add the agent's user to group dialout"
        )
    if error.errno in _BUSY:
        return CameraError(
            Cause.LOCAL_FAILED,
            f"{port} is in use, perhaps by ModemManager: take its profile, or another port",
        )
    return CameraError(
        Cause.LOCAL_FAILED, f"{port} cannot be opened: {error.strerror or 'unknown'}"
    )
