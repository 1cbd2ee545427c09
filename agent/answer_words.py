"""What the agent answers to orders, in English and Chinese: the agent alone knows what it means.

What a device, a system or a defect says is quoted as it came.
"""

from __future__ import annotations

import enum
from typing import Final

from agent.wrong import Both
from shared.evidence import EvidenceKind

AND: Final = Both(", ", "，")
BECAUSE: Final = Both(": ", "：")
THEN: Final = Both("; ", "；")
LISTED: Final = Both(", ", "、")
KIND_WORDS: Final = {
    EvidenceKind.PICTURE: Both("picture", "图片"),
    EvidenceKind.REFERENCE: Both("reference picture", "参考图片"),
    EvidenceKind.TRANSCRIPT: Both("probe transcript", "检测记录"),
    EvidenceKind.READINGS: Both("readings", "读数"),
    EvidenceKind.CLIP: Both("clip", "视频片段"),
}


class Answer(enum.Enum):
    """Every answer there is; refused configurations, budgets and readings have their own words."""

    CARRIED_OUT_BEFORE = Both("carried out before", "此前已执行")
    HANDLED_BEFORE = Both("handled before", "此前已处理")
    INTERRUPTED = Both(
        "interrupted: the agent was restarted in the middle of it", "已中断：执行过程中代理被重启"
    )
    TOO_LATE = Both("not after {not_after}", "已过期：须在 {not_after} 之前执行")
    DEFECT = Both("a defect of the agent: {error}", "代理出现缺陷：{error}")

    NO_DEVICE = Both("this agent has no device {device!r}", "此代理没有设备 {device!r}")
    ONLY_PUSHES = Both(
        "{device!r} sleeps and only pushes: this agent does not wake it",
        "{device!r} 处于休眠，仅主动推送：此代理不会唤醒它",
    )
    LOGINS_REST = Both(
        "no login before {until:%Y-%m-%d %H:%M} UTC: the device refused the password",
        "{until:%Y-%m-%d %H:%M} UTC 之前不再登录：设备拒绝了密码",
    )
    READ = Both("{device}: {good} of {all} readings good", "{device}：{all} 项读数中 {good} 项有效")
    SILENT = Both("silent", "无应答")
    PICTURES_SENT = Both("{count} picture(s) sent", "已发送 {count} 张图片")
    PICTURES_STAY = Both(
        "the owner has not allowed pictures of this camera to leave its site",
        "业主未同意该摄像机的图片离开站点",
    )
    NO_PICTURE = Both("no picture", "未取得图片")
    SENT = Both("sent: {kinds}", "已发送：{kinds}")
    NOT_SENT = Both("not to be had: {kinds}", "未能取得：{kinds}")
    FAULT_OVER = Both(
        "the fault {event} is not open at this device: what is seen now would be no evidence of it",
        "该设备上故障 {event} 已不存在：现在所见不能作为其证据",
    )
    BYTES_SENT = Both("{count} bytes sent", "已发送 {count} 字节")

    EPOCH_BEGAN = Both(
        "epoch {old} ended, {new} began; {told} refused rows are told again",
        "纪元 {old} 已结束，{new} 已开始；{told} 条被拒绝的记录将重新上报",
    )
    EPOCH_HAD_ENDED = Both(
        "epoch {clashed} had ended; now {now}", "纪元 {clashed} 此前已结束；现为 {now}"
    )

    OF_THE_AGENT = Both("a configuration is the agent's, not a device's", "配置属于代理，而非设备")
    ARGUMENTS = Both(
        "arguments are config and base, not {given}", "参数应为 config 和 base，而非 {given}"
    )
    NONE_GIVEN = Both("none", "空")
    ANOTHER_ON_TRIAL = Both("another configuration is on trial", "另一份配置正在试用")
    ANOTHER_BASE = Both(
        "it was made for configuration {base}; {used} is in force",
        "它是为配置 {base} 制作的；现行配置为 {used}",
    )
    IN_FORCE = Both("configuration {digest} is in force", "配置 {digest} 已生效")
    ROLLED_BACK = Both("rolled back because {why}", "已回滚，原因：{why}")
    STARTED_TWICE = Both(
        "the agent was started twice while it was on trial", "试用期间代理被启动了两次"
    )
    NO_RECEIPT = Both(
        "no receipt for a health message came within {minutes:.0f} min",
        "{minutes:.0f} 分钟内未收到健康消息的回执",
    )
    NOT_BUILT = Both("the agent cannot be built with it: {error}", "代理无法用该配置启动：{error}")
    FAILED_WITH_IT = Both("the agent failed with it: {error}", "代理使用该配置时失败：{error}")
    DROPPED = Both("somebody at the agent dropped it", "有人在代理处将其撤销")

    def told_of(self, kinds: Both) -> Both:
        """The answer with kinds of files in each language's words."""
        return Both(self.value.en.format(kinds=kinds.en), self.value.zh.format(kinds=kinds.zh))

    def told(self, **values: object) -> Both:
        """The answer with its fields; KeyError when one is missing."""
        return self.value.filled(**values)


class NotDone(Exception):
    """An order was not done; ``why`` is for the person who gave it, the text is in English."""

    def __init__(self, why: Both) -> None:
        super().__init__(why.en)
        self.why = why
