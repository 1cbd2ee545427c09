"""One animal of the zoo, alive: its HTTP and RTSP servers on an address of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Self

from tests.zoo import dvrip, honest
from tests.zoo.behaviour import Answer, Asked, Behaviour, Stage, Tls, Told

PACE_S = 1 / honest.FPS
_NOWHERE = "127.66.66.66:8066"
_METADATA = "169.254.169.254"


class Animal:
    """Serves a behaviour while the context is open; keeps what it was told."""

    def __init__(
        self, behaviour: Behaviour, *, host: str = "127.0.0.1", foreign: str = _NOWHERE
    ) -> None:
        self.behaviour = behaviour
        self.heard = bytearray()  # heads of all requests, to look for what must not be there
        self.requests = 0
        self._host = host
        self._foreign = foreign
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        shows = self.behaviour.tls in (Tls.UNPROVEN, Tls.CHANGED)
        http = await asyncio.start_server(
            self._serve_http, self._host, 0, ssl=_certificate() if shows else None
        )
        rtsp = await asyncio.start_server(self._serve_rtsp, self._host, 0)
        self._servers = [http, rtsp]
        if self.behaviour.dvrip is not None:
            self._servers.append(await asyncio.start_server(self._serve_dvrip, self._host, 0))
        if self.behaviour.on_known_ports:
            self._servers += await self._open_known_ports()
        ports = [server.sockets[0].getsockname()[1] for server in self._servers]
        self.stage = Stage(
            host=self._host,
            http_port=ports[0],
            rtsp_port=ports[1],
            dvrip_port=ports[2] if self.behaviour.dvrip is not None else 0,
            foreign=self._foreign,
            metadata=_METADATA,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _open_known_ports(self) -> list[asyncio.Server]:
        """80 and 443, where this host may open them (in a network of its own it may)."""
        opened = []
        for port, tls in ((80, None), (443, _certificate())):
            with contextlib.suppress(OSError):
                opened.append(
                    await asyncio.start_server(self._serve_http, self._host, port, ssl=tls)
                )
        return opened

    @property
    def address(self) -> str:
        """host:port, as an operator writes it."""
        return self.stage.own

    async def _serve_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._guest(writer):
            if self.behaviour.tls is Tls.GARBAGE:
                writer.write(bytes(range(200)))
            if self.behaviour.tls in (Tls.GARBAGE, Tls.SILENT):
                await asyncio.sleep(60)
            head = await reader.readuntil(b"\r\n\r\n")
            self.heard += head
            self.requests += 1
            first, headers = _head(head)
            method, path, _ = first.split(" ", 2)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.heard += body[:4096]
            await _write(writer, self._answer(method, path, headers, body))

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        operation = honest.operation_of(method, path, body)
        usual = honest.answer(operation, headers, self.stage)
        shown = self.behaviour.snapshot
        if shown is not None and operation == "GET /snapshot.jpg" and b" 200 " in usual[:20]:
            usual = honest.http_reply(shown, headers=("Content-Type: image/jpeg",))
        if self.behaviour.http is None:
            return usual
        asked = Asked(
            stage=self.stage,
            operation=operation,
            headers=headers,
            body=body,
            honest=usual,
            number=self.requests,
        )
        twisted = self.behaviour.http(asked)
        return usual if twisted is None else twisted

    async def _serve_rtsp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._guest(writer):
            client_port = 0
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heard += head
                first, headers = _head(head)
                method = first.split(" ", 1)[0]
                sdp = self.behaviour.sdp or honest.SDP
                usual = honest.rtsp_reply(method, headers, self.stage, sdp)
                told = Told(stage=self.stage, method=method, headers=headers, honest=usual)
                twisted = self.behaviour.rtsp(told) if self.behaviour.rtsp else None
                if self.behaviour.datagrams is not None and method == "SETUP":
                    twisted, client_port = self._set_up_udp(headers)
                await _write(writer, usual if twisted is None else twisted)
                if method == "PLAY":
                    await self._play(writer, client_port)

    def _set_up_udp(self, headers: dict[str, str]) -> tuple[bytes, int]:
        """Refuse to interleave; take the client's ports for UDP."""
        cseq = f"CSeq: {headers.get('cseq', '')}"
        found = re.search(r"client_port=(\d+)", headers.get("transport", ""))
        if found is None:
            return honest.rtsp_text("461 Unsupported Transport", cseq), 0
        more = self.behaviour.transport.format(
            foreign=self.stage.foreign.partition(":")[0], metadata=self.stage.metadata
        )
        transport = f"Transport: RTP/AVP;unicast;client_port={found[1]}-{int(found[1]) + 1}{more}"
        return honest.rtsp_text("200 OK", cseq, "Session: 42", transport), int(found[1])

    async def _send_datagrams(self, port: int) -> None:
        assert self.behaviour.datagrams is not None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((self._host, 0))
            sock.setblocking(False)
            for packets in self.behaviour.datagrams():
                for number, packet in enumerate(packets):
                    with contextlib.suppress(OSError):
                        sock.sendto(packet, (self._host, port))
                    if number % 50 == 49:
                        await asyncio.sleep(0)
                await asyncio.sleep(PACE_S)

    async def _serve_dvrip(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert self.behaviour.dvrip is not None
        with self._guest(writer):
            while True:
                message, length = dvrip.message_of(await reader.readexactly(20))
                self.heard += await reader.readexactly(length)
                twisted = self.behaviour.dvrip(message)
                await _write(writer, dvrip.honest_answer(message) if twisted is None else twisted)

    async def _play(self, writer: asyncio.StreamWriter, client_port: int) -> None:
        if client_port:
            await self._send_datagrams(client_port)
            await asyncio.sleep(30)
            return
        for piece in (self.behaviour.packets or honest.stream)():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(PACE_S)
        await asyncio.sleep(30)

    @contextlib.contextmanager
    def _guest(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        """A connection; the visitor may go at any time, and the zoo may close."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                yield
        finally:
            self._tasks.discard(task)
            writer.close()


def _certificate() -> ssl.SSLContext:
    from tests.zoo.tls import context  # noqa: PLC0415  # made when the first one is needed

    return context()


def _head(head: bytes) -> tuple[str, dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    return lines[0], {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> None:
    if isinstance(answer, bytes):
        writer.write(answer)
    else:
        await _pour(writer, answer)
    await writer.drain()


async def _pour(writer: asyncio.StreamWriter, answer: AsyncIterator[bytes]) -> None:
    async for chunk in answer:
        writer.write(chunk)
        await writer.drain()
