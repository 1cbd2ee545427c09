"""What a look touches: /sys, /proc, the folders and, with consent, 4 KiB beside the recordings.

All of it blocks, and a dead disk blocks it for long: it runs in a thread, never in the loop.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.config_recorder import Channel
from agent.recorder import block, files
from agent.recorder.files import Found, Pattern
from agent.recorder.smart import Report
from agent.recorder.smart_child import SmartDesk
from agent.recorder.storage import Place

_TEST_FILE: Final = ".preclaim-write-test"
_TEST_BYTES: Final = 4096
_NO_PROOF: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOENT}
)
_NO_ROOM: Final = 16 * 1024 * 1024
"""Free bytes below which no recorder goes on: less than one group of pictures in 4K."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disks:
    """The disks of this host, and what those that could be asked say."""

    present: tuple[block.Disk, ...]
    arrays: tuple[block.Array, ...]
    reports: Mapping[str, Report]  # by name
    raw: Mapping[str, bytes]  # by name: what a report was read from
    promised: Mapping[str, bool] | None  # None: the owner has not said


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where recordings lie, and how that is."""

    places: tuple[Place, ...]
    mounts: tuple[block.Mount, ...]
    full: bool  # no room for another picture


def gather_disks(root: Path, desk: SmartDesk, *, promised: Sequence[str], now_s: float) -> Disks:
    """Every disk and its report, one after the other."""
    present = block.disks(root)
    answers = {disk.name: desk.ask(f"/dev/{disk.name}", now_s=now_s) for disk in present}
    reports = {name: report for name, (report, _) in answers.items()}
    serials = [*(disk.serial for disk in present), *(one.serial for one in reports.values())]
    return Disks(
        present=present,
        arrays=block.arrays(root),
        reports=reports,
        raw={name: raw for name, (_, raw) in answers.items() if raw},
        promised={name: _is_there(name, root, serials) for name in promised} if promised else None,
    )


def _is_there(name: str, root: Path, serials: Sequence[str]) -> bool:
    if name.startswith("/"):
        return (root / name.lstrip("/")).exists()
    return any(name in serial for serial in serials)


def gather_storage(root: Path, folders: Sequence[Path], *, write_test: bool) -> Storage:
    """How each folder lies; the file system is asked only where the kernel shows it mounted."""
    mounted = block.mounts(root)
    places, full = [], False
    for folder in folders:
        path = os.path.abspath(folder)
        mount = block.mount_of(os.path.realpath(path), mounted)
        is_there = os.path.isdir(path)
        places.append(
            Place(
                folder=path,
                mount=mount,
                is_there=is_there,
                errors=block.file_system_errors(root, mount) if mount else None,
                write_error=_write(Path(path)) if write_test and is_there else None,
            )
        )
        full = full or (is_there and _is_full(path))
    return Storage(places=tuple(places), mounts=mounted, full=full)


def _is_full(path: str) -> bool:
    try:
        status = os.statvfs(path)
    except OSError:
        return False
    return status.f_blocks > 0 and status.f_bavail * status.f_frsize < _NO_ROOM


def _write(folder: Path) -> str | None:
    """Write, sync and read 4 KiB; '' when it went well, else what did not.

    None where this process has no right to write (its service shows it folders as read-only), or
    where no room is left, which is a fault of its own: neither proves anything about the disk.
    """
    path, content = folder / _TEST_FILE, os.urandom(_TEST_BYTES)
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        read = path.read_bytes()
        path.unlink()
    except OSError as error:
        return None if error.errno in _NO_PROOF else error.strerror or str(error)
    return "" if read == content else "other bytes came back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of one folder's files a look wants."""

    channels: tuple[Channel, ...]
    since: float
    unchanged_since: float | None  # None: look at all of them
    idle: str  # what its disk had done when nothing was new; '' when that does not count


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at one folder found; neither found nor failed: nothing was written since."""

    disk: str
    io: str = ""
    found: Mapping[str, Found] | None = None
    error: str = ""


def gather_files(root: Path, folder: Path, wanted: Wanted) -> Seen:
    """Look at a folder; one whose disk has done nothing since the last look is left asleep."""
    try:
        disk = f"{os.statvfs(folder).f_fsid or ''}"
        device = os.stat(folder).st_dev
        number = f"{os.major(device)}:{os.minor(device)}"
        if wanted.idle and block.io_done(root, number) == wanted.idle:
            return Seen(disk=disk, io=wanted.idle)
        found = files.look(
            folder,
            [Pattern(channel=one.device_id, files=one.files) for one in wanted.channels],
            since=wanted.since,
            unchanged_since=wanted.unchanged_since,
        )
    except files.TooManyFiles as error:
        return Seen(disk="", error=str(error))
    except OSError as error:
        return Seen(disk="", error=error.strerror or str(error))
    return Seen(disk=disk, io=block.io_done(root, number), found=found)
