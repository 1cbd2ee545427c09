"""HTTP in: real clients against the real server, honest and hostile."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from agent.config_inbox import HttpWay
from agent.inbox.http import HttpInbox
from agent.inbox.item import ITEM_CAP_BYTES
from agent.inbox.senders import Senders
from simulator.push import Plan, Refused, run
from tests.agent.delivery.tls_pair import write_server_pair
from tests.agent.inbox.office import HTTP, WAYS, Office, jpeg, pushing, until


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    value = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {value}"}


GATE = basic("gate", "gate-secret")


@contextlib.asynccontextmanager
async def serving(office: Office, way: HttpWay = HTTP) -> AsyncIterator[str]:
    """The server of an office; its address."""
    devices = [tray.device for tray in office.desk.trays.values()]
    inbox = HttpInbox(way, desk=office.desk, senders=Senders(devices), clock=office.clock)
    task = asyncio.create_task(inbox.run())
    try:
        await until(lambda: inbox.port > 0 or task.done())
        yield f"http://127.0.0.1:{inbox.port}"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def raw(url: str, request: bytes) -> bytes:
    """What the server answers to these bytes until it closes the connection."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    with contextlib.suppress(ConnectionError):
        writer.write(request)
        await writer.drain()
        return await reader.read()
    return b""


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_picture_by_login_or_token(tmp_path: Path, method: str) -> None:
    """Basic login, bearer token and a token in the address each file it under its own camera."""
    async with (
        Office(tmp_path, pushing("gate"), pushing("yard"), pushing("barn")) as office,
        serving(office) as url,
        aiohttp.ClientSession() as client,
    ):
        bearer = {"Authorization": "Bearer yard-token"}
        ways = (
            client.request(method, f"{url}/upload/x.jpg", data=jpeg(1), headers=GATE),
            client.request(method, url, data=jpeg(2), headers=bearer),
            client.request(method, f"{url}/?token=barn-token", data=jpeg(3)),
        )
        statuses = []
        for way in ways:
            async with way as reply:
                statuses.append(reply.status)
        await office.settle()

        assert statuses == [200, 200, 200]
        assert office.decoder.asked == [jpeg(1), jpeg(2), jpeg(3)]
        for name in ("gate", "yard", "barn"):
            assert office.history("picture.luma_mean", name)[0].good


async def test_a_form_brings_picture_and_event(tmp_path: Path) -> None:
    """A multipart form with a JPEG and a JSON event gives the readings of both."""
    async with (
        Office(tmp_path, pushing()) as office,
        serving(office) as url,
        aiohttp.ClientSession(headers=GATE) as client,
    ):
        form = aiohttp.FormData()
        form.add_field("meta", '{"battery": {"charge": 71}}', content_type="application/json")
        form.add_field("file", jpeg(1), filename="../../etc/passwd", content_type="image/jpeg")
        async with client.post(url, data=form) as reply:
            assert reply.status == 200
        await office.settle()

        assert office.history("battery.charge")[0].value == 71
        assert office.history("picture.luma_mean")[0].good


async def test_who_is_not_known_sends_nothing(tmp_path: Path) -> None:
    """Wrong password, wrong token, no login and another's name: 401, and nothing is decoded."""
    async with (
        Office(tmp_path, pushing()) as office,
        serving(office) as url,
        aiohttp.ClientSession() as client,
    ):
        attempts = (
            client.post(url, data=jpeg(), headers=basic("gate", "wrong")),
            client.post(url, data=jpeg(), headers=basic("stranger", "gate-secret")),
            client.post(url, data=jpeg(), headers={"Authorization": "Bearer wrong"}),
            client.post(url, data=jpeg(), headers={"Authorization": "Basic ???"}),
            client.post(url, data=jpeg()),
        )
        replies = [await attempt for attempt in attempts]

        assert {reply.status for reply in replies} == {401}
        assert office.decoder.asked == []
        assert office.desk.trays["gate"].heard.heard_at is None


async def test_refusals_say_why(tmp_path: Path) -> None:
    """Each refusal has its own status: method, kind, size, compression, form, and too many."""
    ways = replace(WAYS, items_per_minute=1)
    zipped = gzip.compress(b"\0" * 1000)
    async with (
        Office(tmp_path, pushing(), ways=ways) as office,
        serving(office) as url,
        aiohttp.ClientSession(headers=GATE) as client,
    ):
        statuses = []
        for request in (
            client.get(url),
            client.post(url, data=zipped, headers={"Content-Encoding": "gzip"}),
            client.post(url, data=b"\0" * (ITEM_CAP_BYTES + 200_000)),
            client.post(url, data=b"no form", headers={"Content-Type": "multipart/form-data"}),
            client.post(url, data=b"PK\x03\x04"),
            client.post(url, data=jpeg(2)),
        ):
            async with request as reply:
                statuses.append(reply.status)
                assert (await reply.text()).strip()

        assert statuses == [405, 415, 413, 400, 415, 429]


async def test_an_endless_body_is_cut(tmp_path: Path) -> None:
    """A chunked body that never ends is refused at 4 MiB, whatever its header said."""
    async with Office(tmp_path, pushing()) as office, serving(office) as url:
        login = base64.b64encode(b"gate:gate-secret")
        head = b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + login
        head += b"\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"10000\r\n" + b"\xff" * 0x10000 + b"\r\n"
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head)
        status = asyncio.create_task(reader.readline())
        with contextlib.suppress(ConnectionError):
            while not status.done():
                writer.write(chunk)
                await writer.drain()
        answer = await status
        writer.transport.abort()

        assert answer.startswith(b"HTTP/1.1 413")
        assert office.decoder.asked == []


@pytest.mark.parametrize(
    "dripped",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nX-A: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\nAuthorization: Bearer gate-token"
        b"\r\n\r\n\xff\xd8",
        b"",
    ],
    ids=["header", "body", "silence"],
)
async def test_a_slow_drip_is_cut(tmp_path: Path, dripped: bytes) -> None:
    """A header or body that never ends holds its place for the deadline, and no longer."""
    way = replace(HTTP, deadline_s=0.3)
    async with Office(tmp_path, pushing()) as office, serving(office, way) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        with contextlib.suppress(ConnectionError):
            writer.write(dripped)
            while not reader.at_eof():
                writer.write(dripped and b"a")
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        assert await reader.read(1) == b""

        assert office.decoder.asked == []


async def test_idle_connections_leave_room_for_others(tmp_path: Path) -> None:
    """One address that opens forty connections holds two; another address is served."""
    way = replace(HTTP, connections=8)
    async with Office(tmp_path, pushing()) as office, serving(office, way) as url:
        port = int(url.rsplit(":", 1)[1])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
        sock = socket.socket()
        sock.setblocking(False)
        sock.bind(("127.0.0.2", 0))
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock)
        body = jpeg(1)
        writer.write(
            b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer gate-token\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = await reader.read()
        writer.close()
        for _, one in held:
            one.transport.abort()

        assert answer.startswith(b"HTTP/1.1 200")


async def test_broken_requests_end_nothing(tmp_path: Path) -> None:
    """Garbage, a giant header line and a bad length are answered or cut; a camera still gets in."""
    async with Office(tmp_path, pushing()) as office, serving(office) as url:
        for request in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            b"POST /\xff\xfe%00%2e%2e/ HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            assert not (await raw(url, request)).startswith(b"HTTP/1.1 200")
        async with (
            aiohttp.ClientSession(headers=GATE) as client,
            client.post(url, data=jpeg(1)) as reply,
        ):
            assert reply.status == 200


async def test_https_with_the_hosts_own_certificate(tmp_path: Path) -> None:
    """With a certificate the way in is TLS alone; who trusts it gets in, plain HTTP does not."""
    cert, key = write_server_pair(tmp_path)
    way = replace(HTTP, cert=cert, key=key)
    trust = ssl.create_default_context(cafile=str(cert))
    async with Office(tmp_path, pushing()) as office, serving(office, way) as url:
        async with (
            aiohttp.ClientSession(headers=GATE) as client,
            client.post(url.replace("http:", "https:"), data=jpeg(1), ssl=trust) as reply,
        ):
            assert reply.status == 200
        assert b"200" not in await raw(url, b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")


async def test_the_simulators_verb_is_taken(tmp_path: Path) -> None:
    """``preclaim-sim push`` sends a picture and an event; with a wrong password it says so."""
    async with Office(tmp_path, pushing()) as office, serving(office) as url:
        plan = Plan(
            to=urlsplit(url), user="gate", password="gate-secret", every_s=0, count=1, faults=()
        )
        camera = await run(plan)
        await office.settle()
        with pytest.raises(Refused, match="401"):
            await run(replace(plan, password="wrong"))

        assert (camera.sent, camera.woken) == (2, [])
        assert office.history("battery.temperature") == ()  # in the maker's words, without a table
        assert office.history("battery.charging")[0].value is True
