"""The host itself: processor, memory, disks, heat, and the recording folder. psutil lives here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import psutil

from agent.apart import Apart
from agent.probes.probe import good, missing, unsupported
from shared.reading import Quality, Reading

_MOST_FILES: Final = 20_000
_RECENT_S: Final = 24 * 3600.0
"""A gap older than a day has been told; the folder's own retention would keep it for ever."""


DEADLINE_S: Final = 30.0
"""Of a reading that comes once a minute; all that sits in memory takes milliseconds."""
USEFUL_S: Final = 300.0
"""A cold disk may need minutes for 20,000 files: what it told is this old at most."""
_HANGS: Final = "a disk does not answer"
_AGES: Final = ("recording.newest_age", "recording.longest_gap")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPaths:
    """What to look at: folders whose disks matter, and where recordings land (None: nowhere)."""

    disks: Sequence[Path]
    recordings: Path | None = None
    overwritten: Sequence[
        Path
    ] = ()  # where the oldest recording gives way: full is how it is meant
    may_be_absent: frozenset[Path] = frozenset()  # of these: not there yet is no failure


async def read_host(
    paths: HostPaths, now: datetime, *, apart: Apart | None = None
) -> tuple[Reading, ...]:
    """Read everything once, in threads: neither a sleeping disk nor a recording folder whose server
    is gone holds up the cameras, and the rest of the host is told without it.

    ``apart`` is the caller's own over many readings: what hangs is not begun again.
    """
    apart = apart or Apart(deadline_s=DEADLINE_S)
    own, usual, recorded = await asyncio.gather(
        apart.do("host", lambda: _read_own(now)),
        apart.do("host.disks", lambda: _read_disks(paths, now)),
        apart.do("host.recordings", lambda: _read_recorded(paths, now)),
    )
    if usual is None:
        usual = (_hangs("host.disk_used", now, unit="%"),)
    if recorded is None:
        full = [("recording.disk_used", "%")] if paths.overwritten else []
        aged = [(name, "s") for name in _AGES] if paths.recordings else []
        recorded = tuple(_hangs(name, now, unit=unit) for name, unit in (*full, *aged))
    return (*(own or ()), *usual, *recorded)


def _read_own(now: datetime) -> tuple[Reading, ...]:
    memory = psutil.virtual_memory()
    own = psutil.Process().memory_info().rss
    return (
        good("host.cpu", psutil.cpu_percent(interval=None), at=now, unit="%"),
        good("host.memory_used", memory.percent, at=now, unit="%"),
        good("agent.rss", own, at=now, unit="B"),
        _read_temperature(now),
    )


def _read_disks(paths: HostPaths, now: datetime) -> tuple[Reading, ...]:
    """The fullest disk; a disk counts once."""
    return (_fullest("host.disk_used", _there(paths.disks, paths), set(), now),)


def _read_recorded(paths: HostPaths, now: datetime) -> tuple[Reading, ...]:
    """What was recorded, and the fullest of the disks that are kept full on purpose: one that
    holds more than recordings is none of those."""
    told = _read_recordings(paths.recordings, now)
    if not paths.overwritten:
        return told
    try:
        usual = {os.stat(folder).st_dev for folder in _there(paths.disks, paths)}
    except OSError:
        usual = set()
    folders = _there(paths.overwritten, paths)
    kept_full = _fullest("recording.disk_used", folders, usual, now)
    return told if kept_full.quality is Quality.UNSUPPORTED else (kept_full, *told)


def _there(folders: Sequence[Path], paths: HostPaths) -> list[Path]:
    return [one for one in folders if one not in paths.may_be_absent or one.is_dir()]


def _fullest(name: str, folders: Sequence[Path], seen: set[int], now: datetime) -> Reading:
    fullest: tuple[float, str] | None = None
    try:
        for folder in folders:
            device = os.stat(folder).st_dev
            if device in seen:
                continue
            seen.add(device)
            used = psutil.disk_usage(str(folder)).percent
            if fullest is None or used > fullest[0]:
                fullest = (used, folder.name)
    except OSError as error:
        return _failed(name, error, now, unit="%")
    if fullest is None:
        return unsupported(name, at=now, unit="%")
    return good(name, fullest[0], at=now, unit="%", detail=fullest[1])


def _read_temperature(now: datetime) -> Reading:
    """The hottest sensor; a virtual machine has none, which is no fault."""
    name = "host.temperature"
    if not hasattr(psutil, "sensors_temperatures"):  # Linux and FreeBSD only
        return unsupported(name, at=now, unit="°C", detail="not on this system")
    degrees = [part.current for parts in psutil.sensors_temperatures().values() for part in parts]
    if not degrees:
        return unsupported(name, at=now, unit="°C", detail="no sensor")
    return good(name, max(degrees), at=now, unit="°C")


def _read_recordings(folder: Path | None, now: datetime) -> tuple[Reading, ...]:
    names = _AGES
    if folder is None:
        return tuple(unsupported(name, at=now, unit="s") for name in names)
    try:
        times = _file_times(folder)
    except OSError as error:
        return tuple(_failed(name, error, now, unit="s") for name in names)
    if not times:
        return tuple(missing(name, at=now, unit="s", detail="no recording") for name in names)
    now_s = now.timestamp()
    recent = [at for at in times if at >= now_s - _RECENT_S]
    gaps = [later - earlier for earlier, later in pairwise(recent)]
    gap = missing(names[1], at=now, unit="s", detail="fewer than two recent recordings")
    if gaps:
        gap = good(names[1], round(max(gaps), 1), at=now, unit="s")
    age = round(max(0.0, now_s - times[-1]), 1)
    return (good(names[0], age, at=now, unit="s"), gap)


def _file_times(folder: Path) -> list[float]:
    """When the files under the folder were last written, oldest first; empty files count not."""
    times: list[float] = []
    for parent, _, files in os.walk(folder, onerror=_raise):
        for name in files[: max(0, _MOST_FILES - len(times))]:
            try:
                status = os.stat(os.path.join(parent, name))
            except FileNotFoundError:
                continue  # the recorder deletes old files while we look
            if status.st_size:
                times.append(status.st_mtime)
    return sorted(times)


def _raise(error: OSError) -> None:
    raise error


def _hangs(name: str, now: datetime, *, unit: str) -> Reading:
    """Nothing is known of it, and that is neither well nor lost."""
    return Reading(name, None, unit, now, Quality.FAILED, cause="host.folder", detail=_HANGS)


def _failed(name: str, error: OSError, now: datetime, *, unit: str) -> Reading:
    detail = error.strerror or "the folder cannot be read"
    return Reading(name, None, unit, now, Quality.FAILED, cause="host.folder", detail=detail)
