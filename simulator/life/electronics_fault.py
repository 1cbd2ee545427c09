"""Faults of sensor, processing and encoder."""

from __future__ import annotations

import math

import numpy as np

from simulator.life.camera_chain import noise_of
from simulator.life.chance import draw
from simulator.life.injury import Injury, Kind
from simulator.video.access_unit import nal_type
from simulator.video.texture import Plane

_SLICES = (1, 5)  # H.264 table 7-1
_KEPT_HEAD = 24  # the slice header stays: cameras whose stream breaks still frame it right


def exposure_bias(injury: Injury) -> float:
    """By what a broken control loop misses the exposure."""
    if injury.kind is Kind.OVEREXPOSED:
        return injury.pick(2.5, 5, 11)
    if injury.kind is Kind.UNDEREXPOSED:
        return 1 / injury.pick(3, 7, 18)
    return 1.0


def spoil_signal(signal: Plane, injury: Injury, *, moment: object) -> Plane:
    """Put an ``ELECTRONICS`` injury into the sensor's signal (channels, height, width), white 1."""
    match injury.kind:
        case Kind.BLACK:  # the sensor gives nothing, or next to nothing
            spoilt = signal * np.float32(injury.pick(0.004, 0.0006, 0.0))
        case Kind.WHITE:
            spoilt = signal * np.float32(injury.pick(25, 80, 400))
            spoilt += np.float32(injury.pick(0.3, 0.7, 1))
        case Kind.COLOUR_CAST:
            spoilt = _tinted(signal, injury)
        case Kind.NOISE:
            spoilt = _noisy(signal, injury, moment)
        case Kind.STRIPES:
            spoilt = _striped(signal, injury, moment)
        case _:
            spoilt = _dead_lines(signal, injury)
    return spoilt


def _tinted(signal: Plane, injury: Injury) -> Plane:
    """One channel amplified wrongly: blue, red, or magenta and green against each other."""
    strength = np.float32(injury.pick(0.3, 0.75, 1.2))
    tint = ((-0.6, -0.1, 0.9), (0.9, -0.1, -0.6), (-0.5, 0.6, -0.5))[injury.seed % 3]
    gains = np.exp(strength * np.array(tint, dtype=np.float32))
    wide = np.repeat(signal, 3, axis=0) if signal.shape[0] == 1 else signal
    tinted: Plane = wide * gains[:, None, None]
    return tinted


def _striped(signal: Plane, injury: Injury, moment: object) -> Plane:
    """A wave in gain and offset along rows or columns, its phase adrift."""
    height, width = signal.shape[1:]
    period = float(draw(injury.seed, "stripes").uniform(4, 26))
    phase = float(draw(injury.seed, moment).uniform(0, math.tau))
    size = width if injury.seed % 2 else height
    wave = np.sin(np.arange(size) / period * math.tau + phase).astype(np.float32)
    lines = wave[None, None, :] if injury.seed % 2 else wave[None, :, None]
    amount = np.float32(injury.pick(0.03, 0.09, 0.22))
    striped: Plane = signal * (1 + 3 * amount * lines) + amount * np.float32(0.35) * lines
    return striped


def _noisy(signal: Plane, injury: Injury, moment: object) -> Plane:
    """Half of the seeds: strong grain; the others: snow of single white and black pixels."""
    rng = draw(injury.seed, moment, "noise")
    if injury.seed % 2:
        amount = np.float32(injury.pick(0.03, 0.09, 0.25))
        grain: Plane = signal + amount * noise_of(signal.shape, injury.seed, moment)
        return grain
    share = injury.pick(0.004, 0.025, 0.12)
    hit = rng.random(signal.shape[1:], dtype=np.float32)
    out = signal.copy()
    out[:, hit < share / 2] = 1.0
    out[:, hit > 1 - share / 2] = 0.0
    return out


def _dead_lines(signal: Plane, injury: Injury) -> Plane:
    """Rows or columns that are stuck dark, bright, or off by an amount; fixed for good."""
    height, width = signal.shape[1:]
    rng = draw(injury.seed, "lines")
    count = int(injury.pick(2, 6, 18))
    out = signal.copy()
    for _ in range(count):
        down = bool(rng.random() < 0.6) if injury.seed % 3 == 0 else injury.seed % 3 == 1
        at = int(rng.integers(2, (width if down else height) - 2))
        line = out[:, :, at] if down else out[:, at, :]
        stuck = int(rng.integers(3))
        line[:] = (
            line * np.float32(0.15),
            line * 0 + np.float32(0.9),
            line * 2 + np.float32(0.08),
        )[stuck]
    return out


def break_stream(coded: bytes, injury: Injury, *, moment: object) -> bytes:
    """Flip bits in, or lose the end of, slices of a real H.264 picture: 1, 3 or 7 of 8.

    Not every picture is hit: two fifths, four fifths, all.
    """
    rng = draw(injury.seed, moment, "damage")
    if rng.random() > injury.pick(0.4, 0.8, 1.0):
        return coded
    units = coded.split(b"\0\0\1")
    slices = [
        place
        for place, unit in enumerate(units)
        if len(unit) > 2 * _KEPT_HEAD and nal_type("h264", unit) in _SLICES
    ]
    hit = min(len(slices), int(injury.pick(1, 3, 7)))
    for place in rng.choice(slices, size=hit, replace=False) if slices else ():
        units[place] = _broken(units[place], injury, rng)
    return b"\0\0\1".join(units)


def _broken(unit: bytes, injury: Injury, rng: np.random.Generator) -> bytes:
    """One slice with flipped bits, or with its end lost."""
    content = bytearray(unit)
    for _ in range(int(injury.pick(1, 3, 8))):
        at = int(rng.integers(_KEPT_HEAD, len(content)))
        content[at] = max(4, content[at] ^ 1 << int(rng.integers(8)))
    if injury.seed % 2:
        del content[int(rng.integers(_KEPT_HEAD, len(content))) :]
    return bytes(content)
