"""FTP in: a process of its own serves it (``ftp_child``), and what it takes comes by a pipe.

The library (pyftpdlib) is an extra, ``preclaim[ftp]``; the agent itself never imports it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from agent.config_inbox import FtpWay, Ways
from agent.inbox.desk import Desk
from agent.inbox.ftp_wire import FRAME_CAP_BYTES, LENGTH, Listening, Login, Received, Serve
from agent.inbox.item import Item, Way
from agent.inbox.senders import Senders

_ROOT: Final = str(Path(__file__).resolve().parents[2])
_decoder: Final = msgspec.msgpack.Decoder(Listening | Received)


class FtpInbox:
    """One FTP process; ``port`` is known once it listens."""

    def __init__(
        self,
        way: FtpWay,
        *,
        ways: Ways,
        desk: Desk,
        senders: Senders,
        clock: Callable[[], datetime],
    ) -> None:
        self._serve = Serve(
            bind=way.bind,
            port=way.port,
            passive_ports=way.passive_ports,
            public_address=way.public_address,
            connections=way.connections,
            deadline_s=way.deadline_s,
            items_per_minute=ways.items_per_minute,
            logins=tuple(
                Login(user=user, password_sha256=digest, device_id=device_id)
                for user, digest, device_id in senders.logins()
            ),
        )
        self._desk = desk
        self._clock = clock
        self.port = 0
        self.pid = 0

    async def run(self) -> None:
        """Serve until cancelled; OSError when it cannot be served, or the process ended."""
        process = await _start()
        self.pid = process.pid
        assert process.stdin is not None
        try:
            content = msgspec.msgpack.encode(self._serve)
            process.stdin.write(LENGTH.pack(len(content)) + content)
            await process.stdin.drain()
            while True:
                self._take(await _read(process))
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError) as error:
            raise OSError("the FTP process ended; is preclaim[ftp] installed?") from error
        finally:
            self.port = 0
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())

    def _take(self, message: Listening | Received) -> None:
        if isinstance(message, Listening):
            if message.why:
                raise OSError(f"FTP cannot be served: {message.why}")
            self.port = message.port
            return
        self._desk.offer(
            Item(
                device_id=message.device_id,
                way=Way.FTP,
                name=message.name,
                body=message.body,
                at=self._clock(),
            )
        )


async def _read(process: Process) -> Listening | Received:
    assert process.stdout is not None
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > FRAME_CAP_BYTES:
        raise asyncio.IncompleteReadError(b"", length)
    message: Listening | Received = _decoder.decode(await process.stdout.readexactly(length))
    return message


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agent.inbox.ftp_child",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # what strangers make a library say belongs in no log
        env={
            "PYTHONPATH": _ROOT,
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            "MALLOC_ARENA_MAX": "1",
        },
        start_new_session=True,
    )
