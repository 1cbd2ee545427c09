"""How far a figure has left this camera's own, and the doubts that all picture rules share."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from agent.diagnosis.pictures.look import Look, baseline_of, is_other_kind, look_at
from agent.diagnosis.pictures.spread import Norm
from agent.diagnosis.rule import Finding, View
from agent.diagnosis.verdicts import not_read, unsure


class Side(enum.Enum):
    """To which side a figure departs when something is wrong."""

    BELOW = "below"
    ABOVE = "above"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A figure beside its norm."""

    value: float
    norm: Norm
    bar: float  # beyond it the figure has left this camera's own
    is_beyond: bool
    is_usual: bool  # among what was learnt, or nearer to the median than to the bar


def depart(
    view: View, look: Look, name: str, *, least: float, side: Side, support: float = 0.0
) -> Departure | None:
    """The figure against its own past; None without the figure or enough of a past.

    ``support``: how many values that past must have, when that is more than ``baseline_pictures``.
    """
    value, baseline = look.get(name), baseline_of(view, look.light)
    if value is None or baseline is None or not reference_stands(view, look, name):
        return None
    norm = baseline.norm(name, support=max(support, view.levels.baseline_pictures))
    if norm is None:
        return None
    k = view.levels.own_spreads
    is_above = side is Side.ABOVE or (side is Side.EITHER and value >= norm.median)
    bar = norm.above(least=least, k=k) if is_above else norm.below(least=least, k=k)
    is_beyond = value > bar if is_above else value < bar
    is_inside = norm.low <= value <= norm.high
    if side is not Side.EITHER:
        is_inside = value <= norm.high if is_above else value >= norm.low
    is_near = abs(value - norm.median) < abs(bar - norm.median) / 2
    return Departure(
        value=value,
        norm=norm,
        bar=bar,
        is_beyond=is_beyond,
        is_usual=not is_beyond and (is_inside or is_near),
    )


def reference_stands(view: View, look: Look, name: str) -> bool:
    """Whether a figure of the reference rests on enough pictures; True for all others."""
    if not name.startswith("ref_"):
        return True
    return (look.get("ref_count") or 0) >= view.levels.reference_pictures


def seen(view: View, code: str) -> Look | Finding:
    """The picture to judge by its detail and layout, or why there is none."""
    look = look_at(view)
    if look is None:
        return not_read(code)
    if not look.is_lit or look["luma_std"] < view.levels.flat_luma_std:
        return unsure(
            code,
            "too dark or flat to judge",
            "画面过暗或平坦，无法判断",
            "a picture with light in it",
            "等待有光照的画面",
        )
    if is_other_kind(view, look.light):
        unknown = unsure(
            code,
            "another size or source than this camera's own pictures: it is learnt anew",
            "画面尺寸或来源与自身基准不同：将重新学习",
            "some days of good pictures of this kind; while a picture fault is open, only after"
            " preclaim-agent accept DEVICE --again REASON",
            "积累数日此类正常画面；若有画面故障未解除，须先执行"
            " preclaim-agent accept DEVICE --again REASON 才会学习",
        )
        return replace(unknown, is_of_other_kind=True)
    return look


def not_known_yet(code: str) -> Finding:
    """The camera's own good pictures in this light are not known."""
    return unsure(
        code,
        "its own good pictures in this light are not known yet",
        "该光照下尚无自身基准画面",
        "some days of good pictures in this light",
        "积累数日该光照下的正常画面",
    )


def in_between(code: str, en: str, zh: str) -> Finding:
    """Off, but not by so much that it could be told from weather and traffic."""
    return unsure(code, en, zh, "more hours: weather passes", "继续观察数小时：天气因素会消失")
