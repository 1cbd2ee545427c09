"""Where a fault's proof comes from: each rule's readings, by who gives them; pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from agent.diagnosis import RULES
from agent.experiment.telling import CODES
from shared.catalogue import CATALOGUE


class Source(enum.Enum):
    """Who gives readings; all of what a fault needs must be there."""

    ANSWERS = "answers"  # a connection and a question that needs no login
    LOGIN = "login"
    IDENTITY = "identity"
    CLOCK = "clock"
    FILTER_MODE = "filter mode"  # what the infrared filter is set to
    STREAM = "stream"  # a watch of some seconds
    PICTURE = "picture"  # of whatever origin
    DAYLIGHT = "daylight"  # that it is day, whatever the picture shows
    OUTDOOR = "outdoor"  # that this daylight falls on what the camera sees
    BATTERY = "battery"
    SOLAR = "solar"
    CELLULAR = "cellular"
    WIFI = "wifi"
    HOST = "host"  # the recorder or gateway itself
    TEST = "test"  # an active test of the filter


_BY_PREFIX: Final[Mapping[str, Source]] = {
    "reach.": Source.ANSWERS,
    "login.": Source.LOGIN,
    "identity.": Source.IDENTITY,
    "clock.": Source.CLOCK,
    "stream.": Source.STREAM,
    "picture.": Source.PICTURE,
    "battery.": Source.BATTERY,
    "solar.": Source.SOLAR,
    "energy.": Source.BATTERY,
    "cellular.": Source.CELLULAR,
    "radio.wifi": Source.WIFI,
    "radio.": Source.CELLULAR,
    "host.": Source.HOST,
    "recording.": Source.HOST,
    "disk.": Source.HOST,
    "storage.": Source.HOST,
    "agent.": Source.HOST,
}
# What the verdict rests on besides the readings at which a rule is asked; a test reads the rules.
_BESIDES: Final[Mapping[str, frozenset[Source]]] = {
    "ircut.stuck_open": frozenset({Source.FILTER_MODE, Source.OUTDOOR}),
    "ircut.stuck_closed": frozenset({Source.FILTER_MODE, Source.OUTDOOR}),
    "picture.black": frozenset({Source.DAYLIGHT}),
    "picture.white": frozenset({Source.DAYLIGHT}),
    "picture.exposure": frozenset({Source.DAYLIGHT}),
    "picture.frozen": frozenset({Source.STREAM}),
    "picture.decode_damage": frozenset({Source.STREAM, Source.PICTURE}),
    "battery.not_charging": frozenset({Source.SOLAR}),
}
# Two questions, of which one suffices: it is judged whichever was asked.
_EITHER: Final[Mapping[str, frozenset[Source]]] = {
    "device.misbehaves": frozenset({Source.ANSWERS}),
}


def source_of(reading: str) -> Source | None:
    """Who gives a reading of this name; None for one that no rule is asked at."""
    found = (source for prefix, source in _BY_PREFIX.items() if reading.startswith(prefix))
    return next(found, None)


def ways_of(code: str) -> tuple[frozenset[Source], ...]:
    """Sets of sources of which one suffices, the usual one first; () for what nothing detects."""
    ways = [
        _EITHER.get(code)
        or frozenset(
            {source for name in rule.needs if (source := source_of(name))}
            | _BESIDES.get(code, frozenset())
        )
        for rule in RULES
        if rule.code == code
    ]
    if code in CODES.values():
        ways.append(frozenset({Source.TEST}))
    return tuple(ways)


DETECTED: Final[tuple[str, ...]] = tuple(code for code in CATALOGUE if ways_of(code))
"""Every fault that a rule or an active test tells, in the catalogue's order."""
