"""Whether a modem speaks while its host does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.radio.answers import NAME, modem_answers
from agent.radio.classes import ROWS, Grade, grade_of
from shared.reading import Quality, Reading

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def a(name: str, quality: Quality, cause: str = "") -> Reading:
    return Reading(name, 1.0 if quality is Quality.GOOD else None, "", NOON, quality, cause=cause)


HOST = a("device.uptime", Quality.GOOD)
SILENT = a("cellular.rsrp", Quality.FAILED, "deadline")
GONE = a("cellular.rsrp", Quality.MISSING)


@pytest.mark.parametrize(
    ("readings", "has_spoken", "told"),
    [
        ([HOST, a("cellular.rsrp", Quality.GOOD)], False, [True]),
        ([HOST, a("cellular.rsrp", Quality.UNKNOWN)], False, [True]),
        ([HOST, SILENT], False, [False]),
        ([SILENT], False, []),  # the way to the device may be broken
        ([HOST, a("cellular.rsrp", Quality.FAILED, "login.refused")], True, []),
        ([HOST, a("cellular.rsrp", Quality.FAILED, "vendor.refused")], True, []),
        ([HOST, GONE], False, []),  # it may never have had one
        ([HOST, GONE, a("cellular.apn", Quality.UNSUPPORTED)], True, [False]),
        ([HOST, a("cellular.apn", Quality.UNSUPPORTED)], True, []),
        ([HOST], True, []),
    ],
)
def test_modem_answers(readings: list[Reading], has_spoken: bool, told: list[bool]) -> None:
    """Only a sound host beside a silent modem convicts; a refusal or a wired device never."""
    found = modem_answers(readings, at=NOON, has_spoken=has_spoken)

    assert [(one.name, one.value) for one in found] == [(NAME, value) for value in told]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.scheme} {row.name}")
def test_classes_are_in_order_and_have_a_source(row: object) -> None:
    """From excellent down to the last class that the source has, each lower than the one before."""
    bounds = [getattr(row, grade.value) for grade in list(Grade)[:-1]]
    stated = [bound for bound in bounds if bound is not None]

    assert stated == sorted(stated, reverse=True) and len(set(stated)) == len(stated)
    assert row.source


@pytest.mark.parametrize(
    ("name", "value", "scheme", "grade"),
    [
        ("cellular.rsrp", -90.0, "aosp", Grade.GOOD),
        ("cellular.rsrp", -100.0, "teltonika", Grade.FAIR),
        ("cellular.rsrp", -101.0, "teltonika", Grade.UNUSABLE),
        ("cellular.rsrp", -116.0, "aosp", Grade.UNUSABLE),
        ("cellular.sinr", 5.0, "aosp", Grade.FAIR),  # the only source of SINR is Teltonika's
        ("wifi.rssi", -70.0, "teltonika", Grade.GOOD),
        ("cellular.rssi", -70.0, "aosp", None),
    ],
)
def test_grades(name: str, value: float, scheme: str, grade: Grade | None) -> None:
    """Words of the scheme that was chosen, or of the only one there is."""
    assert grade_of(name, value, scheme) is grade
