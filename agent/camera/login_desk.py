"""Logging in to one device, one attempt at a time: what the login doctor works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from agent.camera.address import Place, pin_rtsp, place_of, request_uri, url_of
from agent.camera.cnonce import new_cnonce
from agent.camera.digest import answer, read_challenges
from agent.camera.door import Door
from agent.camera.http import Reply
from agent.camera.knocked import Knocked
from agent.camera.lock import read_lock
from agent.camera.login_facts import Attempt, Met, Service
from agent.camera.login_trace import Trace
from agent.camera.onvif.envelope import envelope, security_header
from agent.camera.onvif.services import DEVICE, DEVICE_PATH
from agent.camera.onvif.soap import SoapClient, refused
from agent.camera.password_traits import PasswordTraits, traits_of
from agent.camera.port import CameraError, Cause, Credentials, LoginKind
from agent.camera.rtsp.message import RtspConnection, RtspReply
from agent.camera.rtsp.open import open_rtsp
from agent.camera.scrub import scrub_address
from agent.camera.tls import trust_of
from agent.camera.wanted import WORTH_S, Try

_SOAP: Final = {"Content-Type": "application/soap+xml; charset=utf-8"}
_CAP_BYTES: Final = 64 * 1024
KNOCK_EVERY: Final = timedelta(hours=1)
CONFUSED_FOR: Final = timedelta(hours=24)
_RTSP_S: Final = 8.0
_RTSP_PORT: Final = 554
_JITTER_S: Final = 1.5  # ONVIF states whole seconds
_UNAUTHORIZED, _FORBIDDEN = 401, 403
_BODY: Final = f'<GetDeviceInformation xmlns="{DEVICE}"/>'


class LoginDesk:
    """Belongs to one pass over one device; every attempt is counted and remembered there."""

    def __init__(
        self,
        soap: SoapClient,
        *,
        clock: Callable[[], datetime],
        known_paths: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        """``known_paths`` are those of the firmware profile; CameraError when nobody can tell."""
        self._soap = soap
        self._clock = clock
        self._known_paths = known_paths
        self._door: Door = soap.door

    @property
    def trace(self) -> Trace:
        """What this pass saw of logging in, by whomever."""
        return self._door.login.trace

    @property
    def skew_s(self) -> float | None:
        """The device's clock minus ours; None when it was not asked or did not say."""
        return self._soap.offset.total_seconds() if self._soap.clock_known else None

    @property
    def password(self) -> PasswordTraits | None:
        """The traits of the configured password; None without credentials."""
        credentials = self._door.login.credentials
        return None if credentials is None else traits_of(credentials.password)

    async def knock(self, *, anew: bool = False) -> Knocked:
        """Ask everything that needs no credentials; without ``anew`` at most once in KNOCK_EVERY.

        In between the last answer is given again.
        """
        memory, now = self._door.memory, self._clock()
        if memory.knocked is not None and not anew:
            found, at = memory.knocked
            if timedelta(0) <= now - at < KNOCK_EVERY:
                return found
        memory.knocked = (await self._knock(), now)
        return memory.knocked[0]

    async def _knock(self) -> Knocked:
        from agent.camera.knock import knock  # noqa: PLC0415  # rarely needed

        with self._door.transcript.record(kind="login", request="without credentials") as note:
            found = await knock(
                self._soap, clock=self._clock, rtsp=self._rtsp_place(), scheme=self._scheme
            )
            note.detail = f"ONVIF {found.onvif.value if found.onvif else 'speaks'}"
            return found

    @property
    def _scheme(self) -> str:
        known = self._door.memory.rtsp
        return known[0] if known else "rtsp"

    def _rtsp_place(self) -> Place:
        own, known = place_of(self._door.target), self._door.memory.rtsp
        port = self._door.target.rtsp_port or (known[1] if known else _RTSP_PORT)
        return Place(host=own.host, port=port)

    def learn_stream(self, stated: str) -> str:
        """Take in the stream's address as the device states it; its path."""
        place, url, _ = pin_rtsp(stated, self._door.target)
        self._door.memory.rtsp = (url.partition(":")[0], place.port)
        return request_uri(url)

    async def stream_paths(self) -> tuple[str, ...]:
        """Where the firmware profile has seen streams, in its order; empty when none fits."""
        try:
            return tuple(await self._known_paths())
        except CameraError:
            return ()

    async def try_own_time(self) -> None:
        """Learn whether a WS-UsernameToken signed in our time is refused, as a recorder's is.

        One login at most, and none for a skew whose answer is known from before (both bounds are
        remembered): a camera whose clock stays wrong costs its account nothing more.
        """
        skew_s, memory = self.skew_s, self._door.memory
        signed = Attempt(service=Service.ONVIF, kind=LoginKind.WSSE, met=Met.ACCEPTED)
        if skew_s is None or abs(skew_s) < WORTH_S or signed not in _bare(self.trace.attempts):
            return
        off_s = abs(skew_s)
        if memory.refuses_s is not None and off_s >= memory.refuses_s - _JITTER_S:
            self.trace.attempts.append(replace(signed, met=Met.REFUSED, own_time=True))
        elif memory.takes_s is None or off_s > memory.takes_s + _JITTER_S:
            wanted = Try(service=Service.ONVIF, kind=LoginKind.WSSE, own_time=True)
            made = await self.attempt(wanted)
            if made is not None and made.met is Met.REFUSED:
                memory.refuses_s = off_s
            elif made is not None and made.met is Met.ACCEPTED:
                memory.takes_s = off_s

    def recall_confused(self) -> None:
        """Put into the trace which algorithms earlier passes saw refused, where still offered."""
        for service, kind in self._door.login.confused:
            if kind in {offer.kind for offer in self.trace.offers.get(service, ())}:
                self.trace.note(service, kind, Met.REFUSED)

    def note_confused(self, service: Service, kind: LoginKind) -> None:
        """Choose another algorithm there for a day, instead of being refused again and again."""
        if (service, kind) not in self._door.login.confused:
            self._door.memory.confused[service, kind] = self._clock()

    async def attempt(self, wanted: Try) -> Attempt | None:
        """Make one login; None when the device offers no such kind there, and nothing was spent.

        Raises CameraError when the exchange fails below the login.
        """
        credentials = self._door.login.credentials
        if credentials is None or self._door.login.locked:
            return None
        with self._door.transcript.record(
            kind="login", request=f"{wanted.service.value} {wanted.kind.value}"
        ) as note:
            if wanted.service is Service.RTSP:
                made = await self._try_rtsp(wanted, credentials)
            elif wanted.kind is LoginKind.WSSE:
                made = await self._try_wsse(wanted, credentials)
            else:
                made = await self._try_digest(wanted, credentials)
            note.detail = "not offered" if made is None else made.met.value
        return None if made is None else self._remember(made)

    def _remember(self, made: Attempt) -> Attempt:
        login = self._door.login
        if made not in login.trace.attempts:
            login.trace.attempts.append(made)
        if made.met is Met.ACCEPTED and not made.own_time:
            login.note_worked(made.kind)
            if made.service is Service.ONVIF:
                login.soap = self._door.memory.login = made.kind
        elif made.met is Met.REFUSED and not made.own_time:
            login.note_refused(made.kind)
        elif made.met is Met.LOCKED:
            login.locked = True
        return made

    async def _try_wsse(self, wanted: Try, credentials: Credentials) -> Attempt:
        if wanted.own_time or wanted.kind not in self._door.login.worked:
            self._door.transcript.tally.begin_login()
        now = self._clock() if wanted.own_time else self._soap.device_now()
        security = security_header(credentials, device_now=now)
        reply = await self._post(envelope(_BODY, security=security), {})
        return self._judged(wanted, reply)

    async def _try_digest(self, wanted: Try, credentials: Credentials) -> Attempt | None:
        is_onvif = wanted.service is Service.ONVIF
        method, path = ("POST", DEVICE_PATH) if is_onvif else ("GET", wanted.path)

        async def send(headers: dict[str, str]) -> Reply:
            if is_onvif:
                return await self._post(envelope(_BODY), headers)
            return await self._door.send(
                method="GET", url=self._url(path), body=b"", headers=headers, cap_bytes=_CAP_BYTES
            )

        bare = await send({})
        header = self._answer(wanted, credentials, bare.challenges, method=method, uri=path)
        if bare.status != _UNAUTHORIZED or header is None:
            return None
        return self._judged(wanted, await send({"Authorization": header}))

    async def _try_rtsp(self, wanted: Try, credentials: Credentials) -> Attempt | None:
        place = self._rtsp_place()
        url = f"{self._scheme}://{place.netloc}{wanted.path or '/'}"
        trust = trust_of(self._door.target) if self._scheme == "rtsps" else None
        connection: RtspConnection | None = None
        try:
            async with asyncio.timeout(_RTSP_S):
                connection = await open_rtsp(place, tally=self._door.transcript.tally, trust=trust)
                bare = await _describe(connection, url, {})
                header = self._answer(
                    wanted, credentials, bare.all("www-authenticate"), method="DESCRIBE", uri=url
                )
                if bare.status != _UNAUTHORIZED or header is None:
                    return None
                reply = await _describe(connection, url, {"Authorization": header})
        except TimeoutError as error:
            raise CameraError(Cause.DEADLINE, f"no RTSP answer within {_RTSP_S:.0f} s") from error
        finally:
            if connection is not None:
                connection.close()
        met = {_UNAUTHORIZED: Met.REFUSED, _FORBIDDEN: Met.FORBIDDEN}.get(
            reply.status, Met.ACCEPTED
        )
        met = Met.LOCKED if self._is_locked(reply.status, reply.reason) else met
        said = scrub_address(wanted.path)
        return Attempt(
            service=Service.RTSP, kind=wanted.kind, met=met, status=reply.status, said=said
        )

    def _answer(
        self,
        wanted: Try,
        credentials: Credentials,
        headers: tuple[str, ...],
        *,
        method: str,
        uri: str,
    ) -> str | None:
        """The Authorization header, counted as an attempt; None when the kind is not offered."""
        self.trace.note_offers(wanted.service, headers)
        offered = [one for one in read_challenges(headers) if one.kind is wanted.kind]
        if not offered:
            return None
        if wanted.kind not in self._door.login.worked:
            self._door.transcript.tally.begin_login()
        return answer(
            offered[0], credentials, method=method, uri=uri, cnonce=new_cnonce(), nonce_count=1
        )

    def _judged(self, wanted: Try, reply: Reply) -> Attempt:
        is_onvif = wanted.service is Service.ONVIF
        why = refused(reply) if is_onvif else None
        if is_onvif and why is None and b"Envelope" not in reply.body:
            raise CameraError(
                Cause.HTTP_NOT_XML, "a page answers where ONVIF should", raw=reply.body
            )
        if why is None and reply.status == _UNAUTHORIZED:
            why = reply.body[:4096].decode("utf-8", "replace")
        met = Met.ACCEPTED if why is None else Met.REFUSED
        if why is None and reply.status == _FORBIDDEN:
            met = Met.FORBIDDEN
        if why is not None and self._is_locked(reply.status, why, reply.retry_after):
            met = Met.LOCKED
        return Attempt(
            service=wanted.service,
            kind=wanted.kind,
            met=met,
            own_time=wanted.own_time,
            status=reply.status,
            said="" if why is None or "<" in why else " ".join(why.split())[:160],
        )

    def _is_locked(self, status: int, text: str, retry_after: str = "") -> bool:
        lock = read_lock(status=status, text=text, retry_after=retry_after)
        if lock is not None:
            self.trace.lock = lock
        return lock is not None

    async def _post(self, body: bytes, headers: dict[str, str]) -> Reply:
        return await self._door.send(
            method="POST",
            url=self._url(DEVICE_PATH),
            body=body,
            headers={**_SOAP, **headers},
            cap_bytes=_CAP_BYTES,
        )

    def _url(self, path: str) -> str:
        page, _, query = path.partition("?")
        return url_of(self._door.target, page) + (f"?{query}" if query else "")


def _bare(attempts: list[Attempt]) -> list[Attempt]:
    return [replace(one, status=None, said="") for one in attempts]


async def _describe(connection: RtspConnection, url: str, headers: dict[str, str]) -> RtspReply:
    return await connection.request("DESCRIBE", url, {"Accept": "application/sdp", **headers})
