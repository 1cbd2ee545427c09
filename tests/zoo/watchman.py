"""Sees every connection that goes elsewhere than to the zoo's own animals, and what it carries."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ctypes
import socket
import struct
from collections.abc import Collection
from typing import Final

from tests.zoo.honest import PASSWORD, USER

CANARY_PORT: Final = 8066
METADATA: Final = "169.254.169.254"
FOREIGN: Final = "127.66.66.66"
_ALL_PROTOCOLS: Final = socket.htons(3)
_SO_ATTACH_FILTER: Final = 26
_MARKS: Final = (
    USER.encode(),
    PASSWORD.encode(),
    base64.b64encode(f"{USER}:{PASSWORD}".encode()),
    b"PasswordDigest",
    b"Authorization:",
)
_PLAIN: Final = (PASSWORD.encode(), base64.b64encode(f"{USER}:{PASSWORD}".encode()))
_LOAD_HALF, _LOAD_BYTE, _LOAD_INDEXED, _LOAD_LENGTH = 0x28, 0x30, 0x50, 0xB1
_EQUAL, _AND, _RETURN = 0x15, 0x54, 0x06
# Classic BPF: the first packet of each TCP connection, and every UDP packet, of both families.
_PROGRAM: Final = (
    (_LOAD_HALF, 0, 0, 12),
    (_EQUAL, 0, 7, 0x0800),
    (_LOAD_BYTE, 0, 0, 23),
    (_EQUAL, 10, 0, 17),
    (_EQUAL, 0, 10, 6),
    (_LOAD_LENGTH, 0, 0, 14),
    (_LOAD_INDEXED, 0, 0, 27),
    (_AND, 0, 0, 0x12),
    (_EQUAL, 5, 6, 0x02),
    (_EQUAL, 0, 5, 0x86DD),
    (_LOAD_BYTE, 0, 0, 20),
    (_EQUAL, 2, 0, 17),
    (_EQUAL, 0, 2, 6),
    (_RETURN, 0, 0, 65535),
    (_RETURN, 0, 0, 65535),
    (_RETURN, 0, 0, 0),
)


def carries_login(heard: bytes) -> bool:
    """Whether bytes hold anything of the login, in whatever form."""
    return any(mark in heard for mark in _MARKS)


def shows_password(heard: bytes) -> bool:
    """Whether bytes hold the password itself, or Basic, which is the same."""
    return any(mark in heard for mark in _PLAIN)


class Watchman:
    """Listens where nobody must come, and with ``sees_all`` looks at every packet of ``lo``."""

    def __init__(self, *, sees_all: bool) -> None:
        self._sees_all = sees_all
        self._servers: list[asyncio.Server] = []
        self._socket: socket.socket | None = None
        self.seen: set[tuple[str, int]] = set()  # where connections and datagrams went
        self.heard: list[bytes] = []  # what came to the listeners, one element a connection

    async def start(self) -> None:
        """Open the listeners; those that this machine has no address for are left out."""
        places = [(FOREIGN, CANARY_PORT), ("127.0.0.1", CANARY_PORT), ("::1", CANARY_PORT)]
        if self._sees_all:
            places += [(METADATA, 80), ("127.0.0.1", 554), ("127.0.0.1", 80)]
        for host, port in places:
            with contextlib.suppress(OSError):
                self._servers.append(await asyncio.start_server(self._hear, host, port))
        if self._sees_all:
            self._socket = _tap()
            asyncio.get_running_loop().add_reader(self._socket, self._look)

    def stop(self) -> None:
        """Close everything."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
        for server in self._servers:
            server.close()

    def strangers(self, own: Collection[tuple[str, int | None]]) -> list[tuple[str, int]]:
        """Where something went that is none of these; a port of None means all of the host."""
        return sorted(
            (host, port)
            for host, port in self.seen
            if (host, port) not in own and (host, None) not in own
        )

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(5):
                heard = await reader.read(65536)
        self.heard.append(heard)
        writer.close()

    def _look(self) -> None:
        assert self._socket is not None
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = self._socket.recv(256)
                goal = _goal(packet)
                if goal is not None:
                    self.seen.add(goal)


def _tap() -> socket.socket:
    """A packet socket on ``lo`` behind the filter."""
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, _ALL_PROTOCOLS)
    code = b"".join(struct.pack("HBBI", *step) for step in _PROGRAM)
    kept = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(_PROGRAM), ctypes.addressof(kept))
    tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    tap.bind(("lo", 0))
    tap.setblocking(False)
    return tap


def _goal(packet: bytes) -> tuple[str, int] | None:
    """Where a packet goes."""
    kind = int.from_bytes(packet[12:14], "big")
    if kind == 0x0800:
        at = 14 + 4 * (packet[14] & 0x0F)
        host = socket.inet_ntop(socket.AF_INET, packet[30:34])
    elif kind == 0x86DD:
        at = 54
        host = socket.inet_ntop(socket.AF_INET6, packet[38:54])
    else:
        return None
    return host, int.from_bytes(packet[at + 2 : at + 4], "big")
