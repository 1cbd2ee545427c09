"""The recorder or gateway itself: disk, recordings, heat."""

from __future__ import annotations

from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read


def _judge_level(
    view: View, *, code: str, name: str, bad: float, well: float, en: str, zh: str
) -> Finding:
    """A value at or over ``bad`` is a fault, at or under ``well`` is none."""
    value = view.number(name)
    if value is None:
        return not_read(code)
    if value >= bad:
        return fault(code, view, en.format(value), zh.format(value), name)
    if value <= well:
        return healthy(code, view, name)
    return no_verdict(code, "between the levels", "处于两阈值之间")


def judge_disk(view: View) -> Finding:
    """The fullest disk."""
    return _judge_level(
        view,
        code="disk.full",
        name="host.disk_used",
        bad=view.levels.disk_full_percent,
        well=view.levels.disk_free_percent,
        en="the disk is {:.1f} % full",
        zh="硬盘已用 {:.1f}%",
    )


def judge_stopped(view: View) -> Finding:
    """The age of the newest file in the recording folder."""
    limit_s = view.levels.recording_stopped_s
    return _judge_level(
        view,
        code="recording.stopped",
        name="recording.newest_age",
        bad=limit_s,
        well=limit_s,
        en="no new recording for {:.0f} s",
        zh="已有 {:.0f} 秒没有新录像",
    )


def judge_gap(view: View) -> Finding:
    """The longest time between neighbouring files in the recording folder."""
    limit_s = view.levels.recording_gap_s
    return _judge_level(
        view,
        code="recording.gap",
        name="recording.longest_gap",
        bad=limit_s,
        well=limit_s,
        en="recordings are missing for {:.0f} s",
        zh="录像缺失 {:.0f} 秒",
    )


def judge_heat(view: View) -> Finding:
    """The hottest sensor of the host; a host without one is never judged."""
    return _judge_level(
        view,
        code="host.overheated",
        name="host.temperature",
        bad=view.levels.host_hot_c,
        well=view.levels.host_cool_c,
        en="the host is at {:.0f} °C",
        zh="主机温度 {:.0f} °C",
    )


RULES = (
    Rule(code="disk.full", needs=("host.disk_used",), judge=judge_disk),
    Rule(code="recording.stopped", needs=("recording.newest_age",), judge=judge_stopped),
    Rule(code="recording.gap", needs=("recording.longest_gap",), judge=judge_gap),
    Rule(code="host.overheated", needs=("host.temperature",), judge=judge_heat),
)
