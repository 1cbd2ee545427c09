"""The infrared filter by contradiction: its setting, the light, and the colours of the picture."""

from __future__ import annotations

from agent.diagnosis.baseline import Light
from agent.diagnosis.pictures import baseline_of, filter_mode, look_at
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read

OPEN = "ircut.stuck_open"
CLOSED = "ircut.stuck_closed"
_NAMES = (
    "imaging.ir_cut_filter",
    "picture.magenta_excess",
    "picture.green_min",
    "picture.saturation_mean",
    "picture.luma_mean",
)


def judge_stuck_open(view: View) -> Finding:
    """Infrared colours in a lit colour picture, although the filter is not asked to be out.

    A picture without light never counts: a dark frame drifts to magenta by itself. A filter that
    was set to OFF is where it was asked to be.
    """
    look, mode = look_at(view), filter_mode(view)
    if look is None or mode not in ("ON", "AUTO"):
        return not_read(OPEN)
    if look.light is not Light.DAY:
        return no_verdict(OPEN, "no daylight in the picture", "画面无日光")
    levels = view.levels
    is_pink = look.magenta_excess >= levels.magenta_fault
    if is_pink and look.green_min >= levels.green_valley_fault:
        return fault(
            OPEN,
            view,
            f"filter set to {mode}, but the daylight picture is magenta "
            f"(excess {look.magenta_excess:.2f}, green lowest in {100 * look.green_min:.0f} %)",
            f"滤光片设为 {mode}，但日光画面偏品红（超量 {look.magenta_excess:.2f}，"
            f"绿色最低占 {100 * look.green_min:.0f}%）",
            *_NAMES,
        )
    if look.saturation < levels.pale_saturation:
        # Mist, a white wall, or a camera that drains its colours at dusk: no proof of a filter.
        return no_verdict(OPEN, "too pale to tell", "画面颜色过淡，无法判断")
    natural = look.magenta_excess < levels.magenta_healthy
    if natural and look.green_min < levels.green_valley_healthy:
        return healthy(OPEN, view, *_NAMES)
    return no_verdict(OPEN, "somewhat pink", "画面略偏品红")


def judge_stuck_closed(view: View) -> Finding:
    """Set to OFF in daylight, and the colours are still the camera's own with the filter in.

    At night one picture cannot tell a filter from a dead lamp; that takes an experiment.
    """
    look, mode = look_at(view), filter_mode(view)
    if look is None or mode is None:
        return not_read(CLOSED)
    if mode != "OFF":
        return no_verdict(CLOSED, f"the filter is set to {mode}", f"滤光片设为 {mode}")
    baseline = baseline_of(view, Light.DAY)
    if look.light is not Light.DAY or baseline is None:
        return no_verdict(CLOSED, "no daylight, or no baseline of its own", "无日光或尚无自身基准")
    distance = look.colour_distance(baseline)
    if distance <= view.levels.same_colour_share:
        return fault(
            CLOSED,
            view,
            "filter set to OFF, but the daylight colours are unchanged",
            "滤光片设为关闭，但日光下颜色无变化",
            *_NAMES,
        )
    if distance >= view.levels.other_colour_share:
        return healthy(CLOSED, view, *_NAMES)
    return no_verdict(CLOSED, "colours differ somewhat", "颜色略有差异")


RULES = (
    Rule(code=OPEN, needs=("picture.magenta_excess",), judge=judge_stuck_open),
    Rule(code=CLOSED, needs=("picture.magenta_excess",), judge=judge_stuck_closed),
)
