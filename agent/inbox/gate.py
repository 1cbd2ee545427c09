"""In front of an HTTP server: how many connections there may be, and how long each may last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

_SHARE: Final = 4  # of the connections one address may hold a quarter, and always two


class Gate:
    """A protocol factory; a connection beyond the bounds is cut before anything is read of it."""

    def __init__(
        self, serve: Callable[[], asyncio.Protocol], *, connections: int, deadline_s: float
    ) -> None:
        self._serve = serve
        self._connections = connections
        self._per_address = max(connections // _SHARE, 2)
        self._deadline_s = deadline_s
        self._open: dict[_Guarded, str] = {}

    def __call__(self) -> asyncio.Protocol:
        """A protocol for one connection."""
        return _Guarded(self)

    def enter(self, guarded: _Guarded, address: str) -> asyncio.Protocol | None:
        """The server's own protocol, or None where there is no room."""
        held = sum(one == address for one in self._open.values())
        if len(self._open) >= self._connections or held >= self._per_address:
            return None
        self._open[guarded] = address
        return self._serve()

    def leave(self, guarded: _Guarded) -> None:
        """A connection has ended."""
        self._open.pop(guarded, None)

    @property
    def deadline_s(self) -> float:
        """From the first byte of a connection to its last."""
        return self._deadline_s

    def close(self) -> None:
        """Cut all that is open."""
        for guarded in tuple(self._open):
            guarded.cut()


class _Guarded(asyncio.Protocol):
    """Hands everything on to the server's protocol, and ends the connection in time."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._inner: asyncio.Protocol | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername") or ("",)
        self._inner = self._gate.enter(self, str(peer[0]))
        if self._inner is None:
            self._transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._gate.deadline_s, self.cut)
        self._inner.connection_made(transport)

    def cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._gate.leave(self)
        if self._inner is not None:
            self._inner.connection_lost(error)
