"""A TCP proxy that does to bytes what bad links do: asyncio, one toxic at a time for each link."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Final

from tests.lab.toxics import CLEAR, Kind, Toxic

_PIECE_BYTES: Final = 4096
_SLICE_S: Final = 0.1  # a slow link is looked at so often, so that a change of weather is felt
_RESET_NOW: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s; close sends RST


class Link:
    """Listens on a loopback port and leads to another; counts how often each toxic bit."""

    def __init__(self, *, to_port: int, dice: random.Random, port: int = 0) -> None:
        self.port = port
        self.bites: Counter[Kind] = Counter()
        self.accepted = 0
        self._to_port = to_port
        self._dice = dice
        self._toxic = CLEAR
        self._changed = asyncio.Event()
        self._sockets: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._passed = 0  # bytes since the toxic came
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut everything and stop listening."""
        if self._server is not None:
            self._server.close()
        self.change(CLEAR)
        self.cut_all()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    def change(self, toxic: Toxic) -> None:
        """Let another toxic work from now on, on connections that are open too."""
        before, self._toxic = self._toxic, toxic
        self._passed = 0
        if Kind.HALF_OPEN in (before.kind, toxic.kind) or before.then_cut:
            self.cut_all()  # they are dead, or must be made again to meet the silence
        self._changed.set()
        self._changed = asyncio.Event()
        if toxic.kind is Kind.STORM:
            self._spawn(self._storm(toxic))

    def cut_all(self) -> None:
        """Reset every connection."""
        for writer in tuple(self._sockets):
            self._reset(writer)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _storm(self, toxic: Toxic) -> None:
        while self._toxic is toxic:
            self.bites[Kind.STORM] += bool(self._sockets)
            self.cut_all()
            await asyncio.sleep(toxic.every_s)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._sockets.add(writer)
        if (task := asyncio.current_task()) is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            if self._toxic.kind is Kind.HALF_OPEN:
                self.bites[Kind.HALF_OPEN] += 1
                await self._changed.wait()
                return
            there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
            self._sockets.add(back)
            try:
                await self._join(reader, writer, there, back)
            finally:
                self._reset(back)
        except OSError:
            pass  # the far end is not there: so it is for the caller
        finally:
            self._reset(writer)

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> None:
        out = asyncio.create_task(self._pipe(reader, back, is_back=False))
        home = asyncio.create_task(self._pipe(there, writer, is_back=True))
        try:
            await asyncio.wait({out, home}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (out, home):
                task.cancel()
            await asyncio.gather(out, home, return_exceptions=True)

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_back: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE_BYTES):
                await self._pass(piece, writer, is_back=is_back)

    async def _pass(self, piece: bytes, writer: asyncio.StreamWriter, *, is_back: bool) -> None:
        """Forward one piece as the weather allows; ConnectionError when it cut the connection."""
        while piece:
            toxic = self._toxic
            match toxic.kind:
                case Kind.BLACK_HOLE:
                    await self._hold(toxic)
                case Kind.ONE_WAY if is_back:
                    await self._hold(toxic)
                case Kind.LATENCY:
                    self.bites[toxic.kind] += 1
                    await asyncio.sleep(self._dice.uniform(*toxic.delay_s))
                    piece = await self._send(piece, writer)
                case Kind.RATE | Kind.DRIP:
                    self.bites[toxic.kind] += 1
                    length = max(1, int(toxic.bytes_per_s * _SLICE_S))
                    await asyncio.sleep(length / toxic.bytes_per_s)
                    piece = await self._send(piece, writer, length)
                case Kind.RESET if self._passed + len(piece) > toxic.after_bytes:
                    self.bites[toxic.kind] += 1
                    await self._send(piece, writer, max(1, toxic.after_bytes - self._passed))
                    self._passed = 0
                    raise ConnectionResetError("cut in the middle of a packet")
                case Kind.FLIP if self._dice.random() < toxic.share:
                    self.bites[toxic.kind] += 1
                    piece = await self._send(flip(piece, self._dice), writer)
                case _:
                    piece = await self._send(piece, writer)

    async def _hold(self, toxic: Toxic) -> None:
        """Keep what came, as a network that is away does; the sender feels it in time."""
        self.bites[toxic.kind] += 1
        await self._changed.wait()

    async def _send(
        self, piece: bytes, writer: asyncio.StreamWriter, length: int | None = None
    ) -> bytes:
        """Send the first bytes; what is left."""
        now = piece[:length]
        self._passed += len(now)
        writer.write(now)
        await writer.drain()
        return piece[len(now) :]

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        self._sockets.discard(writer)
        plain = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_NOW)
        writer.transport.abort()


def flip(piece: bytes, dice: random.Random) -> bytes:
    """The same bytes with one bit the other way round."""
    damaged = bytearray(piece)
    damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)
