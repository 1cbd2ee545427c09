"""A disk's own report (SMART), as ``smartctl --json -a`` writes it; pure.

Fields and exit bits are those of smartmontools 7 (smartctl(8), "EXIT STATUS"). Only the disk's own
overall word counts as failing: ``smart_status.passed`` of ATA and SCSI, the bits of an NVMe
``critical_warning`` that speak of the medium. Whatever cannot be asked is a state of its own,
neither well nor broken.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any, Final

import msgspec

MOST_BYTES: Final = 1024 * 1024
# NVMe 1.4, figure 94: spare below its threshold, reliability degraded, read only, volatile
# memory backup failed. The second bit is heat, and no fault of the medium.
_NVME_FAILING: Final = 0b11101
_STANDBY: Final = re.compile(r"Device is in ([A-Z_ ()]+) mode")
# Exit bits of smartctl(8): 1 the device could not be opened, 3 "DISK FAILING".
_NOT_OPENED: Final = 1 << 1
_FAILING: Final = 1 << 3
_REALLOCATED, _PENDING, _UNCORRECTABLE = 5, 197, 198  # ATA attributes


class Health(enum.Enum):
    """What a disk says of itself, or why it says nothing."""

    PASSED = "passed"
    FAILING = "failing"
    ASLEEP = "asleep"  # and was left so
    DENIED = "permission denied"
    NO_PROGRAM = "smartctl is not installed"
    NO_DISK = "no such disk"
    NO_ANSWER = "does not answer"
    NO_REPORT = "gives no report"  # a USB bridge or virtual disk that passes none on
    UNREADABLE = "unreadable report"
    STALE = "old report"

    @property
    def is_known(self) -> bool:
        """Whether the disk itself has spoken."""
        return self in (Health.PASSED, Health.FAILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One disk; None where it does not say."""

    name: str  # /dev/sda
    health: Health
    model: str = ""
    serial: str = ""
    temperature_c: float | None = None
    power_on_h: int | None = None
    reallocated: int | None = None  # sectors, or SCSI's grown defects
    pending: int | None = None  # sectors that could not be read and wait for a write
    uncorrectable: int | None = None  # sectors; media errors of an NVMe disk
    wear_percent: int | None = None  # NVMe percentage_used; may go beyond 100
    spare_percent: int | None = None
    said: str = ""  # the program's own word for why there is no report


def read_report(raw: bytes, *, name: str) -> Report:
    """What ``smartctl --json`` printed about a disk; never raises."""
    try:
        document = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return Report(name=name, health=Health.UNREADABLE, said="no JSON")
    program = _table(document, "smartctl")
    status = _whole(program, "exit_status")
    if status is None:
        return Report(name=name, health=Health.UNREADABLE, said="no exit_status")
    said = "; ".join(_messages(program))[:200]
    health = _health(document, status, said)
    nvme = _table(document, "nvme_smart_health_information_log")
    return Report(
        name=name,
        health=health,
        model=_text(document, "model_name") or _text(document, "scsi_model_name"),
        serial=_text(document, "serial_number"),
        temperature_c=_degrees(_table(document, "temperature")),
        power_on_h=_whole(_table(document, "power_on_time"), "hours"),
        reallocated=_first(
            _attribute(document, _REALLOCATED), _whole(document, "scsi_grown_defect_list")
        ),
        pending=_attribute(document, _PENDING),
        uncorrectable=_first(_attribute(document, _UNCORRECTABLE), _whole(nvme, "media_errors")),
        wear_percent=_whole(nvme, "percentage_used"),
        spare_percent=_whole(nvme, "available_spare"),
        said="" if health.is_known else said,
    )


def _health(document: Any, status: int, said: str) -> Health:
    if _STANDBY.search(said):
        return Health.ASLEEP
    verdict = _table(document, "smart_status").get("passed")
    if isinstance(verdict, bool):
        warning = _whole(_table(document, "nvme_smart_health_information_log"), "critical_warning")
        if warning is not None:
            return Health.FAILING if warning & _NVME_FAILING else Health.PASSED
        if verdict is bool(status & _FAILING):
            return Health.UNREADABLE  # the two words contradict each other
        return Health.PASSED if verdict else Health.FAILING
    return _why_silent(status, said)


def _why_silent(status: int, said: str) -> Health:
    """Why there is no word of the disk's own, by the program's messages (strerror(3))."""
    if "Permission denied" in said or "Operation not permitted" in said:
        return Health.DENIED
    if "No such device" in said or "No such file" in said:
        return Health.NO_DISK
    return Health.NO_ANSWER if status & _NOT_OPENED else Health.NO_REPORT


def _messages(program: Any) -> list[str]:
    found = program.get("messages")
    entries = found if isinstance(found, list) else []
    return [text for text in (_text(entry, "string") for entry in entries) if text]


def _attribute(document: Any, number: int) -> int | None:
    """The raw value of an ATA attribute; the low 32 bits, for makers pack more above them."""
    table = _table(document, "ata_smart_attributes").get("table")
    for entry in table if isinstance(table, list) else []:
        if _whole(entry, "id") == number:
            raw = _whole(_table(entry, "raw"), "value")
            return None if raw is None else raw & 0xFFFFFFFF
    return None


def _degrees(table: Any) -> float | None:
    """Between what electronics survive; others are sentinels (0 K is -273, 0xFF is 255)."""
    found = _whole(table, "current")
    return None if found is None or not -40 <= found <= 120 or found == 0 else float(found)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _table(document: Any, key: str) -> dict[str, Any]:
    found = document.get(key) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def _whole(document: Any, key: str) -> int | None:
    found = document.get(key) if isinstance(document, dict) else None
    return found if type(found) is int and 0 <= found < 2**53 else None


def _text(document: Any, key: str) -> str:
    found = document.get(key) if isinstance(document, dict) else None
    return found[:120] if isinstance(found, str) else ""
