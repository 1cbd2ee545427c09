"""One channel off everywhere, by day, against the camera's own."""

from __future__ import annotations

from agent.camera.light import Light
from agent.diagnosis.pictures.departure import in_between, not_known_yet
from agent.diagnosis.pictures.look import Look, baseline_of, look_at
from agent.diagnosis.pictures.others import Others, above
from agent.diagnosis.pictures.pace import HOURS
from agent.diagnosis.pictures.witness import is_hidden, is_known
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read, unsure

CAST = "picture.colour_cast"
_NAMES = ("picture.red_mean", "picture.green_mean", "picture.blue_mean", "picture.ref_colour")


def judge_cast(view: View) -> Finding:
    """Channel shares against the camera's own; pink is left to the filter's rules."""
    look, baseline = look_at(view), baseline_of(view, Light.DAY)
    if look is None:
        return not_read(CAST)
    if baseline is None or look.light is not Light.DAY:
        return not_known_yet(CAST)
    if is_pink(look, view):
        return unsure(
            CAST,
            "pink: a matter of the infrared filter",
            "偏品红：属红外滤光片问题",
            "a commanded test of the filter",
            "对滤光片执行切换测试",
        )
    away = _away(look, view)
    if away is None:
        return not_known_yet(CAST)
    distance, bar = away
    is_open = look.get("ref_similarity") is None or is_known(view, look)
    is_open = is_open and not is_hidden(view, look)
    if distance >= bar and (not is_open or _is_paler(look, view)):
        return in_between(
            CAST, "paler, or hidden in part: snow, mist or a thing", "颜色变淡或部分被遮"
        )
    if distance >= bar:
        least = view.levels.cast_share / 2
        if above(view, look, "ref_colour", least, code=CAST) is Others.ALIKE:
            return unsure(
                CAST,
                "another camera of the site has it too: the light is coloured",
                "同场其他摄像机亦偏色：光线本身有色",
                "hours in which the other cameras are as usual",
                "等待同场其他摄像机颜色正常的时段",
            )
        return fault(
            CAST,
            view,
            f"a colour channel is off by {100 * distance:.0f} points of its share",
            f"某颜色通道占比偏差 {100 * distance:.0f} 个百分点",
            *_NAMES,
        )
    if distance <= view.levels.other_colour_share:
        return healthy(CAST, view, *_NAMES)
    return in_between(CAST, "colours differ somewhat", "颜色略有差异")


def _away(look: Look, view: View) -> tuple[float, float] | None:
    """The largest distance of a channel's share, and the bar of that channel."""
    baseline, levels = view.baselines[Light.DAY.value], view.levels
    found = []
    for name in ("red_share", "green_share", "blue_share"):
        norm = baseline.norm(name, support=levels.baseline_pictures)
        if norm is None:
            return None
        above = norm.above(least=levels.cast_share, k=levels.own_spreads) - norm.median
        below = norm.median - norm.below(least=levels.cast_share, k=levels.own_spreads)
        away = look[name] - norm.median
        found.append((abs(away), above if away >= 0 else below))
    return max(found, key=lambda one: one[0] / one[1])


def _is_paler(look: Look, view: View) -> bool:
    """Nearer to grey than its own days, and with less colour: snow and mist do that, no cast."""
    baseline, support = view.baselines[Light.DAY.value], view.levels.baseline_pictures
    norms = {
        name: baseline.norm(name, support=support)
        for name in ("red_share", "green_share", "blue_share")
    }
    now = max(abs(look[name] - 1 / 3) for name in norms)
    own = max(abs(norm.median - 1 / 3) for norm in norms.values() if norm is not None)
    colour = baseline.norm("saturation_mean", support=support)
    is_drained = colour is not None and (
        look["saturation_mean"] < view.levels.pale_share * colour.median
    )
    return now < own and is_drained


def is_pink(look: Look, view: View) -> bool:
    """Whether the colours lean the way that infrared light makes them lean."""
    return look["magenta_excess"] >= view.levels.magenta_healthy and look["green_min"] >= 0.5


RULES = (Rule(code=CAST, needs=("picture.red_mean",), judge=judge_cast, persistence=HOURS),)
