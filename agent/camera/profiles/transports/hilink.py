"""Huawei HiLink: a cookie and a token from SesTokInfo, sent with every question.

Most sticks tell signal and status to anyone on their LAN; one that wants a login says 100003 or
125002, and then the values stay unasked: the login of these sticks differs by firmware (password
types 0, 3 and 4), and a wrong guess counts towards its lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from agent.camera.http import Reply
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.documents import UnreadableError, find, parse
from agent.camera.profiles.fill import places
from agent.camera.profiles.profile import Format
from agent.camera.profiles.transport import Reach
from agent.camera.profiles.transports.http import judged, send

_ASK: Final = {"path": "/api/webserver/SesTokInfo"}
_HEADER: Final = "__RequestVerificationToken"


class HilinkSession:
    """A cookie and a token; nothing to log out of."""

    def __init__(self, reach: Reach, *, cookie: str, token: str) -> None:
        self._reach = reach
        self._headers = {"Cookie": cookie, _HEADER: token}

    async def send(self, request: Mapping[str, Any], *, values: Mapping[str, str]) -> Reply:
        """Send a request with both."""
        return await send(request, self._reach, values=values, further=self._headers)

    async def close(self) -> None:
        """The stick forgets by itself."""


async def hilink_session(reach: Reach) -> HilinkSession:
    """The session of this reading; asked for when there is none yet."""
    session = reach.session
    assert session is not None
    held = reach.held.get(session.name)
    if isinstance(held, HilinkSession):
        return held
    with reach.door.transcript.record(kind="vendor", request="SesTokInfo") as note:
        reply = await send(_ASK, reach, values=places(channel=reach.channel))
        note.detail = f"HTTP {reply.status}"
        cookie, token = _read(judged(reply, "SesTokInfo").body)
        for secret in (cookie, token):
            reach.door.transcript.hide(secret)
    made = HilinkSession(reach, cookie=cookie, token=token)
    reach.held[session.name] = made
    return made


def _read(body: bytes) -> tuple[str, str]:
    try:
        document = parse(body, Format.XML)
    except UnreadableError as error:
        raise CameraError(Cause.VENDOR_UNPARSABLE, f"SesTokInfo: {error}") from error
    found = [find(document, Format.XML, f"/response/{name}") for name in ("SesInfo", "TokInfo")]
    cookie, token = (one if isinstance(one, str) and one.isprintable() else "" for one in found)
    if not cookie or not token:
        raise CameraError(Cause.VENDOR_UNPARSABLE, "SesTokInfo is answered without a session")
    return cookie if "=" in cookie else f"SessionID={cookie}", token
