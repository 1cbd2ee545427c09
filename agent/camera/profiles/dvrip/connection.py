"""One TCP connection that carries DVRIP messages; caps against hostile replies.

The caller owns the deadline (``asyncio.timeout``). After any error but an OSError of its own kind
the stream may be in the middle of a frame: it must be closed and not read on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from agent.camera.address import Place, resolve
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.dvrip.frame import HEADER, Header, encode, read_header
from agent.camera.transcript import Tally

MAX_STRAY_FRAMES: Final = 16
"""Alarms and other news that may come between a question and its answer."""
_CONNECT_S: Final = 4.0
_REPLY_CAP_BYTES: Final = 256 * 1024  # of all parts of one reply
_MASK: Final = b"***"


class DvripConnection:
    """Sends messages and puts replies together from their parts."""

    def __init__(self, place: Place, *, tally: Tally) -> None:
        self._place = place
        self._tally = tally
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._sequence = 0
        self._opened_at = 0.0
        self._spoke_at = 0.0
        self.session = 0  # as the device numbered it
        self.secret = b""  # masked in whatever the device sends

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._writer is not None

    @property
    def open_s(self) -> float:
        """How long it has been open."""
        return time.monotonic() - self._opened_at

    @property
    def silent_s(self) -> float:
        """How long the device has said nothing."""
        return time.monotonic() - self._spoke_at

    async def open(self) -> None:
        """Connect; OSError, or CameraError when nobody answers or the name is none."""
        try:
            async with asyncio.timeout(_CONNECT_S):
                self._reader, self._writer = await asyncio.open_connection(
                    await resolve(self._place.host), self._place.port, limit=_REPLY_CAP_BYTES
                )
        except TimeoutError as error:
            raise CameraError(Cause.TCP_TIMEOUT, "nobody answers on this port") from error
        self._opened_at = self._spoke_at = time.monotonic()

    def close(self, *, farewell: int | None = None) -> None:
        """Close, with a last message when there is one; never raises, and waits for nobody."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is None:
            return
        try:
            if farewell is not None and self.session:
                writer.write(self._encoded(farewell, {"Name": ""}))
                self._tally.requests += 1
            writer.close()
        except OSError:
            writer.transport.abort()

    async def send(self, message: int, body: Mapping[str, object]) -> None:
        """Send one message."""
        assert self._writer is not None
        content = self._encoded(message, body)
        self._tally.begin_request(len(content))
        self._writer.write(content)
        await self._writer.drain()

    def _encoded(self, message: int, body: Mapping[str, object]) -> bytes:
        named = {**body, "SessionID": f"0x{self.session:08X}"} if self.session else body
        content = encode(message, named, session=self.session, sequence=self._sequence)
        self._sequence += 1
        return content

    async def reply_to(self, message: int) -> tuple[Header, bytes]:
        """The reply to a message; its number is one higher, on old firmware the same."""
        for _ in range(MAX_STRAY_FRAMES):
            header, raw = await self.reply()
            if header.message in (message, message + 1):
                return header, raw
        raise CameraError(Cause.VENDOR_UNPARSABLE, f"the device never answered message {message}")

    async def reply(self) -> tuple[Header, bytes]:
        """The next whole message, put together from its parts, our secret masked."""
        first, body = await self._frame()
        for part in range(1, first.parts):
            header, more = await self._frame()
            is_next = header.message == first.message and header.part == part
            if not is_next or len(body) + len(more) > _REPLY_CAP_BYTES:
                raise CameraError(
                    Cause.VENDOR_UNPARSABLE, "the parts of the DVRIP reply do not fit", raw=body
                )
            body += more
        return first, body.replace(self.secret, _MASK) if self.secret else body

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
                raw=error.partial.replace(self.secret, _MASK) if self.secret else error.partial,
            ) from error
        self._tally.bytes_received += HEADER.size + len(body)
        self._spoke_at = time.monotonic()
        return header, body
