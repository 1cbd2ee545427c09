"""Whether the stream plays, and at the rate it promises."""

from __future__ import annotations

from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read

NONE = "stream.none"
LOW_RATE = "stream.low_rate"


def judge_none(view: View) -> Finding:
    """Only the device's own wrong answer is a fault; the network's and the login's are not."""
    plays = view.flag("stream.plays")
    if plays is None:
        return not_read(NONE)
    if plays:
        return healthy(NONE, view, "stream.plays")
    detail = view.readings["stream.plays"].detail[:200]
    return fault(
        NONE,
        view,
        f"the stream does not play: {detail}",
        f"视频流无法播放：{detail}",
        "stream.plays",
    )


def judge_low_rate(view: View) -> Finding:
    """The rate against the profile's own limit."""
    fps, limit = view.number("stream.fps"), view.number("stream.fps_limit")
    if fps is None or not limit:
        return not_read(LOW_RATE)
    names = ("stream.fps", "stream.fps_limit", "stream.lost_packets")
    if fps < limit * view.levels.low_rate_ratio:
        return fault(
            LOW_RATE,
            view,
            f"{fps:.1f} frames a second where {limit:.0f} are set",
            f"帧率 {fps:.1f}，设定值 {limit:.0f}",
            *names,
        )
    if fps >= limit * view.levels.good_rate_ratio:
        return healthy(LOW_RATE, view, *names)
    return no_verdict(LOW_RATE, "the rate is somewhat low", "帧率略低")


RULES = (
    Rule(code=NONE, needs=("stream.plays",), judge=judge_none),
    Rule(code=LOW_RATE, needs=("stream.fps",), judge=judge_low_rate),
)
