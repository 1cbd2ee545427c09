"""Whether recordings land where they should: mounts, read-only and damaged file systems; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.probes.probe import good
from agent.recorder.block import Mount
from agent.recorder.memory import Memory
from shared.reading import Quality, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder whose disk matters, as it was found."""

    folder: str
    mount: Mount | None  # that it lies on now; None where the kernel shows none
    is_there: bool = True
    errors: int | None = None  # that its file system has recorded
    write_error: str | None = None  # of the write test; None: no test, '' when it went well


def remember(memory: Memory, places: Sequence[Place], *, promised: Sequence[str]) -> Memory:
    """Where each folder lay when it was first seen, and how many errors were old then.

    With ``promised`` mount points the owner has spoken, and nothing is remembered instead.
    """
    mounts = dict(memory.mounts) if not promised else {}
    errors = dict(memory.errors)
    for place in places:
        if not promised and place.mount is not None and place.mount.place != "/":
            mounts.setdefault(place.folder, place.mount.place)
        if place.errors is not None and place.mount is not None:
            key = place.mount.source
            errors[key] = min(errors.get(key, place.errors), place.errors)
    kept = {place.folder for place in places}
    mounts = {folder: point for folder, point in mounts.items() if folder in kept}
    return msgspec.structs.replace(memory, mounts=mounts, errors=errors)


def lost(
    memory: Memory,
    places: Sequence[Place],
    mounted: Sequence[Mount],
    *,
    promised: Sequence[str],
) -> tuple[str, ...]:
    """Mount points that are none any more.

    The kernel's own list decides, so that no dead network disk is touched. Where it shows nothing
    at all, nothing can be called lost.
    """
    if not mounted:
        return ()
    wanted = promised or sorted(
        {memory.mounts[one.folder] for one in places if one.folder in memory.mounts}
    )
    points = {mount.place for mount in mounted}
    return tuple(point for point in wanted if point not in points)


def readings(
    memory: Memory, places: Sequence[Place], gone: Sequence[str], *, now: datetime
) -> tuple[Reading, ...]:
    """``storage.mounted``, ``storage.read_only``, ``storage.new_errors``, ``storage.writes``."""
    told = list(_mounted(places, gone, now))
    seen = [place for place in places if place.mount is not None]
    locked = [place.folder for place in seen if place.mount and place.mount.is_read_only]
    if seen:
        told.append(good("storage.read_only", bool(locked), at=now, detail=", ".join(locked)))
    counted = {
        place.mount.source: place.errors
        for place in seen
        if place.mount is not None and place.errors is not None
    }
    if counted:
        new = {name: count - memory.errors.get(name, count) for name, count in counted.items()}
        names = ", ".join(f"{name}: {count}" for name, count in new.items() if count > 0)
        worst = max(0, *new.values())
        told.append(good("storage.new_errors", worst, at=now, detail=names))
    tests = [place for place in places if place.write_error is not None]
    if tests:
        bad = [f"{place.folder}: {place.write_error}" for place in tests if place.write_error]
        told.append(good("storage.writes", not bad, at=now, detail="; ".join(bad)))
    return tuple(told)


def unanswered(now: datetime) -> tuple[Reading, ...]:
    """A look that hangs: nothing is known, and that is neither well nor lost."""
    why = "a disk does not answer"
    return (
        Reading("storage.mounted", None, "", now, Quality.FAILED, cause="host.folder", detail=why),
    )


def is_below(folder: str, point: str) -> bool:
    """Whether a folder is this place or lies below it."""
    return folder == point or folder.startswith(point.rstrip("/") + "/")


def _mounted(places: Sequence[Place], gone: Sequence[str], now: datetime) -> tuple[Reading, ...]:
    name = "storage.mounted"
    if gone:
        onto_system = [
            place.folder
            for place in places
            if place.is_there and place.mount is not None and place.mount.place == "/"
        ]
        astray = any(is_below(folder, point) for folder in onto_system for point in gone)
        return (
            good(name, False, at=now, detail=", ".join(gone)),
            good("storage.on_system_disk", astray, at=now),
        )
    absent = [place.folder for place in places if not place.is_there]
    if absent:
        detail = f"not there: {', '.join(absent)}"
        return (Reading(name, None, "", now, Quality.FAILED, cause="host.folder", detail=detail),)
    return (good(name, True, at=now),)
