"""Which figures a baseline keeps, and how far each may give way to the seasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.diagnosis.levels import Levels

LEAST_OF: Final[Mapping[str, str]] = {
    "luma_mean": "dim_least",
    "bright_share": "clipped_least",
    "sharpness": "",
    "saturation_mean": "pale_least",
    "magenta_excess": "magenta_least",
    "green_min": "green_valley_least",
    "red_share": "cast_share",
    "green_share": "cast_share",
    "blue_share": "cast_share",
    "noise": "noise_least",
    "change_still": "",
    "blockiness": "blockiness_least",
    "row_stripes": "stripes_least",
    "column_stripes": "stripes_least",
    "dead_rows": "lines_least",
    "dead_columns": "lines_least",
    "veil": "veil_least",
    "local_contrast": "",
    "luma_lr": "lamp_slope_least",
    "luma_tb": "lamp_slope_least",
    "sharp_lr": "detail_slope_least",
    "sharp_tb": "detail_slope_least",
    "grey_fill": "grey_fill_least",
    "ref_shift_x": "shift_least",
    "ref_shift_y": "shift_least",
    "ref_similarity": "match_least",
    "ref_peak": "match_least",
    "ref_rotation_deg": "rotation_least_deg",
    "ref_bend": "bend_least_px",
    "ref_detail": "detail_least",
    "ref_detail_p10": "detail_least",
    "ref_detail_p90": "detail_least",
    "ref_detail_slope_x": "detail_slope_least",
    "ref_detail_slope_y": "detail_slope_least",
    "ref_contrast": "contrast_least",
    "ref_contrast_slope_x": "detail_slope_least",
    "ref_contrast_slope_y": "detail_slope_least",
    "ref_edges_lost": "lost_least",
    "ref_edges_lost_block": "lost_least",
    "ref_edges_gained": "gained_least",
    "ref_luma_slope_x": "lamp_slope_least",
    "ref_luma_slope_y": "lamp_slope_least",
    "ref_veil": "veil_least",
    "ref_colour": "cast_share",
}
"""By figure the level that is its least change; '' for figures that no rule takes such a bar of."""
_PART: Final = 1 / 3
_RELATIVE: Final = 0.1


def leeway_of(name: str, levels: Levels, *, median: float) -> float:
    """How far a full column may give way in all: a third of the least change that rules act on."""
    level = LEAST_OF[name]
    if not level:
        return _RELATIVE * abs(median)
    return _PART * float(getattr(levels, level))
