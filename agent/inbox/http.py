"""HTTP(S) in: POST or PUT of a JPEG, of a JSON event, or of both in a multipart form.

aiohttp's server has no deadline for headers or bodies and no bound on connections; ``gate`` in
front of it has both. The login is looked at before the first byte of a body is read.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.base_protocol import BaseProtocol

from agent.config_inbox import HttpWay
from agent.inbox.desk import Desk
from agent.inbox.gate import Gate
from agent.inbox.item import ITEM_CAP_BYTES, Answer, Item, Way
from agent.inbox.senders import Senders

_BODY_CAP_BYTES: Final = ITEM_CAP_BYTES + 64 * 1024  # a form's own lines beside the picture
_MOST_PARTS: Final = 8
_REFUSED_WAIT_S: Final = 1.0  # before a refusal: guessing passwords is slow work
_LARGE: Final = (413, "it is larger than 4 MiB")
_LINGER_S: Final = 1.0  # for which a refused body is still read and thrown away
_STATUS: Final = {
    Answer.TAKEN: 200,
    Answer.DUPLICATE: 200,  # or the camera would send it for ever
    Answer.TOO_MUCH: 429,
    Answer.TOO_LARGE: 413,
    Answer.NOT_READ: 415,
}
_ORDER: Final = (
    Answer.TAKEN,
    Answer.DUPLICATE,
    Answer.TOO_MUCH,
    Answer.TOO_LARGE,
    Answer.NOT_READ,
)


class HttpInbox:
    """The server of one address; ``port`` is known once it listens."""

    def __init__(
        self, way: HttpWay, *, desk: Desk, senders: Senders, clock: Callable[[], datetime]
    ) -> None:
        self._way = way
        self._desk = desk
        self._senders = senders
        self._clock = clock
        self.port = 0

    async def run(self) -> None:
        """Serve until cancelled; OSError when the address cannot be had."""
        application = web.Application(client_max_size=_BODY_CAP_BYTES)
        application.router.add_route("*", "/{name:.*}", self._answer)
        runner = web.AppRunner(
            application,
            access_log=None,  # a query may carry a token
            keepalive_timeout=0.0,
            auto_decompress=False,
            lingering_time=_LINGER_S,
        )
        await runner.setup()
        assert runner.server is not None
        gate = Gate(
            runner.server, connections=self._way.connections, deadline_s=self._way.deadline_s
        )
        context = _context(self._way)
        try:
            server = await asyncio.get_running_loop().create_server(
                gate,
                self._way.bind,
                self._way.port,
                ssl=context,
                ssl_handshake_timeout=self._way.deadline_s if context else None,
            )
            async with server:
                self.port = server.sockets[0].getsockname()[1]
                try:
                    await asyncio.Event().wait()
                finally:
                    gate.close()  # before the server waits for what is still open
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        device_id = self._who(request)
        if device_id is None:
            await asyncio.sleep(_REFUSED_WAIT_S)
            return _reply(401, "no such user, password or token", authenticate=True)
        if refused := _why_not(request):
            return _reply(*refused)
        if not self._desk.may_take(device_id):
            return _reply(429, "this camera's earlier pictures are still being looked at")
        body = await _read(request)
        if body is None:
            return _reply(*_LARGE)
        try:
            return self._offer(device_id, await _parts(request, body))
        except ValueError:
            return _reply(400, "the form cannot be read")

    def _who(self, request: web.Request) -> str | None:
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if kind.casefold() == "basic":
            user, password = _login(value)
            return self._senders.of_login(user, password)
        if kind.casefold() == "bearer":
            return self._senders.of_token(value.strip())
        token = request.query.get("token", "") or request.headers.get("X-Token", "")
        return self._senders.of_token(token) if token else None

    def _offer(self, device_id: str, parts: Iterable[tuple[str, bytes]]) -> web.Response:
        answers = {
            self._desk.offer(
                Item(device_id=device_id, way=Way.HTTP, name=name, body=body, at=self._clock())
            )
            for name, body in parts
        }
        best = next((one for one in _ORDER if one in answers), Answer.NOT_READ)
        return _reply(_STATUS[best], best.value)


def _why_not(request: web.Request) -> tuple[int, str] | None:
    """What the header alone says against it."""
    if request.method not in ("POST", "PUT"):
        return 405, "send a JPEG or a JSON event with POST or PUT"
    if request.headers.get("Content-Encoding", "identity") != "identity":
        return 415, "send it without compression"
    return _LARGE if (request.content_length or 0) > _BODY_CAP_BYTES else None


def _context(way: HttpWay) -> ssl.SSLContext | None:
    if way.cert is None or way.key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(way.cert, way.key, password="")
    return context


def _login(value: str) -> tuple[str, str]:
    """User and password of HTTP Basic (RFC 7617); ('', '') of anything else."""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


async def _read(request: web.Request) -> bytes | None:
    """The body; None for one that goes on beyond the cap, whatever its header says."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _BODY_CAP_BYTES:
            return None
    return bytes(body)


async def _parts(request: web.Request, body: bytes) -> list[tuple[str, bytes]]:
    """The body, or what its form holds; ValueError for a form that is none."""
    if not request.content_type.startswith("multipart/"):
        return [(request.path, body)]
    content = StreamReader(BaseProtocol(asyncio.get_running_loop()), 2 * _BODY_CAP_BYTES, loop=None)
    content.feed_data(body)
    content.feed_eof()
    parts: list[tuple[str, bytes]] = []
    reader = MultipartReader(request.headers, content)
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or len(parts) >= _MOST_PARTS:
            raise ValueError("nested, or more parts than eight")
        found = bytes(await part.read(decode=False))
        if found:
            parts.append((part.filename or part.name or request.path, found))
    return parts


def _reply(status: int, text: str, *, authenticate: bool = False) -> web.Response:
    reply = web.Response(status=status, text=f"{text}\n")
    reply.force_close()
    if authenticate:
        reply.headers["WWW-Authenticate"] = 'Basic realm="preclaim", charset="UTF-8"'
    if status == 429:
        reply.headers["Retry-After"] = "60"
    return reply
