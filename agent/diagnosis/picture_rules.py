"""Black, white, frozen, blurred, off colour: single pictures only for the unmistakable."""

from __future__ import annotations

from datetime import timedelta

from agent.diagnosis.baseline import Light
from agent.diagnosis.pictures import Look, baseline_of, day_is_certain, hours_beyond, look_at
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read
from shared.reading import Reading

BLACK, WHITE, FROZEN = "picture.black", "picture.white", "picture.frozen"
BLURRED, CAST = "picture.blurred", "picture.colour_cast"
_LIGHT_NAMES = ("picture.luma_mean", "picture.dark_share", "picture.bright_share", "solar.power")


def judge_black(view: View) -> Finding:
    """A black picture is a fault only when it is certainly day."""
    look = look_at(view)
    if look is None:
        return not_read(BLACK)
    levels = view.levels
    if look.luma_p99 >= levels.seen_luma_p99:
        return healthy(BLACK, view, *_LIGHT_NAMES)
    if look.luma_mean > levels.black_luma or look.dark_share < levels.black_dark_share:
        return no_verdict(BLACK, "dark, not black", "画面偏暗但非全黑")
    hours = hours_beyond(view, "picture.luma_mean", below=levels.black_luma, above=None)
    if not day_is_certain(view, extreme_since_h=hours):
        return no_verdict(BLACK, "no light that we know of", "无法确认有光照")
    return fault(BLACK, view, "the picture is black by day", "白天画面全黑", *_LIGHT_NAMES)


def judge_white(view: View) -> Finding:
    """At night a covered camera is white by its own lamp: day must be certain here too."""
    look = look_at(view)
    if look is None:
        return not_read(WHITE)
    levels = view.levels
    if look.bright_share <= levels.seen_bright_share:
        return healthy(WHITE, view, *_LIGHT_NAMES)
    if look.bright_share < levels.white_bright_share:
        return no_verdict(WHITE, "bright, not white", "画面偏亮但非全白")
    hours = hours_beyond(view, "picture.bright_share", below=None, above=levels.white_bright_share)
    if not day_is_certain(view, extreme_since_h=hours):
        return no_verdict(WHITE, "perhaps its own lamp on a cover", "可能为补光灯照到遮挡物")
    return fault(WHITE, view, "the picture is white by day", "白天画面全白", *_LIGHT_NAMES)


def judge_frozen(view: View) -> Finding:
    """The same picture within the watch and over earlier visits; flat pictures prove nothing."""
    look, change = look_at(view), view.number("picture.change")
    if look is None or change is None:
        return not_read(FROZEN)
    names = ("picture.change", "picture.luma_mean")
    if change >= view.levels.live_change:
        return healthy(FROZEN, view, *names)
    if look.luma_std < view.levels.flat_luma_std or look.light is Light.NONE:
        return no_verdict(FROZEN, "too flat or dark to tell", "画面过于平坦或偏暗")
    still: list[Reading] = []
    for reading in reversed(view.history.get("picture.luma_mean", ())):
        value = reading.number()
        if value is None or abs(value - look.luma_mean) > view.levels.frozen_luma:
            break
        still.append(reading)
    long_enough = view.watched(reversed(still)) >= timedelta(minutes=view.levels.frozen_minutes)
    if change <= view.levels.frozen_change and long_enough:
        return fault(FROZEN, view, "the picture does not change", "画面不再变化", *names)
    return no_verdict(FROZEN, "little changes in this picture", "画面变化很小")


def judge_blurred(view: View) -> Finding:
    """Fine detail against the camera's own; without a baseline only when there is none left."""
    look = look_at(view)
    if look is None:
        return not_read(BLURRED)
    if look.light is Light.NONE or look.luma_std < view.levels.flat_luma_std:
        return no_verdict(
            BLURRED, "too dark or flat to judge detail", "画面过暗或平坦，无法判断清晰度"
        )
    return _compare_detail(look, view)


def _compare_detail(look: Look, view: View) -> Finding:
    names = ("picture.sharpness", "picture.laplacian_variance", "picture.luma_mean")
    baseline = baseline_of(view, look.light)
    if baseline is None:
        if look.sharpness < view.levels.blurred_sharpness:
            return fault(BLURRED, view, "no fine detail is left", "画面细节全部丢失", *names)
        return no_verdict(BLURRED, "its own good pictures are not known yet", "尚无自身基准画面")
    ratio = look.sharpness / max(baseline.sharpness_low, 1e-6)
    if ratio < view.levels.blurred_ratio:
        percent = 100 * look.sharpness / max(baseline.sharpness, 1e-6)
        return fault(
            BLURRED,
            view,
            f"fine detail is at {percent:.0f} % of this camera's own",
            f"画面细节仅为自身基准的 {percent:.0f}%",
            *names,
        )
    if ratio >= view.levels.sharp_ratio:
        return healthy(BLURRED, view, *names)
    return no_verdict(BLURRED, "somewhat soft", "画面略显模糊")


def judge_cast(view: View) -> Finding:
    """Channel shares by day against the camera's own; pink is left to the filter's rules."""
    look = look_at(view)
    baseline = baseline_of(view, Light.DAY)
    if look is None or baseline is None or look.light is not Light.DAY:
        return no_verdict(CAST, "no light, or no baseline of its own", "无光照或尚无自身基准")
    names = ("picture.red_mean", "picture.green_mean", "picture.blue_mean")
    if _is_pink(look, view):
        return no_verdict(CAST, "pink: a matter of the infrared filter", "偏品红：属红外滤光片问题")
    distance = look.colour_distance(baseline)
    if distance >= view.levels.cast_share:
        return fault(
            CAST,
            view,
            f"a colour channel is off by {100 * distance:.0f} points of its share",
            f"某颜色通道占比偏差 {100 * distance:.0f} 个百分点",
            *names,
        )
    if distance <= view.levels.other_colour_share:
        return healthy(CAST, view, *names)
    return no_verdict(CAST, "colours differ somewhat", "颜色略有差异")


def _is_pink(look: Look, view: View) -> bool:
    return look.magenta_excess >= view.levels.magenta_healthy and look.green_min >= 0.5


RULES = (
    Rule(
        code=BLACK,
        needs=("picture.luma_mean",),
        judge=judge_black,
        looks_back=("picture.luma_mean",),
    ),
    Rule(
        code=WHITE,
        needs=("picture.bright_share",),
        judge=judge_white,
        looks_back=("picture.bright_share",),
    ),
    Rule(
        code=FROZEN,
        needs=("picture.change",),
        judge=judge_frozen,
        looks_back=("picture.luma_mean",),
    ),
    Rule(code=BLURRED, needs=("picture.sharpness",), judge=judge_blurred),
    Rule(code=CAST, needs=("picture.red_mean",), judge=judge_cast),
)
