"""The door of one device: HTTP requests with Digest login, one attempt per kind and pass."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from agent.camera.address import request_uri
from agent.camera.http import REQUEST_DEADLINE_S, CameraHttp, DeviceMemory, Reply, Request
from agent.camera.login import LoginState
from agent.camera.login_facts import Met, Service
from agent.camera.port import CameraError, Cause, LoginKind, Target
from agent.camera.tls import trust_of
from agent.camera.transcript import Transcript

_MAX_ROUNDS = 4  # bare or with a known nonce, then one login, one more if the nonce was stale
_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(slots=True)
class Door:
    """Everything the HTTP side of one pass over one device shares."""

    target: Target
    http: CameraHttp
    transcript: Transcript
    login: LoginState
    memory: DeviceMemory
    deadline_s: float = REQUEST_DEADLINE_S
    distrust: CameraError | None = None  # why no login may go there
    last_kind: LoginKind = LoginKind.NONE  # how the last ``send_with_digest`` was let in

    async def send(
        self,
        *,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        cap_bytes: int,
        anonymous: bool = False,
    ) -> Reply:
        """Send one request as it is; DEADLINE when the whole reply is not here in time.

        ``anonymous``: it bears no login, so that it may go to a certificate that nobody vouches
        for. Everything else is kept back there.
        """
        if self.distrust is not None and not anonymous:
            raise self.distrust
        request = Request(
            method=method,
            url=url,
            headers=headers,
            body=body,
            cap_bytes=cap_bytes,
            trust=trust_of(self.target, anonymous=anonymous),
        )
        try:
            async with asyncio.timeout(self.deadline_s):
                return await self.http.exchange(request, self.transcript.tally)
        except CameraError as error:
            if error.cause is Cause.TLS_UNPINNED:
                self.distrust = error  # for the rest of this pass
            raise
        except TimeoutError as error:
            raise CameraError(
                Cause.DEADLINE, f"no complete reply within {self.deadline_s:.0f} s"
            ) from error

    async def send_with_digest(
        self,
        *,
        method: str,
        url: str,
        cap_bytes: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        service: Service = Service.HTTP,
    ) -> Reply:
        """Send a request and log in by HTTP Digest if the device asks for it.

        Any reply but a refused login is returned, whatever its status. Raises CameraError with
        a LOGIN cause when no permitted kind is left; Basic is never answered.
        """
        uri = request_uri(url)
        path = url.split("?", maxsplit=1)[0]
        stale_used = False
        for _ in range(_MAX_ROUNDS):
            authorization = self.login.authorize(path, method=method, uri=uri)
            sent = dict(headers or {})
            if authorization is not None:
                self.login.count_attempt(authorization[0])
                sent["Authorization"] = authorization[1]
            reply = await self.send(
                method=method, url=url, body=body, headers=sent, cap_bytes=cap_bytes
            )
            kind = authorization[0] if authorization else LoginKind.NONE
            if reply.status != _UNAUTHORIZED:
                return self._let_in(reply, kind, service)
            self.login.trace.note_offers(service, reply.challenges)
            self.login.require_credentials()
            self.login.check_lock(
                status=reply.status, text=_text(reply), retry_after=reply.retry_after
            )
            stale_used = self._judge_refusal(
                reply, kind, path, stale_used=stale_used, service=service
            )
        raise self.login.all_refused()

    def _let_in(self, reply: Reply, kind: LoginKind, service: Service) -> Reply:
        if reply.status == 423:
            self.login.check_lock(status=reply.status, text="", retry_after=reply.retry_after)
        self.last_kind = kind
        if kind is not LoginKind.NONE:
            self.login.note_worked(kind)
            if service is not Service.ONVIF:  # there the body has the last word
                met = Met.FORBIDDEN if reply.status == _FORBIDDEN else Met.ACCEPTED
                self.login.trace.note(service, kind, met, status=reply.status)
        return reply

    def _judge_refusal(
        self, reply: Reply, kind: LoginKind, path: str, *, stale_used: bool, service: Service
    ) -> bool:
        """Prepare the next round, or raise; True when a stale nonce was excused."""
        login = self.login
        if kind is not LoginKind.NONE:
            is_stale = login.may_renew(path, kind, headers=reply.challenges) and not stale_used
            if not is_stale:
                login.note_refused(kind)
                login.trace.note(service, kind, Met.REFUSED, status=reply.status)
                login.drop_nonce(path)
                login.require_credentials()
                if kind in login.worked:
                    raise CameraError(
                        Cause.HTTP_STATUS,
                        "HTTP 401: the login works elsewhere, this user may not come here",
                        raw=reply.body,
                    )
            stale_used = True
        login.drop_nonce(path)
        login.take_nonce(path, login.choose(reply.challenges, service))
        return stale_used


def _text(reply: Reply) -> str:
    return reply.body[:4096].decode("utf-8", "replace")
