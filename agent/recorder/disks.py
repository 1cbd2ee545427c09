"""Which disks are here, which are missed, and what they say of themselves; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from agent.probes.probe import good, unknown, unsupported
from agent.recorder.block import Array, Disk
from agent.recorder.memory import KnownDisk
from agent.recorder.smart import Health, Report
from shared.reading import Reading

_SETTLED_S: Final = 86_400.0
"""Seen for so long, a disk belongs here; one that was tried for an hour is not missed."""
_WORD_S: Final = 7 * 86_400.0
"""So long the word of a disk that sleeps now is believed."""
_KEPT: Final = 64
_CANNOT_TELL: Final = frozenset({Health.NO_REPORT})


def serial_of(disk: Disk, reports: Mapping[str, Report]) -> str:
    """Its serial number as it says it itself, else as the kernel knows it."""
    report = reports.get(disk.name)
    return (report.serial if report else "") or disk.serial


def remember(
    known: Sequence[KnownDisk],
    present: Sequence[Disk],
    reports: Mapping[str, Report],
    *,
    carriers: frozenset[str],
    now: float,
) -> tuple[KnownDisk, ...]:
    """The disks to be known from now on.

    Disks without a name of their own are not remembered: sda may be another one tomorrow; those
    that can be unplugged only when recordings lie on them (``carriers``, by name). A disk that was
    never seen takes the place of one that is gone: it was exchanged.
    """
    after = {one.serial: one for one in known}
    named = {
        serial: disk
        for disk in present
        if (serial := _known_as(disk, after, reports))
        and (not disk.is_pluggable or disk.name in carriers)
    }
    fresh = [serial for serial in named if serial not in after]
    gone = sorted(
        (one for one in after.values() if one.serial not in named), key=lambda one: one.last_seen
    )
    for lost in gone[: len(fresh)]:
        del after[lost.serial]
    for serial, disk in named.items():
        before = after.get(serial) or KnownDisk(serial, disk.name, disk.model, now, now)
        report = reports.get(disk.name)
        spoke = report is not None and report.health.is_known
        after[serial] = msgspec.structs.replace(
            before,
            name=disk.name,
            model=(report.model if report else "") or before.model,
            last_seen=now,
            health=report.health.value if report and spoke else before.health,
            health_at=now if spoke else before.health_at,
        )
    return tuple(after.values())[-_KEPT:]


def _known_as(disk: Disk, known: Mapping[str, KnownDisk], reports: Mapping[str, Report]) -> str:
    """The name by which it is remembered: a report that stays away must not rename a disk."""
    if disk.serial:
        return disk.serial
    return serial_of(disk, reports) or next(
        (one.serial for one in known.values() if one.name == disk.name), ""
    )


def missed(
    known: Sequence[KnownDisk],
    present: Sequence[Disk],
    *,
    promised: Mapping[str, bool] | None,
    now: float,
) -> tuple[str, ...]:
    """Disks that should be here and are not; an empty bay that nobody promised is none.

    ``promised`` says by the owner's word whether each is there; with it nothing else is missed.
    Where the kernel shows no disk at all (a container), none is missed either.
    """
    if promised is not None:
        return tuple(name for name, is_there in promised.items() if not is_there)
    if not present:
        return ()
    here = {disk.serial for disk in present if disk.serial}
    return tuple(
        f"{one.model or 'disk'} {one.serial}".strip()
        for one in known
        if one.serial not in here
        and one.last_seen < now
        and one.last_seen - one.first_seen >= _SETTLED_S
    )


def readings(
    known: Sequence[KnownDisk],
    present: Sequence[Disk],
    reports: Mapping[str, Report],
    arrays: Sequence[Array],
    *,
    missing: Sequence[str],
    now: datetime,
) -> tuple[Reading, ...]:
    """What the rules judge and a page shows, the worst disk of each figure."""
    told = [good("disk.count", len(present), at=now)]
    told.append(good("disk.missing", len(missing), at=now, detail="; ".join(missing)))
    if arrays:
        lacking = [one for one in arrays if one.missing]
        names = ", ".join(one.name for one in lacking)
        lacks = sum(one.missing for one in lacking)
        told.append(good("disk.raid_degraded", lacks, at=now, detail=names))
    told.append(_failing(known, present, reports, now))
    for name, unit, of in _FIGURES:
        found = [(value, one.name) for one in reports.values() if (value := of(one)) is not None]
        if found:
            value, disk = min(found) if name == "disk.spare" else max(found)
            told.append(good(name, value, at=now, unit=unit, detail=disk))
    worn = [(disk.wear_percent, disk.name) for disk in present if disk.wear_percent is not None]
    if worn and not any(reading.name == "disk.wear" for reading in told):
        told.append(good("disk.wear", max(worn)[0], at=now, unit="%", detail=max(worn)[1]))
    errors = [(disk.io_errors, disk.name) for disk in present if disk.io_errors is not None]
    if errors:
        told.append(good("disk.io_errors", max(errors)[0], at=now, detail=max(errors)[1]))
    return tuple(told)


_FIGURES: Final[tuple[tuple[str, str, Callable[[Report], float | int | None]], ...]] = (
    ("disk.temperature", "°C", lambda one: one.temperature_c),
    ("disk.reallocated", "", lambda one: one.reallocated),
    ("disk.pending", "", lambda one: one.pending),
    ("disk.uncorrectable", "", lambda one: one.uncorrectable),
    ("disk.wear", "%", lambda one: one.wear_percent),
    ("disk.spare", "%", lambda one: one.spare_percent),
)


def _failing(
    known: Sequence[KnownDisk],
    present: Sequence[Disk],
    reports: Mapping[str, Report],
    now: datetime,
) -> Reading:
    """How many say that they fail; unknown while one of them cannot be asked.

    A disk that sleeps keeps its word of the last days. One that failed and is gone is not well.
    """
    at = now.timestamp()
    words = {
        one.serial: one.health for one in known if one.health and at - one.health_at <= _WORD_S
    }
    by_name = {one.name: one.serial for one in known}
    failing, silent, telling = [], [], 0
    for disk in present:
        report = reports.get(disk.name)
        health = report.health if report else Health.NO_REPORT
        serial = disk.serial or by_name.get(disk.name, "")  # names wander, also to another disk
        word = health.value if health.is_known else words.get(serial, "")
        if word == Health.FAILING.value:
            failing.append(_named(disk, report))
        elif word == Health.PASSED.value:
            telling += 1
        elif health not in _CANNOT_TELL and not disk.is_pluggable:
            silent.append(f"{disk.name}: {health.value}")
    here = {disk.name for disk in present}
    silent += [
        f"{one.model} {one.serial}: failed, and is gone"
        for one in known
        if one.health == Health.FAILING.value and one.name not in here
    ]
    if failing:
        return good("disk.failing", len(failing), at=now, detail="; ".join(failing))
    if silent:
        return unknown("disk.failing", at=now, detail="; ".join(silent))
    if not telling:
        return unsupported("disk.failing", at=now, detail="no disk here gives a report")
    return good("disk.failing", 0, at=now)


def _named(disk: Disk, report: Report | None) -> str:
    model = (report.model if report else "") or disk.model
    return " ".join(filter(None, (disk.name, model, (report.serial if report else disk.serial))))
