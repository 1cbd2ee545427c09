"""Black, white, over- and under-exposed: the light is asked before darkness is judged."""

from __future__ import annotations

from agent.camera.light import Light
from agent.diagnosis.pictures.look import Look, baseline_of, look_at
from agent.diagnosis.pictures.pace import HOURS, SOON
from agent.diagnosis.pictures.witness import (
    day_is_certain,
    hours_beyond,
    night_is_certain,
    panel,
)
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read, unsure

BLACK, WHITE, EXPOSURE = "picture.black", "picture.white", "picture.exposure"
_NAMES = ("picture.luma_mean", "picture.dark_share", "picture.bright_share")
_DAYLIGHT_EN = "daylight that is certain: the site's coordinates, or its panel's power"
_DAYLIGHT_ZH = "确定的日光：请配置现场经纬度，或参考太阳能板功率"


def judge_black(view: View) -> Finding:
    """A black picture is a fault only when it is certainly day."""
    look = look_at(view)
    if look is None:
        return not_read(BLACK)
    levels = view.levels
    if look["luma_p99"] >= levels.seen_luma_p99:
        return healthy(BLACK, view, *_NAMES, *panel(view))
    if look["luma_mean"] > levels.black_luma or look["dark_share"] < levels.black_dark_share:
        return unsure(BLACK, "dark, not black", "画面偏暗但非全黑", _DAYLIGHT_EN, _DAYLIGHT_ZH)
    hours = hours_beyond(view, "picture.luma_mean", below=levels.black_luma, above=None)
    if not day_is_certain(view, extreme_since_h=hours):
        return unsure(
            BLACK, "no light that we know of", "无法确认有光照", _DAYLIGHT_EN, _DAYLIGHT_ZH
        )
    return fault(BLACK, view, "the picture is black by day", "白天画面全黑", *_NAMES, *panel(view))


def judge_white(view: View) -> Finding:
    """At night a covered camera is white by its own lamp: day must be certain here too."""
    look = look_at(view)
    if look is None:
        return not_read(WHITE)
    levels = view.levels
    if look["bright_share"] <= levels.seen_bright_share:
        return healthy(WHITE, view, *_NAMES, *panel(view))
    if look["bright_share"] < levels.white_bright_share:
        return unsure(WHITE, "bright, not white", "画面偏亮但非全白", _DAYLIGHT_EN, _DAYLIGHT_ZH)
    hours = hours_beyond(view, "picture.bright_share", below=None, above=levels.white_bright_share)
    if not day_is_certain(view, extreme_since_h=hours):
        return unsure(
            WHITE,
            "perhaps its own lamp on a cover",
            "可能为补光灯照到遮挡物",
            _DAYLIGHT_EN,
            _DAYLIGHT_ZH,
        )
    return fault(WHITE, view, "the picture is white by day", "白天画面全白", *_NAMES, *panel(view))


def judge_exposure(view: View) -> Finding:
    """By certain day, clipped or dim as this camera never was; a low sun passes within hours."""
    look = look_at(view)
    if look is None:
        return not_read(EXPOSURE)
    baseline = baseline_of(view, Light.DAY)
    if baseline is None or night_is_certain(view) or not day_is_certain(view):
        return unsure(
            EXPOSURE,
            "no daylight that is certain, or no baseline of its own",
            "无法确认日光，或尚无自身基准",
            _DAYLIGHT_EN,
            _DAYLIGHT_ZH,
        )
    levels = view.levels
    bright = baseline.norm("bright_share", support=levels.baseline_pictures)
    luma = baseline.norm("luma_mean", support=levels.baseline_pictures)
    if bright is None or luma is None:
        return not_read(EXPOSURE)
    clipped = bright.above(least=levels.clipped_least, k=levels.own_spreads)
    dim = luma.below(least=levels.dim_least, k=levels.own_spreads)
    glares = look["bright_share"] > bright.high + levels.bright_clipped_least
    glares = glares and look["luma_mean"] > luma.above(least=levels.bright_least, k=3)
    if look["bright_share"] > clipped or glares:
        return _exposed(view, look, "over-exposed", "过曝")
    if look["luma_mean"] < dim and look["luma_p99"] < levels.dim_p99:
        return _exposed(view, look, "under-exposed", "欠曝")
    is_usual = look["bright_share"] <= (bright.high + clipped) / 2
    if is_usual and look["luma_mean"] >= (luma.low + dim) / 2:
        return healthy(EXPOSURE, view, *_NAMES, *panel(view))
    return unsure(
        EXPOSURE,
        "brighter or darker than usual",
        "亮度异于平时",
        "more hours: sun and clouds pass",
        "继续观察数小时：日照与云层会变化",
    )


def _exposed(view: View, look: Look, en: str, zh: str) -> Finding:
    clipped, luma = 100 * look["bright_share"], look["luma_mean"]
    return fault(
        EXPOSURE,
        view,
        f"{en} by day: {clipped:.0f} % clipped, mean luma {luma:.0f}",
        f"白天画面{zh}：{clipped:.0f}% 饱和，平均亮度 {luma:.0f}",
        *_NAMES,
    )


RULES = (
    Rule(
        code=BLACK,
        needs=("picture.luma_mean",),
        judge=judge_black,
        looks_back=("picture.luma_mean",),
        persistence=SOON,
    ),
    Rule(
        code=WHITE,
        needs=("picture.bright_share",),
        judge=judge_white,
        looks_back=("picture.bright_share",),
        persistence=SOON,
    ),
    Rule(
        code=EXPOSURE,
        needs=("picture.bright_share",),
        judge=judge_exposure,
        persistence=HOURS,
    ),
)
