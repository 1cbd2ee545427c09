"""RTSP on one TCP connection: requests, replies and interleaved packets, all capped."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.camera.port import CameraError, Cause
from agent.camera.transcript import Tally

_HEADERS_CAP_BYTES = 16 * 1024
_MAX_HEADERS = 64
_BODY_CAP_BYTES = 64 * 1024
_MAX_SKIPPED = 20_000  # interleaved packets in front of a reply
_STATUS = re.compile(r"RTSP/\d\.\d (\d{3}) ?(.*)")
_DOLLAR = b"$"


@dataclass(frozen=True, slots=True, kw_only=True)
class RtspReply:
    """A reply to one of our requests."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]  # names in lower case
    body: bytes

    def header(self, name: str) -> str | None:
        """First value of a header, by its name in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a header."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class Interleaved:
    """A binary packet between replies (RFC 2326 section 10.12)."""

    channel: int
    payload: bytes


def broken(detail: str, raw: bytes = b"") -> CameraError:
    """The error for something that is not RTSP."""
    return CameraError(Cause.RTSP_PROTOCOL, detail, raw=raw[:1024])


class RtspConnection:
    """One connection; EOF is TCP_RESET, anything that is no RTSP is RTSP_PROTOCOL."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, tally: Tally
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.tally = tally
        self._cseq = 0

    @property
    def peer_ip(self) -> str:
        """The camera's own address: only from there may packets of the stream come."""
        return str(self._writer.get_extra_info("peername")[0])

    @property
    def own_ip(self) -> tuple[str, int]:
        """Our address on this connection, and its scope where it is a link-local one of IPv6."""
        name = self._writer.get_extra_info("sockname")
        return str(name[0]), int(name[3]) if len(name) > 3 else 0

    async def send(self, method: str, url: str, headers: Mapping[str, str]) -> int:
        """Send a request and return its sequence number."""
        self._cseq += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._cseq}", "User-Agent: preclaim"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        content = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.tally.begin_request(len(content))
        try:
            self._writer.write(content)
            await self._writer.drain()
        except ConnectionError as error:
            raise CameraError(Cause.TCP_RESET, "the device cut the RTSP connection") from error
        return self._cseq

    async def request(self, method: str, url: str, headers: Mapping[str, str]) -> RtspReply:
        """Send a request and wait for its reply; packets in between are dropped."""
        number = await self.send(method, url, headers)
        for _ in range(_MAX_SKIPPED):
            received = await self.receive()
            if isinstance(received, RtspReply) and received.header("cseq") in (str(number), None):
                return received
        raise broken("the device sends packets, but no reply")

    async def receive(self) -> RtspReply | Interleaved:
        """The next reply or packet; requests of the device to us are skipped."""
        try:
            while True:
                first = await self._reader.readexactly(1)
                if first == _DOLLAR:
                    return await self._interleaved()
                if first in b"\r\n":
                    continue
                reply = await self._reply(first)
                if reply is not None:
                    return reply
        except asyncio.IncompleteReadError as error:
            raise CameraError(
                Cause.TCP_RESET, "the device closed the RTSP connection", raw=error.partial[:1024]
            ) from error
        except ConnectionError as error:
            raise CameraError(Cause.TCP_RESET, "the device cut the RTSP connection") from error
        except asyncio.LimitOverrunError as error:
            raise broken("a header line without end") from error

    async def _interleaved(self) -> Interleaved:
        head = await self._reader.readexactly(3)
        size = int.from_bytes(head[1:], "big")
        self.tally.begin_receiving(4 + size)
        payload = await self._reader.readexactly(size)
        self.tally.bytes_received += 4 + len(payload)
        return Interleaved(head[0], payload)

    async def _reply(self, first: bytes) -> RtspReply | None:
        """Read a reply; None for a request of the device, which needs no answer here."""
        start = first + await self._reader.readuntil(b"\n")
        headers: list[tuple[str, str]] = []
        total = len(start)
        while line := (await self._reader.readuntil(b"\n")).strip():
            total += len(line) + 2
            if total > _HEADERS_CAP_BYTES or len(headers) >= _MAX_HEADERS:
                raise broken("the headers of a reply are too long", start)
            name, colon, value = line.decode("utf-8", "replace").partition(":")
            if not colon:
                raise broken("a header line without a colon", line)
            headers.append((name.strip().lower(), value.strip()))
        body = await self._body(headers)
        self.tally.bytes_received += total + len(body)
        text = start.decode("utf-8", "replace").strip()
        status = _STATUS.fullmatch(text)
        if status is None:
            if text.endswith(("RTSP/1.0", "RTSP/2.0")):
                return None
            raise broken("the reply is no RTSP", start)
        return RtspReply(
            status=int(status.group(1)),
            reason=status.group(2)[:80],
            headers=tuple(headers),
            body=body,
        )

    async def _body(self, headers: list[tuple[str, str]]) -> bytes:
        stated = next((value for name, value in headers if name == "content-length"), "0")
        if not stated.isdecimal() or len(stated) > 9:
            raise broken(f"Content-Length is '{stated[:20]}'")
        if int(stated) > _BODY_CAP_BYTES:
            raise broken(f"a body of {stated} bytes is too large")
        return await self._reader.readexactly(int(stated))

    def close(self) -> None:
        """Drop the connection."""
        self._writer.close()
