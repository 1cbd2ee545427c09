"""Replies cut at every byte: what our client makes of each is an error, or the full truth."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from agent.camera.door import Door
from agent.camera.http import CameraHttp, Reply, Request
from agent.camera.login import LoginState
from agent.camera.onvif import device, imaging, media
from agent.camera.onvif.services import MEDIA, MEDIA2, find_services
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, StreamProfile, Target
from agent.camera.transcript import Tally as Costs
from agent.camera.transcript import Transcript

_NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
_OPERATION: Final = re.compile(rb"Body><(\w+)")
_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"


def _noon() -> datetime:
    return _NOON


def _profile(*, media2: bool) -> StreamProfile:
    return StreamProfile(
        token="Profile_1", name="", video_source=None, codec=None, width_px=None,
        height_px=None, fps_limit=None, media2=media2,
    )  # fmt: skip


ASK: Final[Mapping[str, Callable[[SoapClient], Awaitable[Any]]]] = {
    "GetSystemDateAndTime": lambda soap: device.read_clock(soap, clock=_noon),
    "GetDeviceInformation": device.read_information,
    "GetNetworkInterfaces": device.read_mac_addresses,
    "GetSystemLog": device.read_system_log,
    "GetServices": find_services,
    "GetCapabilities": find_services,
    "GetProfiles": media.read_profiles,
    "GetVideoSources": media.read_video_source,
    "GetStreamUri": lambda soap: media.read_stream_uri(soap, _profile(media2=False)),
    "GetSnapshotUri": lambda soap: media.read_snapshot_uri(soap, _profile(media2=False)),
    "GetImagingSettings": lambda soap: imaging.read_settings(soap, source="VideoSource_1"),
    "GetOptions": lambda soap: imaging.read_options(soap, source="VideoSource_1"),
    "Media2.GetProfiles": media.read_profiles,
    "Media2.GetStreamUri": lambda soap: media.read_stream_uri(soap, _profile(media2=True)),
    "Media2.GetSnapshotUri": lambda soap: media.read_snapshot_uri(soap, _profile(media2=True)),
}
"""Each operation of ``dialects.OPERATIONS`` by the function of ours that asks it."""
_FINDS: Final = ("GetServices", "GetCapabilities")


@dataclass(slots=True)
class Tally:
    """What came of the cuts."""

    failed: int = 0
    whole: int = 0
    half: list[str] = field(default_factory=list)


def with_agreeing_length(body: bytes, end: int) -> bytes:
    """The cut body under a length that fits it."""
    return _OK + b"Content-Length: %d\r\n\r\n" % end + body[:end]


def with_whole_length(body: bytes, end: int) -> bytes:
    """The cut body under the length of the whole one; the connection closes then."""
    return _OK + b"Content-Length: %d\r\n\r\n" % len(body) + body[:end]


def without_length(body: bytes, end: int) -> bytes:
    """The cut body, ended by the connection's end."""
    return _OK + b"Connection: close\r\n\r\n" + body[:end]


def in_chunks(body: bytes, end: int) -> bytes:
    """The cut body in one chunk, properly ended."""
    head = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
    return head + (b"%x\r\n%b\r\n" % (end, body[:end]) if end else b"") + b"0\r\n\r\n"


_TAIL: Final = 8  # bytes at the end, of which each is cut: there a reply looks nearly whole
WAYS: Final = (with_agreeing_length, with_whole_length, without_length, in_chunks)


class Cutter:
    """A server that answers one operation with what it is given, and all others whole."""

    def __init__(self, replies: Mapping[str, bytes]) -> None:
        self._replies = replies
        self.name = ""
        self.answer = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the end."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = await reader.readexactly(int(length.group(1)) if length else 0)
            writer.write(self.answer_to(body))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def tell_whole(self, name: str) -> None:
        """Answer this operation whole, and be asked for it."""
        self.name = name
        self.answer = with_agreeing_length(self._replies[name], len(self._replies[name]))

    def answer_to(self, body: bytes) -> bytes:
        """The HTTP reply to this request."""
        found = _OPERATION.search(body)
        operation = found.group(1).decode() if found else ""
        name = f"Media2.{operation}" if MEDIA2.encode() in body else operation
        if name == self.name:
            return self.answer
        if name == "GetServices" and self.name == "GetCapabilities":
            return b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
        reply = self._replies.get(name, b"")
        return with_agreeing_length(reply, len(reply))


class Client:
    """Our own client, fresh for each question."""

    def __init__(self, address: str, *, http: CameraHttp) -> None:
        self._target = Target(address=address)
        self._http = http

    async def ask(self, name: str) -> Any:
        """What the operation of this name tells; CameraError."""
        transcript = Transcript(clock=_noon, credentials=None)
        memory = self._http.memory_of(self._target)
        if name in _FINDS:
            memory.services = None
        else:
            base = f"http://{self._target.address}/onvif"
            memory.services = {
                "http://www.onvif.org/ver20/imaging/wsdl": f"{base}/imaging",
                (MEDIA2 if name.startswith("Media2.") else MEDIA): f"{base}/media",
            }
        door = Door(
            target=self._target,
            http=self._http,
            transcript=transcript,
            login=LoginState(credentials=None, tally=transcript.tally),
            memory=memory,
        )
        return await ASK[name](SoapClient(door, clock=_noon))


async def cut(
    replies: Mapping[str, bytes],
    *,
    names: Iterable[str],
    ways: Iterable[Callable[[bytes, int], bytes]] = WAYS,
    every: int = 1,
) -> Tally:
    """Cut each of these replies in each way; ``every`` bytes, and at the last eight each."""
    cutter, tally, http = Cutter(replies), Tally(), CameraHttp()
    server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(f"127.0.0.1:{port}", http=http)
    ways = tuple(ways)
    try:
        for name in names:
            truths = await _truths(client, cutter, name)
            body = replies[name]
            for way in ways:
                for end in _ends(len(body), every):
                    cutter.answer = way(body, end)
                    await _judge(client, name, truths, tally, f"{name} {way.__name__} {end}")
    finally:
        server.close()
        await http.close()
    return tally


async def cut_on_paper(
    replies: Mapping[str, bytes], *, names: Iterable[str], begin: int = 0
) -> Tally:
    """Cut each of these replies at every byte from ``begin`` on, under a length that fits.

    As HTTP hands it over, without a network between: fast, and the same from there on.
    """
    cutter, tally = Cutter(replies), Tally()
    http = _Paper(cutter)
    client = Client("127.0.0.1", http=http)
    for name in names:
        truths = await _truths(client, cutter, name)
        body = replies[name]
        for end in range(begin, len(body)):
            cutter.answer = with_agreeing_length(body, end)
            await _judge(client, name, truths, tally, f"{name} on paper {end}")
    return tally


class _Paper(CameraHttp):
    """Hands over what the cutter answers."""

    def __init__(self, cutter: Cutter) -> None:
        super().__init__()
        self._cutter = cutter

    async def exchange(self, request: Request, tally: Costs) -> Reply:
        """The answer, as a reply."""
        head, _, body = self._cutter.answer_to(request.body).partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        return Reply(status=status, media_type="", challenges=(), body=body)


async def _truths(client: Client, cutter: Cutter, name: str) -> list[Any]:
    """What the whole reply tells; services may also be those of GetCapabilities alone."""
    truths = []
    for one in dict.fromkeys((name, "GetCapabilities" if name in _FINDS else name)):
        cutter.tell_whole(one)
        truths.append(await client.ask(one))
    cutter.name = name
    return truths


def _ends(length: int, every: int) -> Iterator[int]:
    yield from (end for end in range(length) if end % every == 0 or end >= length - _TAIL)


async def _judge(client: Client, name: str, truths: list[Any], tally: Tally, where: str) -> None:
    try:
        read = await client.ask(name)
    except CameraError:
        tally.failed += 1
        return
    if read in truths:
        tally.whole += 1
    else:
        tally.half.append(where)
