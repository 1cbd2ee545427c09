"""Days of one camera, written by hand: a good picture, and the baseline of many such."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from agent.camera.light import Light
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.pictures.spread import Norm
from agent.diagnosis.rule import Finding, Sibling
from shared.reading import Value
from tests.agent.diagnosis.views import NOON, judge, view_of

GOOD: Final[dict[str, Value]] = {
    "light": "day",
    "luma_mean": 110.0,
    "luma_std": 45.0,
    "luma_p99": 230.0,
    "dark_share": 0.02,
    "bright_share": 0.01,
    "sharpness": 0.4,
    "saturation_mean": 45.0,
    "red_mean": 110.0,
    "green_mean": 112.0,
    "blue_mean": 104.0,
    "magenta_excess": -0.03,
    "green_min": 0.1,
    "change": 2.0,
    "noise": 1.2,
    "blockiness": 1.05,
    "row_stripes": 4.0,
    "column_stripes": 4.0,
    "line_positions": "",
    "veil": 30.0,
    "local_contrast": 15.0,
    "luma_lr": 0.1,
    "luma_tb": 0.1,
    "sharp_lr": 0.0,
    "sharp_tb": 0.0,
    "grey_fill": 0.0,
    "ref_count": 12,
    "ref_shift_x": 0.0,
    "ref_shift_y": 0.0,
    "ref_peak": 0.6,
    "ref_similarity": 0.9,
    "ref_mirrored": 0.05,
    "ref_upside_down": 0.05,
    "ref_rotated": 0.05,
    "ref_rotation_deg": 0.0,
    "ref_scale": 1.0,
    "ref_bend": 0.4,
    "ref_detail": 1.0,
    "ref_detail_p10": 0.9,
    "ref_detail_p90": 1.1,
    "ref_detail_slope_x": 0.0,
    "ref_detail_slope_y": 0.0,
    "ref_detail_fit": 0.05,
    "ref_contrast": 1.0,
    "ref_contrast_slope_x": 0.0,
    "ref_contrast_slope_y": 0.0,
    "ref_edges_lost": 0.03,
    "ref_edges_lost_block": 0.02,
    "ref_edges_gained": 0.02,
    "ref_changed": 0.05,
    "ref_changed_block": 0.03,
    "ref_luma_slope_x": 0.0,
    "ref_luma_slope_y": 0.0,
    "ref_veil": 0.0,
    "ref_colour": 0.01,
    "ref_lines": 0,
    "change_still": 1.4,
}
NIGHT: Final[dict[str, Value]] = {
    **GOOD,
    "light": "night",
    "luma_mean": 80.0,
    "luma_p99": 200.0,
    "saturation_mean": 1.0,
    "red_mean": 80.0,
    "green_mean": 80.0,
    "blue_mean": 80.0,
}


def picture(base: dict[str, Value] = GOOD, /, **change: Value) -> dict[str, Value]:
    """The readings of one picture, by full name; the filter is on AUTO."""
    figures = {f"picture.{name}": value for name, value in {**base, **change}.items()}
    return {**figures, "imaging.ir_cut_filter": "AUTO"}


def learnt(
    base: dict[str, Value] = GOOD, /, *, count: int = 40, levels: Levels | None = None
) -> dict[str, PictureBaseline]:
    """The baseline after so many good pictures, one an hour, that stray a little; ends at NOON."""
    found: dict[str, PictureBaseline] = {}
    for index in range(count):
        stray = 1 + 0.02 * math.sin(index)
        strayed = {
            name: value * stray if isinstance(value, float) else value
            for name, value in base.items()
        }
        view = view_of(
            picture(strayed),
            now=NOON - timedelta(hours=count - index),
            baselines=found,
            levels=levels,
        )
        baseline = learn(view, ())
        assert baseline is not None
        found[baseline.light.value] = baseline
    assert set(found) <= {light.value for light in Light}
    return found


BASELINES: Final = {**learnt(), **learnt(NIGHT)}


def sibling(
    device_id: str,
    /,
    *,
    light: str = "day",
    suspected: Iterable[str] = (),
    usual: Mapping[str, float] = MappingProxyType({}),
    **figures: float,
) -> Sibling:
    """Another camera of the site, with a past as this one's, but for what is ``usual`` there."""
    norms = {
        name: norm
        for name in figures
        if (norm := BASELINES[light].norm(name, support=1)) is not None
    }
    for name, value in usual.items():
        norms[name] = Norm(median=value, spread=0.0, low=value, high=value, count=40)
    return Sibling(
        device_id=device_id,
        figures=figures,
        light=light,
        norms=norms,
        suspected=frozenset(suspected),
    )


def finding(
    code: str,
    base: dict[str, Value] = GOOD,
    /,
    *,
    sun: float | None = 30.0,
    siblings: tuple[Sibling, ...] = (),
    outdoor: bool = True,
    **change: Value,
) -> Finding:
    """What the rule of this code finds, on a camera whose days and nights are known."""
    view = view_of(
        picture(base, **change), baselines=BASELINES, sun=sun, siblings=siblings, outdoor=outdoor
    )
    return judge(code, view)
