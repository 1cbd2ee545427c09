"""FTP in: the standard library's client, as a camera uses it and as an intruder would."""

from __future__ import annotations

import asyncio
import contextlib
import ftplib
import io
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.camera.decoder import Decoder
from agent.config_inbox import FtpWay
from agent.inbox.ftp import FtpInbox
from agent.inbox.item import ITEM_CAP_BYTES
from agent.inbox.senders import Senders
from tests.agent.inbox.office import WAYS, Office, jpeg, pushing, until
from tests.agent.pictures import coded, view

pytest.importorskip("pyftpdlib")
FTP = FtpWay(
    bind="127.0.0.1",
    port=0,
    passive_ports=(20_000, 60_000),
    public_address="",
    connections=8,
    deadline_s=20.0,
)


@contextlib.asynccontextmanager
async def serving(office: Office, way: FtpWay = FTP, items: int = 1000) -> AsyncIterator[FtpInbox]:
    """The FTP process of an office."""
    devices = [tray.device for tray in office.desk.trays.values()]
    inbox = FtpInbox(
        way,
        ways=replace(WAYS, items_per_minute=items),
        desk=office.desk,
        senders=Senders(devices),
        clock=office.clock,
    )
    task = asyncio.create_task(inbox.run())
    try:
        await until(lambda: inbox.port > 0 or task.done())
        if task.done():
            task.result()
        yield inbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def login(port: int, user: str = "gate", password: str = "gate-secret") -> ftplib.FTP:
    """A client that is logged in."""
    client = ftplib.FTP()
    client.connect("127.0.0.1", port, timeout=20)
    client.login(user, password)
    return client


def is_there(path: str) -> bool:
    """Whether there is such a file or process."""
    return Path(path).exists()


async def aside(work: Callable[[], object]) -> object:
    """Do blocking work in a thread."""
    return await asyncio.to_thread(work)


async def test_a_camera_uploads_as_cameras_do(tmp_path: Path) -> None:
    """A folder is made, entered, the file stored under another name and renamed: one picture."""

    def upload(port: int) -> list[str]:
        with login(port) as client:
            client.mkd("2026-06-01")
            client.cwd("2026-06-01")
            client.storbinary("STOR 01.tmp", io.BytesIO(jpeg(1)))
            client.rename("01.tmp", "01_20260601120000.jpg")
            return client.nlst()

    async with Office(tmp_path, pushing()) as office, serving(office) as inbox:
        listed = await aside(lambda: upload(inbox.port))
        await until(lambda: bool(office.history("picture.luma_mean")))

        assert listed == []
        assert office.decoder.asked == [jpeg(1)]


async def test_text_mode_spoils_no_picture(tmp_path: Path) -> None:
    """Line ends inside a JPEG arrive as they are, also where the client asked for text."""
    body = b"\xff\xd8 a\r\nb\r\n\r\n\xff\xd9"

    def upload(port: int) -> None:
        with login(port) as client:
            client.voidcmd("TYPE A")
            with client.transfercmd("STOR a.jpg") as data:
                data.sendall(body)
            client.voidresp()

    async with Office(tmp_path, pushing()) as office, serving(office) as inbox:
        await aside(lambda: upload(inbox.port))
        await until(lambda: bool(office.decoder.asked))

        assert office.decoder.asked == [body]


async def test_an_upload_that_is_cut_takes_no_look_from_the_whole_one(tmp_path: Path) -> None:
    """FTP cannot say that a file is whole: half a picture gives no figure, the next one does."""
    picture = coded(view(1))

    def cut(port: int) -> None:
        client = login(port)
        data = client.transfercmd("STOR a.jpg")
        data.sendall(picture[: len(picture) // 2])
        data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        data.close()
        client.close()

    def whole(port: int) -> None:
        with login(port) as client:
            client.storbinary("STOR a.jpg", io.BytesIO(picture))

    decoder = Decoder()
    try:
        async with (
            Office(tmp_path, pushing(), decode=decoder.decode) as office,
            serving(office) as inbox,
        ):
            await aside(lambda: cut(inbox.port))
            await aside(lambda: whole(inbox.port))
            await until(lambda: any(one.good for one in office.history("picture.luma_mean")))

            assert sum(one.good for one in office.history("picture.luma_mean")) == 1
    finally:
        await decoder.close()


async def test_nothing_can_be_fetched_or_reached(tmp_path: Path) -> None:
    """No file of the host is read, listed, replaced or renamed, whatever path is named."""
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"mine")
    refused: list[str] = []

    def try_all(port: int) -> None:
        with login(port) as client:
            for command in (
                f"RETR {victim}",
                "RETR /etc/passwd",
                f"SIZE {victim}",
                f"APPE {victim}",
                "STAT /etc",
                "MLSD /",
                "SITE CHMOD 777 /",
                f"MFMT 20200101000000 {victim}",
                "REST 5",
            ):
                try:
                    client.voidcmd(command)
                except ftplib.Error as error:
                    refused.append(f"{command.split()[0]} {str(error)[:3]}")
            assert client.nlst("/etc") == []
            client.storbinary(f"STOR {victim}", io.BytesIO(jpeg(1)))
            client.storbinary("STOR ../../../../../../etc/cron.d/x", io.BytesIO(jpeg(2)))
            with contextlib.suppress(ftplib.Error):
                client.rename(str(victim), "/elsewhere.jpg")
                client.delete(str(victim))

    async with Office(tmp_path, pushing()) as office, serving(office) as inbox:
        await aside(lambda: try_all(inbox.port))

        assert len(refused) == 9
        assert victim.read_bytes() == b"mine"
        assert not is_there("/etc/cron.d/x")


async def test_wrong_passwords_are_few_and_slow(tmp_path: Path) -> None:
    """After three refusals the connection ends; nobody else's password or nobody at all gets in."""

    def guess(port: int) -> list[str]:
        said = []
        for user, password in (("gate", "wrong"), ("anonymous", ""), ("yard", "gate-secret")):
            with pytest.raises(ftplib.error_perm) as refused:
                login(port, user, password)
            said.append(str(refused.value)[:3])
        return said

    async with (
        Office(tmp_path, pushing("gate"), pushing("yard")) as office,
        serving(office) as inbox,
    ):
        assert await aside(lambda: guess(inbox.port)) == ["530", "530", "530"]
        assert office.decoder.asked == []


async def test_an_endless_and_a_dripping_upload_are_cut(tmp_path: Path) -> None:
    """A file beyond 4 MiB, and one that comes too slowly, end in a refusal; the next is taken."""

    def send(port: int, parts: Iterator[bytes]) -> str:
        client = login(port)
        data = client.transfercmd("STOR a.jpg")
        try:
            for part in parts:
                data.sendall(part)
                data.settimeout(0.01)
                with contextlib.suppress(TimeoutError):
                    if data.recv(1) == b"":
                        break
                data.settimeout(20)
            data.close()
            client.voidresp()
        except (ftplib.Error, OSError) as error:
            return str(error)
        finally:
            client.close()
        return ""

    way = replace(FTP, deadline_s=1.0)
    async with Office(tmp_path, pushing()) as office, serving(office, way) as inbox:
        giant = (b"\xff" * 100_000 for _ in range(3 * ITEM_CAP_BYTES // 100_000))
        assert await aside(lambda: send(inbox.port, giant))
        assert await aside(lambda: send(inbox.port, (b"\xff" for _ in range(500))))

        def whole() -> None:
            with login(inbox.port) as client:
                client.storbinary("STOR b.jpg", io.BytesIO(jpeg(2)))

        await aside(whole)
        await until(lambda: bool(office.decoder.asked))

        assert office.decoder.asked == [jpeg(2)]


async def test_more_files_than_its_share_are_refused(tmp_path: Path) -> None:
    """Of five files in a minute, where three are allowed, two are refused; another camera sends."""

    def flood(port: int) -> int:
        refused = 0
        with login(port) as client:
            for number in range(5):
                try:
                    client.storbinary("STOR a.jpg", io.BytesIO(jpeg(number)))
                except ftplib.error_perm:
                    refused += 1
        with login(port, "yard", "yard-secret") as client:
            client.storbinary("STOR a.jpg", io.BytesIO(jpeg(99)))
        return refused

    async with (
        Office(tmp_path, pushing("gate"), pushing("yard")) as office,
        serving(office, items=3) as inbox,
    ):
        assert await aside(lambda: flood(inbox.port)) == 2
        await until(lambda: bool(office.history("picture.luma_mean", "yard")))


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """The agent hears why FTP cannot be served."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        way = replace(FTP, port=taken.getsockname()[1])
        async with Office(tmp_path, pushing()) as office:
            with pytest.raises(OSError, match="cannot be served"):
                async with serving(office, way):
                    pass


async def test_the_process_ends_with_the_inbox(tmp_path: Path) -> None:
    """No FTP process outlives the inbox that started it."""
    async with Office(tmp_path, pushing()) as office:
        async with serving(office) as inbox:
            pid = inbox.pid
            assert is_there(f"/proc/{pid}")
        assert not is_there(f"/proc/{pid}")
