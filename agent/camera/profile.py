"""Firmware profiles: which vendor values a kind of camera offers, where, and what they mean."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from agent.camera.port import DeviceInformation, VendorQuality, VendorValue

FieldType = Literal["number", "text", "flag"]
_RAW_CHARS = 200

UNITS = {
    "battery.charge": "%",
    "battery.voltage": "mV",
    "battery.charging": "",
    "battery.current": "mA",
    "battery.temperature": "°C",
    "solar.power": "mW",
    "cellular.sim": "",
    "cellular.registered": "",
    "cellular.operator": "",
    "cellular.rsrp": "dBm",
    "cellular.rsrq": "dB",
    "cellular.sinr": "dB",
    "cellular.rssi": "dBm",
    "cellular.cell": "",
    "cellular.band": "",
    "cellular.bytes_month": "B",
}
"""Canonical names and their units; profiles may use no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """How this maker writes firmware versions, and from where to where the profile holds."""

    pattern: re.Pattern[str]  # its groups are the parts of the version, in order
    at_least: tuple[int, ...] | None
    below: tuple[int, ...] | None

    def fits(self, version: str | None) -> bool:
        """Whether the version lies in the range; missing parts count as 0."""
        if self.at_least is None and self.below is None:
            return True
        found = self.pattern.search(version or "")
        if found is None:
            return False
        parts = tuple(int(group or 0) for group in found.groups())
        width = max(len(parts), len(self.at_least or ()), len(self.below or ()))
        own = _padded(parts, width)
        above = self.at_least is None or own >= _padded(self.at_least, width)
        return above and (self.below is None or own < _padded(self.below, width))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which devices the profile is for."""

    manufacturer: re.Pattern[str]
    model: re.Pattern[str]
    firmware: Firmware
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What the scheduler must know before it asks; polling has emptied solar cameras."""

    battery_powered: bool
    min_poll_interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorRequest:
    """One GET with HTTP Digest."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One canonical value: where it is, and which raw values mean that nobody knows."""

    name: str
    source: str  # name of a request
    path: ParsedResult
    type: FieldType
    scale: float
    range: tuple[float, float] | None
    unknown: tuple[str | float | bool, ...]

    @property
    def unit(self) -> str:
        """The canonical unit."""
        return UNITS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A firmware profile, checked; see ``firmware_profiles/README.md`` for the file format."""

    id: str
    match: Match
    power: Power
    requests: tuple[VendorRequest, ...]
    fields: tuple[Field, ...]
    login_note: str


def choose(profiles: Sequence[Profile], information: DeviceInformation) -> Profile | None:
    """The profile for a device: highest priority, then the longest model pattern.

    Two that are equal in both are refused: None, because a guess could misread a battery.
    """
    fitting = [p for p in profiles if _fits(p.match, information)]
    ranked = sorted(fitting, key=_rank, reverse=True)
    if not ranked or (len(ranked) > 1 and _rank(ranked[0]) == _rank(ranked[1])):
        return None
    return ranked[0]


def _fits(match: Match, information: DeviceInformation) -> bool:
    return (
        match.manufacturer.search(information.manufacturer or "") is not None
        and match.model.search(information.model or "") is not None
        and match.firmware.fits(information.firmware)
    )


def _rank(profile: Profile) -> tuple[int, int]:
    return profile.match.priority, len(profile.match.model.pattern)


def _padded(parts: tuple[int, ...], width: int) -> tuple[int, ...]:
    return parts + (0,) * (width - len(parts))


def unsupported(field: Field) -> VendorValue:
    """The value of a field whose interface the device does not have."""
    return VendorValue(value=None, quality="unsupported", raw="", unit=field.unit)


def extract(field: Field, document: object) -> VendorValue:
    """Extract one field: path, unknown marks, type, scale, range, in this order.

    An absent path or null is ``missing``; an unknown mark is ``unknown``, never 0; another
    type or a value off the range is ``invalid`` and keeps its raw text.
    """
    try:
        found = field.path.search(document)
    except JMESPathError:
        found = None
    if found is None:
        return _value(field, None, "missing", "")
    raw = json.dumps(found, ensure_ascii=False)[:_RAW_CHARS]
    if any(_same(found, mark) for mark in field.unknown):
        return _value(field, None, "unknown", raw)
    value = _typed(field, found)
    if value is None:
        return _value(field, None, "invalid", raw)
    return _value(field, value, "good", raw)


def _typed(field: Field, found: object) -> float | str | bool | None:
    """The scaled value, or None when it is of another type or off the range."""
    if field.type == "flag":
        return found if isinstance(found, bool) else None
    if field.type == "text":
        is_text = isinstance(found, str | int) and not isinstance(found, bool)
        return str(found)[:_RAW_CHARS] if is_text else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        value = float(found) * field.scale
    except OverflowError:
        return None
    low, high = field.range or (-math.inf, math.inf)
    return value if math.isfinite(value) and low <= value <= high else None


def _same(found: object, mark: str | float | bool) -> bool:
    """Equal without True == 1."""
    return isinstance(found, bool) == isinstance(mark, bool) and found == mark


def _value(
    field: Field, value: float | str | bool | None, quality: VendorQuality, raw: str
) -> VendorValue:
    return VendorValue(value=value, quality=quality, raw=raw, unit=field.unit)
