"""A TCP port that can go dark and come back under the same number."""

from __future__ import annotations

import asyncio
import socket
import ssl

from aiohttp import web


def keep_port(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen: connections are refused, the port stays ours.

    Without it the port of a dark device could become the local port of any outgoing connection.
    Raises OSError when the port is taken.
    """
    kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        kept.bind((host, port))
    except OSError:
        kept.close()
        raise
    return kept


class HttpListener:
    """Serves an application; while dark the port is kept but refuses connections."""

    def __init__(
        self,
        application: web.Application,
        *,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.2, handler_cancellation=True
        )
        self._host = host
        self._tls = tls
        self.port = port
        self._server: asyncio.Server | None = None
        self._kept: socket.socket | None = None

    async def start(self) -> None:
        """Prepare the application and keep the port, still dark."""
        await self._runner.setup()
        self._keep_port()

    def _keep_port(self) -> None:
        self._kept = keep_port(self._host, self.port)
        self.port = int(self._kept.getsockname()[1])

    async def light(self) -> None:
        """Listen; nothing happens when it already does."""
        if self._server is not None or self._kept is None:
            return
        kept, self._kept = self._kept, None
        loop = asyncio.get_running_loop()
        assert self._runner.server is not None
        self._server = await loop.create_server(self._runner.server, sock=kept, ssl=self._tls)

    def darken(self) -> None:
        """Stop listening at once and cut every connection."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self._cut()
        self._keep_port()

    def _cut(self) -> None:
        if self._runner.server is None:
            return
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def stop(self) -> None:
        """Stop for good and give the port back."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self._cut()
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        await self._runner.cleanup()
