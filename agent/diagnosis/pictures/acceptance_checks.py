"""Day 0: what one picture of a new camera shows of its lens, its aim and its sensor; pure.

There is no baseline yet, so only fixed levels serve: what is far outside of every healthy real
picture is *wrong*, what is at their edge is for the fitter's own eyes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from agent.camera.light import Light
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.look import Look


class Result(enum.Enum):
    """What a check came to."""

    GOOD = "good"
    WRONG = "wrong"
    LOOK = "look"  # a person has to look: one picture cannot tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the acceptance: what was found, and what to do about it."""

    name: str  # "light", "film", "focus", "tilt", "obstruction", "colour", "sensor", "aim"
    result: Result
    en: str
    zh: str
    remedy_en: str = ""
    remedy_zh: str = ""


def check_all(look: Look, levels: Levels) -> tuple[Check, ...]:
    """All checks of one picture, in the order in which a fitter would put things right."""
    return (
        check_light(look),
        check_film(look, levels),
        check_focus(look, levels),
        check_tilt(look, levels),
        check_obstruction(look, levels),
        check_colour(look, levels),
        check_sensor(look, levels),
        check_aim(look, levels),
    )


def check_light(look: Look) -> Check:
    """A reference is of use only where there is light."""
    if look.light is Light.NONE or look["bright_share"] > 0.5:
        return Check(
            name="light",
            result=Result.WRONG,
            en=f"too dark or too bright (mean luma {look['luma_mean']:.0f})",
            zh=f"画面过暗或过亮（平均亮度 {look['luma_mean']:.0f}）",
            remedy_en="accept by daylight, or check lamp and exposure",
            remedy_zh="请在日光下验收，或检查补光灯与曝光设置",
        )
    return Check(name="light", result=Result.GOOD, en=look.light.value, zh=look.light.value)


def check_film(look: Look, levels: Levels) -> Check:
    """Soft and milky: a film, or a dirty dome."""
    contrast, veil = look.get("local_contrast"), look.get("veil")
    soft = look["sharpness"] < levels.film_sharpness
    if contrast is None or veil is None:
        return _cannot("film")
    if soft and contrast < levels.film_contrast and veil > levels.film_veil:
        return Check(
            name="film",
            result=Result.WRONG,
            en="soft and milky",
            zh="画面模糊发白",
            remedy_en="remove the protective film, or clean the lens",
            remedy_zh="撕除保护膜或清洁镜头",
        )
    return Check(name="film", result=Result.GOOD, en="no veil", zh="无雾状遮挡")


def check_focus(look: Look, levels: Levels) -> Check:
    """The lowest sharpness of a healthy real picture was 0.168; below 0.10 nothing fine is left."""
    sharpness = look["sharpness"]
    if sharpness < levels.blurred_sharpness:
        return Check(
            name="focus",
            result=Result.WRONG,
            en=f"no fine detail (sharpness {sharpness:.2f})",
            zh=f"缺少细节（清晰度 {sharpness:.2f}）",
            remedy_en="focus the lens, or have the camera exchanged before it is mounted",
            remedy_zh="请重新对焦，或在安装前更换摄像机",
        )
    if sharpness < levels.accepted_sharpness:
        return Check(
            name="focus",
            result=Result.LOOK,
            en=f"soft, or a plain scene (sharpness {sharpness:.2f})",
            zh=f"画面偏软，或场景单调（清晰度 {sharpness:.2f}）",
            remedy_en="look at far and near edges in the picture",
            remedy_zh="请查看画面远近边缘是否清晰",
        )
    return Check(
        name="focus",
        result=Result.GOOD,
        en=f"sharpness {sharpness:.2f}",
        zh=f"清晰度 {sharpness:.2f}",
    )


def check_tilt(look: Look, levels: Levels) -> Check:
    """One side much softer than the other: the lens stands askew, or that side is far away."""
    sides = [value for name in ("sharp_lr", "sharp_tb") if (value := look.get(name)) is not None]
    if not sides:
        return _cannot("tilt")
    steepest = max(abs(side) for side in sides)
    if steepest > levels.accepted_tilt:
        return Check(
            name="tilt",
            result=Result.LOOK,
            en=f"one side is {2**steepest:.1f} times softer",
            zh=f"一侧清晰度低 {2**steepest:.1f} 倍",
            remedy_en="look whether that side shows things as near as the other",
            remedy_zh="请确认两侧景物远近是否相近",
        )
    return Check(name="tilt", result=Result.GOOD, en="sides alike", zh="两侧一致")


def check_obstruction(look: Look, levels: Levels) -> Check:
    """A side that is far darker or brighter: a wall, a hood, a leaf before the lens."""
    sides = [value for name in ("luma_lr", "luma_tb") if (value := look.get(name)) is not None]
    if not sides:
        return _cannot("obstruction")
    steepest = max(abs(side) for side in sides)
    if steepest > levels.accepted_shade or look["dark_share"] > 0.5:
        return Check(
            name="obstruction",
            result=Result.LOOK,
            en=f"one side is {2**steepest:.1f} times darker",
            zh=f"一侧亮度低 {2**steepest:.1f} 倍",
            remedy_en="look whether hood, wall or leaves stand in the view",
            remedy_zh="请确认遮光罩、墙体或树叶是否挡住视野",
        )
    return Check(name="obstruction", result=Result.GOOD, en="no side is dark", zh="无明显遮挡")


def check_colour(look: Look, levels: Levels) -> Check:
    """Pink by day: the infrared filter is out. A cast beyond any healthy picture: one channel."""
    if look.light is not Light.DAY:
        return Check(name="colour", result=Result.GOOD, en="no daylight", zh="非日光画面")
    away = max(abs(look[f"{one}_share"] - 1 / 3) for one in ("red", "green", "blue"))
    if look["magenta_excess"] >= levels.magenta_fault:
        return Check(
            name="colour",
            result=Result.WRONG,
            en=f"pink (magenta excess {look['magenta_excess']:.2f})",
            zh=f"画面偏品红（品红过量 {look['magenta_excess']:.2f}）",
            remedy_en="set the infrared filter to ON or AUTO; still pink: exchange the camera",
            remedy_zh="将红外滤光片设为 ON 或 AUTO；如仍偏色，请更换摄像机",
        )
    if away > levels.accepted_cast:
        return Check(
            name="colour",
            result=Result.WRONG,
            en=f"a colour is off by {100 * away:.0f} points of its share",
            zh=f"某颜色占比偏差 {100 * away:.0f} 个百分点",
            remedy_en="set the white balance to automatic; if it stays, exchange the camera",
            remedy_zh="将白平衡设为自动；如无改善，请更换摄像机",
        )
    return Check(name="colour", result=Result.GOOD, en="no cast", zh="无偏色")


def check_sensor(look: Look, levels: Levels) -> Check:
    """Noise, stripes, and lines unlike both neighbours, beyond all of 120 healthy real pictures.

    Some lines may be wires or door frames: those a person tells apart.
    """
    lines = (look.get("dead_rows") or 0.0) + (look.get("dead_columns") or 0.0)
    found_en, found_zh = [], []
    if (noise := look.get("noise") or 0.0) > levels.accepted_noise:
        found_en.append(f"noise of {noise:.0f} grey levels")
        found_zh.append(f"噪声 {noise:.0f} 灰阶")
    if (look.get("row_stripes") or 0.0) > levels.accepted_row_stripes or (
        look.get("column_stripes") or 0.0
    ) > levels.accepted_column_stripes:
        found_en.append("stripes of one period")
        found_zh.append("周期性条纹")
    if lines > levels.accepted_lines:
        found_en.append(f"{lines:.0f} lines unlike their neighbours")
        found_zh.append(f"{lines:.0f} 条异常行/列")
    if found_en:
        return Check(
            name="sensor",
            result=Result.WRONG,
            en=", ".join(found_en),
            zh="、".join(found_zh),
            remedy_en="give it light and accept again; if it stays, exchange the camera",
            remedy_zh="增加光照后重新验收；如无改善，请更换摄像机",
        )
    if lines >= levels.lines_least:
        return Check(
            name="sensor",
            result=Result.LOOK,
            en=f"{lines:.0f} lines unlike their neighbours",
            zh=f"{lines:.0f} 条异常行/列",
            remedy_en="look whether they are wires or frames in the scene",
            remedy_zh="请确认是否为场景中的电线或边框",
        )
    return Check(name="sensor", result=Result.GOOD, en="no stripes or lines", zh="无条纹或坏线")


def check_aim(look: Look, levels: Levels) -> Check:
    """Against the view that is known; on the first day only a person knows what it shall show."""
    x, y, similar = look.get("ref_shift_x"), look.get("ref_shift_y"), look.get("ref_similarity")
    if x is None or y is None or similar is None:
        return Check(
            name="aim",
            result=Result.LOOK,
            en="no earlier view is known",
            zh="尚无已知视野",
            remedy_en="look whether the picture shows what it shall, upright and level",
            remedy_zh="请确认画面内容、方向与水平是否符合要求",
        )
    if max(abs(x), abs(y)) > levels.shift_least:
        return Check(
            name="aim",
            result=Result.LOOK,
            en=f"moved by {x:+.0f} % of the width, {y:+.0f} % of the height",
            zh=f"视野水平移动 {x:+.0f}%、垂直移动 {y:+.0f}%",
            remedy_en="if that is meant, accept with --again and the reason",
            remedy_zh="如属有意，请使用 --again 并说明原因",
        )
    return Check(name="aim", result=Result.GOOD, en="as before", zh="与之前一致")


def _cannot(name: str) -> Check:
    return Check(
        name=name,
        result=Result.LOOK,
        en="cannot be measured in this picture",
        zh="此画面无法测量",
        remedy_en="look at the picture yourself",
        remedy_zh="请人工查看画面",
    )
