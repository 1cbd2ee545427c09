"""Faults before the sensor: focus, moisture, dirt, things on and before the lens; linear light."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import numpy as np

from simulator.life.chance import draw, wander
from simulator.life.injury import Injury, Kind
from simulator.life.optics import blur_box, blur_disc, patches, scatter
from simulator.video.texture import Plane, smooth_noise


def spoil_optics(light: Plane, injury: Injury, at: datetime, *, by_lamp: bool) -> Plane:
    """Put an ``OPTICS`` injury into light (channels, height, width).

    ``by_lamp``: the camera's own lamp burns, and what is on the lens throws it back.
    """
    height, width = light.shape[1:]
    scale = width / 640
    match injury.kind:
        case Kind.DEFOCUS:
            spoilt = blur_disc(light, injury.pick(1.6, 4, 8) * scale)
        case Kind.TILTED_FOCUS:
            spoilt = _tilt(light, injury, scale=scale)
        case Kind.CONDENSATION:
            spoilt = _condense(light, injury, at, by_lamp=by_lamp)
        case Kind.OCCLUSION:
            spoilt = _cover(light, injury, by_lamp=by_lamp)
        case Kind.FILM:
            spoilt = _film(light, injury, scale=scale)
        case Kind.WEB:
            bright = np.float32(3.5 if by_lamp else 1.5) * np.float32(light.mean())
            strands = _strands(injury, height, width)[None]
            spoilt = light * (1 - np.float32(0.6) * strands) + bright * strands
        case _:
            spoilt = _stain(light, injury, by_lamp=by_lamp)
    return spoilt


def _tilt(light: Plane, injury: Injury, *, scale: float) -> Plane:
    """The radius grows across the frame: the plane of focus leaves the sensor on one side."""
    height, width = light.shape[1:]
    rng = draw(injury.seed, "tilt")
    way = injury.seed % 4
    x, y = np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]
    grows = ((x + 0 * y, 1 - x + 0 * y, y + 0 * x, 1 - y + 0 * x)[way]).astype(np.float32)
    sharp = float(rng.uniform(0.15, 0.35))
    most = injury.pick(2.5, 5.5, 10) * scale
    radius = np.clip((grows - sharp) / (1 - sharp), 0, 1) * np.float32(most)
    steps = [0.0, most / 3, 2 * most / 3, most]
    layers = [light, *(blur_disc(light, step) for step in steps[1:])]
    out = np.zeros_like(light)
    for layer, step in zip(layers, steps, strict=True):
        out += layer * np.clip(1 - np.abs(radius - step) / (most / 3), 0, 1)
    return out


def _condense(light: Plane, injury: Injury, at: datetime, *, by_lamp: bool) -> Plane:
    """Droplets inside the dome scatter forward: a milky veil, from one edge, densest at dawn."""
    mist = _mist(injury, *light.shape[1:])
    share = injury.pick(0.3, 0.6, 0.85)
    share *= 0.9 + 0.1 * wander(at, injury.seed, "mist", hours=5)
    veil = np.clip(share * mist, 0, 0.97)
    wide = scatter(light, 20)
    near = blur_disc(light, injury.pick(1, 2.2, 4))
    lift = np.float32(light.mean() * (0.85 if by_lamp else 0.25))
    out: Plane = near * (1 - veil) + (wide * np.float32(0.9) + lift) * veil
    return out


@lru_cache(maxsize=4)
def _mist(injury: Injury, height: int, width: int) -> Plane:
    rng = draw(injury.seed, "mist")
    y, x = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    from_edge = (y + 0 * x, 1 - y + 0 * x, x + 0 * y, 1 - x + 0 * y)[injury.seed % 4]
    ragged = smooth_noise(rng, height=height, width=width, cell_px=height / 3)
    mist: Plane = np.clip(1.25 - 0.7 * from_edge + 0.5 * (ragged - 0.5), 0, 1.1)
    return mist.astype(np.float32)


def _cover(light: Plane, injury: Injury, *, by_lamp: bool) -> Plane:
    """A thing right before the lens: dark by day; at night it throws the own lamp back."""
    mask, cloth = _covering(injury, *light.shape[1:])
    level = float(light.mean())
    own = cloth * np.float32(level * (3.5 if by_lamp else 0.3))
    covered: Plane = light * (1 - mask) + own[: light.shape[0]] * mask
    return covered


@lru_cache(maxsize=4)
def _covering(injury: Injury, height: int, width: int) -> tuple[Plane, Plane]:
    rng = draw(injury.seed, "cover")
    share = injury.pick(0.28, float(rng.uniform(0.52, 0.65)), 0.92)
    y, x = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    way = rng.uniform(0, 2 * np.pi)
    along = (x - 0.5) * np.cos(way) + (y - 0.5) * np.sin(way)
    along = along + 0.12 * (smooth_noise(rng, height=height, width=width, cell_px=height / 2) - 0.5)
    edge = np.quantile(along[::4, ::4], share)
    mask = np.clip((edge - along) / 0.07 + 0.5, 0, 1).astype(np.float32)
    colour = rng.uniform(0.4, 1.4, 3).astype(np.float32)
    folds = 0.6 + 0.8 * smooth_noise(rng, height=height, width=width, cell_px=height / 3)
    return mask, (colour[:, None, None] * folds).astype(np.float32)


def _film(light: Plane, injury: Injury, *, scale: float) -> Plane:
    """The maker's protective film: soft everywhere, a veil, bubbles that bend light."""
    soft = blur_disc(light, injury.pick(1.4, 3, 5.5) * scale)
    veil = np.float32(injury.pick(0.12, 0.28, 0.45))
    bubbles = _bubbles(injury, *light.shape[1:])[None]
    wide = scatter(light, 20)
    out = soft * (1 - veil) + wide * veil
    filmed: Plane = out * (1 + np.float32(0.3) * bubbles)
    return filmed


@lru_cache(maxsize=4)
def _bubbles(injury: Injury, height: int, width: int) -> Plane:
    rng = draw(injury.seed, "film")
    field = smooth_noise(rng, height=height, width=width, cell_px=height / 5)
    rims = np.exp(-(((field - 0.62) / 0.03) ** 2)) - np.exp(-(((field - 0.68) / 0.03) ** 2))
    soft: Plane = blur_box(rims[None].astype(np.float32), 5)[0]
    return soft


@lru_cache(maxsize=4)
def _strands(injury: Injury, height: int, width: int) -> Plane:
    """A web a hand's breadth before the lens: spokes and rings, out of focus."""
    rng = draw(injury.seed, "web")
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    hub_y, hub_x = rng.uniform(0, 0.9) * height, rng.uniform(0.1, 0.9) * width
    away = np.hypot(y - hub_y, x - hub_x) / height
    angle = np.arctan2(y - hub_y, x - hub_x)
    count = int(injury.pick(10, 22, 40))
    slack = smooth_noise(rng, height=height, width=width, cell_px=height / 6)
    spokes = np.abs(
        (angle / (2 * np.pi) * count + 0.25 * np.sin(7 * angle) + 0.3 * slack) % 1 - 0.5
    )
    rings = np.abs((away * count / 3 + 0.15 * np.cos(count * angle) + 0.9 * slack) % 1 - 0.5)
    thick = injury.pick(0.03, 0.05, 0.08)
    strands = np.maximum(
        np.clip(1 - spokes * np.maximum(away, 0.1) / thick * 2, 0, 1),
        0.8 * np.clip(1 - rings / thick, 0, 1),
    )
    reach = injury.pick(0.7, 1.3, 2.0)
    strands *= np.clip((reach - away) * 4, 0, 1) * (0.7 + 0.3 * rng.random())
    soft: Plane = np.clip(blur_disc(strands[None].astype(np.float32), 2.5)[0] * 1.3, 0, 1)
    return soft


def _stain(light: Plane, injury: Injury, *, by_lamp: bool) -> Plane:
    """Dirt dims and blurs in patches; paint covers in patches and speckles."""
    mask, paint = _stains(injury, *light.shape[1:])
    level = np.float32(light.mean())
    soft = blur_box(light, 21)
    if injury.kind is Kind.DIRT:
        glow = np.float32(0.5 if by_lamp else 0.12) * level
        dim: Plane = light * (1 - mask) + (soft * np.float32(0.45) + glow) * mask
        return dim
    own = paint[: light.shape[0]] * level * np.float32(2.5 if by_lamp else 1.0)
    painted: Plane = light * (1 - mask) + own * mask
    return painted


@lru_cache(maxsize=4)
def _stains(injury: Injury, height: int, width: int) -> tuple[Plane, Plane]:
    rng = draw(injury.seed, "stain")
    if injury.kind is Kind.DIRT:
        mask = patches(rng, height=height, width=width, share=injury.pick(0.12, 0.4, 0.7))
        specks = smooth_noise(rng, height=height, width=width, cell_px=height / 22)
        mask = np.clip(mask + 0.8 * np.clip((specks - 0.86) * 20, 0, 1), 0, 1)
        mask = mask * np.float32(injury.pick(0.5, 0.85, 0.95))
    else:
        mask = patches(rng, height=height, width=width, share=injury.pick(0.12, 0.38, 0.75))
        drops = smooth_noise(rng, height=height, width=width, cell_px=5)
        mask = np.clip(mask + np.clip((drops - 0.93) * 25, 0, 1), 0, 1)
    mask = blur_box(mask[None].astype(np.float32), 7)[0]
    colour = rng.uniform(0.1, 2.0, 3).astype(np.float32)[:, None, None]
    grain = 0.9 + 0.2 * smooth_noise(rng, height=height, width=width, cell_px=height / 8)
    return mask, (colour * grain).astype(np.float32)
