"""What radio figures may be: off the scale of 3GPP they are invalid, without service unknown. Pure.

A number that no modem can measure is worse than none: a wrong sign reads as a strong signal, and a
modem without service often goes on printing what it heard last (4IceG/luci-app-3ginfo-lite
issue 64). Applied where readings are made, whatever a profile or an event table lets through.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from shared.reading import Quality, Reading

RSRP: Final = "cellular.rsrp"
RSRQ: Final = "cellular.rsrq"
SINR: Final = "cellular.sinr"
RSSI: Final = "cellular.rssi"
WIFI: Final = "wifi.rssi"
PORTS: Final = ("cellular.antenna_1_rsrp", "cellular.antenna_2_rsrp")
PORT_DEAD_DBM: Final = -140.0
"""What AT+QRSRP says of a port that hears nothing: there it is a word, for RSRP it is none."""
REGISTERED: Final = "cellular.registered"
TECHNOLOGY: Final = "cellular.tech"


class Technology(enum.Enum):
    """Which report map applies."""

    LTE = "lte"
    NR = "nr"
    OLDER = "older"  # 2G and 3G have no RSRP, RSRQ or SINR
    UNKNOWN = "unknown"  # not said, or LTE and NR together: the wider map


Range = tuple[float, float]
_LTE: Final[Mapping[str, Range]] = {
    RSRP: (-140.0, -43.0),  # TS 36.133 9.1.4: steps 0..97 from -140; the last one ends at -43
    RSRQ: (-34.0, 2.5),  # 9.1.7, extended
    SINR: (-23.0, 40.0),  # 9.1.17
}
_NR: Final[Mapping[str, Range]] = {
    RSRP: (-156.0, -31.0),  # TS 38.133 10.1.6
    RSRQ: (-43.0, 20.0),  # 10.1.11
    SINR: (-23.0, 40.0),  # 10.1.16
}
_ALWAYS: Final[Mapping[str, Range]] = {
    RSSI: (-120.0, -20.0),  # +CSQ gives -113..-51 (TS 27.007 8.5), E-UTRA carrier RSSI to -25
    WIFI: (-110.0, -1.0),  # RCPI is -110..0 (IEEE 802.11-2020 9.4.2.37); 0 is a gauge at rest
    PORTS[0]: (-140.0, -31.0),
    PORTS[1]: (-140.0, -31.0),
}
_SENTINELS: Final[Mapping[str, frozenset[float]]] = {
    RSRP: frozenset({0.0, 99.0, 199.0, 255.0, -140.0, -32768.0}),
    RSRQ: frozenset({0.0, 99.0, 199.0, 255.0, -32768.0}),
    SINR: frozenset({99.0, 199.0, 255.0, -32768.0}),
    RSSI: frozenset({0.0, 99.0, 199.0, 255.0, -32768.0}),
    WIFI: frozenset({0.0, 100.0, 255.0}),  # 100 and 255: on a wire
    PORTS[0]: frozenset({0.0, 99.0, 199.0, 255.0, -32768.0}),
    PORTS[1]: frozenset({0.0, 99.0, 199.0, 255.0, -32768.0}),
}
"""Numbers by which devices say that they do not know (TS 27.007 8.5 and 8.69; vendors' manuals)."""
_OF_SERVICE: Final = frozenset({RSRP, RSRQ, SINR, RSSI, *PORTS})
NAMES: Final = frozenset(_SENTINELS)
"""Every figure that has a scale here."""
_NO_SERVICE: Final = frozenset(
    {"noservice", "nosrv", "limsrv", "limitedservice", "search", "searching", "denied"}
)
_SERVICE_WORDS: Final = ("cellular.state", TECHNOLOGY, "cellular.operator")
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_RAW_CHARS: Final = 200


def technology_of(word: str | None) -> Technology:
    """The technology that a device names in its own words, like "5G (NSA); VoLTE" or "lte"."""
    said = _NOT_LETTERS.sub(" ", (word or "").casefold()).split()
    joined = "".join(said)
    is_nr = "nr" in joined or "5g" in joined
    is_lte = any(mark in joined for mark in ("lte", "4g", "eutra"))
    if "nsa" in said or "ennr" in joined or (is_nr and is_lte):
        return Technology.UNKNOWN
    if is_nr:
        return Technology.NR
    if is_lte:
        return Technology.LTE
    older = ("gsm", "gprs", "edge", "umts", "wcdma", "hspa", "hsdpa", "hsupa", "scdma", "2g", "3g")
    return Technology.OLDER if any(mark in joined for mark in older) else Technology.UNKNOWN


def range_of(name: str, technology: Technology) -> Range:
    """What a figure may be, both ends included; KeyError for a name without a scale."""
    if name in _ALWAYS:
        return _ALWAYS[name]
    return (_LTE if technology is Technology.LTE else _NR)[name]


def on_scale(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """These readings of one visit, with every radio figure as good as it may be at most.

    A good one stays good, becomes ``unknown`` (a sentinel, or no service: what the device says
    then is of an earlier cell), or ``invalid`` (off the scale); the raw value is kept. Nothing
    becomes good.
    """
    kept = tuple(readings)
    said = {reading.name: reading for reading in kept if reading.good}
    technology = technology_of(_text(said, TECHNOLOGY))
    reason = _without_service(said)
    return tuple(
        _checked(reading, technology, reason) if reading.name in NAMES else reading
        for reading in kept
    )


def _without_service(said: Mapping[str, Reading]) -> str:
    """Why figures of this visit are not believed; '' when they are."""
    registered = said.get(REGISTERED)
    if registered is not None and registered.value is False:
        return "not registered: a figure from before"
    words = (_NOT_LETTERS.sub("", (_text(said, name) or "").casefold()) for name in _SERVICE_WORDS)
    return "no service: a figure from before" if any(w in _NO_SERVICE for w in words) else ""


def _text(said: Mapping[str, Reading], name: str) -> str | None:
    reading = said.get(name)
    return reading.value if reading is not None and isinstance(reading.value, str) else None


def _checked(reading: Reading, technology: Technology, no_service: str) -> Reading:
    if reading.quality is Quality.INVALID:
        is_mark = _number_of(reading.raw) in _SENTINELS[reading.name]
        return replace(reading, quality=Quality.UNKNOWN) if is_mark else reading
    return _checked_good(reading, technology, no_service) if reading.good else reading


def _checked_good(reading: Reading, technology: Technology, no_service: str) -> Reading:
    value = reading.number()
    if value is None:
        return _set_aside(reading, Quality.INVALID, "no number")
    if value in _SENTINELS[reading.name]:
        return _set_aside(reading, Quality.UNKNOWN, "the device does not know")
    low, high = range_of(reading.name, technology)
    if not low <= value <= high:
        return _set_aside(
            reading, Quality.INVALID, f"off the scale of {low:g} to {high:g} {reading.unit}"
        )
    why = no_service if reading.name in _OF_SERVICE else ""
    if technology is Technology.OLDER and reading.name in _LTE:
        why = why or "2G and 3G have no such figure"
    return _set_aside(reading, Quality.UNKNOWN, why) if why else reading


def _set_aside(reading: Reading, quality: Quality, why: str) -> Reading:
    raw = reading.raw or json.dumps(reading.value)[:_RAW_CHARS]
    return replace(reading, value=None, quality=quality, raw=raw, detail=why)


def _number_of(raw: str) -> float | None:
    try:
        return float(raw.strip().strip('"'))
    except ValueError:
        return None
