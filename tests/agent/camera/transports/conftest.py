"""What the tests of transports share: what a transport may use, and a line of two ptys."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from agent.camera.door import Door
from agent.camera.http import CameraHttp, DeviceMemory
from agent.camera.login import LoginState
from agent.camera.port import Credentials, Target
from agent.camera.profiles.profile import Format, Profile, Source
from agent.camera.profiles.transport import Reach, TransportKind
from agent.camera.transcript import Transcript

PASSWORD = "Sömmer-sun#7"


def reach_of(
    address: str = "local",
    *,
    serial_port: str = "",
    vendor_port: int | None = None,
    user: str | None = "admin",
    password: str = PASSWORD,
    packaged: bool = True,
) -> Reach:
    """What a transport may use in one reading of one device."""
    credentials = Credentials(user=user, password=password) if user else None
    target = Target(
        address=address, credentials=credentials, serial_port=serial_port, vendor_port=vendor_port
    )
    transcript = Transcript(clock=lambda: datetime.now(UTC), credentials=credentials)
    door = Door(
        target=target,
        http=CameraHttp(),
        transcript=transcript,
        login=LoginState(credentials=credentials, tally=transcript.tally),
        memory=DeviceMemory(),
    )
    return Reach(
        door=door,
        target=target,
        profile=Profile(id="test"),
        channel=0,
        session=None,
        packaged=packaged,
    )


def source_of(
    kind: TransportKind,
    *,
    form: Format = Format.TEXT,
    timeout_s: float | None = None,
    **request: Any,
) -> Source:
    """One source of a profile."""
    return Source(name="asked", transport=kind, request=request, format=form, timeout_s=timeout_s)


@contextmanager
def serial_device(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A device on a pseudo-terminal; ``answer`` gives what it says to each line it is told.

    Called with nothing ten times a second: what it says by itself.
    """
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)  # a full line drops, as a wire would
    over = threading.Event()

    def talk() -> None:
        heard = b""
        while not over.is_set():
            _say(ours, answer(b""))
            if not select.select([ours], [], [], 0.1)[0]:
                continue
            heard += os.read(ours, 4096)
            while b"\r" in heard:
                line, heard = heard.split(b"\r", 1)
                _say(ours, answer(line))

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield os.ttyname(theirs)
    finally:
        over.set()
        thread.join(2)
        os.close(ours)
        os.close(theirs)


def _say(line: int, content: bytes) -> None:
    with suppress(BlockingIOError):
        while content:
            content = content[os.write(line, content) :]
