"""What the self-report remembers over restarts: disks, mounts, troubles, each channel's ledger."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from typing import Final

import msgspec

from agent.delivery import keepsake_store
from agent.recorder.ledger import Ledger, Trouble

_KIND: Final = "recorder"
_CHANNEL: Final = "recorder:"  # with the channel's device behind it
_TROUBLES: Final = 64


class KnownDisk(msgspec.Struct, frozen=True, array_like=True):
    """A disk that was seen here; moments in seconds since 1970."""

    serial: str
    name: str
    model: str
    first_seen: float
    last_seen: float
    health: str = ""  # of its newest word: a value of Health; '' when it never spoke
    health_at: float = 0.0


class Life(msgspec.Struct, frozen=True, array_like=True):
    """Starts and ends of the host and of the agent."""

    boot_id: str = ""  # '' before the first look
    is_running: bool = False  # no end of the agent was noted yet
    wall: float = 0.0  # at the newest look: by the wall clock ...
    steady: float = 0.0  # ... and by one that nobody sets, of this boot
    host_ends: tuple[float, ...] = ()  # starts after an end that no shutdown announced
    agent_ends: tuple[float, ...] = ()  # starts after an end of the agent that nobody ordered


class Memory(msgspec.Struct, frozen=True, array_like=True):
    """All of it but the channels' ledgers."""

    life: Life = Life()
    troubles: tuple[Trouble, ...] = ()
    disks: tuple[KnownDisk, ...] = ()
    mounts: dict[str, str] = {}  # mount point by folder, where it was another than "/"
    errors: dict[str, int] = {}  # of file systems, as counted when all was well

    def with_trouble(self, trouble: Trouble) -> Memory:
        """With one more; one that goes on is made longer."""
        last = [one for one in self.troubles if one.reason is trouble.reason][-1:]
        if last and last[0].end >= trouble.begin >= last[0].begin:
            longer = Trouble(trouble.reason, last[0].begin, max(last[0].end, trouble.end))
            others = tuple(one for one in self.troubles if one is not last[0])
            return msgspec.structs.replace(self, troubles=(*others, longer))
        return msgspec.structs.replace(self, troubles=(*self.troubles, trouble)[-_TROUBLES:])


def with_disks(memory: Memory, disks: tuple[KnownDisk, ...]) -> Memory:
    """With these disks instead of those it knew."""
    return msgspec.structs.replace(memory, disks=disks)


class ChannelMemory(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one channel's files."""

    ledger: Ledger
    since: float  # the files could be there since then: set-up, or the newest disk
    looked: float = 0.0  # the newest look at its files
    looked_wide: float = 0.0  # the newest one at all of them
    disk: str = ""  # what told its file system from another
    io: str = ""  # what that disk had done after the look


_memory: Final = msgspec.msgpack.Decoder(Memory)
_channel: Final = msgspec.msgpack.Decoder(ChannelMemory)


def read(db: sqlite3.Connection, host_id: str) -> Memory:
    """What was kept; a fresh one where nothing was, or where it cannot be read."""
    kept = keepsake_store.read(db, host_id, _KIND)
    if kept is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            return _memory.decode(kept.content)
    return Memory()


def keep(db: sqlite3.Connection, host_id: str, memory: Memory, *, at: datetime) -> None:
    """Keep it in place of the former one."""
    keepsake_store.keep(db, host_id, _KIND, msgspec.msgpack.encode(memory), at=at)


def read_channel(db: sqlite3.Connection, host_id: str, channel: str) -> ChannelMemory | None:
    """What was kept of a channel; None for a new one."""
    kept = keepsake_store.read(db, host_id, _CHANNEL + channel)
    if kept is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            return _channel.decode(kept.content)
    return None


def keep_channel(
    db: sqlite3.Connection, host_id: str, channel: str, memory: ChannelMemory, *, at: datetime
) -> None:
    """Keep it in place of the former one."""
    keepsake_store.keep(db, host_id, _CHANNEL + channel, msgspec.msgpack.encode(memory), at=at)
