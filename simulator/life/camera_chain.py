"""From light to pixels: exposure, shot and read noise, noise reduction, white balance, tone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.life.chance import draw
from simulator.video.texture import Plane

MOST_GAIN = 24.0
FREE_RANGE = 400.0  # by exposure time alone (1/10000 s to 1/25 s), before any noise
_FULL_WELL = 9000.0  # electrons at white, analogue gain 1, of a 1/2.8" sensor
_READ_NOISE = 2.5
_TONE_STEPS = 4096
_SPARE = (61, 67)
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # ITU-R BT.709


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Settled exposure: ``gain`` multiplies light to white 1; ``analogue`` is its noisy part."""

    gain: float
    analogue: float


def expose(light: Plane, *, target: float, bias: float, free_range: float = FREE_RANGE) -> Exposure:
    """Meter the frame as a camera does; in too little light it stays dark.

    ``bias`` is what the control loop is off by at this moment, or a fault of it.
    """
    seen = np.minimum(light[:, ::8, ::8], 4 * float(light[:, ::8, ::8].mean()) + 1e-9)
    level = max(1e-9, float(seen.mean()))
    wanted = target / level
    gain = min(wanted, free_range * MOST_GAIN)
    analogue = min(MOST_GAIN, max(1.0, gain / free_range))
    return Exposure(gain=gain * bias, analogue=analogue)


@lru_cache(maxsize=2)
def _noise_field(height: int, width: int) -> Plane:
    """One field of normal noise; frames see it at different offsets, which is cheaper."""
    rng = np.random.default_rng(20_26)
    return rng.standard_normal((3, height + _SPARE[0], width + _SPARE[1]), dtype=np.float32)


def noise_of(shape: tuple[int, ...], *key: object) -> Plane:
    """Normal noise of this shape (channels, height, width)."""
    channels, height, width = shape
    rng = draw("noise", *key)
    top, left = int(rng.integers(_SPARE[0])), int(rng.integers(_SPARE[1]))
    field = _noise_field(height, width)[:channels, top : top + height, left : left + width]
    if rng.integers(2):
        field = field[:, ::-1]
    return field[:, :, ::-1] if rng.integers(2) else field


def sense(light: Plane, exposure: Exposure, noise: Plane) -> Plane:
    """The sensor's signal, white 1: shot noise by the electrons there are, and read noise."""
    signal = light * np.float32(exposure.gain)
    electrons = _FULL_WELL / exposure.analogue
    spread = np.clip(signal, 0, 1)
    spread *= np.float32(1 / electrons)
    spread += np.float32((_READ_NOISE / electrons) ** 2)
    np.sqrt(spread, out=spread)
    spread *= noise
    signal += spread
    return signal


def process(signal: Plane, exposure: Exposure, *, balance: Plane, grey: bool) -> Plane:
    """The camera's own work in linear light: white balance, noise reduction, less colour in noise.

    Cameras filter harder the higher the gain, and drain colours that are mostly noise.
    """
    if signal.shape[0] == 3 and not grey:
        signal *= balance[:, None, None]
    strength = min(1.0, max(0.0, (exposure.analogue - 2) / 10))
    if strength > 0.02:
        signal += np.float32(0.85 * strength) * (_box3(signal) - signal)
    if signal.shape[0] == 3:
        drained = 1.0 if grey else min(0.75, 0.6 * strength)
        if drained > 0.02:
            luma = np.tensordot(_LUMA, signal, axes=1)[None]
            signal += np.float32(drained) * (luma - signal)
    return signal


def _box3(plane: Plane) -> Plane:
    wide = np.pad(plane, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = wide[:, :-2] + wide[:, 1:-1]
    rows += wide[:, 2:]
    mean = rows[:, :, :-2] + rows[:, :, 1:-1]
    mean += rows[:, :, 2:]
    mean *= np.float32(1 / 9)
    return mean


@lru_cache(maxsize=64)
def _tone_curve(contrast: float) -> NDArray[np.uint8]:
    """Linear light to sRGB (IEC 61966-2-1) with the maker's own contrast."""
    linear = np.arange(_TONE_STEPS) / (_TONE_STEPS - 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    coded = np.clip(0.45 + (coded - 0.45) * contrast, 0, 1)
    return np.round(coded * 255).astype(np.uint8)


def tone(signal: Plane, *, contrast: float) -> NDArray[np.uint8]:
    """Signal to planes of 8 bits as a screen shows them: red, green and blue, or grey alone."""
    np.clip(signal, 0, 1, out=signal)
    signal *= np.float32(_TONE_STEPS - 1)
    return _tone_curve(contrast)[signal.astype(np.uint16)]
