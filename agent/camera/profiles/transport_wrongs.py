"""What can be wrong in a request of a transport: reason and remedy, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

TRANSPORT_WRONGS: Final[Mapping[str, Wrong]] = {
    "profile_dvrip_message": Wrong(
        Both("{found} is no message that only reads", "{found} 不是只读的消息"),
        Both("Use one of: {known}", "请使用其中之一：{known}"),
    ),
    "profile_command_words": Wrong(
        Both("'{found}' is not on the list of commands", "“{found}”不在允许的命令清单中"),
        Both(
            "Use mmcli or uqmi with options that only read; no profile of your own may run one",
            "请使用只读选项的 mmcli 或 uqmi；自编描述文件不得运行命令",
        ),
    ),
    "profile_at_command": Wrong(
        Both("'{found}' is not on the list of AT commands", "“{found}”不在允许的 AT 命令清单中"),
        Both(
            "Use one that only reads signal, cell, registration or model, like AT+CSQ",
            "请使用只读取信号、小区、注册状态或型号的命令，例如 AT+CSQ",
        ),
    ),
    "profile_registers": Wrong(
        Both("is no run of registers", "不是寄存器范围"),
        Both(
            "Write an address from 0 to 0xFFFF and a count from 1 to {most}",
            "请填写 0 到 0xFFFF 的地址和 1 到 {most} 的数量",
        ),
    ),
    "profile_oid": Wrong(
        Both("{found!r} is no object identifier", "{found!r} 不是对象标识符"),
        Both("Write numbers and points, beginning with 1.3", "请填写以 1.3 开头的数字和点"),
    ),
    "profile_adapter_method": Wrong(
        Both("'{found}' is no method that only reads", "“{found}”不是只读的方法"),
        Both('Use methods whose names begin with "get"', "请使用以 get 开头的方法"),
    ),
}
