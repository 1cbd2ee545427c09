"""When a camera sees by day, and when by which kind of night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulator.life.camera_chain import FREE_RANGE
from simulator.life.chance import draw, uniform
from simulator.life.day import OFFICE_LEVEL, Shadows, Sunlight
from simulator.life.injury import Injury, Kind
from simulator.life.traits import Traits
from simulator.video.texture import Plane, smooth_noise

_DAY_TARGET = (0.09, 0.32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What does not change from moment to moment."""

    seed: int
    site_seed: int
    traits: Traits
    is_indoor: bool
    has_day: bool
    shadows: Shadows
    ground: Plane  # where snow stays first, 0..1


def ground_of(seed: int, *, height: int, width: int) -> Plane:
    """Level places, near the bottom of the frame."""
    rough = smooth_noise(draw(seed, "ground"), height=height, width=width, cell_px=height / 9)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    level: Plane = (0.55 * rough + 0.75 * np.clip(down * 1.6 - 0.4, 0, 1)).astype(np.float32)
    return level


def daylight_level(place: Place, sun: Sunlight, at: datetime) -> float:
    """Light on the scene against noon; rooms have lamps in working hours, and windows."""
    if not place.is_indoor:
        return sun.level
    opens = 6 + 2 * uniform(place.seed, at.date(), "opens")
    closes = 17 + 5 * uniform(place.seed, at.date(), "closes")
    lamps = OFFICE_LEVEL if opens <= at.hour + at.minute / 60 < closes else 0.0
    return lamps + 0.01 * sun.level


def mode_at(
    place: Place, sun: Sunlight, at: datetime, *, mean: float, injury: Injury | None
) -> str:
    """Day, or which kind of night; a flapping camera changes its mind with every look."""
    dark = "night_ir" if place.traits.sees_night == "infrared" else "night_colour"
    if not place.has_day:
        return dark
    level = daylight_level(place, sun, at)
    wanted = target_of(mean) / max(mean * level, 1e-9) / FREE_RANGE
    is_night = wanted > place.traits.turns_at
    if injury is not None and injury.kind is Kind.IRCUT_FLAPPING and is_night:
        # At dusk alone; or all night, by the camera's own lamp, in a third or half of all looks.
        within = bool(injury.severity) or wanted < 30 * place.traits.turns_at
        is_night = not within or (uniform(injury.seed, at, "flaps") > injury.pick(0.5, 0.33, 0.5))
    return dark if is_night else "day"


def target_of(mean: float) -> float:
    """The metered mean that a picture was exposed for, as its maker chose it."""
    return min(_DAY_TARGET[1], max(_DAY_TARGET[0], mean))
