"""A simulated camera: all its servers around one state, started and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from simulator.counters import Requests, Write
from simulator.fault_set import FaultSet
from simulator.faults import Fault
from simulator.http_server import make_application
from simulator.listener import HttpListener
from simulator.own_certificate import own_certificate
from simulator.spec import CameraSpec, Kind, find_spec_problems
from simulator.state import DeviceState
from simulator.streams import Streams
from simulator.video.encode import EncodedLoop

__all__ = ["CameraSpec", "Fault", "Kind", "SimulatedCamera", "Write"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SimulatedCamera:
    """Serves ONVIF, snapshot, vendor HTTP and RTSP on loopback while the context is open.

    Raises ValueError naming every problem of the spec, OSError when a given port is taken.
    Faults act at once, except that coming back from power_off or refuses_tcp takes a turn of
    the event loop: ``await camera.settle()`` waits for it.
    """

    def __init__(
        self,
        spec: CameraSpec,
        *,
        host: str = "127.0.0.1",
        http_port: int = 0,
        rtsp_port: int = 0,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        problems = [f"{name} {reason}: {cure}" for name, reason, cure in find_spec_problems(spec)]
        if problems:
            raise ValueError("; ".join(problems))
        self._state = DeviceState(spec, clock=clock, changed=self._faults_changed)
        self._state.ports.host = host
        self._streams = Streams(self._state, port=rtsp_port)
        self._http = HttpListener(
            make_application(self._state, self._streams.picture), host=host, port=http_port
        )
        self._https: HttpListener | None = None  # made when it is first needed
        self._running = False
        self._settling: asyncio.Task[None] | None = None

    @property
    def spec(self) -> CameraSpec:
        """What the camera was made as."""
        return self._state.spec

    @property
    def state(self) -> DeviceState:
        """The inner state, for the servers that stand beside the camera (discovery, control)."""
        return self._state

    @property
    def address(self) -> str:
        """host:port of ONVIF, snapshot and vendor HTTP."""
        return f"{self._state.ports.host}:{self._state.ports.http}"

    @property
    def rtsp_port(self) -> int:
        """The port of the RTSP server."""
        return self._state.ports.rtsp

    @property
    def faults(self) -> FaultSet:
        """The active faults; a mutable set."""
        return self._state.faults

    @property
    def writes(self) -> list[Write]:
        """Every operation that changed something on the camera."""
        return self._state.writes

    @property
    def requests(self) -> Requests:
        """Counters since start."""
        return self._state.requests

    @property
    def subscriptions(self) -> int:
        """How many event subscriptions are open (at most 8)."""
        return self._state.subscriptions.count(self._state.device_now())

    @property
    def stated_host(self) -> str:
        """host:port that the camera names in its replies; wrong under wrong_xaddr."""
        return self._state.host

    async def loop_of(self, channel: int = 0) -> EncodedLoop:
        """The encoded pictures that a stream of this channel would send now."""
        return await self._streams.encode(channel)

    def inject(self, fault: Fault | str) -> None:
        """Make a fault active; ValueError when there is no such fault."""
        self.faults.add(fault)

    def clear(self, fault: Fault | str) -> None:
        """End a fault; nothing happens when it was not active."""
        self.faults.discard(fault)

    def set_light(self, light: str) -> None:
        """Let it be day or night at the camera."""
        self._state.set_light(light)

    async def start(self) -> None:
        """Bind the ports and serve."""
        await self._http.start()
        self._state.ports.http = self._http.port
        try:
            await self._streams.start()
        except BaseException:
            await self._http.stop()
            raise
        self._running = True
        await self._apply_power()

    async def stop(self) -> None:
        """Cut every connection and give the ports back."""
        self._running = False
        await self.settle()
        await self._streams.stop()
        await self._http.stop()
        if self._https is not None:
            await self._https.stop()

    async def settle(self) -> None:
        """Wait until the listeners agree with the faults."""
        if self._settling is not None:
            await self._settling

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _faults_changed(self) -> None:
        if not self._running:
            return
        if not self._state.powered:
            self._darken_http()
        if self._settling is None or self._settling.done():
            self._settling = asyncio.get_running_loop().create_task(self._apply_power())

    async def _apply_power(self) -> None:
        """Make the listeners follow the faults, until nothing changed meanwhile."""
        done: bool | None = None
        while self._running and (done is not self._state.powered or self._wants_https):
            done = self._state.powered
            if done:
                await self._streams.light()
                await self._http.light()
                await self._light_https()
            else:
                self._darken_http()
                await self._streams.darken()

    @property
    def _wants_https(self) -> bool:
        wanted = self._state.powered and Fault.HTTPS_ONLY in self.faults
        return wanted and self._https is None

    def _darken_http(self) -> None:
        self._http.darken()
        if self._https is not None:
            self._https.darken()

    async def _light_https(self) -> None:
        """Listen with TLS from the first time on that the fault asks for it."""
        if self._https is None and Fault.HTTPS_ONLY in self.faults:
            application = make_application(self._state, self._streams.picture)
            host = self._state.ports.host
            self._https = HttpListener(application, host=host, port=0, tls=own_certificate())
            await self._https.start()
            self._state.ports.https = self._https.port
        if self._https is not None:
            await self._https.light()
