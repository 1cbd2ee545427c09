"""What comes after the sensor: a frozen picture, blocks of a starved encoder, damaged video."""

from __future__ import annotations

from datetime import timedelta

from agent.diagnosis.pictures.departure import Side, depart, in_between, not_known_yet
from agent.diagnosis.pictures.look import look_at
from agent.diagnosis.pictures.pace import HOURS, SOON
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read, unsure
from shared.reading import Reading

FROZEN, BLOCKY = "picture.frozen", "picture.blocky"
_MOVING_EN, _MOVING_ZH = "something that moves before the camera", "镜头前有物体移动"


def judge_frozen(view: View) -> Finding:
    """The same picture within the watch and over earlier visits; flat pictures prove nothing."""
    look, change = look_at(view), view.number("picture.change")
    if look is None or change is None:
        return not_read(FROZEN)
    names = ("picture.change", "picture.luma_mean")
    if change >= view.levels.live_change:
        return healthy(FROZEN, view, *names)
    if look["luma_std"] < view.levels.flat_luma_std or not look.is_lit:
        return unsure(
            FROZEN, "too flat or dark to tell", "画面过于平坦或偏暗", _MOVING_EN, _MOVING_ZH
        )
    still: list[Reading] = []
    for reading in reversed(view.history.get("picture.luma_mean", ())):
        value = reading.number()
        if value is None or abs(value - look["luma_mean"]) > view.levels.frozen_luma:
            break
        still.append(reading)
    long_enough = view.watched(reversed(still)) >= timedelta(minutes=view.levels.frozen_minutes)
    if change <= view.levels.frozen_change and long_enough:
        return fault(FROZEN, view, "the picture does not change", "画面不再变化", *names)
    return unsure(
        FROZEN, "little changes in this picture", "画面变化很小", _MOVING_EN, _MOVING_ZH
    )


def judge_blocky(view: View) -> Finding:
    """Steps on the encoder's 8-pixel grid as this camera never had them: its bit rate fell."""
    look = look_at(view)
    if look is None:
        return not_read(BLOCKY)
    least = view.levels.blockiness_least
    blocks = depart(view, look, "blockiness", least=least, side=Side.ABOVE)
    if blocks is None:
        return not_known_yet(BLOCKY)
    if blocks.is_usual:
        return healthy(BLOCKY, view, "picture.blockiness")
    if not blocks.is_beyond:
        return in_between(BLOCKY, "blocks show in the picture", "画面略有块状")
    return fault(
        BLOCKY,
        view,
        f"blocks of the encoder show {blocks.value:.1f} times the rest "
        f"(usual: {blocks.norm.median:.1f})",
        f"编码块效应强度 {blocks.value:.1f}（平时 {blocks.norm.median:.1f}）",
        "picture.blockiness",
        "stream.bitrate",
    )


RULES = (
    Rule(
        code=FROZEN,
        needs=("picture.change",),
        judge=judge_frozen,
        looks_back=("picture.luma_mean",),
        persistence=SOON,
    ),
    Rule(code=BLOCKY, needs=("picture.blockiness",), judge=judge_blocky, persistence=HOURS),
)
