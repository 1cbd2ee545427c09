"""What a figure is called: quality classes as data, each row with its source. Pure.

3GPP gives ranges, not words: every maker draws its own lines. Words are for people; no fault and
no claim rests on one.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Grade(enum.Enum):
    """From best to worst."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The lowest value of each class but the last; ``poor`` None: the source has no such class."""

    scheme: str
    name: str  # of the reading
    excellent: float
    good: float
    fair: float
    poor: float | None
    source: str


ROWS: Final[tuple[Row, ...]] = (
    Row(
        scheme="aosp",
        name="cellular.rsrp",
        excellent=-85,
        good=-95,
        fair=-105,
        poor=-115,
        source="AOSP commit 5a18072, config_lteDbmThresholds, values-mcc204-mnc04",
    ),
    Row(
        scheme="teltonika",
        name="cellular.rsrp",
        excellent=-80,
        good=-90,
        fair=-100,
        poor=None,
        source="Teltonika wiki, Mobile Signal Strength Recommendations",
    ),
    Row(
        scheme="signaltester",
        name="cellular.rsrp",
        excellent=-80,
        good=-90,
        fair=-100,
        poor=-110,
        source="signaltester.co.uk, RSRP",
    ),
    Row(
        scheme="teltonika",
        name="cellular.rsrq",
        excellent=-10,
        good=-15,
        fair=-20,
        poor=None,
        source="Teltonika wiki, Mobile Signal Strength Recommendations",
    ),
    Row(
        scheme="teltonika",
        name="cellular.sinr",
        excellent=20,
        good=13,
        fair=0,
        poor=None,
        source="Teltonika wiki, Mobile Signal Strength Recommendations",
    ),
    Row(
        scheme="aosp",
        name="wifi.rssi",
        excellent=-60,
        good=-73,
        fair=-80,
        poor=-85,
        source="AOSP wifi config.xml: wifi_score good, low, entry and bad RSSI, 2.4 GHz",
    ),
)
SCHEMES: Final = tuple(dict.fromkeys(row.scheme for row in ROWS))
DEFAULT_SCHEME: Final = "aosp"
"""The one whose five classes agree with our own levels of a weak signal (-110 and -105 dBm)."""
_BY_NAME: Final[Mapping[str, tuple[Row, ...]]] = {
    name: tuple(row for row in ROWS if row.name == name) for name in {row.name for row in ROWS}
}


def row_of(name: str, scheme: str = DEFAULT_SCHEME) -> Row | None:
    """The scheme's row for a figure; the only other one where it has none; None without any."""
    rows = _BY_NAME.get(name, ())
    return next((row for row in rows if row.scheme == scheme), rows[0] if rows else None)


def grade_of(name: str, value: float, scheme: str = DEFAULT_SCHEME) -> Grade | None:
    """What this value is called; None for a figure that nobody has classes for."""
    row = row_of(name, scheme)
    if row is None:
        return None
    for grade, least in (
        (Grade.EXCELLENT, row.excellent),
        (Grade.GOOD, row.good),
        (Grade.FAIR, row.fair),
        (Grade.POOR, row.poor),
    ):
        if least is not None and value >= least:
            return grade
    return Grade.UNUSABLE
