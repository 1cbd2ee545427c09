"""What can be wrong with a gateway in the configuration: reason and remedy, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

GATEWAY_WRONGS: Final[Mapping[str, Wrong]] = {
    "bad_serial_port": Wrong(
        Both("{found!r} is no device file", "{found!r} 不是设备文件"),
        Both('Write its path, like "/dev/ttyUSB2"', '请填写路径，例如 "/dev/ttyUSB2"'),
    ),
    "gateway_without_profile": Wrong(
        Both("is missing: a gateway cannot say what it is", "缺失：网关无法自报型号"),
        Both(
            'Name the firmware profile that reads it, like "gateway.teltonika"',
            '请填写用于读取它的固件描述文件，例如 "gateway.teltonika"',
        ),
    ),
    "local_camera": Wrong(
        Both("is a camera, and yet on the agent's own machine", "是摄像机，却位于代理自身的主机上"),
        Both(
            'Write kind = "gateway" for a modem or charge controller, else the camera\'s address',
            '调制解调器或充电控制器请填写 kind = "gateway"，摄像机请填写其地址',
        ),
    ),
    "bad_supply": Wrong(
        Both("{found!r} is no name of a supply", "{found!r} 不是供电名称"),
        Both(
            'Write 1 to 64 characters, like "pole-1", the same for all that hang on it',
            '请填写 1 到 64 个字符，例如 "pole-1"，同一供电的设备填写相同名称',
        ),
    ),
    "unknown_gateway": Wrong(
        Both(
            "{found!r} is no gateway of this file; it has: {known}",
            "文件中没有网关 {found!r}；现有：{known}",
        ),
        Both(
            'Write the id of a device with kind = "gateway"',
            '请填写 kind = "gateway" 的设备的 id',
        ),
    ),
}
