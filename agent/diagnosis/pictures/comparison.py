"""This pass's picture beside the camera's own past, figure by figure, for evidence; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.departure import Side, reference_stands
from agent.diagnosis.pictures.figures import LEAST_OF
from agent.diagnosis.pictures.look import Look, is_other_kind, look_at
from agent.diagnosis.rule import View
from shared.figures import Figure, Figures

_SIGNS: Final = 5  # significant digits
# To which side a figure departs, for the tables that people read; rules say it themselves.
_ABOVE: Final = frozenset(
    (
        "bright_share",
        "magenta_excess",
        "green_min",
        "noise",
        "blockiness",
        "row_stripes",
        "column_stripes",
        "dead_rows",
        "dead_columns",
        "veil",
        "grey_fill",
        "ref_bend",
        "ref_edges_lost",
        "ref_edges_lost_block",
        "ref_edges_gained",
        "ref_veil",
        "ref_colour",
    )
)
_BELOW: Final = frozenset(
    (
        "sharpness",
        "saturation_mean",
        "local_contrast",
        "ref_similarity",
        "ref_peak",
        "ref_detail",
        "ref_detail_p10",
        "ref_detail_p90",
        "ref_contrast",
    )
)


def figures_of(view: View) -> Figures | None:
    """The figures of this pass's picture; None when there is no picture with good ones.

    Levels are those of ``Norm.below`` and ``Norm.above`` with the figure's least change.
    """
    look = look_at(view)
    if look is None:
        return None
    baseline = view.baselines.get(look.light.value)
    if is_other_kind(view, look.light):
        baseline = None  # another size or source: nothing of it may be set beside this picture
    return Figures(
        taken_at=view.now,
        light=look.light.value,
        wanted=int(view.levels.baseline_pictures),
        learnt=baseline.count if baseline else 0,
        began_at=baseline.began_at if baseline else None,
        learned_at=baseline.learned_at if baseline else None,
        reference=int(look.get("ref_count") or 0),
        figures=tuple(_compared(view, look, baseline)) if baseline else (),
    )


def _compared(view: View, look: Look, baseline: PictureBaseline) -> Iterator[Figure]:
    for name, level in LEAST_OF.items():
        value = look.get(name)
        norm = baseline.norm(name, support=view.levels.baseline_pictures)
        if value is None or norm is None or not reference_stands(view, look, name):
            continue
        least = float(getattr(view.levels, level)) if level else None
        side, k = _side_of(name), view.levels.own_spreads
        below = least is not None and side is not Side.ABOVE
        above = least is not None and side is not Side.BELOW
        yield Figure(
            name=name,
            value=_short(value),
            median=_short(norm.median),
            spread=_short(norm.spread),
            low=_short(norm.low),
            high=_short(norm.high),
            count=norm.count,
            below=_short(norm.below(least=least or 0, k=k)) if below else None,
            above=_short(norm.above(least=least or 0, k=k)) if above else None,
        )


def _side_of(name: str) -> Side:
    if name in _ABOVE:
        return Side.ABOVE
    return Side.BELOW if name in _BELOW else Side.EITHER


def _short(value: float) -> float:
    return float(f"{value:.{_SIGNS}g}")
