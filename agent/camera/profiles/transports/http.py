"""Sources over HTTP: Digest, Basic over TLS, a token of a login, credentials in the address.

A password leaves in clear only inside TLS, whatever the profile says: in a login's body, by Basic
and in an address alike.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from agent.camera.address import Place, place_of
from agent.camera.http import Reply
from agent.camera.port import CameraError, Cause, Credentials, Target
from agent.camera.profiles.documents import BODY_CAP_BYTES
from agent.camera.profiles.fill import fill_any, fill_path, places
from agent.camera.profiles.keys import Key, Keys, Shape, text
from agent.camera.profiles.profile import Profile, SessionKind, Source
from agent.camera.profiles.refusals import TokenExpiredError
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach

if TYPE_CHECKING:
    from agent.camera.profiles.transports.hilink import HilinkSession
    from agent.camera.profiles.transports.token import TokenSession

REQUEST: Final[Keys] = {
    "method": text("GET, POST or PUT; GET when absent", choices=("GET", "POST", "PUT")),
    "path": text("path and query on the device itself", required=True),
    "headers": Key(shape=Shape.MAP, what="further headers"),
    "json": Key(shape=Shape.ANY, what="a body, sent as JSON"),
    "form": Key(shape=Shape.MAP, what="a body, sent as a form"),
    "body": text("a body, sent as it is"),
}
_OK: Final = 200
_ABSENT: Final = (404, 405, 410, 501)
_REFUSED: Final = (401, 403)
_LOCKED: Final = (423, 429)
_NEVER_LEFT: Final = frozenset(
    {
        Cause.DNS,
        Cause.TCP_REFUSED,
        Cause.TCP_TIMEOUT,
        Cause.TCP_UNREACHABLE,
        Cause.TLS,
        Cause.TLS_UNPINNED,
        Cause.TLS_CHANGED,
    }
)


def check_request(table: Table) -> None:
    """Refuse unknown keys, and paths that lead to another host or carry a password unasked."""
    content = table.read(REQUEST)
    path = content.get("path", "/")
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        table.complain("path", "profile_path", found=path)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Ask the source once, with the login that it names."""
    if reach.session is not None:
        reply = await _with_session(source, reach)
    elif "digest" in source.auth:
        method, url, headers, body = compose(source.request, reach, values=_values(reach))
        reply = await reach.door.send_with_digest(
            method=method, url=url, body=body, headers=headers, cap_bytes=BODY_CAP_BYTES
        )
    else:
        reply = await _in_clear(source, reach)
    return judged(reply, source.name)


def judged(reply: Reply, name: str) -> Fetched:
    """The reply as an answer; CameraError when its status says that it is none."""
    if reply.status in _ABSENT:
        raise CameraError(Cause.VENDOR_UNSUPPORTED, f"'{name}' is answered by HTTP {reply.status}")
    if reply.status != _OK:
        raise CameraError(
            Cause.HTTP_STATUS, f"'{name}' is answered by HTTP {reply.status}", raw=reply.body
        )
    return Fetched(body=reply.body, detail=f"HTTP {reply.status}")


def compose(
    request: Mapping[str, Any],
    reach: Reach,
    *,
    values: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    further: Mapping[str, str] | None = None,
) -> tuple[str, str, dict[str, str], bytes]:
    """Method, URL, headers and body of a request table."""
    path = fill_path(str(request["path"]), values)
    if query:
        path += ("&" if "?" in path else "?") + urlencode(query)
    headers = {k: str(fill_any(v, values)) for k, v in request.get("headers", {}).items()}
    body = b""
    if "json" in request:
        body = json.dumps(fill_any(request["json"], values)).encode()
        headers.setdefault("Content-Type", "application/json")
    elif "form" in request:
        body = urlencode(fill_any(request["form"], values)).encode()
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    elif "body" in request:
        body = str(fill_any(request["body"], values)).encode()
    headers.update(further or {})
    method = str(request.get("method", "POST" if body else "GET"))
    return method, base_of(reach.profile, reach.target) + path, headers, body


def base_of(profile: Profile, target: Target) -> str:
    """Scheme and host of the vendor interface: the device's own host, never another."""
    own = place_of(target)
    port = own.port
    if target.vendor_port is not None:
        port = target.vendor_port
    elif profile.http_port is not None:
        port = profile.http_port
    elif profile.http_tls is not None and profile.http_tls != target.tls:
        port = 443 if profile.http_tls else 80
    scheme = "https" if uses_tls(profile, target) else "http"
    return f"{scheme}://{Place(host=own.host, port=port).netloc}"


def uses_tls(profile: Profile, target: Target) -> bool:
    """Whether the vendor interface is asked over TLS."""
    return target.tls if profile.http_tls is None else profile.http_tls


def require_tls(reach: Reach) -> None:
    """CameraError unless what is sent is inside TLS: a password must not be read on the way."""
    if not uses_tls(reach.profile, reach.target):
        raise CameraError(
            Cause.LOGIN_METHOD,
            "this login sends the password in clear, which is done over TLS alone"
            " (tls = true in [http] of the profile)",
        )


def credentials_of(reach: Reach) -> Credentials:
    """The credentials; CameraError when there are none, or another attempt could lock."""
    return reach.door.login.require_credentials()


def _values(reach: Reach) -> dict[str, str]:
    return places(channel=reach.channel)


async def _in_clear(source: Source, reach: Reach) -> Reply:
    """Basic or credentials in the address, over TLS; or no login at all."""
    if source.auth == ("none",):
        return await send(source.request, reach, values=_values(reach))
    credentials = credentials_of(reach)
    user, password = credentials.user, credentials.password
    reach.door.transcript.hide(password)
    values, further = _values(reach), {}
    if "url" in source.auth:
        values = places(channel=reach.channel, user=user, password=password)
    else:
        word = base64.b64encode(f"{user}:{password}".encode()).decode()
        reach.door.transcript.hide(word)
        further = {"Authorization": f"Basic {word}"}
    reply = await send_login(source.request, reach, values=values, further=further)
    # In an address it is the answer's own code that says whether it was accepted.
    if reply.status == _OK and "url" not in source.auth:
        reach.door.login.note_vendor_worked()
    return reply


async def send_login(
    request: Mapping[str, Any],
    reach: Reach,
    *,
    values: Mapping[str, str],
    further: Mapping[str, str] | None = None,
) -> Reply:
    """Send what carries the password: inside TLS, counted, and refused at most once a pass."""
    require_tls(reach)
    login = reach.door.login
    login.count_vendor_attempt()
    try:
        reply = await send(request, reach, values=values, further=further)
    except CameraError as error:
        if error.cause in _NEVER_LEFT:
            login.take_back_vendor_attempt()
        raise
    _check_refused(reply, reach)
    return reply


async def send(
    request: Mapping[str, Any],
    reach: Reach,
    *,
    values: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    further: Mapping[str, str] | None = None,
) -> Reply:
    """Send a request table as it is."""
    method, url, headers, body = compose(
        request, reach, values=values, query=query, further=further
    )
    return await reach.door.send(
        method=method, url=url, body=body, headers=headers, cap_bytes=BODY_CAP_BYTES
    )


def _check_refused(reply: Reply, reach: Reach) -> None:
    """Raise when the status says that this login was refused or the account is locked."""
    login, text = reach.door.login, reply.body[:4096].decode("utf-8", "replace")
    if reply.status in (*_REFUSED, *_LOCKED):
        login.check_lock(status=reply.status, text=text)
    if reply.status in _REFUSED:
        login.note_vendor_refusal(Cause.LOGIN_REFUSED)
        raise CameraError(
            Cause.LOGIN_REFUSED,
            f"the vendor interface refuses user and password (HTTP {reply.status})",
            raw=reply.body,
        )


async def _with_session(source: Source, reach: Reach) -> Reply:
    session = reach.session
    assert session is not None
    opened: HilinkSession | TokenSession
    if session.kind is SessionKind.HILINK:
        from agent.camera.profiles.transports import hilink  # noqa: PLC0415  # it imports us

        opened = await hilink.hilink_session(reach)
    else:
        from agent.camera.profiles.transports import token  # noqa: PLC0415

        opened = await token.token_session(reach)
    reply = await opened.send(source.request, values=_values(reach))
    if reply.status in _REFUSED:
        raise TokenExpiredError(
            Cause.VENDOR_REFUSED,
            f"'{source.name}': the session is not accepted (HTTP {reply.status})",
            raw=reply.body,
        )
    return reply
