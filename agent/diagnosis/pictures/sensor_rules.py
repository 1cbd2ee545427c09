"""The sensor itself: noise, stripes, dead lines; against the camera's own, native lines."""

from __future__ import annotations

from agent.diagnosis.pictures.departure import Side, depart, in_between, not_known_yet
from agent.diagnosis.pictures.look import look_at
from agent.diagnosis.pictures.others import Others, above
from agent.diagnosis.pictures.pace import HOURS
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read, unsure

NOISE, STRIPES, LINES = "picture.noise", "picture.stripes", "picture.dead_lines"
_NOISE = ("picture.noise", "picture.change_still")
_STRIPES = ("picture.row_stripes", "picture.column_stripes")
_PICTURES_BACK, _SEEN_ON = 8, 3
_LINES = (
    "picture.ref_lines",
    "picture.dead_rows",
    "picture.dead_columns",
    "picture.line_positions",
)


def judge_noise(view: View) -> Finding:
    """Noise of flat parts beyond what this camera ever had in this light, and new in each picture.

    Foliage and gravel look like noise in one picture, the clearer the air the more; but they are
    there in the next one too.
    """
    look = look_at(view)
    if look is None:
        return not_read(NOISE)
    levels = view.levels
    moving = depart(view, look, "change_still", least=levels.noise_time_least, side=Side.ABOVE)
    least = levels.noise_least if moving is None else levels.noise_seen_least
    noise = depart(view, look, "noise", least=least, side=Side.ABOVE)
    if noise is None:
        return not_known_yet(NOISE)
    if noise.is_usual:
        return healthy(NOISE, view, *_NOISE)
    if not noise.is_beyond or (moving is not None and not moving.is_beyond):
        return in_between(NOISE, "noisier than usual", "噪点多于平时")
    if above(view, look, "noise", view.levels.noise_least / 2, code=NOISE) is Others.ALIKE:
        return unsure(
            NOISE,
            "noisy, and so is another camera of the site: rain or dusk",
            "噪点多，同场其他摄像机亦如此：可能为降雨或光线不足",
            "hours in which the other cameras are as usual",
            "等待同场其他摄像机画面正常的时段",
        )
    return fault(
        NOISE,
        view,
        f"noise of {noise.value:.1f} grey levels (usual: {noise.norm.median:.1f})",
        f"噪声 {noise.value:.1f} 灰阶（平时 {noise.norm.median:.1f}）",
        *_NOISE,
    )


def judge_stripes(view: View) -> Finding:
    """One period stands out of the rows or columns as it never did."""
    look = look_at(view)
    if look is None:
        return not_read(STRIPES)
    least = view.levels.stripes_least
    found = {
        name: departure
        for name in ("row_stripes", "column_stripes")
        if (departure := depart(view, look, name, least=least, side=Side.ABOVE)) is not None
    }
    if not found:
        return not_known_yet(STRIPES)
    if all(one.is_usual for one in found.values()):
        return healthy(STRIPES, view, *_STRIPES)
    beyond = [name for name, one in found.items() if one.is_beyond]
    if not beyond:
        return in_between(STRIPES, "a period shows in the picture", "画面隐约有周期性条纹")
    en, zh = ("rows", "行") if beyond[0] == "row_stripes" else ("columns", "列")
    worst = found[beyond[0]]
    return fault(
        STRIPES,
        view,
        f"one period stands out of the {en} {worst.value:.0f} times "
        f"(usual: {worst.norm.median:.0f})",
        f"{zh}方向周期性条纹强度 {worst.value:.0f}（平时 {worst.norm.median:.0f}）",
        *_STRIPES,
    )


def judge_lines(view: View) -> Finding:
    """Lines that differ from both neighbours, at the same places on most pictures of the past.

    Those that the camera's reference knows are of the scene (wires, door frames) or were there on
    the first day; pictures of another light agree with a dead line, and not with a shadow.
    """
    look, positions = look_at(view), view.text("picture.line_positions")
    if look is None or positions is None:
        return not_read(LINES)
    unknown_lines = look.get("ref_lines")
    if unknown_lines is None:
        return not_known_yet(LINES)
    fixed = min(_recurring(view, positions), int(unknown_lines))
    if fixed >= view.levels.lines_least:
        return fault(
            LINES,
            view,
            f"{fixed} lines stand at the same places on all pictures",
            f"{fixed} 条行/列在所有画面的固定位置异常",
            *_LINES,
        )
    if unknown_lines == 0:
        return healthy(LINES, view, *_LINES)
    return unsure(
        LINES,
        f"{unknown_lines:.0f} lines, {fixed} of them fixed: wires and edges look the same",
        f"{unknown_lines:.0f} 条线，其中 {fixed} 条固定：场景中的电线或边缘也可能如此",
        "a covered lens: a dead line stays in a dark picture",
        "遮住镜头：坏行坏列在暗画面中仍可见",
    )


def _recurring(view: View, positions: str) -> int:
    """How many of the lines of now were at the same place on most of the last pictures."""
    earlier = [
        str(reading.value).split()
        for reading in view.history.get("picture.line_positions", ())
        if reading.good and isinstance(reading.value, str)
    ][-_PICTURES_BACK:]
    needed = max(_SEEN_ON, len(earlier) / 2)
    return sum(sum(line in found for found in earlier) >= needed for line in positions.split())


RULES = (
    Rule(code=NOISE, needs=("picture.noise",), judge=judge_noise, persistence=HOURS),
    Rule(code=STRIPES, needs=("picture.row_stripes",), judge=judge_stripes, persistence=HOURS),
    Rule(
        code=LINES,
        needs=("picture.line_positions",),
        judge=judge_lines,
        looks_back=("picture.line_positions",),
        persistence=HOURS,
    ),
)
