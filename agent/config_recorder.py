"""What the owner says of the recorder beside the agent: ``[recorder]``, and what it speaks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, time, tzinfo
from pathlib import Path
from typing import Final

from agent.camera.port import LoginKind
from agent.config_table import Table
from agent.recorder.schedule import DAYS, Hours, Schedule

_MOST: Final = 64
_RECORDS: Final = ("continuous", "motion")
ToPath = Callable[[str], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where one camera's recordings lie, and what was promised of them."""

    device_id: str
    folder: Path
    files: str  # pattern for the path below the folder; ``*`` spans folders
    schedule: Schedule
    file_s: float  # the longest file
    retention_days: float  # 0: nothing is promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """``[recorder]``; without it the host is looked at as far as nothing has to be known."""

    label_serial: str = ""
    disks: tuple[str, ...] = ()  # promised: serial numbers, or paths below /dev
    mounts: tuple[str, ...] = ()  # promised: folders that must be mount points
    smart_reports: Path | None = None  # files of ``smartctl --json``, one a disk
    write_test: bool = False  # consent to write and read 4 KiB beside the recordings
    channels: tuple[Channel, ...] = ()
    overwrite: bool = True  # the oldest recording gives way, as in every NVR; False: full is full


NOTHING_SAID: Final = Recorder()


def read_capabilities(agent: Table) -> frozenset[LoginKind]:
    """``recorder_capabilities``: every kind of login that the recorder speaks; empty: unsaid."""
    kinds = [kind.value for kind in LoginKind if kind is not LoginKind.NONE]
    return frozenset(LoginKind(name) for name in agent.choices("recorder_capabilities", kinds))


def read_recorder(table: Table, to_path: ToPath, *, device_ids: Collection[str]) -> Recorder:
    """``[recorder]`` and its ``[[recorder.channels]]``."""
    label = table.text("label_serial", "")
    if len(label) > _MOST:
        table.complain("label_serial", "too_long", count=len(label), limit=_MOST)
    mounts = table.texts("mounts", most=_MOST)
    for place in mounts:
        if not place.startswith("/"):
            table.complain("mounts", "no_absolute_path", found=place)
    reports = table.text("smart_reports", "")
    usual = _promise(table, _Promise())
    found = Recorder(
        label_serial=label[:_MOST],
        disks=table.texts("disks", most=_MOST),
        mounts=tuple(place.rstrip("/") or "/" for place in mounts),
        smart_reports=to_path(reports) if reports else None,
        write_test=table.flag("write_test", False),
        overwrite=table.flag("overwrite", True),
        channels=tuple(
            _channel(one, usual, to_path, device_ids) for one in table.tables("channels")
        ),
    )
    _complain_of_twins(table, found.channels)
    table.finish()
    return found


def _channel(own: Table, usual: _Promise, to_path: ToPath, device_ids: Collection[str]) -> Channel:
    device_id = own.text("device", missing="channel_of_whom")
    if device_id and device_id not in device_ids:
        own.complain("device", "unknown_device", found=device_id)
    folder = own.text("folder", missing="folder_missing")
    promise = _promise(own, usual)
    channel = Channel(
        device_id=device_id,
        folder=to_path(folder) if folder else Path("/nonexistent"),
        files=own.text("files", "*") or "*",
        schedule=Schedule(
            is_continuous=promise.records == "continuous",
            days=promise.days,
            hours=promise.hours,
            zone=promise.zone or UTC,
        ),
        file_s=promise.file_s,
        retention_days=promise.retention_days,
    )
    own.finish()
    return channel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promise:
    """What a channel takes from ``[recorder]`` where it says nothing itself."""

    records: str = "continuous"
    days: frozenset[int] = frozenset(range(len(DAYS)))
    hours: tuple[Hours, ...] = ()
    zone: tzinfo | None = None
    file_s: float = 300.0
    retention_days: float = 0.0


def _promise(table: Table, usual: _Promise) -> _Promise:
    """Schedule, length of a file and days of retention: the table's own word before the usual."""
    own = _Promise(
        records=table.choice("records", usual.records, _RECORDS),
        days=_days(table) if table.has("days") else usual.days,
        hours=_hours(table) if table.has("hours") else usual.hours,
        zone=_zone(table) if table.has("zone") else usual.zone,
        file_s=table.number("file_s", usual.file_s, low=1, high=86_400),
        retention_days=table.number("retention_days", usual.retention_days, low=0, high=3650),
    )
    if (table.has("days") or table.has("hours")) and own.zone is None and not table.has("zone"):
        table.complain("zone", "zone_missing")
    return own


def _days(table: Table) -> frozenset[int]:
    chosen = table.choices("days", DAYS)
    return frozenset(DAYS.index(day) for day in chosen) or frozenset(range(len(DAYS)))


def _hours(table: Table) -> tuple[Hours, ...]:
    found = []
    for text in table.texts("hours", most=12):
        begin, dash, end = text.partition("-")
        try:
            hours = Hours(begin=time.fromisoformat(begin.strip()), end=_end(end.strip()))
        except ValueError:
            dash = ""
        if not dash:
            table.complain("hours", "bad_hours", found=text)
            continue
        found.append(hours)
    return tuple(found)


def _end(text: str) -> time:
    return time(0) if text == "24:00" else time.fromisoformat(text)


def _zone(table: Table) -> tzinfo | None:
    name = table.text("zone", "")
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only where a schedule has hours

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        table.complain("zone", "unknown_zone", found=name)
        return None


def _complain_of_twins(table: Table, channels: tuple[Channel, ...]) -> None:
    """One camera has one place, and one file belongs to one camera."""
    seen: dict[object, int] = {}
    for index, channel in enumerate(channels):
        for mark in (channel.device_id, (channel.folder, channel.files)):
            first = seen.setdefault(mark, index)
            if mark and first != index:
                table.complain(f"channels[{index}]", "channel_twice", first=first)
                break
