"""From light to pixels: exposure, shot and read noise, white balance and the tone curve."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.video.scene_spec import SceneSpec
from simulator.video.texture import Plane

_TONE_STEPS = 4096
_NOISE_FIELDS_SEED = 20_26
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # ITU-R BT.709


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How one scene state is exposed; constant over its frames, as with a settled control loop.

    `gains` are per colour channel; `full_well` and `read_noise` are in electrons.
    """

    gains: Plane
    full_well: float
    read_noise: float
    extra_noise: float
    monochrome: bool


def _grey_world(mean: Plane) -> Plane:
    balanced: Plane = (mean.mean() / np.maximum(mean, 1e-6)).astype(np.float32)
    return balanced


def expose(spec: SceneSpec, light: Plane, *, developed: bool) -> Exposure:
    """Choose the exposure for `light` (H, W, 3, linear).

    `developed` marks light that was taken from a finished picture: it keeps its own exposure by day
    with the filter in.
    """
    mean = light.reshape(-1, 3).mean(axis=0)
    level = max(1e-6, float(mean @ _LUMA))
    healthy_day = spec.by_day and spec.filter_is_in
    target, highest = (0.19 if healthy_day else 0.27, 8.0) if spec.by_day else (0.12, 16.0)
    gain = min(highest, target / level)
    if developed and healthy_day:
        gain = min(highest, 1 / max(1e-6, spec.daylight))
    gains = np.full(3, gain, dtype=np.float32)
    if spec.balances_white and spec.by_day and not spec.filter_is_in:
        gains = (gains * _grey_world(mean)).astype(np.float32)
    if "colour_cast" in spec.faults:
        gains = gains * np.array([0.62, 0.95, 1.75], dtype=np.float32)
    photons = (9000.0 if spec.by_day else 1500.0) / gain
    return Exposure(
        gains=gains,
        full_well=max(40.0, photons),
        read_noise=2.5,
        extra_noise=0.16 if "noise" in spec.faults else 0.0,
        monochrome=not spec.by_day and not spec.filter_is_in,
    )


@lru_cache(maxsize=4)
def _noise_field(height: int, width: int) -> Plane:
    """Draw one field of normal noise; frames see it at different offsets, which is cheaper."""
    rng = np.random.default_rng(_NOISE_FIELDS_SEED)
    return rng.standard_normal((height + 61, width + 67, 3), dtype=np.float32)


@lru_cache(maxsize=1)
def _tone_curve() -> NDArray[np.uint8]:
    """Map linear light to sRGB (IEC 61966-2-1)."""
    linear = np.arange(_TONE_STEPS) / (_TONE_STEPS - 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(coded * 255).astype(np.uint8)


def develop(light: Plane, exposure: Exposure, *, noise_at: int) -> NDArray[np.uint8]:
    """Take the picture: `noise_at` chooses the noise, equal numbers give equal pixels."""
    height, width = light.shape[:2]
    rng = np.random.default_rng(noise_at)
    top, left = int(rng.integers(61)), int(rng.integers(67))
    field = _noise_field(height, width)[top : top + height, left : left + width]
    if rng.integers(2):
        field = field[::-1]
    if rng.integers(2):
        field = field[:, ::-1]
    # A whole row of gains, and in place from there on: these lines are most of what an encoded
    # second costs, and numpy is slow where the innermost axis has three values.
    signal = light * np.tile(exposure.gains, (width, 1))
    noise = signal * np.float32(1 / exposure.full_well)
    noise += np.float32((exposure.read_noise / exposure.full_well) ** 2 + exposure.extra_noise**2)
    np.sqrt(noise, out=noise)
    noise *= field
    signal += noise
    if exposure.monochrome:
        signal = np.repeat(signal.mean(axis=2, keepdims=True), 3, axis=2)
    np.clip(signal, 0, 1, out=signal)
    signal *= np.float32(_TONE_STEPS - 1)
    steps = signal.astype(np.uint16)
    picture: NDArray[np.uint8] = np.take(_tone_curve(), steps)
    return picture


def without_colour(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Keep the luma alone (ITU-R BT.601), as a picture processor does in its night mode."""
    luma = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    grey = np.round(luma).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def linear_light(picture: NDArray[np.uint8]) -> Plane:
    """Undo the sRGB tone curve (IEC 61966-2-1): pixels to light, white is 1."""
    coded = np.arange(256) / 255
    curve = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)[picture]
