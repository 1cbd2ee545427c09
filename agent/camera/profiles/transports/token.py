"""A login that gives a token: Reolink (query parameter), Teltonika RutOS (Bearer header)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from agent.camera.http import Reply
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.documents import UnreadableError, find, parse
from agent.camera.profiles.fill import places
from agent.camera.profiles.profile import Session
from agent.camera.profiles.refusals import check_answer
from agent.camera.profiles.transport import Reach
from agent.camera.profiles.transports.http import (
    credentials_of,
    send,
    send_login,
)

_OK: Final = 200
_MIN_TOKEN_CHARS: Final = 4


class TokenSession:
    """An open login; devices have few of them, so it is logged out at the end of the reading."""

    def __init__(self, reach: Reach, session: Session, token: str) -> None:
        self._reach = reach
        self._session = session
        self._token = token

    async def send(self, request: Mapping[str, Any], *, values: Mapping[str, str]) -> Reply:
        """Send a request with the token where the session says."""
        session, query, further = self._session, {}, {}
        if session.send_query:
            query = {session.send_query: self._token}
        if session.send_header:
            name, value = session.send_header
            further = {name: value.replace("{token}", self._token)}
        return await send(request, self._reach, values=values, query=query, further=further)

    async def close(self) -> None:
        """Log out; a device that does not answer keeps the session until its lease ends."""
        if not self._session.logout:
            return
        record = self._reach.door.transcript.record
        with suppress(CameraError), record(kind="vendor", request="logout") as note:
            reply = await self.send(
                self._session.logout, values=places(channel=self._reach.channel)
            )
            note.reply, note.detail = reply.body, f"HTTP {reply.status}"


async def token_session(reach: Reach) -> TokenSession:
    """The open session of this reading; logs in when there is none yet."""
    session = reach.session
    assert session is not None
    held = reach.held.get(session.name)
    if isinstance(held, TokenSession):
        return held
    made = TokenSession(reach, session, await _log_in(reach, session))
    reach.held[session.name] = made
    return made


async def _log_in(reach: Reach, session: Session) -> str:
    credentials = credentials_of(reach)
    transcript = reach.door.transcript
    with transcript.record(kind="vendor", request="login") as note:
        values = places(channel=reach.channel, user=credentials.user, password=credentials.password)
        transcript.hide(credentials.password)
        reply = await send_login(session.request, reach, values=values)
        note.detail = f"HTTP {reply.status}"
        if reply.status != _OK:
            raise CameraError(
                Cause.HTTP_STATUS, f"the login is answered by HTTP {reply.status}", raw=reply.body
            )
        token = _token_in(reply, reach, session)
        transcript.hide(token)
        reach.door.login.note_vendor_worked()
        # The answer itself is not kept: it is one great secret.
        return token


def _token_in(reply: Reply, reach: Reach, session: Session) -> str:
    try:
        document = parse(reply.body, session.format)
    except UnreadableError as error:
        raise CameraError(Cause.VENDOR_UNPARSABLE, f"the login: {error}", raw=reply.body) from error
    check_answer(
        document,
        session.format,
        error_path=session.error_path,
        errors=session.errors,
        door=reach.door,
        raw=reply.body,
    )
    token = find(document, session.format, session.token)
    if not isinstance(token, str) or len(token) < _MIN_TOKEN_CHARS or not token.isprintable():
        raise CameraError(Cause.VENDOR_UNPARSABLE, "the login is answered without a token")
    return token
