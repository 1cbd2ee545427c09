"""Every fault of a camera's picture, in three severities; medium is plain to a person.

Where each one is put in: ``GEOMETRY`` before the light is framed, ``OPTICS`` before the sensor,
``ELECTRONICS`` after it, ``STREAM`` in coded bytes. The filter and the lamp are in ``scenery``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final


class Severity(enum.IntEnum):
    """MILD needs a second look, MEDIUM is plain, SEVERE leaves little to see."""

    MILD = 0
    MEDIUM = 1
    SEVERE = 2


class Kind(enum.Enum):
    """What is wrong."""

    BLACK = "black"
    WHITE = "white"
    OVEREXPOSED = "overexposed"
    UNDEREXPOSED = "underexposed"
    LEDS_DEAD = "leds_dead"
    LEDS_PARTIAL = "leds_partial"
    DECODE_DAMAGE = "decode_damage"
    FROZEN = "frozen"
    OCCLUSION = "occlusion"
    DEFOCUS = "defocus"
    TILTED_FOCUS = "tilted_focus"
    IRCUT_OPEN = "ircut_open"
    IRCUT_CLOSED = "ircut_closed"
    IRCUT_FLAPPING = "ircut_flapping"
    CONDENSATION = "condensation"
    DIRT = "dirt"
    SPRAY = "spray"
    WEB = "web"
    FILM = "film"
    COLOUR_CAST = "colour_cast"
    NOISE = "noise"
    STRIPES = "stripes"
    DEAD_LINES = "dead_lines"
    BLOCKY = "blocky"
    MOVED = "moved"
    FLIPPED = "flipped"
    DISTORTION = "distortion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Injury:
    """One fault from ``onset`` on; ``seed`` decides its variant, place and direction.

    ``still``: a real picture of this fault takes the view's place, the one of this index; nothing
    is put in then.
    """

    kind: Kind
    severity: Severity
    onset: datetime
    seed: int = 0
    still: int | None = None

    def pick(self, mild: float, medium: float, severe: float) -> float:
        """The figure of this severity."""
        return (mild, medium, severe)[self.severity]


GEOMETRY: Final = frozenset({Kind.MOVED, Kind.FLIPPED, Kind.DISTORTION})
OPTICS: Final = frozenset(
    {
        Kind.OCCLUSION,
        Kind.DEFOCUS,
        Kind.TILTED_FOCUS,
        Kind.CONDENSATION,
        Kind.DIRT,
        Kind.SPRAY,
        Kind.WEB,
        Kind.FILM,
    }
)
ELECTRONICS: Final = frozenset(
    {
        Kind.BLACK,
        Kind.WHITE,
        Kind.COLOUR_CAST,
        Kind.NOISE,
        Kind.STRIPES,
        Kind.DEAD_LINES,
    }
)
NIGHT_ONLY: Final = frozenset(
    {Kind.LEDS_DEAD, Kind.LEDS_PARTIAL, Kind.IRCUT_CLOSED, Kind.IRCUT_FLAPPING}
)
"""Seen only where the camera's own infrared lamp is needed."""
DAYLIGHT_ONLY: Final = frozenset({Kind.IRCUT_OPEN})
"""Needs daylight: lamps of rooms give no near infrared."""


def shows_on(kind: Kind, *, has_day: bool, is_indoor: bool, infrared: bool) -> bool:
    """Whether this fault would show at all on such a camera."""
    if kind in NIGHT_ONLY:
        by_lamp = infrared or not has_day
        return by_lamp and (kind is not Kind.IRCUT_FLAPPING or has_day)
    if kind in DAYLIGHT_ONLY:
        return has_day and not is_indoor
    return kind is not Kind.COLOUR_CAST or has_day


_OTHER_WORDS: Final = {
    "camera_moved": Kind.MOVED,
    "turned": Kind.MOVED,
    "blurred": Kind.DEFOCUS,
    "out_of_focus": Kind.DEFOCUS,
    "humidity": Kind.CONDENSATION,
    "dirty": Kind.DIRT,
    "spider_web": Kind.WEB,
    "occluded": Kind.OCCLUSION,
    "covered": Kind.OCCLUSION,
    "ircut_stuck_open": Kind.IRCUT_OPEN,
    "infrared": Kind.IRCUT_OPEN,
    "distorted": Kind.DISTORTION,
}


def kind_of(fault: str) -> Kind | None:
    """The kind that a manifest's word for a real fault means; None when it is none of ours."""
    try:
        return Kind(fault)
    except ValueError:
        return _OTHER_WORDS.get(fault)
