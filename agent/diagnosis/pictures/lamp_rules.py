"""The infrared lamp, against the camera's own lit nights."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.light import Light
from agent.diagnosis.pictures.departure import Side, depart, in_between, not_known_yet
from agent.diagnosis.pictures.look import Look, baseline_of, look_at
from agent.diagnosis.pictures.pace import HOURS, LONG
from agent.diagnosis.pictures.witness import (
    day_is_certain,
    is_hidden,
    is_known,
    may_be_weather,
    night_is_certain,
    weather,
)
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read, unsure
from shared.reading import Reading

DEAD, PARTIAL = "ir_led.dead", "ir_led.partial"
_LUMA: Final = "picture.luma_mean"
_NAMES = (_LUMA, "picture.luma_p99", "picture.noise", "imaging.ir_cut_filter")
_SIDES = ("picture.ref_luma_slope_x", "picture.ref_luma_slope_y", "picture.luma_lr", _LUMA)


def judge_dead(view: View) -> Finding:
    """Dark by night where this camera's nights are lit.

    What is black through and through may be the sensor: then the next day decides. A filter that
    stays in looks the same on pictures alone; the summary says so.
    """
    look = look_at(view)
    if look is None:
        return not_read(DEAD)
    bar = _dark_below(view)
    if bar is None:
        return not_known_yet(DEAD)
    if look.light is Light.NIGHT_IR and look["luma_mean"] >= bar:
        return healthy(DEAD, view, *_NAMES)
    is_dark = look["luma_mean"] < bar and not look.is_colour
    if is_dark and not _is_at_full_gain(view, look, share=view.levels.lamp_noise_share):
        return unsure(
            DEAD,
            "dark, but without the noise of full gain: a matter of exposure",
            "画面偏暗，但无满增益噪声：属曝光问题",
            "the next daylight",
            "等待下一个白天",
        )
    if is_dark and not day_is_certain(view):
        if look["luma_p99"] >= view.levels.lives_luma_p99:
            return _dead(view, "the picture is dark", "画面漆黑") if _is_night(view) else _when()
        return unsure(
            DEAD,
            "black: the lamp, or the sensor",
            "画面全黑：可能是补光灯，也可能是传感器",
            "the next daylight",
            "等待下一个白天",
        )
    if (
        look.light is Light.DAY
        and _day_is_usual(view, look)
        and _dark_hours(view, bar) >= view.levels.dark_hours
    ):
        return _dead(view, "the last night was dark, and the day is seen", "昨夜漆黑而白天正常")
    return _when()


def _dead(view: View, en: str, zh: str) -> Finding:
    return fault(
        DEAD,
        view,
        f"{en}, where this camera's nights are lit: no light of the lamp arrives "
        "(a filter that stays in looks the same)",
        f"{zh}，而该摄像机以往夜间有补光：补光未到达传感器（滤光片未移开现象相同）",
        *_NAMES,
    )


def _is_at_full_gain(view: View, look: Look, *, share: float) -> bool:
    """Without its lamp a camera turns its gain up: noise in time is as strong as ever, or more.

    True where that is not known, and in what is so dark that the noise is cut off.
    """
    baseline, noise = baseline_of(view, Light.NIGHT_IR), look.get("change_still")
    levels = view.levels
    usual = baseline.norm("change_still", support=levels.baseline_pictures) if baseline else None
    if usual is None or noise is None or look["luma_p99"] < levels.lamp_unseen_p99:
        return True
    return noise >= share * usual.median


def _day_is_usual(view: View, look: Look) -> bool:
    """A day as bright as ever: what is dark by day too is no lamp's affair."""
    baseline = baseline_of(view, Light.DAY)
    usual = baseline.norm("luma_mean", support=1) if baseline else None
    return usual is None or look["luma_mean"] >= usual.median - view.levels.dim_least / 2


def _when() -> Finding:
    return unsure(
        DEAD,
        "no night in this picture that is certain",
        "无法确认此画面为夜间",
        "the next night, or the site's coordinates",
        "等待下一个夜晚，或配置现场经纬度",
    )


def _dark_below(view: View) -> float | None:
    """The luma below which a night of this camera is not lit; None before its nights are known."""
    baseline, levels = baseline_of(view, Light.NIGHT_IR), view.levels
    norm = baseline.norm("luma_mean", support=levels.baseline_pictures) if baseline else None
    if norm is None:
        return None
    least = max(levels.lamp_least, levels.lamp_least_share * norm.median)
    return max(norm.below(least=least, k=levels.lamp_spreads), levels.black_luma)


def _is_night(view: View) -> bool:
    """By the sun where it is known; else this camera saw day within the last hours."""
    if view.certain_sun_deg is not None:
        return night_is_certain(view)
    return baseline_of(view, Light.DAY) is not None


def _dark_hours(view: View, bar: float) -> float:
    """Watched hours of darkness within the last 20 hours."""
    since = view.now - timedelta(hours=20)
    dark: list[Reading] = []
    hours = 0.0
    for reading in view.history.get(_LUMA, ()):
        value = reading.number()
        if value is None or reading.taken_at < since:
            continue
        if value < bar:
            dark.append(reading)
        elif dark:
            hours, dark = max(hours, _span_h(dark)), []
    return max(hours, _span_h(dark))


def _span_h(readings: list[Reading]) -> float:
    if len(readings) < 2:
        return 0.0
    return (readings[-1].taken_at - readings[0].taken_at).total_seconds() / 3600


def judge_partial(view: View) -> Finding:
    """At night one side is darker against the other than ever, and nothing is brighter."""
    look = look_at(view)
    if look is None:
        return not_read(PARTIAL)
    if look.light is not Light.NIGHT_IR:
        return _no_lamp()
    levels = view.levels
    slopes = [
        found
        for name in ("ref_luma_slope_x", "ref_luma_slope_y")
        if (found := depart(view, look, name, least=levels.lamp_slope_least, side=Side.EITHER))
        is not None
    ]
    if len(slopes) < 2:
        return not_known_yet(PARTIAL)
    if may_be_weather(view, look):
        return weather(PARTIAL)  # fog throws the lamp back, and is brighter below
    if all(slope.is_usual for slope in slopes):
        return healthy(PARTIAL, view, *_SIDES)
    beyond = [slope for slope in slopes if slope.is_beyond]
    is_open = is_known(view, look) and not is_hidden(view, look)
    # More light from somewhere lowers the gain, and so does an exposure that is wrong.
    is_open = is_open and _is_at_full_gain(view, look, share=levels.lamp_half_noise_share)
    if not beyond or _is_brighter(view, look) or not is_open:
        return in_between(PARTIAL, "one side is darker than usual", "一侧较平时偏暗")
    steepest = max(abs(slope.value - slope.norm.median) for slope in beyond)
    return fault(
        PARTIAL,
        view,
        f"at night one side is {2**steepest:.1f} times darker against the other than usual",
        f"夜间画面一侧相对另一侧较平时暗 {2**steepest:.1f} 倍",
        *_SIDES,
    )


def _is_brighter(view: View, look: Look) -> bool:
    """A thing before the lens throws the lamp back: its side is brighter, none is darker."""
    luma = depart(view, look, "luma_mean", least=view.levels.lamp_least, side=Side.EITHER)
    return luma is not None and luma.value > luma.norm.high


def _no_lamp() -> Finding:
    return unsure(
        PARTIAL,
        "the lamp does not burn by day",
        "白天补光灯不工作",
        "the next night",
        "等待下一个夜晚",
    )


RULES = (
    Rule(
        code=DEAD,
        needs=(_LUMA,),
        judge=judge_dead,
        looks_back=(_LUMA,),
        persistence=HOURS,
    ),
    Rule(code=PARTIAL, needs=("picture.ref_luma_slope_x",), judge=judge_partial, persistence=LONG),
)
