"""One picture against the camera's own reference of the same light."""

from __future__ import annotations

from typing import Final

import numpy as np

from agent.camera.picture.edges import halve, similarity
from agent.camera.picture.impression import Impression, is_known
from agent.camera.picture.measure import Figures
from agent.camera.picture.planes import Mask, Plane
from agent.camera.picture.reference import Reference
from agent.camera.picture.regions import changed_tiles, largest_block
from agent.camera.picture.robust import middle, percentiles
from agent.camera.picture.shift import find_shifts, find_warp
from agent.camera.picture.slopes import fit_slopes

_GAIN: Final = 0.03  # of similarity, that a shift must win over no shift
_KNOWN_AGAIN: Final = 0.2  # similarity below which no turn or bend is told
_SURE: Final = 0.6  # similarity from which on the view is as it was
_TEXTURED: Final = float(np.log2(1.5))  # log2 of coarse detail, as in ``detail``
_FLAT: Final = float(np.log2(0.75))
_JUDGED: Final = 0.0  # log2 of coarse detail that a tile still needs to have its detail compared
_MIN_TILES: Final = 8
_MIN_FLAT_TILES: Final = 24  # a shadow that passes through a few must not count for much
_LOST: Final = float(np.log2(0.3))
_GAINED: Final = float(np.log2(4.0))
_SPREAD_FLOOR: Final = 0.05
_OF_EDGES: Final = (
    "ref_edges_lost",
    "ref_edges_lost_block",
    "ref_changed",
    "ref_changed_block",
    "ref_lost_luma",
)


def compare(now: Impression, reference: Reference) -> Figures:
    """All figures named ``ref_``; each None where there is too little to compare."""
    textured = reference.coarse >= _TEXTURED
    geometry, right, down = _geometry(now, reference)
    return {
        "ref_count": reference.count,
        **geometry,
        **_detail(now, reference, textured),
        **_contrast(now, reference, textured),
        **_edges(now, reference, textured, right=right, down=down),
        **_light(now, reference),
        "ref_lines": sum(not is_known(reference, axis, at) for axis, at in now.lines),
    }


def _geometry(now: Impression, reference: Reference) -> tuple[Figures, int, int]:
    """Shift, turn, scale and bend, and how alike the views are as they are and flipped.

    The shift is that of the phase correlation's peak where it makes the maps more alike than no
    shift does; else none. Also gives the whole pixels of the shift at 160x90.
    """
    small, own = halve(now.edges.astype(np.float32)), halve(reference.edges.astype(np.float32))
    height, width = small.shape
    shift = find_shifts(small[None], own[None])
    right, down = float(shift.right[0]), float(shift.down[0])
    unmoved = similarity(small, own)
    moved = similarity(small, own, right=round(right), down=round(down))
    if moved < unmoved + _GAIN and max(abs(right), abs(down)) >= 1:
        right = down = 0.0
    gain = max(moved - unmoved, 0.0) if right or down else 0.0
    alike = max(moved, unmoved)
    whole_x, whole_y = round(2 * right), round(2 * down)
    warp = None
    if alike >= _KNOWN_AGAIN:
        warp = find_warp(now.edges, reference.edges, right=whole_x, down=whole_y)
    mirrored, upside_down, rotated = _alike_flipped(small, own, search=alike < _SURE)
    figures: Figures = {
        "ref_shift_x": 100 * right / width,
        "ref_shift_y": 100 * down / height,
        "ref_shift_gain": gain,
        "ref_peak": float(shift.peak[0]),
        "ref_similarity": alike,
        "ref_mirrored": mirrored,
        "ref_upside_down": upside_down,
        "ref_rotated": rotated,
        "ref_rotation_deg": warp.rotation_deg if warp else None,
        "ref_scale": warp.scale if warp else None,
        "ref_bend": warp.bend_px if warp else None,
    }
    return figures, whole_x, whole_y


def _alike_flipped(small: Plane, own: Plane, *, search: bool) -> list[float]:
    """Similarity when mirrored, upside down and turned: as it is, or where it lies best.

    Without ``search`` only as it is: a view that is surely as it was is not the same one flipped
    and shifted.
    """
    flips = np.stack([small[:, ::-1], small[::-1], small[::-1, ::-1]])
    alike = [similarity(flip, own) for flip in flips]
    if not search:
        return alike
    shifts = find_shifts(halve(flips), halve(own)[None])
    return [
        max(
            unmoved,
            similarity(flip, own, right=round(2 * float(right)), down=round(2 * float(down))),
        )
        for unmoved, flip, right, down in zip(alike, flips, shifts.right, shifts.down, strict=True)
    ]


def _detail(now: Impression, reference: Reference, textured: Mask) -> Figures:
    """Tile sharpness over the reference's, where both have something to be sharp."""
    names = ("ref_detail", "ref_detail_p10", "ref_detail_p90")
    judged = textured & (now.coarse >= _JUDGED)
    if int(judged.sum()) < _MIN_TILES:
        return dict.fromkeys(
            (*names, "ref_detail_slope_x", "ref_detail_slope_y", "ref_detail_fit"), None
        )
    off = now.sharpness - reference.sharpness
    half, low, high = (2**value for value in percentiles(off[judged], 50, 10, 90))
    plane = fit_slopes(off, judged / (reference.sharpness_spread + _SPREAD_FLOOR))
    return {
        "ref_detail": half,
        "ref_detail_p10": low,
        "ref_detail_p90": high,
        "ref_detail_slope_x": plane.right,
        "ref_detail_slope_y": plane.down,
        "ref_detail_fit": plane.explained,
    }


def _contrast(now: Impression, reference: Reference, textured: Mask) -> Figures:
    if int(textured.sum()) < _MIN_TILES:
        names = ("ref_contrast", "ref_contrast_slope_x", "ref_contrast_slope_y")
        return dict.fromkeys(names, None)
    off = now.contrast - reference.contrast
    plane = fit_slopes(off, textured.astype(np.float32))
    return {
        "ref_contrast": 2 ** middle(off[textured]),
        "ref_contrast_slope_x": plane.right,
        "ref_contrast_slope_y": plane.down,
    }


def _edges(
    now: Impression, reference: Reference, textured: Mask, *, right: int, down: int
) -> Figures:
    """Edges that are gone, new, or other ones than the reference has."""
    off = now.slope - reference.slope
    flat = reference.coarse < _FLAT
    found: Figures = {"ref_edges_gained": None}
    if int(flat.sum()) >= _MIN_FLAT_TILES:
        gained = (off >= _GAINED) & (now.coarse >= _TEXTURED) & flat
        found["ref_edges_gained"] = float(gained.sum() / flat.sum())
    count = int(textured.sum())
    if count < _MIN_TILES:
        return found | dict.fromkeys(_OF_EDGES, None)
    lost = textured & (off <= _LOST)
    changed = textured & changed_tiles(now.edges, reference.edges, right=right, down=down)
    return {
        **found,
        "ref_edges_lost": float(lost.sum() / count),
        "ref_edges_lost_block": largest_block(lost) / count,
        "ref_changed": float(changed.sum() / count),
        "ref_changed_block": largest_block(changed) / count,
        "ref_lost_luma": _luma_of(lost, now, reference),
    }


def _luma_of(tiles: Mask, now: Impression, reference: Reference) -> float | None:
    """log2 of the luma of these tiles over the reference's, median; None for too few.

    A thing before the lens is dark by day and shines by the camera's own lamp; fog is bright by
    day; where a lamp is out it is dark.
    """
    if int(tiles.sum()) < _MIN_TILES:
        return None
    return middle((now.luma - reference.luma)[tiles])


def _light(now: Impression, reference: Reference) -> Figures:
    plane = fit_slopes(now.luma - reference.luma, np.ones_like(now.luma))
    return {
        "ref_luma_slope_x": plane.right,
        "ref_luma_slope_y": plane.down,
        "ref_veil": now.veil - reference.veil,
        "ref_colour": max(
            abs(new - old) for new, old in zip(now.shares, reference.shares, strict=True)
        ),
    }
