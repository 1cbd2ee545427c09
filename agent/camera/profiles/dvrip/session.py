"""A DVRIP device in one reading: logged in once, asked, left.

Nothing here writes to the device: the only messages are log-in, keep-alive, log-out and reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.camera.address import Place
from agent.camera.http import explain_os_error
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.dvrip.connection import MAX_STRAY_FRAMES, DvripConnection
from agent.camera.profiles.dvrip.frame import Header, decode, hash_password
from agent.camera.profiles.dvrip.status import refusal
from agent.camera.transcript import Tally

LOGIN: Final = 1000
_LOGOUT: Final = 1002
_KEEP_ALIVE: Final = 1006
_KEEP_ALIVE_S: Final = 20.0
_FOLLOW_S: Final = 3.0  # between an acknowledgement and what it promised
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
        self._connection = DvripConnection(place, tally=tally)
        self._login = login
        self._failure: CameraError | None = None
        self._alive_s = _KEEP_ALIVE_S

    @property
    def open_s(self) -> float:
        """How long the connection has been open."""
        return self._connection.open_s

    async def ask(self, question: Question) -> bytes:
        """Ask and return the JSON bytes that hold ``question.wanted``, our secrets masked.

        VENDOR_UNSUPPORTED when the firmware knows no such thing, LOGIN causes when it refuses
        the account, VENDOR_UNPARSABLE when it answers nonsense.
        """
        await self._open()
        is_whole = False
        try:
            if self._connection.silent_s > self._alive_s / 2:
                await self._connection.send(_KEEP_ALIVE, {"Name": "KeepAlive"})
                await self._connection.reply_to(_KEEP_ALIVE)
            await self._connection.send(question.message, {"Name": question.name, **question.body})
            answer = await self._answer(question)
            is_whole = True
        except OSError as error:
            raise explain_os_error(error) from error
        except CameraError as error:
            is_whole = error.cause in _ANSWERS
            raise
        finally:
            if not is_whole:  # in the middle of a frame, or out of step: never read on
                self._give_up()
        return answer

    async def close(self) -> None:
        """Say good-bye and close; never raises, and waits for nobody."""
        self._connection.close(farewell=_LOGOUT)

    def _give_up(self) -> None:
        self._failure = CameraError(
            Cause.TCP_RESET, "the DVRIP connection was given up after an earlier question"
        )
        self._connection.close(farewell=_LOGOUT)

    async def _open(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._connection.is_open:
            return
        credentials = self._login.require_credentials()
        # Whatever ends this early, the next question of this pass must not log in once more.
        self._failure = CameraError(Cause.DEADLINE, "the login by DVRIP did not end in time")
        try:
            await self._connection.open()
            await self._log_in(credentials.user, credentials.password)
        except OSError as error:
            self._failure = explain_os_error(error)
            raise self._failure from error
        except CameraError as error:
            self._failure = error
            raise
        self._failure = None

    async def _log_in(self, user: str, password: str) -> None:
        secret = hash_password(password)
        self._connection.secret = secret.encode()
        self._login.count_vendor_attempt()
        words = {"EncryptType": "MD5", "LoginType": "DVRIP-Web", "PassWord": secret}
        await self._connection.send(LOGIN, {**words, "UserName": user})
        header, raw = await self._connection.reply_to(LOGIN)
        document = decode(raw)
        error = refusal(document, raw=raw)
        if error is not None:
            self._login.note_vendor_refusal(error.cause)
            raise error
        self._connection.session = _session_of(document, header)
        interval = document.get("AliveInterval")
        if isinstance(interval, int | float) and 1 <= interval <= 3600:
            self._alive_s = float(interval)

    async def _answer(self, question: Question) -> bytes:
        """The frame with what was asked for: the reply itself, or one that follows it."""
        _, raw = await self._connection.reply_to(question.message)
        document = decode(raw)
        error = refusal(document, raw=raw)
        if error is not None:
            raise error
        if question.wanted in document:
            return raw
        try:
            async with asyncio.timeout(_FOLLOW_S):
                return await self._follow_up(question)
        except TimeoutError as error_:
            self._give_up()  # perhaps in the middle of a frame
            raise CameraError(
                Cause.VENDOR_UNSUPPORTED,
                f"the device accepts the question and sends no '{question.wanted}'",
                raw=raw,
            ) from error_

    async def _follow_up(self, question: Question) -> bytes:
        """The frame that brings what an acknowledgement has promised."""
        for _ in range(MAX_STRAY_FRAMES):
            _, raw = await self._connection.reply()
            if question.wanted in decode(raw):
                return raw
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, f"the device never sent '{question.wanted}'", raw=raw
        )


def _session_of(document: Mapping[str, object], header: Header) -> int:
    """The session that the device opened: in its words, else in the frame."""
    stated = document.get("SessionID")
    if isinstance(stated, str):
        try:
            return int(stated, 16) & 0xFFFFFFFF
        except ValueError:
            pass
    return header.session
