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
    "too_often": Wrong(
        Both(
            "is {found:g}, more often than the agent's own {limit:g} on a data plan",
            "为 {found:g}，在流量套餐上比代理自身的 {limit:g} 更频繁",
        ),
        Both("Write {limit:g} or more", "请填写 {limit:g} 或更大的值"),
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
