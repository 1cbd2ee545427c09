"""One RTSP session: describe with login, set up over TCP or else UDP, play, tear down."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping

from agent.camera.address import pin_rtsp
from agent.camera.login import LoginState
from agent.camera.login_facts import Met, Service
from agent.camera.port import CameraError, Cause, LoginKind, Target
from agent.camera.rtsp.message import Interleaved, RtspConnection, RtspReply, broken
from agent.camera.rtsp.sdp import Video, read_video
from agent.camera.rtsp.udp import UdpStream

_NONCES = "rtsp"
_MAX_ROUNDS = 4
_OK, _UNAUTHORIZED, _NO_SUCH_TRANSPORT = 200, 401, 461
_CHANNEL = re.compile(r"interleaved\s*=\s*(\d{1,3})")
_TIMEOUT_PARAMETER = re.compile(r"timeout\s*=\s*(\d{1,5})")
_DEFAULT_SESSION_S = 60
_END_S = 1.0


class RtspSession:
    """Speaks for one stream; every refusal is a CameraError with the status in its detail."""

    def __init__(
        self, connection: RtspConnection, url: str, *, target: Target, login: LoginState
    ) -> None:
        self.connection = connection
        self._url = url
        self._target = target
        self._login = login
        login.drop_nonce(_NONCES)  # devices give one a connection
        self._session: str | None = None
        self._aggregate = url
        self._udp: UdpStream | None = None
        self.channel = 0  # of the video's packets
        self.session_s = _DEFAULT_SESSION_S

    async def describe(self) -> Video:
        """OPTIONS, then DESCRIBE with login; the first video medium."""
        await self.connection.request("OPTIONS", self._url, {})
        reply = await self._ask("DESCRIBE", self._url, {"Accept": "application/sdp"})
        video, control = read_video(reply.body.decode("utf-8", "replace"))
        if video is None:
            raise broken("the device describes a stream without video", reply.body)
        stated = reply.header("content-base") or reply.header("content-location") or self._url
        base = self._pinned(stated)
        self._aggregate = self._join(base, control)
        self._video_url = self._join(base, video.control)
        return video

    def _pinned(self, url: str) -> str:
        """The same URL on the device's own host and on the connection that we have."""
        scheme, _, own, _ = self._url.split("/", 3)
        whole = url if "://" in url else f"{scheme}//{own}/{url.lstrip('/')}"
        pinned = pin_rtsp(whole, self._target)[1]
        return f"{scheme}//{own}/{pinned.split('/', 3)[3]}"

    def _join(self, base: str, control: str | None) -> str:
        if control is None or control == "*":
            return base
        if "://" in control:
            return self._pinned(control)
        return self._pinned(base + ("" if base.endswith("/") else "/") + control.lstrip("/"))

    async def play(self, *, clock_hz: int) -> None:
        """SETUP interleaved, over UDP where that is refused (461) and only then; then PLAY."""
        interleaved = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
        setup = await self._ask("SETUP", self._video_url, interleaved, may_be=_NO_SUCH_TRANSPORT)
        if setup.status == _NO_SUCH_TRANSPORT:
            setup = await self._set_up_udp(clock_hz)
        elif found := _CHANNEL.search(setup.header("transport") or ""):
            self.channel = int(found.group(1))
        stated = setup.header("session") or ""
        # What we repeat in our own headers must not bring a header of the device's along.
        name = stated.partition(";")[0].strip()[:128]
        self._session = "".join(c for c in name if c.isprintable()) or None
        timeout = _TIMEOUT_PARAMETER.search(stated)
        self.session_s = int(timeout.group(1)) if timeout else _DEFAULT_SESSION_S
        if self._udp is not None:
            self._udp.begin()
        await self._ask("PLAY", self._aggregate, {"Range": "npt=0.000-"})

    async def _set_up_udp(self, clock_hz: int) -> RtspReply:
        self._udp = UdpStream(self.connection, clock_hz=clock_hz)
        await self._udp.open()
        setup = await self._ask("SETUP", self._video_url, {"Transport": self._udp.offer})
        self._udp.take_answer(setup.header("transport") or "")
        self.channel = self._udp.channel
        return setup

    @property
    def is_udp(self) -> bool:
        """True when the packets come over UDP."""
        return self._udp is not None

    async def receive(self) -> RtspReply | Interleaved:
        """The next packet, or what RTSP says meanwhile."""
        return await (self._udp or self.connection).receive()

    async def keep_alive(self) -> None:
        """GET_PARAMETER without waiting: the reply comes between the packets."""
        headers = self._headers("GET_PARAMETER", self._aggregate)[0]
        await self.connection.send("GET_PARAMETER", self._aggregate, headers)

    async def end(self) -> None:
        """TEARDOWN without waiting for long, and close; a device that is gone is no error."""
        with contextlib.suppress(CameraError, TimeoutError):
            if self._session is not None:
                headers = self._headers("TEARDOWN", self._aggregate)[0]
                async with asyncio.timeout(_END_S):
                    await self.connection.send("TEARDOWN", self._aggregate, headers)
        if self._udp is not None:
            self._udp.close()
        self.connection.close()

    def _headers(self, method: str, url: str) -> tuple[dict[str, str], LoginKind]:
        headers = {"Session": self._session} if self._session else {}
        authorization = self._login.authorize(_NONCES, method=method, uri=url)
        if authorization is None:
            return headers, LoginKind.NONE
        return headers | {"Authorization": authorization[1]}, authorization[0]

    async def _ask(
        self, method: str, url: str, extra: Mapping[str, str], *, may_be: int = _OK
    ) -> RtspReply:
        """Send a request, log in if asked; CameraError unless the reply is 200, or ``may_be``."""
        stale_used = False
        for _ in range(_MAX_ROUNDS):
            headers, kind = self._headers(method, url)
            if kind is not LoginKind.NONE:
                self._login.count_attempt(kind)
            reply = await self.connection.request(method, url, {**extra, **headers})
            if reply.status != _UNAUTHORIZED:
                if kind is not LoginKind.NONE and reply.status < 500:
                    self._login.note_worked(kind)
                    self._login.trace.note(Service.RTSP, kind, Met.ACCEPTED)
                break
            self._login.trace.note_offers(Service.RTSP, reply.all("www-authenticate"))
            self._login.require_credentials()
            self._login.check_lock(status=reply.status, text=reply.reason)
            stale_used = self._judge_refusal(reply, kind, stale_used=stale_used)
        if reply.status == _UNAUTHORIZED:
            raise self._login.all_refused()
        if reply.status not in (_OK, may_be):
            raise CameraError(
                Cause.RTSP_STATUS,
                f"{method} is answered by RTSP {reply.status} {reply.reason}".rstrip(),
            )
        return reply

    def _judge_refusal(self, reply: RtspReply, kind: LoginKind, *, stale_used: bool) -> bool:
        """Choose the next challenge, or raise; True when a stale nonce was excused."""
        login, challenges = self._login, reply.all("www-authenticate")
        if kind is not LoginKind.NONE:
            is_stale = login.may_renew(_NONCES, kind, headers=challenges) and not stale_used
            if not is_stale:
                login.note_refused(kind)
                login.trace.note(Service.RTSP, kind, Met.REFUSED, status=reply.status)
                login.drop_nonce(_NONCES)
                login.require_credentials()
                if kind in login.worked:
                    raise CameraError(
                        Cause.RTSP_STATUS,
                        "RTSP 401: the login that works elsewhere is refused here",
                    )
            stale_used = True
        login.drop_nonce(_NONCES)
        login.take_nonce(_NONCES, login.choose(challenges, Service.RTSP))
        return stale_used
