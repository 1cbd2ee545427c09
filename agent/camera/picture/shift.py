"""How far a view has shifted, turned and bent: phase correlation of edge maps."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from agent.camera.picture.planes import Luma, Plane

Spectrum: TypeAlias = npt.NDArray[np.complex64]
_BLOCK_Y, _BLOCK_X = 30, 40  # 3x4 blocks of the 160x90 map
_DAMPING: Final = 0.2  # cycles a pixel: finer structure is noise when light differs
_MOST_LOCAL_PX: Final = 7  # of a block, beyond the shift that all have in common
_LEAST_PEAK: Final = 0.12  # of a block; below, its shift is chance
_LEAST_BLOCKS: Final = 6
_ROUNDS: Final = 4
_FAIR_PX: Final = 0.7  # a block that is off by more counts for less (Cauchy's weights)
_AFFINE: Final = 6  # terms of two affine maps, before those of a lens
_RIDGE: Final = 1e-9 * np.eye(9)
_PIXELS: Final = 4.0  # of the 640x360 picture in one of the map


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """Where each plane of a stack has moved, in its own pixels: to the right and down."""

    right: npt.NDArray[np.float64]
    down: npt.NDArray[np.float64]
    peak: npt.NDArray[np.float64]  # 0..1: 1 for a mere shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Warp:
    """What local shifts have in common, and what they have not."""

    rotation_deg: float  # clockwise
    scale: float  # above 1: things are larger now
    bend_px: float  # root mean square of what bends as by a lens, in pixels at 640x360


def find_shifts(now: Plane, before: Plane, *, most_px: int | None = None) -> Shifts:
    """Shifts of a stack of planes, by phase correlation (Kuglin and Hines, 1975).

    Under a Hann window; frequencies are weighed down as they get finer, and so are those that
    have hardly any energy. Sub-pixel by a parabola through the peak and its neighbours. Only
    shifts up to ``most_px`` each way are looked for, when it is given.
    """
    height, width = now.shape[-2:]
    cross = _spectrum(now) * np.conj(_spectrum(before))
    power = _length(cross)
    floor = power.mean(axis=(-2, -1), keepdims=True) * np.float32(0.1) + np.float32(1e-6)
    whitened = cross / (power + floor) * _weights(height, width)
    agreed = _length(whitened)
    # Of the half spectrum every inner column stands for two.
    whole = 2 * agreed.sum(axis=(-2, -1)) - agreed[..., 0].sum(-1) - agreed[..., -1].sum(-1)
    surface = np.fft.irfft2(whitened, s=(height, width))
    surface *= (height * width / np.maximum(whole, 1e-6))[..., None, None]
    if most_px is not None:
        surface[..., most_px + 1 : -most_px, :] = -1
        surface[..., most_px + 1 : -most_px] = -1
    return _peaks(surface)


def _length(spectrum: Spectrum) -> Plane:
    found: Plane = np.sqrt(spectrum.real**2 + spectrum.imag**2)
    return found


def _spectrum(planes: Plane) -> Spectrum:
    height, width = planes.shape[-2:]
    centred = planes - planes.mean(axis=(-2, -1), keepdims=True)
    found: Spectrum = np.fft.rfft2(centred * _window(height, width)).astype(np.complex64)
    return found


@functools.cache
def _window(height: int, width: int) -> Plane:
    window: Plane = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    return window


@functools.cache
def _weights(height: int, width: int) -> Plane:
    fine = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.rfftfreq(width)[None, :] ** 2
    weights: Plane = np.exp(-fine / (2 * _DAMPING**2)).astype(np.float32)
    return weights


def _peaks(surface: npt.NDArray[np.floating]) -> Shifts:
    stack = surface.reshape(-1, *surface.shape[-2:])
    height, width = stack.shape[-2:]
    every = np.arange(len(stack))
    at = stack.reshape(len(stack), -1).argmax(axis=1)
    y, x = at // width, at % width
    top = stack[every, y, x]
    down = y + _vertex(stack[every, y - 1, x], top, stack[every, (y + 1) % height, x])
    right = x + _vertex(stack[every, y, x - 1], top, stack[every, y, (x + 1) % width])
    return Shifts(
        right=np.where(right > width / 2, right - width, right),
        down=np.where(down > height / 2, down - height, down),
        peak=np.clip(top, 0.0, 1.0).astype(np.float64),
    )


def _vertex(
    left: npt.NDArray[np.floating], top: npt.NDArray[np.floating], right: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Where the parabola through three neighbours is highest, -0.5..0.5 beside the middle."""
    curve = left - 2 * top + right
    offset = 0.5 * (left - right) / np.where(np.abs(curve) < 1e-9, -1.0, curve)
    return np.clip(offset, -0.5, 0.5).astype(np.float64)


def find_warp(now: Luma, before: Luma, *, right: int, down: int) -> Warp | None:
    """What shifts of 3x4 blocks say beyond the common one, which is given.

    An affine map and the terms of a lens are fitted together, blocks weighed by how clear their
    shift is and how well they fit. A lens (Brown, 1966) bends by the cube of the distance, and by
    squares where it sits off the middle; what a zoom, a turn and sloppy blocks do is in neither.
    None when fewer than six blocks are clear.
    """
    moved = np.roll(now, (-down, -right), axis=(0, 1))
    shifts = find_shifts(_blocks(moved), _blocks(before), most_px=_MOST_LOCAL_PX)
    height, width = before.shape
    x, y = _places(height, width)
    # What the roll has brought in from the other side is not the view.
    inside = (np.abs(x + right) <= width / 2 - _BLOCK_X / 4) & (
        np.abs(y + down) <= height / 2 - _BLOCK_Y / 4
    )
    weight = np.where(inside & (shifts.peak >= _LEAST_PEAK), shifts.peak, 0.0)
    if int((weight > 0).sum()) < _LEAST_BLOCKS:
        return None
    terms, bends = _lens_terms(height, width)
    wanted = np.concatenate([shifts.right, shifts.down])
    fair = weight**2
    found = np.zeros(terms.shape[1])
    for _ in range(_ROUNDS):
        scaled = terms.T * np.tile(fair, 2)
        found = np.linalg.solve(scaled @ terms + _RIDGE, scaled @ wanted)
        left = (wanted - terms @ found).reshape(2, -1)
        fair = weight**2 / (1 + (left**2).sum(axis=0) / _FAIR_PX**2)
    return Warp(
        rotation_deg=float(np.degrees(found[4] - found[2]) / 2),
        scale=1 + float(found[1] + found[5]) / 2,
        bend_px=_PIXELS * float(np.sqrt(2 * ((bends @ found[_AFFINE:]) ** 2).mean())),
    )


@functools.cache
def _places(height: int, width: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Centres of the blocks, from the middle of the map."""
    x = np.tile(np.arange(width // _BLOCK_X) + 0.5, height // _BLOCK_Y) * _BLOCK_X - width / 2
    y = np.repeat(np.arange(height // _BLOCK_Y) + 0.5, width // _BLOCK_X) * _BLOCK_Y - height / 2
    return x, y


@functools.cache
def _lens_terms(height: int, width: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Equations for shifts to the right, then down: two affine maps and three terms of a lens.

    Also these three once what an affine map explains of them is taken out: so much can be seen.
    """
    x, y = _places(height, width)
    one, none, half = np.ones_like(x), np.zeros_like(x), width / 2
    away = (x**2 + y**2) / half**2
    pairs = (
        (one, none),
        (x, none),
        (y, none),
        (none, one),
        (none, x),
        (none, y),
        (x * away, y * away),
        ((3 * x**2 + y**2) / half, 2 * x * y / half),
        (2 * x * y / half, (x**2 + 3 * y**2) / half),
    )
    terms = np.stack([np.concatenate(pair) for pair in pairs], axis=1)
    affine, lens = terms[:, :_AFFINE], terms[:, _AFFINE:]
    return terms, lens - affine @ np.linalg.lstsq(affine, lens)[0]


def _blocks(plane: Luma) -> Plane:
    height, width = plane.shape
    split = plane.astype(np.float32).reshape(
        height // _BLOCK_Y, _BLOCK_Y, width // _BLOCK_X, _BLOCK_X
    )
    return np.ascontiguousarray(split.swapaxes(1, 2)).reshape(-1, _BLOCK_Y, _BLOCK_X)
