"""The RTSP port of one simulated camera."""

import asyncio
import contextlib
from collections.abc import Callable

from simulator.rtsp.behaviour import AuthResult, RtspBehaviour
from simulator.rtsp.connection import Authorise, LoopOf, RtspConnection
from simulator.rtsp.counters import RtspCounters

__all__ = ["AuthResult", "RtspBehaviour", "RtspCounters", "RtspServer"]


class RtspServer:
    """Serves one stream on any path; may be stopped and started again, on the same port.

    `loop_of` gives the loop of the present picture state and is asked about every GOP.
    `authorise(method, uri, authorization_header)` decides on every request but OPTIONS.
    `behaviour` gives the faults in force now.
    """

    def __init__(
        self,
        *,
        loop_of: LoopOf,
        authorise: Authorise,
        behaviour: Callable[[], RtspBehaviour] = RtspBehaviour,
    ) -> None:
        self._loop_of = loop_of
        self._authorise = authorise
        self._behaviour = behaviour
        self._server: asyncio.Server | None = None
        self._connections: dict[RtspConnection, asyncio.Task[None]] = {}
        self.counters = RtspCounters()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen and give the port; raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._welcome, host, port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Stop listening and cut every connection; does nothing on a stopped server."""
        if self._server is None:
            return
        self._server.close()
        connections, self._connections = self._connections, {}
        for connection, task in connections.items():
            connection.abort()
            task.cancel()
        await asyncio.gather(*connections.values(), return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = RtspConnection(
            reader=reader,
            writer=writer,
            loop_of=self._loop_of,
            authorise=self._authorise,
            behaviour=self._behaviour,
            counters=self.counters,
        )
        task = asyncio.current_task()
        assert task is not None
        self._connections[connection] = task
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await connection.serve()
        except asyncio.CancelledError:
            # Only stop() cancels; the task ends here, so that the streams library logs nothing.
            return
        finally:
            self._connections.pop(connection, None)
