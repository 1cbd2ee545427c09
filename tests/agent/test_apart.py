"""Blocking work apart: what hangs holds up nothing, and is not begun again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.apart import Apart
from agent.probes import host
from agent.probes.host import HostPaths, read_host
from shared.reading import Quality


class Server:
    """A file server that answers no more until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_back = threading.Event()

    def ask(self) -> str:
        """Block as a hard NFS mount does."""
        self.asked += 1
        self.is_back.wait(30)
        return f"answer {self.asked}"


@pytest.fixture
def server() -> Iterator[Server]:
    """Gone; back at the end, so that its thread ends."""
    made = Server()
    yield made
    made.is_back.set()


async def test_what_hangs_takes_one_thread(server: Server) -> None:
    """Three looks at a server that is gone are None and one question; what is asked of another
    meanwhile is answered, and once it is back so is this."""
    apart = Apart(deadline_s=0.02)
    assert [await apart.do("nfs", server.ask) for _ in range(3)] == [None] * 3
    assert server.asked == 1
    assert await Apart(deadline_s=5).do("disk", lambda: 7) == 7
    server.is_back.set()
    for _ in range(500):
        if (told := await apart.do("nfs", server.ask)) is not None:
            break
        await asyncio.sleep(0.01)
    assert told == "answer 2"  # the first one is of a time that is over


async def test_what_hangs_takes_no_thread_of_others(server: Server) -> None:
    """More hanging folders than the loop has threads: names are looked up meanwhile."""
    apart = Apart(deadline_s=0.01)
    for number in range(40):
        assert await apart.do(f"nfs {number}", server.ask) is None
    async with asyncio.timeout(20):
        assert await asyncio.to_thread(lambda: 7) == 7


def test_the_end_waits_for_nothing_that_hangs() -> None:
    """A process whose folder hangs ends all the same: its hanging thread does not hold it."""
    program = (
        "import asyncio, threading\n"
        "from agent.apart import Apart\n"
        "async def main():\n"
        "    await Apart(deadline_s=0.01).do('nfs', threading.Event().wait)\n"
        "asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


async def test_what_was_slow_is_told_by_the_next_look(server: Server) -> None:
    """A cold disk that takes longer than the deadline every time is known all the same."""
    apart = Apart(deadline_s=0.02, useful_s=60)
    assert await apart.do("disk", server.ask) is None
    server.is_back.set()
    for _ in range(500):
        if (told := await apart.do("disk", server.ask)) is not None:
            break
        await asyncio.sleep(0.01)
    assert (told, server.asked) == ("answer 1", 1)


async def test_an_error_is_told_and_the_work_begun_again() -> None:
    """What failed hangs no more."""
    apart = Apart(deadline_s=5)
    with pytest.raises(ZeroDivisionError):
        await apart.do("sum", lambda: 1 / 0)
    assert await apart.do("sum", lambda: 2) == 2


async def test_a_recording_folder_that_hangs_stops_no_minute_reading(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processor, memory and the data disk are told every time; of the recordings nothing is
    known: neither that they stopped nor that they go on."""
    monkeypatch.setattr(host, "_file_times", lambda _: server.ask())
    paths = HostPaths(disks=(tmp_path,), recordings=tmp_path / "nas", overwritten=(Path("/dev"),))
    apart = Apart(deadline_s=0.5)
    for _ in range(2):
        told = await read_host(paths, datetime.now(UTC), apart=apart)
        seen = {reading.name: reading for reading in told}
        for name in ("host.cpu", "host.memory_used", "host.disk_used"):
            assert seen[name].good, name
        for name in ("recording.disk_used", "recording.newest_age", "recording.longest_gap"):
            assert (seen[name].quality, seen[name].cause) == (Quality.FAILED, "host.folder"), name
    assert server.asked == 1


async def test_a_folder_that_is_not_there_yet_hides_no_disk(tmp_path: Path) -> None:
    """A channel's folder is made by its first recording."""
    new = tmp_path / "channel-1"
    paths = HostPaths(disks=(tmp_path, new), may_be_absent=frozenset({new}))
    told = await read_host(paths, datetime.now(UTC))
    assert {reading.name: reading for reading in told}["host.disk_used"].good
