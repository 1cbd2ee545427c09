"""What is kept of a device's earlier tests: proof that it obeys, and how both positions look."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from agent.delivery import keepsake_store
from agent.delivery.database import Database
from agent.experiment.look import Look
from shared.moment import Moment

KEPT: Final = "ircut-test"  # kind of the keepsake


class Earlier(msgspec.Struct, frozen=True, array_like=True):
    """A test in which the filter moved; stored, so fields are only appended."""

    at: Moment
    firmware: str
    look_in: Look
    look_out: Look
    pattern: float  # change of the order of bright and dark places
    sun_elevation_deg: float | None = None
    view: bytes = b""  # the picture's own reference, as the decoder child makes and reads it


class TestMemory(msgspec.Struct, frozen=True, array_like=True):
    """All that is kept; stored, so fields are only appended."""

    __test__ = False  # no test of pytest's

    moved: Earlier | None = None
    dark_at: Moment | None = None  # a night test: commanded in, the picture went dark
    dark_firmware: str = ""
    verdict: str = ""  # of the last test
    verdict_at: Moment | None = None
    verdict_firmware: str = ""  # with which the last test was made


def read_memory(database: Database, device_id: str) -> TestMemory:
    """What is kept of earlier tests; an unreadable one is none."""
    kept = keepsake_store.read(database.connection, device_id, KEPT)
    if kept is None:
        return TestMemory()
    try:
        return msgspec.msgpack.decode(kept.content, type=TestMemory)
    except msgspec.MsgspecError:
        return TestMemory()


def filter_moved_at(memory: TestMemory, *, firmware: str) -> datetime | None:
    """When the last test that counted saw the filter move; None when it did not, or of another
    firmware."""
    if memory.verdict == "reversed":  # the wrong way, but it moved
        return memory.verdict_at if memory.verdict_firmware == firmware else None
    moved = memory.moved
    if moved is None or moved.firmware != firmware or memory.verdict != "moved":
        return None
    return moved.at
