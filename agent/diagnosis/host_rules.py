"""The recorder or gateway itself: disks, recordings, heat, clock, restarts, load."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.rule import Finding, Rule, Verdict, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read, unsure


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


_DISK: Final = "disk.full"
_STOPPED: Final = "recording.all_stopped"
_STOPPED_FOR: Final = timedelta(hours=2)  # a look at the channels comes every 10 min, or hour


def judge_disk(view: View) -> Finding:
    """The fullest disk; one that recorders keep full on purpose, only when recording stopped."""
    usual = _judge_level(
        view,
        code=_DISK,
        name="host.disk_used",
        bad=view.levels.disk_full_percent,
        well=view.levels.disk_free_percent,
        en="the disk is {:.1f} % full",
        zh="硬盘已用 {:.1f}%",
    )
    kept_full = view.fresh_reading("recording.disk_used")
    if kept_full is None or usual.verdict is Verdict.FAULT:
        return usual
    used, names = (
        view.number("recording.disk_used"),
        ("recording.disk_used", "recording.newest_age", _STOPPED),
    )
    if used is None:
        return not_read(_DISK)
    if used < view.levels.disk_full_percent:
        return usual
    stopped = _has_stopped(view)
    if stopped is None:
        en = "the recording disk is full, and nobody knows whether recording goes on"
        return no_verdict(_DISK, en, "录像硬盘已满，但不清楚录像是否仍在继续")
    if not stopped:
        return usual
    en = f"the recording disk is {used:.1f} % full and nothing is recorded any more"
    return fault(_DISK, view, en, f"录像硬盘已用 {used:.1f}%，且已停止录像", *names)


def _has_stopped(view: View) -> bool | None:
    """By the folder's newest file, or by what the last look at the channels found."""
    age = view.number("recording.newest_age")
    if age is not None:
        return age >= view.levels.recording_stopped_s
    known = view.history.get(_STOPPED, ())
    if known and known[-1].good and view.now - known[-1].taken_at <= _STOPPED_FOR:
        return known[-1].value is True
    return None


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


def _detail(view: View, name: str) -> str:
    """What the reading names, in brackets; '' when it names nothing."""
    reading = view.fresh_reading(name)
    return f" ({reading.detail})" if reading is not None and reading.detail else ""


def judge_failing(view: View) -> Finding:
    """The disks' own word (SMART); sectors that wait to be remapped are no word yet."""
    code, failing = "disk.failing", view.number("disk.failing")
    if failing is None:
        return not_read(code)
    if failing:
        which = _detail(view, "disk.failing")
        return fault(
            code,
            view,
            f"{failing:.0f} disk(s) report that they fail{which}",
            f"{failing:.0f} 块硬盘自检报告即将失效{which}",
            *("disk.failing", "disk.reallocated", "disk.pending", "disk.uncorrectable"),
            *("disk.wear", "disk.spare"),
        )
    pending = view.number("disk.pending")
    if pending:
        which = _detail(view, "disk.pending")
        return unsure(
            code,
            f"{pending:.0f} sectors could not be read and wait{which}, but the disk passes",
            f"{pending:.0f} 个扇区无法读取、等待重映射{which}，但硬盘自检通过",
            "a long self-test: smartctl -t long",
            "执行一次长自检：smartctl -t long",
        )
    return healthy(code, view, "disk.failing")


def judge_missing(view: View) -> Finding:
    """A disk that was here or is promised and is absent, or an array that lacks a member."""
    code = "disk.missing"
    missing, lacking = view.number("disk.missing"), view.number("disk.raid_degraded")
    if missing:
        which = _detail(view, "disk.missing")
        return fault(
            code,
            view,
            f"{missing:.0f} disk(s) are not there{which}",
            f"缺少 {missing:.0f} 块硬盘{which}",
            "disk.missing",
            "disk.count",
        )
    if lacking:
        which = _detail(view, "disk.raid_degraded")
        return fault(
            code,
            view,
            f"the disk array lacks {lacking:.0f} member(s){which}",
            f"磁盘阵列缺少 {lacking:.0f} 个成员{which}",
            "disk.raid_degraded",
        )
    return not_read(code) if missing is None else healthy(code, view, "disk.missing")


def judge_mount(view: View) -> Finding:
    """Recordings lie where they lay, or where the owner said."""
    code, mounted = "storage.mount_lost", view.flag("storage.mounted")
    if mounted is None:
        return not_read(code)
    if mounted:
        return healthy(code, view, "storage.mounted")
    which = _detail(view, "storage.mounted")
    astray = view.flag("storage.on_system_disk")
    return fault(
        code,
        view,
        f"the recording disk is not mounted{which}"
        + ("; recordings go onto the system disk" if astray else ""),
        f"录像硬盘未挂载{which}" + ("；录像正写入系统盘" if astray else ""),
        "storage.mounted",
        "storage.on_system_disk",
    )


def judge_writes(view: View) -> Finding:
    """A file system that is read-only, counts new errors, or failed the write test."""
    code = "storage.write_errors"
    names = ("storage.read_only", "storage.new_errors", "storage.writes")
    if view.flag(names[0]):
        where = _detail(view, names[0])
        return fault(
            code, view, f"the disk is read-only{where}", f"硬盘处于只读状态{where}", *names
        )
    if view.flag(names[2]) is False:
        why = _detail(view, names[2])
        return fault(code, view, f"the write test failed{why}", f"写入测试失败{why}", *names)
    errors = view.number(names[1])
    if errors:
        where = _detail(view, names[1])
        return fault(
            code,
            view,
            f"the file system has recorded {errors:.0f} new error(s){where}",
            f"文件系统新增 {errors:.0f} 个错误{where}",
            *names,
        )
    if view.flag(names[0]) is None and errors is None and view.flag(names[2]) is None:
        return not_read(code)
    return healthy(code, view, *names)


def judge_retention(view: View) -> Finding:
    """Days of recordings that the owner promised and the disk does not hold."""
    code, short = "recording.retention_short", view.number("recording.retention_missing")
    if short is None:
        return not_read(code)
    if not short:
        return healthy(code, view, "recording.retention_missing")
    there = view.number("recording.retention") or 0.0
    return fault(
        code,
        view,
        f"recordings reach back {there:.0f} days, {short:.0f} fewer than promised",
        f"录像仅保存 {there:.0f} 天，比承诺少 {short:.0f} 天",
        "recording.retention_missing",
        "recording.retention",
    )


def judge_clock(view: View) -> Finding:
    """This host's clock beside the collector's, at the newest receipt.

    Two clocks that differ do not say which is wrong: one that the kernel calls synchronised is not
    blamed for a collector whose clock was set.
    """
    code, offset = "host.clock_wrong", view.number("host.clock_offset")
    if offset is None:
        return not_read(code)
    if abs(offset) >= view.levels.clock_wrong_s:
        en = f"this host's clock and the collector's are {offset:+.0f} s apart"
        zh = f"主机时钟与收集端时钟相差 {offset:+.0f} 秒"
        if view.flag("host.clock_synchronised"):
            return unsure(
                code,
                f"{en}, but this host's is synchronised: the collector's may be wrong",
                f"{zh}，但主机时钟已同步：可能是收集端时钟错误",
                "the collector's own clock, and the server of time of both",
                "检查收集端时钟，以及两者的时间服务器",
            )
        return fault(
            code,
            view,
            en,
            zh,
            "host.clock_offset",
            "host.clock_synchronised",
        )
    if abs(offset) <= view.levels.clock_right_s:
        return healthy(code, view, "host.clock_offset")
    return no_verdict(code, "between the levels", "处于两阈值之间")


def judge_restarts(view: View) -> Finding:
    """Ends of the host and of the agent that nobody ordered."""
    code, levels = "host.restarts", view.levels
    host, agent = view.number("host.restarts"), view.number("agent.restarts")
    if host is None or agent is None:
        return not_read(code)
    names = ("host.restarts", "agent.restarts")
    if host >= levels.host_restarts_day:
        return fault(
            code,
            view,
            f"the host went down {host:.0f} times in a day without a shutdown",
            f"主机一天内非正常重启 {host:.0f} 次",
            *names,
        )
    if agent >= levels.agent_crashes_hour:
        return fault(
            code,
            view,
            f"the agent ended {agent:.0f} times in an hour without an order",
            f"代理一小时内异常退出 {agent:.0f} 次",
            *names,
        )
    return healthy(code, view, *names)


def judge_load(view: View) -> Finding:
    """Visits that find no turn, a loop that wakes late, or files that run out."""
    code, levels = "agent.overloaded", view.levels
    visits, loop = view.number("agent.visits_late"), view.number("agent.loop_late")
    if visits is None or loop is None:
        return not_read(code)
    names = ("agent.visits_late", "agent.loop_late", "agent.open_files", "agent.cpu")
    files = view.number("agent.open_files") or 0.0
    if visits >= levels.visits_late_s:
        return fault(
            code,
            view,
            f"a due visit has waited for {visits / 60:.0f} min",
            f"到期的检测已等待 {visits / 60:.0f} 分钟",
            *names,
        )
    if loop >= levels.loop_late_s:
        return fault(
            code, view, f"the agent was held up for {loop:.0f} s", f"代理停顿 {loop:.0f} 秒", *names
        )
    if files >= levels.open_files_percent:
        return fault(
            code,
            view,
            f"{files:.0f} % of the files that the agent may open are open",
            f"代理已打开文件数达上限的 {files:.0f}%",
            *names,
        )
    return healthy(code, view, *names)


RULES = (
    Rule(code=_DISK, needs=("host.disk_used",), judge=judge_disk, looks_back=(_STOPPED,)),
    Rule(code="recording.stopped", needs=("recording.newest_age",), judge=judge_stopped),
    Rule(code="recording.gap", needs=("recording.longest_gap",), judge=judge_gap),
    Rule(code="host.overheated", needs=("host.temperature",), judge=judge_heat),
    Rule(code="disk.failing", needs=("disk.failing",), judge=judge_failing),
    Rule(code="disk.missing", needs=("disk.missing",), judge=judge_missing),
    Rule(code="storage.mount_lost", needs=("storage.mounted",), judge=judge_mount),
    Rule(
        code="storage.write_errors",
        needs=("storage.read_only", "storage.new_errors", "storage.writes"),
        judge=judge_writes,
    ),
    Rule(
        code="recording.retention_short",
        needs=("recording.retention_missing",),
        judge=judge_retention,
    ),
    Rule(code="host.clock_wrong", needs=("host.clock_offset",), judge=judge_clock),
    Rule(code="host.restarts", needs=("host.restarts", "agent.restarts"), judge=judge_restarts),
    Rule(code="agent.overloaded", needs=("agent.visits_late", "agent.loop_late"), judge=judge_load),
)
