"""A battery camera that sleeps: it sends pictures and events by itself, and sees who wakes it."""

from __future__ import annotations

import asyncio
import ftplib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from simulator.faults import Fault
from simulator.power import Status, status_of
from simulator.spec import CameraSpec
from simulator.state import DeviceState
from simulator.video.encode import encode_jpeg

_FRAMES = 600
_DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """Somebody opened a connection: on a real one the radio and the processor are up now."""

    at: datetime
    door: str  # "http" or "rtsp"
    peer: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PushingCamera:
    """Has ports like any camera, and counts each connection to them as a wake-up.

    ``picture`` and ``event`` are what it would send now; ``by_http``, ``by_ftp`` and ``by_mqtt``
    send them as cameras do. Faults change what it sends, like those of a camera that is visited.
    """

    def __init__(
        self, spec: CameraSpec, *, host: str = "127.0.0.1", clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._clock = clock
        self._host = host
        self._state = DeviceState(spec, clock=clock, changed=lambda: None)
        self._servers: list[asyncio.Server] = []
        self.woken: list[Woken] = []
        self.sent = 0
        self.ports: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        for door in ("http", "rtsp"):
            server = await asyncio.start_server(self._answer(door), self._host, 0)
            self._servers.append(server)
            self.ports[door] = server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()

    def _answer(self, door: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peer = writer.get_extra_info("peername")
            self.woken.append(Woken(at=self._clock(), door=door, peer=str(peer)))
            writer.close()

        return answer

    @property
    def address(self) -> str:
        """host:port at which whoever wants can wake it."""
        return f"{self._host}:{self.ports['http']}"

    def inject(self, fault: Fault | str) -> None:
        """Make a fault active; ValueError when there is no such fault."""
        self._state.faults.add(fault)

    async def picture(self) -> bytes:
        """The JPEG that it would send now."""
        at = self._clock().timestamp() * self._state.spec.fps
        scene = self._state.scene(0)
        return await asyncio.to_thread(encode_jpeg, scene, frame_index=int(at) % _FRAMES)

    def event(self) -> bytes:
        """Its state as JSON, in a maker's own words (``simulator.power``)."""
        status: Status | None = status_of(
            self._state.spec,
            frozenset(self._state.faults),
            started_at=self._state.started_at,
            now=self._clock(),
        )
        return json.dumps(status or {}).encode()

    async def by_http(self, url: str, body: bytes, *, user: str, password: str) -> int:
        """POST a body with HTTP Basic; the status."""
        headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        limit = aiohttp.ClientTimeout(total=_DEADLINE_S)
        async with (
            aiohttp.ClientSession(headers=headers, timeout=limit) as session,
            session.post(url, data=body) as reply,
        ):
            self.sent += 1
            return reply.status

    async def by_ftp(
        self, host: str, port: int, name: str, body: bytes, *, user: str, password: str
    ) -> None:
        """Store a file in a folder of the day, under another name until it is whole."""
        day = f"{self._clock():%Y-%m-%d}"

        def store() -> None:
            with ftplib.FTP() as client:
                client.connect(host, port, timeout=_DEADLINE_S)
                client.login(user, password)
                client.mkd(day)
                client.cwd(day)
                client.storbinary(f"STOR {name}.tmp", io.BytesIO(body))
                client.rename(f"{name}.tmp", name)

        await asyncio.to_thread(store)
        self.sent += 1

    async def by_mqtt(self, host: str, port: int, topic: str, body: bytes) -> None:
        """Publish at QoS 1 and wait for the broker's word."""
        from paho.mqtt.client import Client  # noqa: PLC0415 - only a camera that uses it needs it
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

        def publish() -> None:
            client = Client(CallbackAPIVersion.VERSION2)
            client.connect(host, port)
            client.loop_start()
            try:
                client.publish(topic, body, qos=1).wait_for_publish(_DEADLINE_S)
            finally:
                client.disconnect()
                client.loop_stop()

        await asyncio.to_thread(publish)
        self.sent += 1
