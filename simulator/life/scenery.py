"""The light that reaches a lens at one moment, with the faults of filter and lamp."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulator.life import night, weather
from simulator.life.chance import draw, wander
from simulator.life.day import Sunlight
from simulator.life.injury import Injury, Kind
from simulator.life.mode import Place, daylight_level, target_of
from simulator.life.movers import movers_at
from simulator.life.views import FAR, INFRARED, LEAVES
from simulator.video.texture import Plane

# What near infrared adds to red, green and blue pixels when the filter is out: a Bayer mosaic
# passes most of it in red, then in blue, least in green.
_LEAK = np.array([1.0, 0.42, 0.85], dtype=np.float32)
_LAMP_PHOTONS = 0.0015  # the lamp's light against noon


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """Light (channels, height, width), noon white about 1, and how the camera takes it."""

    light: Plane
    mode: str  # "day", "night_ir" or "night_colour"
    filter_out: bool
    by_lamp: bool
    target: float  # of the metered mean
    balance: Plane


def compose(
    planes: Plane,
    place: Place,
    sun: Sunlight,
    sky: weather.Weather,
    at: datetime,
    *,
    mode: str,
    lit_still: bool,
    injury: Injury | None,
) -> Scenery:
    """Add up what is there; ``lit_still`` are planes that were taken by the light of a lamp."""
    kind = None if injury is None else injury.kind
    filter_out = (mode == "night_ir" and kind is not Kind.IRCUT_CLOSED) or (
        mode == "day" and kind is Kind.IRCUT_OPEN
    )
    planes = _sway(planes, place, sky, at)
    mean = float(planes[:3, ::8, ::8].mean())
    if mode == "day":
        light = _by_day(planes, place, sun, sky, at)
        if filter_out and injury is not None:
            leak = np.float32(injury.pick(0.5, 1.2, 2.2) * daylight_level(place, sun, at))
            light = light + leak * planes[INFRARED][None] * _LEAK[:, None, None]
    elif mode == "night_colour":
        pool = night.street_light(place.seed, height=planes.shape[1], width=planes.shape[2])
        street = 0.25 if place.is_indoor else 1.0
        light = planes[:3] * pool * (night.STREET * np.float32(1.5e-4 * street))[:, None, None]
    else:
        light = _by_lamp(planes, place, injury, lit_still=lit_still, filter_out=filter_out)
    light = np.ascontiguousarray(light, dtype=np.float32)
    by_lamp = mode == "night_ir" and kind not in (Kind.LEDS_DEAD, Kind.IRCUT_CLOSED)
    own = (1.0 if mode != "day" else daylight_level(place, sun, at)) * (
        0.7 if mode == "day" else float(light.mean()) * 3
    )
    _let_pass(light, place, at, own=own)
    if not place.is_indoor:
        if sky.lying_snow > 0.05:
            level = 0.9 * float(np.quantile(light[:, ::8, ::8], 0.98))
            light = weather.lay_snow(light, place.ground, sky.lying_snow, level=level)
        light = weather.fall(light, planes[FAR], sky, seed=_moment_seed(place, at), by_lamp=by_lamp)
    if mode != "day":
        often = 0.02 if place.is_indoor else 0.1
        light = night.add_headlights(light, place.seed, at, often=often)
        light = night.add_window(light, place.seed, at)
        if by_lamp and not place.is_indoor:
            light = night.add_insects(light, place.seed, at)
    elif not place.is_indoor:
        light = _flare(light, place, sun, at)
    return Scenery(
        light=light,
        mode=mode,
        filter_out=filter_out,
        by_lamp=by_lamp,
        target=target_of(mean) if mode == "day" else 0.11,
        balance=_balance(light, place, sun, at, mode=mode, injury=injury, filter_out=filter_out),
    )


def _sway(planes: Plane, place: Place, sky: weather.Weather, at: datetime) -> Plane:
    """Leaves move by up to 3 px in wind."""
    shift = round(3 * sky.wind * wander(at, place.seed, "sway", hours=0.01))
    if place.is_indoor or shift == 0:
        return planes
    moved = planes.copy()
    leaves = planes[LEAVES] > 0.3
    for plane in range(4):
        rolled = np.roll(planes[plane], shift, axis=1)
        np.copyto(moved[plane], rolled, where=leaves)
    return moved


def _by_day(
    planes: Plane, place: Place, sun: Sunlight, sky: weather.Weather, at: datetime
) -> Plane:
    level = daylight_level(place, sun, at)
    shade = place.shadows.at(at, sun, strength=0.25 if place.is_indoor else place.traits.shade)
    tint = np.array([sun.red, 1.0, sun.blue], dtype=np.float32)
    if place.is_indoor:
        tint = np.array([1.04, 1.0, 0.95], dtype=np.float32)
    wet = 1 - 0.25 * sky.rain
    shade = shade * np.float32(level * wet)
    light: Plane = planes[:3] * shade * tint[:, None, None]
    return light


def _by_lamp(
    planes: Plane, place: Place, injury: Injury | None, *, lit_still: bool, filter_out: bool
) -> Plane:
    """One grey plane: all colours see infrared alike. With the filter in there is colour left."""
    kind = None if injury is None else injury.kind
    height, width = planes.shape[1:]
    if lit_still:
        lit = planes[:3].mean(axis=0)
    else:
        cone = night.lamp_cone(height, width, place.seed)
        lit = night.lamp_light(planes[INFRARED], planes[FAR], cone)
    lamp = np.float32(_LAMP_PHOTONS)
    if injury is not None and kind is Kind.LEDS_DEAD:
        lamp *= np.float32(injury.pick(0.12, 0.006, 0.0))
    if injury is not None and kind is Kind.LEDS_PARTIAL:
        lit = lit * _half_lamp(injury, height, width)
    if injury is not None and kind is Kind.IRCUT_CLOSED:
        lamp *= np.float32(injury.pick(0.06, night.THROUGH_FILTER, 0.001))
    moon = planes[:3] * np.float32(night.MOON_LEVEL * _LAMP_PHOTONS)
    if filter_out:
        moon = moon.mean(axis=0, keepdims=True)
    light: Plane = lit[None] * lamp + moon
    return light


def _half_lamp(injury: Injury, height: int, width: int) -> Plane:
    """Some diodes of the ring are dead: the side that they lit is dark."""
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    if injury.seed % 2:
        x = 1 - x
    edge, left = injury.pick(0.35, 0.5, 0.72), injury.pick(0.3, 0.07, 0.02)
    lit: Plane = left + (1 - left) * np.clip((x - edge) / 0.22 + 0.5, 0, 1)
    return np.repeat(lit, height, axis=0)


def _let_pass(light: Plane, place: Place, at: datetime, *, own: float) -> None:
    height, width = light.shape[1:]
    for mover in movers_at(place.seed, at, busy=place.traits.busy, height=height, width=width):
        colours = mover.colours if light.shape[0] == 3 else mover.infrared[None]
        mover.on(light, colours * np.float32(own))


def _moment_seed(place: Place, at: datetime) -> int:
    return hash((place.seed, int(at.timestamp())))


def _flare(light: Plane, place: Place, sun: Sunlight, at: datetime) -> Plane:
    """The low sun shines into the lens of cameras that face it: a veil and a row of ghosts."""
    evening = at.hour + at.minute / 60 > 12
    into = place.traits.faces_sun * (1 if evening else -1)
    if not (1 < sun.elevation_deg < 18) or into < 0.35 or sun.direct < 0.25:
        return light
    height, width = light.shape[1:]
    strength = np.float32(place.traits.glares * into * sun.direct * light.mean())
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    rng = draw(place.seed, "flare")
    at_x = rng.uniform(0.1, 0.9)
    veil = np.exp(-((x - at_x) ** 2 * 3 + (y + 0.1) ** 2 * 2)) * 1.6
    for along in rng.uniform(0.2, 1.1, 4):
        centre_x, centre_y = at_x + (0.5 - at_x) * 2 * along, along
        ring = np.hypot((x - centre_x) * 1.78, y - centre_y)
        veil += 0.5 * (np.abs(ring) < 0.02 + 0.05 * along)
    flared: Plane = light + (strength * veil)[None].astype(np.float32)
    return flared


def _balance(
    light: Plane,
    place: Place,
    sun: Sunlight,
    at: datetime,
    *,
    mode: str,
    injury: Injury | None,
    filter_out: bool,
) -> Plane:
    """White balance takes most of the light's colour back, late and never wholly."""
    drift = [0.03 * wander(at, place.seed, "balance", c, hours=2.5) for c in range(2)]
    gains = np.array([1 + drift[0], 1.0, 1 + drift[1]], dtype=np.float32)
    if mode == "day" and not place.is_indoor:
        gains[0] /= 1 + 0.8 * (sun.red - 1)
        gains[2] /= 1 + 0.8 * (sun.blue - 1)
    if mode == "day" and filter_out and injury is not None and injury.seed % 3 == 0:
        means = light[:, ::8, ::8].mean(axis=(1, 2))
        gains = gains * (means.mean() / np.maximum(means, 1e-9)).astype(np.float32)
    return gains
