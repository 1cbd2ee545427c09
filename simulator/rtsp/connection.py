"""One RTSP connection: requests in, replies out, and the session that it plays."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from simulator.rtsp.behaviour import AuthResult, RtspBehaviour
from simulator.rtsp.counters import RtspCounters
from simulator.rtsp.description import TRACK, describe
from simulator.rtsp.interleaved import frame_packet, read_channel
from simulator.rtsp.message import BrokenRequest, Request, encode_reply, read_request
from simulator.rtsp.playback import Playback
from simulator.video.encode import EncodedLoop

_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
_SESSION_TIMEOUT_S = 60

LoopOf = Callable[[], Awaitable[EncodedLoop]]
Authorise = Callable[[str, str, str | None], AuthResult]


class RtspConnection:
    """Serves one client; `serve` returns when the client leaves or is told to go."""

    def __init__(
        self,
        *,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        loop_of: LoopOf,
        authorise: Authorise,
        behaviour: Callable[[], RtspBehaviour],
        counters: RtspCounters,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._loop_of = loop_of
        self._authorise = authorise
        self._behaviour = behaviour
        self._counters = counters
        self._session = ""
        self._media_channel = 0
        self._player: asyncio.Task[None] | None = None

    def abort(self) -> None:
        """Cut the connection as a power failure would."""
        self._writer.transport.abort()

    async def serve(self) -> None:
        """Answer until the client leaves; broken requests end the connection with a 400."""
        try:
            while (request := await read_request(self._reader)) is not None:
                self._count(request.method)
                if self._behaviour().hangs:
                    continue
                await asyncio.sleep(self._behaviour().slow_s)
                await self._answer(request)
                if request.method == "TEARDOWN":
                    break
        except BrokenRequest:
            await self._send(encode_reply(400, sequence="0"))
        finally:
            await self._stop_player()
            self._writer.close()

    async def _answer(self, request: Request) -> None:
        if request.method == "OPTIONS":
            await self._reply(request, 200, ("Public", _METHODS))
            return
        verdict = self._authorise(request.method, request.uri, request.headers.get("authorization"))
        if not verdict.ok:
            challenges = [("WWW-Authenticate", value) for value in verdict.challenges]
            await self._reply(request, 401, *challenges)
            return
        answer = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "GET_PARAMETER": self._keep_alive,
            "SET_PARAMETER": self._keep_alive,
            "TEARDOWN": self._tear_down,
        }.get(request.method)
        if answer is None:
            await self._reply(request, 501)
        else:
            await answer(request)

    async def _describe(self, request: Request) -> None:
        if self._is_not_here(request):
            await self._reply(request, 404)
            return
        try:
            loop = await self._loop_of()
        except ValueError:
            await self._reply(request, 503)  # the scenario names a codec or file that is not there
            return
        host = urlsplit(request.uri).hostname or "127.0.0.1"
        headers = (
            ("Content-Base", request.uri.rstrip("/") + "/"),
            ("Content-Type", "application/sdp"),
        )
        await self._reply(request, 200, *headers, body=describe(loop, host=host))

    def _is_not_here(self, request: Request) -> bool:
        only_at = self._behaviour().only_at
        moved = only_at is not None and not urlsplit(request.uri).path.startswith(only_at)
        return moved or self._behaviour().not_found

    async def _set_up(self, request: Request) -> None:
        if self._is_not_here(request):
            await self._reply(request, 404)
            return
        transport = request.headers.get("transport", "")
        channel = read_channel(transport)
        if channel is None:
            await self._reply(request, 461)
            return
        self._media_channel = channel
        self._session = self._session or secrets.token_hex(8)
        chosen = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        session = f"{self._session};timeout={_SESSION_TIMEOUT_S}"
        await self._reply(request, 200, ("Transport", chosen), ("Session", session))

    async def _play(self, request: Request) -> None:
        if not await self._knows_session(request):
            return
        if self._player is not None:
            await self._reply(request, 200, ("Session", self._session))
            return
        try:
            loop = await self._loop_of()
        except ValueError:
            await self._reply(request, 503)
            return
        playback = Playback(
            loop=loop,
            loop_of=self._loop_of,
            behaviour=self._behaviour,
            send_media=self._send_media,
            send_report=self._send_report,
        )
        track = playback.track
        url = f"{request.uri.rstrip('/')}/{TRACK}"
        info = f"url={url};seq={track.sequence};rtptime={track.timestamp}"
        headers = (("Session", self._session), ("Range", "npt=now-"), ("RTP-Info", info))
        await self._reply(request, 200, *headers)
        self._counters.sessions += 1
        self._counters.sessions_played += 1
        self._player = asyncio.create_task(playback.play())

    async def _keep_alive(self, request: Request) -> None:
        if await self._knows_session(request):
            await self._reply(request, 200, ("Session", self._session))

    async def _tear_down(self, request: Request) -> None:
        if await self._knows_session(request):
            await self._stop_player()
            await self._reply(request, 200, ("Session", self._session))

    async def _knows_session(self, request: Request) -> bool:
        if not self._session:
            await self._reply(request, 455)
            return False
        if request.headers.get("session", "").partition(";")[0].strip() != self._session:
            await self._reply(request, 454)
            return False
        return True

    async def _stop_player(self) -> None:
        if self._player is None:
            return
        self._player.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await self._player
        self._player = None
        self._counters.sessions -= 1

    async def _reply(
        self, request: Request, status: int, *headers: tuple[str, str], body: bytes = b""
    ) -> None:
        await self._send(
            encode_reply(status, sequence=request.sequence, headers=headers, body=body)
        )

    async def _send_media(self, packets: list[bytes]) -> None:
        await self._send(b"".join(frame_packet(self._media_channel, one) for one in packets))

    async def _send_report(self, packet: bytes) -> None:
        await self._send(frame_packet(self._media_channel + 1, packet))

    async def _send(self, content: bytes) -> None:
        self._writer.write(content)
        self._counters.bytes_out += len(content)
        await self._writer.drain()

    def _count(self, method: str) -> None:
        self._counters.requests[method] = self._counters.requests.get(method, 0) + 1
