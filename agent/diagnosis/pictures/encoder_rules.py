"""What comes after the sensor: frozen, damaged video, blocks of a starved encoder."""

from __future__ import annotations

from datetime import timedelta

from agent.diagnosis.pictures.departure import Side, depart, in_between, not_known_yet
from agent.diagnosis.pictures.look import Look, baseline_of, is_filled, look_at
from agent.diagnosis.pictures.pace import HOURS, SOON
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read, unsure
from shared.reading import Reading

FROZEN, BLOCKY, DAMAGE = "picture.frozen", "picture.blocky", "picture.decode_damage"
_MOVING_EN, _MOVING_ZH = "something that moves before the camera", "镜头前有物体移动"
_STREAM = (
    "stream.decode_errors",
    "stream.loss_touched_key_frame",
    "stream.lost_packets",
    "picture.damaged",
)
_STILL = (
    "picture.change",
    "picture.change_still",
    "stream.key_frames_identical",
    "stream.rtp_advances",
    "picture.luma_mean",
)


def judge_frozen(view: View) -> Finding:
    """The same picture within the watch and over earlier visits; flat pictures prove nothing.

    Key frames that are the same byte for byte while the RTP clock goes on are no sensor's: noise
    never comes twice. A picture that is encoded anew from a frozen one differs by 0 to 0.4 grey
    levels, a live one by 1.6 to 2.6. Where nothing moves, a sensor's noise is still in every part
    of the picture: a static scene that has it is live, a clock that runs before a frozen one has
    none behind it. In between nothing is said.
    """
    look, change = look_at(view), view.number("picture.change")
    if look is None or change is None:
        return not_read(FROZEN)
    identical = view.flag("stream.key_frames_identical") is True
    still_as_ever = _noise_share(view, look)
    is_live = change >= view.levels.live_change or (
        still_as_ever is not None and still_as_ever >= view.levels.live_still_share
    )
    if is_live and not identical:
        return healthy(FROZEN, view, *_STILL)
    if (
        look["luma_std"] < view.levels.flat_luma_std
        or look["luma_p99"] < view.levels.seen_luma_p99
        or look["bright_share"] > view.levels.seen_bright_share
    ):
        return unsure(
            FROZEN, "too flat or dark to tell", "画面过于平坦或偏暗", _MOVING_EN, _MOVING_ZH
        )
    if view.flag("stream.rtp_advances") is False:
        return unsure(
            FROZEN,
            "the stream's own clock stands still",
            "视频流自身时钟停止",
            "a stream whose clock goes on",
            "等待时钟正常的视频流",
        )
    still: list[Reading] = []
    for reading in reversed(view.history.get("picture.luma_mean", ())):
        value = reading.number()
        if value is None or abs(value - look["luma_mean"]) > view.levels.frozen_luma:
            break
        still.append(reading)
    long_enough = view.watched(reversed(still)) >= timedelta(minutes=view.levels.frozen_minutes)
    is_same = change <= view.levels.frozen_change and _is_without_noise(view, look)
    if (identical or is_same) and long_enough:
        return fault(FROZEN, view, "the picture does not change", "画面不再变化", *_STILL)
    return unsure(FROZEN, "little changes in this picture", "画面变化很小", _MOVING_EN, _MOVING_ZH)


def _noise_share(view: View, look: Look) -> float | None:
    """Noise in time where the picture changes least, over this camera's own; None if unknown."""
    still, baseline = look.get("change_still"), baseline_of(view, look.light)
    usual = (
        baseline.norm("change_still", support=view.levels.baseline_pictures) if baseline else None
    )
    if still is None or usual is None or usual.median < view.levels.frozen_still:
        return None
    return still / usual.median


def _is_without_noise(view: View, look: Look) -> bool:
    still, share = look.get("change_still"), _noise_share(view, look)
    if still is None:
        return True  # an agent or a test that measures the whole only
    least = view.levels.frozen_still_share
    return still <= view.levels.frozen_still or (share is not None and share <= least)


def judge_damage(view: View) -> Finding:
    """The decoder's complaints about a key frame of which the network lost nothing."""
    errors = view.number("stream.decode_errors")
    if errors is None:
        return not_read(DAMAGE)
    touched = view.flag("stream.loss_touched_key_frame")
    if touched is not False:
        return unsure(
            DAMAGE,
            "packets were lost on the way, or no stream was watched",
            "传输中有丢包，或未观看视频流",
            "a watch in which no packet is lost: a cable, another switch",
            "在无丢包的情况下观看：更换网线或交换机",
        )
    if errors > 0:
        return fault(
            DAMAGE,
            view,
            f"the decoder met {errors:.0f} errors in a picture that arrived whole",
            f"画面完整到达，但解码器报告 {errors:.0f} 处错误",
            *_STREAM,
        )
    if view.flag("picture.damaged") is not False or is_filled(view):
        return not_read(DAMAGE)
    return healthy(DAMAGE, view, *_STREAM)


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
    Rule(code=DAMAGE, needs=("stream.decode_errors",), judge=judge_damage, persistence=SOON),
    Rule(code=BLOCKY, needs=("picture.blockiness",), judge=judge_blocky, persistence=HOURS),
)
