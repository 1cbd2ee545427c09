"""The pictures of a device: one RTSP server a channel, and the still pictures."""

from __future__ import annotations

import asyncio
import socket

from simulator.faults import Fault
from simulator.listener import keep_port
from simulator.login import Answer, Side
from simulator.rtsp.behaviour import AuthResult, RtspBehaviour
from simulator.rtsp.server import RtspServer
from simulator.state import DeviceState
from simulator.video.encode import EncodedLoop, encode_jpeg, encode_loop

MOVED_PATH = "/Preview_01_main"  # where the stream is when its path has changed
_STALL_AFTER_S = 2.0
_FRAMES = 600


class Streams:
    """Starts lazily what costs: nothing is encoded before somebody looks."""

    def __init__(self, state: DeviceState, *, port: int) -> None:
        self._state = state
        self._first_port = port
        self._servers = [self._make_server(channel) for channel in range(state.spec.channels)]
        self._lit = False
        self._kept: list[socket.socket] = []

    def _make_server(self, channel: int) -> RtspServer:
        async def loop_of() -> EncodedLoop:
            return await self.encode(channel)

        return RtspServer(loop_of=loop_of, authorise=self._authorise, behaviour=self._behaviour)

    async def encode(self, channel: int) -> EncodedLoop:
        """The loop of the present picture state, from the cache when somebody saw it before."""
        spec = self._state.spec
        return await asyncio.to_thread(
            encode_loop, self._state.scene(channel), codec=spec.codec, fps=spec.fps, gop=spec.gop
        )

    async def picture(self, channel: int) -> bytes:
        """The JPEG that the snapshot address answers with."""
        at = self._state.clock().timestamp() * self._state.spec.fps
        return await asyncio.to_thread(
            encode_jpeg, self._state.scene(channel), frame_index=int(at) % _FRAMES
        )

    def _authorise(self, method: str, uri: str, header: str | None) -> AuthResult:
        login = self._state.login
        if header is None:
            decision = login.challenge(Side.RTSP)
        else:
            decision = login.check_digest(header, method=method, uri=uri, side=Side.RTSP)
            if decision.ok and method == "PLAY":
                self._state.requests.rtsp_sessions += 1
        return AuthResult(ok=decision.answer is Answer.OK, challenges=decision.challenges)

    def _behaviour(self) -> RtspBehaviour:
        faults = self._state.faults
        return RtspBehaviour(
            not_found=Fault.STREAM_404 in faults or Fault.NOT_FOUND in faults,
            only_at=MOVED_PATH if Fault.RTSP_PATH_CHANGED in faults else None,
            silent=Fault.STREAM_SILENT in faults,
            stall_after_s=_STALL_AFTER_S if Fault.STREAM_STALLS in faults else None,
            low_fps=Fault.LOW_FPS in faults,
            slow_s=self._state.spec.slow_s if Fault.SLOW in faults else 0.0,
            hangs=Fault.HANGS in faults,
        )

    async def start(self) -> None:
        """Learn the ports by listening once; RTSP then follows the power like HTTP."""
        await self.light()

    async def light(self) -> None:
        """Listen on the same ports as before; nothing happens when it already does."""
        if self._lit:
            return
        self._release()
        ports = self._state.ports
        for channel, server in enumerate(self._servers):
            first = self._first_port + channel if self._first_port else 0
            wanted = ports.rtsp_by_channel.get(channel, first)
            ports.rtsp_by_channel[channel] = await server.start(host=ports.host, port=wanted)
        ports.rtsp = ports.rtsp_by_channel[0]
        self._lit = True

    async def darken(self) -> None:
        """Stop listening and cut the sessions."""
        if not self._lit:
            return
        self._lit = False
        for server in self._servers:
            await server.stop()
        ports = self._state.ports
        self._kept = [keep_port(ports.host, port) for port in ports.rtsp_by_channel.values()]

    def _release(self) -> None:
        for kept in self._kept:
            kept.close()
        self._kept = []

    async def stop(self) -> None:
        """Stop for good and give the ports back."""
        await self.darken()
        self._release()
