"""What a link cost, by the kernel's count, against a proxy that counts what passes through it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.link import Inbox
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker, Connection
from agent.delivery.wire_meter import Gauge
from shared.evidence import EvidenceChunk
from shared.limits import CHUNK_BYTES
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.fake_link import running, until
from tests.agent.delivery.tls_pair import write_server_pair

_MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


class CountingProxy:
    """Passes TCP on and counts the payload of both directions."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.count = 0
        self.port = 0
        self._pipes: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Listen for the length of a block."""
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for pipe in self._pipes:
                pipe.cancel()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pipe = asyncio.create_task(self._pass_on(source, sink))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while part := await source.read(65_536):
                self.count += len(part)
                sink.write(part)
                await sink.drain()
        sink.close()


@pytest.fixture
def tls_broker(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Mosquitto over TLS on a free port, and the certificate to trust."""
    if _MOSQUITTO is None:
        pytest.skip("the mosquitto binary is not installed")
    cert, key = write_server_pair(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    config = tmp_path / "tls.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        f"certfile {cert}\nkeyfile {key}\nuser root\n"
    )
    process = subprocess.Popen(
        [_MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port, cert
    process.kill()
    process.wait()


@pytest.mark.broker
async def test_the_kernels_count_is_what_passed(
    tls_broker: tuple[int, Path], database: Database, outbox: Outbox
) -> None:
    """Handshake, 700 KB of evidence and PUBACKs over TLS: within 10 % of a proxy's own count."""
    port, ca = tls_broker
    proxy = CountingProxy(port)
    dice = random.Random(1)
    with database.transaction():
        for _ in range(15):  # what no compressor makes small, as pictures are
            chunk = EvidenceChunk("ab" * 32, 0, CHUNK_BYTES, dice.randbytes(CHUNK_BYTES))
            outbox.append(chunk, now=NOON)
    async with proxy.serving():
        dispatcher = Dispatcher(
            agent_id="agent",
            broker=Broker(host="127.0.0.1", port=proxy.port, tls=True, ca=ca),
            database=database,
            outbox=outbox,
            clock=lambda: NOON,
            jitter=lambda: 0.5,
        )
        async with running(dispatcher):
            await until(lambda: dispatcher.published == 15)
            previous = -1
            while proxy.count != previous:  # until the last PUBACK has passed
                previous = proxy.count
                await asyncio.sleep(0.5)
            assert dispatcher.link is not None
            alive, passed = dispatcher.link.carried(), proxy.count
        ended = dispatcher.link.carried()

    assert alive.is_measured
    assert passed > 15 * CHUNK_BYTES
    assert passed <= alive.bytes <= 1.1 * passed
    assert ended.bytes > alive.bytes, "the goodbye was counted after the socket was closed"


async def test_a_failed_handshake_is_counted(tls_broker: tuple[int, Path]) -> None:
    """A broker whose certificate nobody trusts costs data too, and the account sees it."""
    port, _ = tls_broker
    link = Connection(
        Broker(host="127.0.0.1", port=port, tls=True), client_id="agent", will=("topic", b"")
    )
    with pytest.raises(ssl.SSLError):
        await link.run(Inbox())

    assert link.carried().is_measured
    assert link.carried().bytes > 1000


def test_a_link_that_was_given_up_does_not_come_to_life() -> None:
    """Cut while it was still connecting, it ends as soon as it is there."""
    near, far = socket.socketpair()
    gauge = Gauge()
    gauge.cut()
    gauge.watch(near)

    assert far.recv(1) == b""
    gauge.release()
    near.close()
    far.close()
