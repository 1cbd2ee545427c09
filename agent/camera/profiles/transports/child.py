"""Programs beside the agent: no shell, own deadline, output capped, ended with all they started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agent.camera.port import CameraError, Cause

OUTPUT_CAP_BYTES: Final = 256 * 1024
_ERROR_CAP_BYTES: Final = 4 * 1024
_CHUNK_BYTES: Final = 16 * 1024
_DRAIN_S: Final = 2.0
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a program ended and what it wrote."""

    code: int
    output: bytes
    complaint: str  # the begin of its error stream, for people


async def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program to its end; secrets go in by ``stdin``, never by ``argv``.

    Raises CameraError: LOCAL_MISSING when there is no such program, LOCAL_FAILED when it cannot
    be started, DEADLINE, and HTTP_TOO_LARGE when it writes more than the cap.
    """
    program = shutil.which(argv[0], path=os.environ.get("PATH") or _PATH)
    if program is None:
        raise CameraError(
            Cause.LOCAL_MISSING, f"the program '{argv[0]}' is not installed on this machine"
        )
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *argv[1:],
            stdin=PIPE if stdin else DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env={"PATH": os.environ.get("PATH") or _PATH, "LC_ALL": "C", **(environment or {})},
            start_new_session=True,  # one signal ends it and whatever it started
        )
    except OSError as error:
        raise CameraError(
            Cause.LOCAL_FAILED, f"the program '{argv[0]}' cannot start: {error.strerror}"
        ) from error
    try:
        async with asyncio.timeout(timeout_s):
            return await _attend(process, argv[0], stdin)
    except TimeoutError as error:
        raise CameraError(
            Cause.DEADLINE, f"the program '{argv[0]}' did not end within {timeout_s:g} s"
        ) from error
    finally:
        await _end(process)


async def _attend(process: Process, name: str, stdin: bytes) -> Finished:
    assert process.stdout is not None
    assert process.stderr is not None
    if process.stdin is not None:
        with contextlib.suppress(ConnectionError):  # it may end before it has read all
            process.stdin.write(stdin)
            await process.stdin.drain()
        process.stdin.close()
    # One after the other: a program that fills its error stream stands still until the deadline.
    output = await _read(process.stdout, OUTPUT_CAP_BYTES + 1)
    if len(output) > OUTPUT_CAP_BYTES:
        raise CameraError(
            Cause.HTTP_TOO_LARGE, f"the program '{name}' writes more than {OUTPUT_CAP_BYTES} bytes"
        )
    complaint = await _read(process.stderr, _ERROR_CAP_BYTES)
    code = await process.wait()
    return Finished(code=code, output=output, complaint=complaint.decode("utf-8", "replace"))


async def _read(stream: asyncio.StreamReader, cap_bytes: int) -> bytes:
    """What comes until the end or the cap."""
    content = bytearray()
    while len(content) < cap_bytes and (chunk := await stream.read(_CHUNK_BYTES)):
        content += chunk
    return bytes(content[:cap_bytes])


async def _end(process: Process) -> None:
    """End it and its children, and collect it; nothing is left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    assert process.stderr is not None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):  # a full pipe would keep ``wait`` from returning
            for stream in (process.stdout, process.stderr):
                while await stream.read(_CHUNK_BYTES):
                    pass
            await process.wait()
