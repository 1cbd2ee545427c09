"""A small RTSP client that shows a test every reply and every packet."""

import asyncio
import struct
from dataclasses import dataclass

_LIMIT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One RTSP reply; header names in lower case, equal names gathered."""

    status: int
    headers: dict[str, list[str]]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RtpPacket:
    """One RTP packet of the video track."""

    marker: bool
    sequence: int
    timestamp: int
    payload: bytes


class Player:
    """Speaks to one server; packets that arrive between replies are kept in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._sequence = 0
        self.session = ""
        self.packets: list[RtpPacket] = []
        self.reports: list[bytes] = []

    @classmethod
    async def connect(cls, port: int) -> "Player":
        """Connect to a port of this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, method: str, url: str, **headers: str) -> Reply:
        """Send a request and give its reply; underscores in header names become dashes."""
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}"]
        if self.session:
            lines.append(f"Session: {self.session}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode())
        reply = await asyncio.wait_for(self.read_reply(), _LIMIT_S)
        assert reply.headers["cseq"] == [str(self._sequence)]
        return reply

    async def send(self, content: bytes) -> None:
        """Send raw bytes."""
        self._writer.write(content)
        await self._writer.drain()

    async def play(self, url: str) -> Reply:
        """Go from DESCRIBE to PLAY; gives the description."""
        described = await self.ask("DESCRIBE", url, Accept="application/sdp")
        assert described.status == 200
        track = described.headers["content-base"][0] + "trackID=1"
        reply = await self.ask("SETUP", track, Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        assert reply.status == 200
        self.session = reply.headers["session"][0].partition(";")[0]
        assert (await self.ask("PLAY", url, Range="npt=0.000-")).status == 200
        return described

    async def read_pictures(self, count: int) -> list[list[RtpPacket]]:
        """Read whole pictures: packets up to the marker."""
        return await asyncio.wait_for(self._read_pictures(count), _LIMIT_S)

    async def _read_pictures(self, count: int) -> list[list[RtpPacket]]:
        pictures: list[list[RtpPacket]] = []
        present: list[RtpPacket] = []
        while len(pictures) < count:
            while not self.packets:
                await self._read_frame(await self._reader.readexactly(1))
            packet = self.packets.pop(0)
            present.append(packet)
            if packet.marker:
                pictures.append(present)
                present = []
        return pictures

    async def read_reply(self) -> Reply:
        """Read the next reply, keeping packets that come before it."""
        while (first := await self._reader.readexactly(1)) == b"$":
            await self._read_frame(first)
        text = (first + await self._reader.readuntil(b"\r\n\r\n")).decode()
        first_line, *lines = text.split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            headers.setdefault(name.lower(), []).append(value)
        length = int(headers.get("content-length", ["0"])[0])
        body = await self._reader.readexactly(length)
        return Reply(status=int(first_line.split()[1]), headers=headers, body=body.decode())

    async def at_end(self) -> bool:
        """Wait until the server has closed or cut the connection."""
        try:
            async with asyncio.timeout(_LIMIT_S):
                while await self._reader.read(65_536):
                    pass
        except ConnectionError:
            return True
        return True

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _read_frame(self, first: bytes) -> None:
        assert first == b"$"
        channel, length = struct.unpack("!BH", await self._reader.readexactly(3))
        content = await self._reader.readexactly(length)
        if channel == 1:
            self.reports.append(content)
            return
        _, kind, sequence, timestamp, _ = struct.unpack("!BBHII", content[:12])
        self.packets.append(
            RtpPacket(
                marker=bool(kind & 0x80),
                sequence=sequence,
                timestamp=timestamp,
                payload=content[12:],
            )
        )
