"""What the verb ``recorder`` prints, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.recorder.ledger import Reason
from agent.recorder.smart import Health
from agent.wrong import Both

DISK_HEADS: Final = (
    Both("disk", "硬盘"),
    Both("model", "型号"),
    Both("serial", "序列号"),
    Both("says", "自检结果"),
    Both("reallocated", "已重映射扇区"),
    Both("pending", "待映射扇区"),
    Both("wear", "磨损"),
    Both("heat", "温度"),
)
CHANNEL_HEADS: Final = (
    Both("channel", "通道"),
    Both("newest file", "最新文件"),
    Both("missing in 24 h", "24 小时内缺失"),
    Both("days there", "已保存天数"),
    Both("promised", "承诺天数"),
)
GAP_HEADS: Final = (
    Both("channel", "通道"),
    Both("from", "起"),
    Both("to", "止"),
    Both("length", "时长"),
    Both("because", "原因"),
)
NO_DISK: Final = Both("the kernel shows no disk here", "内核未显示任何硬盘")
ABSENT: Final = Both("promised and not there: {name}", "约定应有但缺失：{name}")
NOT_LOOKED: Final = Both("not looked at yet", "尚未查看")
OWN_REPORT: Final = Both("told by the agent, newest at {at}:", "代理自述（最新于 {at}）：")
NOTHING_TOLD: Final = Both("the agent has told nothing of this host yet", "代理尚未自述本机状况")
NO_GAP: Final = Both("no gap since the agent looks", "代理开始查看以来无缺失")
HEALTH: Final[Mapping[Health, Both]] = {
    Health.PASSED: Both("passes", "通过"),
    Health.FAILING: Both("FAILING", "即将失效"),
    Health.ASLEEP: Both("unknown: asleep", "未知：休眠中"),
    Health.DENIED: Both("unknown: no right to ask it", "未知：无权限查询"),
    Health.NO_PROGRAM: Both("unknown: smartctl is not installed", "未知：未安装 smartctl"),
    Health.NO_DISK: Both("unknown: no such disk", "未知：没有该硬盘"),
    Health.NO_ANSWER: Both("unknown: does not answer", "未知：无应答"),
    Health.NO_REPORT: Both("gives no report", "不提供自检报告"),
    Health.UNREADABLE: Both("unknown: its report cannot be read", "未知：报告无法解读"),
    Health.STALE: Both("unknown: its report is old", "未知：报告过旧"),
}
REASON: Final[Mapping[Reason, Both]] = {
    Reason.HOST_OFF: Both("the host was off", "主机关机"),
    Reason.CLOCK_SET: Both("the clock was set", "时钟被调整"),
    Reason.MOUNT_LOST: Both("the disk was not mounted", "硬盘未挂载"),
    Reason.DISK_FULL: Both("the disk was full", "硬盘已满"),
    Reason.CAMERA_UNREACHABLE: Both("the camera did not answer", "摄像机无应答"),
    Reason.UNKNOWN: Both("unknown", "未知"),
}
