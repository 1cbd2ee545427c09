"""Disks and file systems as the kernel shows them: /sys, /proc. A root path stands in for tests.

Nothing here sends a command to a disk: what the kernel remembers wakes nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NO_DISK: Final = ("loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """One disk of this host."""

    name: str  # sda
    serial: str  # serial number or world-wide name; '' when the kernel knows none
    model: str
    is_pluggable: bool  # on USB or removable: it may go without being missed
    io_errors: int | None = None  # commands that failed, since the disk was found
    wear_percent: int | None = None  # of an eMMC, in tens: what its maker's estimate has used up


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """One software RAID."""

    name: str  # md0
    missing: int  # members that are failed or absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One line of /proc/self/mountinfo."""

    place: str
    device: str  # 8:1
    kind: str  # ext4
    source: str
    is_read_only: bool  # the file system itself, whatever this process is shown of it


def disks(root: Path) -> tuple[Disk, ...]:
    """Every disk behind a controller; none where the kernel shows none."""
    return tuple(
        _disk(place)
        for place in _folders(root / "sys/block")
        if not place.name.startswith(_NO_DISK) and _size(place)
    )


def _disk(place: Path) -> Disk:
    device = place / "device"
    serial = _line(place / "serial") or _line(device / "serial") or _page(device / "vpd_pg80")
    serial = serial or _line(device / "wwid") or _line(place / "wwid")
    errors = _line(device / "ioerr_cnt")
    return Disk(
        name=place.name,
        serial=serial[:80],
        model=_line(device / "model")[:80],
        is_pluggable="/usb" in os.path.realpath(place) or _line(place / "removable") == "1",
        io_errors=_number(errors, base=16),
        wear_percent=_wear(_line(device / "life_time")),
    )


def _wear(life_time: str) -> int | None:
    """EXT_CSD DEVICE_LIFE_TIME_EST of both types (JESD84-B51): 1 is up to 10 %, 11 is beyond."""
    steps = [step for step in (_number(word, base=16) for word in life_time.split()) if step]
    return max(steps) * 10 if steps and max(steps) <= 11 else None


def arrays(root: Path) -> tuple[Array, ...]:
    """Every software RAID that is running, and how many members it lacks."""
    found = []
    for place in _folders(root / "sys/block"):
        degraded = _number(_line(place / "md/degraded"))
        if degraded is not None:
            found.append(Array(name=place.name, missing=degraded))
    return tuple(found)


def file_system_errors(root: Path, mount: Mount) -> int | None:
    """Errors that the file system itself has recorded; None where it counts none."""
    if mount.kind == "ext4":
        name = Path(os.path.realpath(root / "sys/dev/block" / mount.device)).name
        return _number(_line(root / "sys/fs/ext4" / name / "errors_count"))
    return None


def disk_of(root: Path, mount: Mount) -> str:
    """The name of the disk that a mount lies on, its partition's parent; '' where it has none."""
    place = Path(os.path.realpath(root / "sys/dev/block" / mount.device))
    if (place / "partition").exists():
        place = place.parent
    return place.name if place.exists() else ""


def io_done(root: Path, device: str) -> str:
    """Reads and writes that a disk has finished so far; '' where the kernel counts none."""
    fields = _line(root / "sys/dev/block" / device / "stat").split()
    return f"{fields[0]}-{fields[4]}" if len(fields) > 4 else ""


def mounts(root: Path) -> tuple[Mount, ...]:
    """What is mounted, in the kernel's order: of two at one place the later one is seen."""
    try:
        lines = (root / "proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return tuple(mount for mount in map(_mount, lines) if mount is not None)


def _mount(line: str) -> Mount | None:
    """proc(5): id parent major:minor root place options [tags] - kind source super-options."""
    before, dash, after = line.partition(" - ")
    own, its = before.split(" "), after.split(" ")
    if not dash or len(own) < 6 or len(its) < 3:
        return None
    return Mount(
        place=_plain(own[4]),
        device=own[2],
        kind=its[0],
        source=_plain(its[1]),
        is_read_only="ro" in its[2].split(","),
    )


def mount_of(path: str, known: tuple[Mount, ...]) -> Mount | None:
    """The mount that a path lies on; None where the kernel shows none."""
    best: Mount | None = None
    for mount in known:
        inside = path == mount.place or path.startswith(mount.place.rstrip("/") + "/")
        if inside and (best is None or len(mount.place) >= len(best.place)):
            best = mount
    return best


def _plain(text: str) -> str:
    """Without the octal escapes of blank, tab, newline and backslash."""
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, sign)
    return text


def _folders(place: Path) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(place))
    except OSError:
        return
    yield from (place / name for name in names)


def _size(place: Path) -> int:
    """An empty bay or card reader has a size of nothing."""
    return _number(_line(place / "size")) or 0


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")[:400].strip().replace("\0", "")
    except OSError:
        return ""


def _page(path: Path) -> str:
    """SCSI's page of the unit serial number: four bytes of head, then the text."""
    try:
        raw = path.read_bytes()
    except OSError:
        return ""
    return "".join(sign for sign in raw[4:].decode("ascii", "replace") if sign.isalnum())[:64]


def _number(text: str, *, base: int = 10) -> int | None:
    try:
        return int(text, base)
    except ValueError:
        return None
