"""One connection to a DVRIP device: log in once, ask, close; caps against hostile replies.

The caller owns the deadline (``asyncio.timeout``). Nothing here writes to the device: the only
messages are log-in, keep-alive, log-out and reads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.camera.address import Place, resolve
from agent.camera.http import explain_os_error
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.dvrip.frame import (
    HEADER,
    Header,
    decode,
    encode,
    hash_password,
    read_header,
)
from agent.camera.profiles.dvrip.status import refusal
from agent.camera.transcript import Tally

LOGIN: Final = 1000
_LOGOUT: Final = 1002
_KEEP_ALIVE: Final = 1006
_CONNECT_S: Final = 4.0
_REPLY_CAP_BYTES: Final = 256 * 1024  # of all parts of one reply
_MAX_STRAY_FRAMES: Final = 16  # alarms and other news that come between question and answer
_KEEP_ALIVE_S: Final = 20.0
_MASK: Final = b"***"
_ANSWERS: Final = frozenset({Cause.VENDOR_REFUSED, Cause.VENDOR_UNSUPPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request; ``wanted`` is the key of the object that must hold the answer.

    Some firmware acknowledges first and sends what was asked for in a frame of its own.
    """

    message: int
    name: str
    wanted: str
    body: Mapping[str, object] = field(default_factory=dict)


class DvripSession:
    """Connects and logs in with the first question; a login that failed is never repeated."""

    def __init__(self, place: Place, *, login: LoginState, tally: Tally) -> None:
        self._place = place
        self._login = login
        self._tally = tally
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._failure: CameraError | None = None
        self._session = 0
        self._sequence = 0
        self._secret = b""
        self._alive_s = _KEEP_ALIVE_S
        self._spoke_at = 0.0

    async def ask(self, question: Question) -> bytes:
        """Ask and return the JSON bytes that hold ``question.wanted``, our secrets masked.

        VENDOR_UNSUPPORTED when the firmware knows no such thing, LOGIN causes when it refuses
        the account, VENDOR_UNPARSABLE when it answers nonsense.
        """
        await self._open()
        is_whole = False
        try:
            if time.monotonic() - self._spoke_at > self._alive_s / 2:
                await self._keep_alive()
            await self._send(question.message, {"Name": question.name, **question.body})
            answer = await self._answer(question)
            is_whole = True
        except OSError as error:
            raise explain_os_error(error) from error
        except CameraError as error:
            is_whole = error.cause in _ANSWERS
            raise
        finally:
            if not is_whole:  # in the middle of a frame, or out of step: never read on
                await self._give_up()
        return answer

    async def _give_up(self) -> None:
        self._failure = CameraError(
            Cause.TCP_RESET, "the DVRIP connection was given up after an earlier question"
        )
        await self.close()

    async def close(self) -> None:
        """Say good-bye and close; never raises, and waits for nobody."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is None:
            return
        try:
            if self._session:
                writer.write(self._encoded(_LOGOUT, {"Name": ""}))
                self._tally.requests += 1
            writer.close()
        except OSError:
            writer.transport.abort()

    async def _open(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._writer is not None:
            return
        credentials = self._login.require_credentials()
        # Whatever ends this early, the next question of this pass must not log in once more.
        self._failure = CameraError(Cause.DEADLINE, "the login by DVRIP did not end in time")
        try:
            await self._connect()
            await self._log_in(credentials.user, credentials.password)
        except OSError as error:
            self._failure = explain_os_error(error)
            raise self._failure from error
        except CameraError as error:
            self._failure = error
            raise
        self._failure = None

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(_CONNECT_S):
                self._reader, self._writer = await asyncio.open_connection(
                    await resolve(self._place.host), self._place.port, limit=_REPLY_CAP_BYTES
                )
        except TimeoutError as error:
            raise CameraError(Cause.TCP_TIMEOUT, "nobody answers on this port") from error

    async def _log_in(self, user: str, password: str) -> None:
        secret = hash_password(password)
        self._secret = secret.encode()
        self._login.count_vendor_attempt()
        await self._send(
            LOGIN,
            {
                "EncryptType": "MD5",
                "LoginType": "DVRIP-Web",
                "PassWord": secret,
                "UserName": user,
            },
        )
        header, raw = await self._reply_to(LOGIN)
        document = decode(raw)
        error = refusal(document, raw=raw)
        if error is not None:
            self._login.note_vendor_refusal(error.cause)
            raise error
        self._session = _session_of(document, header)
        interval = document.get("AliveInterval")
        if isinstance(interval, int | float) and 1 <= interval <= 3600:
            self._alive_s = float(interval)

    async def _keep_alive(self) -> None:
        await self._send(_KEEP_ALIVE, {"Name": "KeepAlive"})
        await self._reply_to(_KEEP_ALIVE)

    async def _answer(self, question: Question) -> bytes:
        """The frame with what was asked for: the reply itself, or one that follows it."""
        _, raw = await self._reply_to(question.message)
        document = decode(raw)
        error = refusal(document, raw=raw)
        if error is not None:
            raise error
        for _ in range(_MAX_STRAY_FRAMES):
            if question.wanted in document:
                return raw
            _, raw = await self._reply()
            document = decode(raw)
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, f"the device never sent '{question.wanted}'", raw=raw
        )

    async def _reply_to(self, message: int) -> tuple[Header, bytes]:
        """The reply to a message; its number is one higher, on old firmware the same."""
        for _ in range(_MAX_STRAY_FRAMES):
            header, raw = await self._reply()
            if header.message in (message, message + 1):
                return header, raw
        raise CameraError(Cause.VENDOR_UNPARSABLE, f"the device never answered message {message}")

    async def _reply(self) -> tuple[Header, bytes]:
        """The next whole message, put together from its parts."""
        first, body = await self._frame()
        for part in range(1, first.parts):
            header, more = await self._frame()
            is_next = header.message == first.message and header.part == part
            if not is_next or len(body) + len(more) > _REPLY_CAP_BYTES:
                raise CameraError(
                    Cause.VENDOR_UNPARSABLE, "the parts of the DVRIP reply do not fit", raw=body
                )
            body += more
        return first, body

    async def _frame(self) -> tuple[Header, bytes]:
        assert self._reader is not None
        try:
            header = read_header(await self._reader.readexactly(HEADER.size))
            self._tally.begin_receiving(HEADER.size + header.length)
            body = await self._reader.readexactly(header.length)
        except asyncio.IncompleteReadError as error:
            raise CameraError(
                Cause.VENDOR_UNPARSABLE if error.partial else Cause.TCP_RESET,
                "the device closed the connection in the middle of a DVRIP reply",
                raw=error.partial,
            ) from error
        self._tally.bytes_received += HEADER.size + len(body)
        self._spoke_at = time.monotonic()
        return header, body.replace(self._secret, _MASK)

    async def _send(self, message: int, body: Mapping[str, object]) -> None:
        assert self._writer is not None
        content = self._encoded(message, body)
        self._tally.begin_request(len(content))
        self._writer.write(content)
        await self._writer.drain()

    def _encoded(self, message: int, body: Mapping[str, object]) -> bytes:
        named = body if message == LOGIN else {**body, "SessionID": f"0x{self._session:08X}"}
        content = encode(message, named, session=self._session, sequence=self._sequence)
        self._sequence += 1
        return content


def _session_of(document: Mapping[str, object], header: Header) -> int:
    """The session that the device opened: in its words, else in the frame."""
    stated = document.get("SessionID")
    if isinstance(stated, str):
        try:
            return int(stated, 16) & 0xFFFFFFFF
        except ValueError:
            pass
    return header.session
