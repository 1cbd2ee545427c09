"""One SOAP call: login by WS-UsernameToken, then by HTTP Digest; body read whatever the status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from lxml import etree

from agent.camera.door import Door
from agent.camera.http import XML_CAP_BYTES, Reply
from agent.camera.login_facts import Met, Service
from agent.camera.onvif.envelope import Addressing, envelope, security_header
from agent.camera.onvif.faults import Fault, read_fault
from agent.camera.onvif.parse import local_name, parse_envelope, unparsable
from agent.camera.port import CameraError, Cause, LoginKind

_MAX_AHEAD = timedelta(days=2)
_OK = 200
_KEPT_BACK = (Cause.TLS_UNPINNED, Cause.TLS_CHANGED)  # nothing was sent
# No action parameter: the body names the operation, and some firmware trips over it.
_HEADERS = {"Content-Type": "application/soap+xml; charset=utf-8"}


class SoapClient:
    """Calls operations of one device in one pass."""

    def __init__(self, door: Door, *, clock: Callable[[], datetime]) -> None:
        self.door = door
        self._clock = clock
        self.offset = timedelta(0)  # device minus ours, as the device told it in this pass
        self.clock_asked = False
        self.clock_known = False  # the device said what time it is

    def device_now(self) -> datetime:
        """The device's time, to sign in.

        A clock may be far behind (1970 after a power cut). One far ahead is not followed: a
        hostile device could collect tokens that stay valid for years.
        """
        return self._clock() + (self.offset if self.offset <= _MAX_AHEAD else timedelta(0))

    async def call(
        self,
        url: str,
        operation: str,
        body: str,
        *,
        login: bool = True,
        may_be_empty: bool = False,
        addressing: Addressing | None = None,
    ) -> etree._Element:
        """Call an operation and return its response element.

        Raises CameraError; ONVIF_MISSING when the device reports success and says nothing.
        """
        with self.door.transcript.record(kind="onvif", request=operation) as note:
            reply, kind = await self._let_in(url, body, operation, addressing, login=login)
            note.reply = reply.body
            note.detail = f"HTTP {reply.status}, login {kind.value}"
            try:
                return _response(reply, operation, may_be_empty=may_be_empty)
            except CameraError as error:
                if error.cause in (Cause.HTTP_STATUS, Cause.HTTP_NOT_XML):
                    # Perhaps new firmware has moved its services: ask for them next time.
                    self.door.memory.services = None
                raise

    async def _let_in(
        self, url: str, body: str, operation: str, addressing: Addressing | None, *, login: bool
    ) -> tuple[Reply, LoginKind]:
        """Send by the kinds of login that are still open and return the first real answer."""
        state = self.door.login
        if not login or state.credentials is None:
            content = envelope(body, addressing=addressing)
            reply = await self._send(url, content, anonymous=True)
            if login and refused(reply) is not None:
                state.require_credentials()
            return reply, LoginKind.NONE
        state.require_credentials()
        if state.soap_shut and state.soap not in state.worked:
            raise state.all_refused()
        wsse_first = state.soap in (LoginKind.NONE, LoginKind.WSSE)
        for wsse in (wsse_first, not wsse_first):
            if wsse and LoginKind.WSSE in state.refused:
                continue
            attempt = self._try_wsse if wsse else self._try_digest
            answered = await attempt(url, body, operation, addressing)
            if answered is not None:
                if answered[1] is not LoginKind.NONE:
                    state.trace.note(Service.ONVIF, answered[1], Met.ACCEPTED)
                    state.soap = self.door.memory.login = answered[1]
                return answered
        state.soap_shut = True
        raise state.all_refused()

    async def _try_wsse(
        self, url: str, body: str, operation: str, addressing: Addressing | None
    ) -> tuple[Reply, LoginKind] | None:
        """Answer of a signed request; None when the device refused this kind of login."""
        state = self.door.login
        credentials = state.require_credentials()
        state.count_attempt(LoginKind.WSSE)
        security = security_header(credentials, device_now=self.device_now())
        try:
            reply = await self._send(url, envelope(body, security=security, addressing=addressing))
        except CameraError as error:
            if error.cause in _KEPT_BACK:
                state.take_back_attempt(LoginKind.WSSE)
            raise
        why = refused(reply)
        if why is None:
            if b"Envelope" not in reply.body:
                return reply, LoginKind.NONE  # a page says nothing about the login
            state.note_worked(LoginKind.WSSE)
            return reply, LoginKind.WSSE
        state.trace.note_offers(Service.ONVIF, reply.challenges)
        state.check_lock(status=reply.status, text=why, retry_after=reply.retry_after)
        state.note_refused(LoginKind.WSSE)
        if LoginKind.WSSE in state.worked and not reply.challenges:
            self._note(LoginKind.WSSE, Met.FORBIDDEN, reply, said=operation)
            state.require_credentials()
            raise _not_permitted(operation, reply)
        self._note(LoginKind.WSSE, Met.REFUSED, reply, said=why)
        return None

    async def _try_digest(
        self, url: str, body: str, operation: str, addressing: Addressing | None
    ) -> tuple[Reply, LoginKind] | None:
        """Answer of a request by HTTP Digest; None when the device refused that too."""
        state = self.door.login
        state.require_credentials()
        before = state.soap in state.worked
        try:
            reply = await self.door.send_with_digest(
                method="POST",
                url=url,
                cap_bytes=XML_CAP_BYTES,
                body=envelope(body, addressing=addressing),
                headers=_HEADERS,
                service=Service.ONVIF,
            )
        except CameraError as error:
            if error.cause is Cause.LOGIN_REFUSED:
                return None
            raise
        why = refused(reply)
        if why is None:
            return reply, self.door.last_kind
        state.check_lock(status=reply.status, text=why, retry_after=reply.retry_after)
        met = Met.FORBIDDEN if before else Met.REFUSED
        self._note(self.door.last_kind, met, reply, said=operation if before else why)
        if self.door.last_kind is not LoginKind.NONE:
            # The login was wrong, although HTTP let it pass; or right, and not enough for this.
            if not before:
                state.worked.remove(self.door.last_kind)
            state.note_refused(self.door.last_kind)
        if before:
            state.require_credentials()
            raise _not_permitted(operation, reply)
        return None

    def _note(self, kind: LoginKind, met: Met, reply: Reply, *, said: str) -> None:
        if kind is not LoginKind.NONE:
            said = said if "<" not in said else ""
            self.door.login.trace.note(Service.ONVIF, kind, met, status=reply.status, said=said)

    async def _send(self, url: str, content: bytes, *, anonymous: bool = False) -> Reply:
        return await self.door.send(
            method="POST",
            url=url,
            body=content,
            headers=_HEADERS,
            cap_bytes=XML_CAP_BYTES,
            anonymous=anonymous,
        )


def _not_permitted(operation: str, reply: Reply) -> CameraError:
    return CameraError(
        Cause.ONVIF_FAULT,
        f"the login works, but this user may not call {operation}",
        raw=reply.body,
    )


def refused(reply: Reply) -> str | None:
    """Why the login was refused, in the device's words; None when it was not."""
    fault = _fault_of(reply)
    if fault is not None and fault.about_login:
        return fault.reason
    if reply.status in (401, 423):
        return reply.body[:4096].decode("utf-8", "replace")
    return None


def _fault_of(reply: Reply) -> Fault | None:
    if reply.status == _OK and b"Fault" not in reply.body:
        return None
    try:
        return read_fault(parse_envelope(reply.body))
    except CameraError:
        return None  # not SOAP: the status decides


def _response(reply: Reply, operation: str, *, may_be_empty: bool) -> etree._Element:
    try:
        body = parse_envelope(reply.body)
    except CameraError as error:
        if reply.status != _OK and error.cause is Cause.HTTP_NOT_XML:
            raise CameraError(
                Cause.HTTP_STATUS, f"the device answers HTTP {reply.status}", raw=error.raw
            ) from error
        raise
    fault = read_fault(body)
    if fault is not None:
        raise fault.as_error(reply.body)
    if len(body) == 0:
        raise CameraError(
            Cause.ONVIF_MISSING, f"{operation} succeeds with an empty body", raw=reply.body
        )
    response = body[0]
    if local_name(response) != f"{operation}Response":
        raise unparsable(f"{operation} is answered by <{local_name(response)[:60]}>", reply.body)
    if len(response) == 0 and not may_be_empty:
        raise CameraError(
            Cause.ONVIF_MISSING, f"{operation} succeeds with an empty answer", raw=reply.body
        )
    return response
