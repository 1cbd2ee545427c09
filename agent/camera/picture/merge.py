"""How a reference grows: robust against what passes through the view."""

from __future__ import annotations

from typing import Final

import numpy as np

from agent.camera.picture.impression import NEAR_PX, Impression
from agent.camera.picture.planes import Luma, Plane
from agent.camera.picture.reference import ANCHORED, MAPS, MOST_LINES, KnownLine, Reference

_SETTLED: Final = 32  # pictures; from then on each weighs one in 32
_ANCHORED_AT: Final = 64  # pictures, as many as a baseline has when it is full and frozen
_TRUSTED: Final = 5  # pictures, from which on a new one may move a value only by so much
_LEAST_STEP: Final = 0.25  # log2
_SPREADS: Final = 3.0
_FIRST_SPREAD: Final = 0.1  # log2, before there are two to differ
_LEEWAYS: Final = {
    "sharpness": 0.15,
    "contrast": 0.15,
    "luma": 0.4,
    "slope": 0.5,
    "coarse": 0.5,
}
"""log2 by which a map may leave its anchor: a third of what rules act on (``detail_least``,
``contrast_least``, ``lamp_slope_least``), as columns of the baseline may; and of a factor of three
for the maps that say where edges are."""
_DETAILED: Final = 0.0  # log2 of coarse detail below which a tile's sharpness says nothing


def merge(reference: Reference | None, now: Impression) -> Reference:
    """The reference with this picture in it; a first one when there is none.

    Running means of which every picture has the same part up to 32, and one in 32 from then on.
    After five pictures a value moves by at most three spreads of its own at a time, so that a
    lorry or a shadow leaves no trace; the edge map moves then by one step in the direction of
    what is seen (sigma-delta, Manzanera and Richefeu, 2007), which comes to rest at the median.

    With 64 pictures its tile maps are kept as an anchor, and may leave it by no more than a
    leeway: a season passes within that, while a lens that goes blind by a little each day is
    followed no further, and is seen.
    """
    if reference is None:
        return _first(now)
    count = reference.count
    part = np.float32(1 / min(count + 1, _SETTLED))
    seen = now.coarse > _DETAILED
    off = np.where(seen, now.sharpness - reference.sharpness, np.float32(0))
    spread = reference.sharpness_spread
    moved = _bounded(off, count, spread)
    kept = {
        name: getattr(reference, name)
        + part * _bounded(getattr(now, name) - getattr(reference, name), count)
        for name in MAPS
        if not name.startswith("sharpness")
    }
    shares = [
        old + float(part) * (new - old)
        for old, new in zip(reference.shares, now.shares, strict=True)
    ]
    kept["sharpness"] = reference.sharpness + part * moved
    anchor = reference.anchor
    if anchor:
        for name, plane in zip(ANCHORED, anchor, strict=True):
            leeway = np.float32(_LEEWAYS[name])
            kept[name] = np.clip(kept[name], plane - leeway, plane + leeway)
    elif count + 1 >= _ANCHORED_AT:
        anchor = tuple(kept[name] for name in ANCHORED)
    return Reference(
        width_px=now.width_px,
        height_px=now.height_px,
        count=min(count + 1, 0xFFFF),
        edges=_merge_edges(reference.edges, now.edges, count),
        sharpness_spread=spread + part * (np.abs(moved) - spread) * seen,
        **kept,
        shares=(shares[0], shares[1], shares[2]),
        veil=reference.veil + float(part) * (now.veil - reference.veil),
        lines=_merge_lines(reference.lines, now.lines),
        anchor=anchor,
    )


def _first(now: Impression) -> Reference:
    return Reference(
        width_px=now.width_px,
        height_px=now.height_px,
        count=1,
        edges=now.edges,
        sharpness_spread=np.full_like(now.sharpness, _FIRST_SPREAD),
        **{name: getattr(now, name) for name in MAPS if name != "sharpness_spread"},
        shares=now.shares,
        veil=now.veil,
        lines=_merge_lines((), now.lines),
    )


def _bounded(off: Plane, count: int, spread: Plane | None = None) -> Plane:
    if count < _TRUSTED:
        return off
    step = np.float32(_LEAST_STEP)
    most = step if spread is None else step + np.float32(_SPREADS) * spread
    found: Plane = np.clip(off, -most, most)
    return found


def _merge_edges(old: Luma, new: Luma, count: int) -> Luma:
    off = new.astype(np.float32) - old
    if count < _TRUSTED:
        mean: Luma = np.rint(old + off / (count + 1)).astype(np.uint8)
        return mean
    step = max(1, round(8 / (count + 1 - _TRUSTED)))
    stepped: Luma = (old + np.clip(np.rint(off), -step, step)).astype(np.uint8)
    return stepped


def _merge_lines(
    known: tuple[KnownLine, ...], seen: tuple[tuple[str, int], ...]
) -> tuple[KnownLine, ...]:
    """Count each line that is seen again; when there are too many, the rarest go."""
    lines = list(known)
    for axis, at in seen:
        for index, line in enumerate(lines):
            if line.axis == axis and abs(line.at - at) <= NEAR_PX:
                times = min(line.times + 1, 0xFFFF)
                lines[index] = KnownLine(axis=axis, at=line.at, times=times)
                break
        else:
            lines.append(KnownLine(axis=axis, at=at, times=1))
    return tuple(sorted(lines, key=lambda line: -line.times)[:MOST_LINES])
