"""What can be wrong in a configuration that the collector ordered: reason and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

OVERLAY_WRONGS: Final[Mapping[str, Wrong]] = {
    "not_by_order": Wrong(
        Both("may not be set by an order", "不允许由命令设置"),
        Both(
            "Set it in the agent's own file; an order may set: {known}",
            "请在代理自己的配置文件中设置；命令可设置：{known}",
        ),
    ),
    "above_file": Wrong(
        Both(
            "is {found:g}, above the agent's own {limit:g}",
            "为 {found:g}，高于代理自身的 {limit:g}",
        ),
        Both("An order may only lower it", "命令只能将其调低"),
    ),
    "below_file": Wrong(
        Both(
            "is {found:g}, below the agent's own {limit:g}",
            "为 {found:g}，低于代理自身的 {limit:g}",
        ),
        Both("An order may only raise it", "命令只能将其调高"),
    ),
    "laxer_pair": Wrong(
        Both(
            "is {found}, less strict than the agent's own {limit}",
            "为 {found}，不如代理自身的 {limit} 严格",
        ),
        Both(
            "Write [n, m] with neither smaller than in {limit}, and m - n no larger",
            "请填写 [n, m]：两者均不小于 {limit} 中的值，且 m - n 不更大",
        ),
    ),
    "pair_too_long": Wrong(
        Both(
            "is {found}: over so many looks no fault would be told",
            "为 {found}：要求次数过多，故障将无法报告",
        ),
        Both("Write an m of at most {limit}", "m 最大为 {limit}"),
    ),
    "laxer_level": Wrong(
        Both(
            "is {found:g}, outside {low:g} to {high:g}",
            "为 {found:g}，不在 {low:g} 至 {high:g} 之间",
        ),
        Both(
            "An order may only make verdicts stricter, and not out of reach: keep within",
            "命令只能使判定更严格，且不得使其无法触发：请取此范围内的值",
        ),
    ),
    "level_of_file": Wrong(
        Both(
            "is {found:g} instead of {limit:g}, and serves more than one verdict",
            "为 {found:g} 而非 {limit:g}，且关系到多项判定",
        ),
        Both(
            "No order may change it: set it in the agent's own file",
            "不允许由命令更改：请在代理自己的配置文件中设置",
        ),
    ),
    "plan_spent": Wrong(
        Both(
            "would leave nothing of its {cap:g} MB: {spent:g} MB of this month are spent",
            "{cap:g} MB 的上限已无剩余：本月已用 {spent:g} MB",
        ),
        Both(
            "Write at least {least:g} MB, or order it after {ends}: until then no order "
            "would reach this agent",
            "请至少填写 {least:g} MB，或在 {ends} 之后下达：在此之前代理将收不到任何命令",
        ),
    ),
    "no_such_device": Wrong(
        Both("{found!r} is no device of this agent", "{found!r} 不是本代理的设备"),
        Both("Use one of: {known}", "请使用其中之一：{known}"),
    ),
    "ordered_twice": Wrong(
        Both("{found!r} is ordered twice", "{found!r} 重复"),
        Both("Write one [[devices]] for each", "每台设备只写一个 [[devices]]"),
    ),
    "overlay_too_long": Wrong(
        Both("has {count} bytes", "有 {count} 字节"),
        Both("Write at most {limit}", "最多 {limit} 字节"),
    ),
}
