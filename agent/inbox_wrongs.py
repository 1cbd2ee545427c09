"""What can be wrong in ``[inbox]`` and in ``[devices.push]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

INBOX_WRONGS: Final[Mapping[str, Wrong]] = {
    "not_scalars": Wrong(
        Both(
            "holds something else than texts, numbers, true and false",
            "含有文本、数字、真假值以外的内容",
        ),
        Both("Write plain values only", "请只填写简单值"),
    ),
    "inbox_shut": Wrong(
        Both("opens no way in", "没有打开任何接收方式"),
        Both(
            "Write [inbox.http], [inbox.ftp] or [inbox.mqtt], or leave [inbox] out",
            "请填写 [inbox.http]、[inbox.ftp] 或 [inbox.mqtt]，或删去 [inbox]",
        ),
    ),
    "bind_missing": Wrong(
        Both(
            "is missing: nothing listens on all addresses by itself", "缺失：不会默认监听所有地址"
        ),
        Both(
            'Write the address of this host on the cameras\' network, like bind = "192.168.1.2"',
            '请填写本机在摄像机网络中的地址，例如 bind = "192.168.1.2"',
        ),
    ),
    "bad_bind": Wrong(
        Both("{found!r} is no IP address", "{found!r} 不是 IP 地址"),
        Both("Write an address of this host", "请填写本机的 IP 地址"),
    ),
    "ports_backwards": Wrong(
        Both("is below passive_port_first ({first})", "小于 passive_port_first（{first}）"),
        Both("Write a port not below it", "请填写不小于它的端口"),
    ),
    "topics_missing": Wrong(
        Both("names no topic", "没有主题"),
        Both('Write topics = ["cameras/{{device}}/+"]', '请填写 topics = ["cameras/{{device}}/+"]'),
    ),
    "topic_of_whom": Wrong(
        Both(
            "{found!r} does not say which level names the device", "{found!r} 未指明哪一级是设备名"
        ),
        Both(
            'Write {{device}} as one whole level, like "cameras/{{device}}/+"',
            '请将 {{device}} 写成完整的一级，例如 "cameras/{{device}}/+"',
        ),
    ),
    "bad_topic": Wrong(
        Both("{found!r} is no topic that a broker takes", "{found!r} 不是 MQTT 服务器接受的主题"),
        Both("Write + and # as whole levels, # as the last", "+ 与 # 须独占一级，# 须在最后"),
    ),
    "bad_topic_name": Wrong(
        Both(
            "is {found!r}, which cannot be one level of a topic", "为 {found!r}，不能作为主题的一级"
        ),
        Both("Leave out + # and /", "请去掉 + # 和 /"),
    ),
    "push_without_mode": Wrong(
        Both('stands beside another mode than "push"', '所在设备的 mode 不是 "push"'),
        Both('Write mode = "push", or remove the table', '请填写 mode = "push"，或删去该表'),
    ),
    "no_inbox": Wrong(
        Both('is "push", but nothing listens', '为 "push"，但没有任何接收方式'),
        Both(
            "Write [inbox.http], [inbox.ftp] or [inbox.mqtt] with the address to listen on",
            "请填写 [inbox.http]、[inbox.ftp] 或 [inbox.mqtt] 及监听地址",
        ),
    ),
    "no_way_in": Wrong(
        Both(
            "gives it nothing by which it may send on the ways that are open",
            "没有可用于已打开接收方式的凭据",
        ),
        Both(
            "Write user with password_file, or token_file, or topic_name",
            "请填写 user 与 password_file，或 token_file，或 topic_name",
        ),
    ),
    "same_sender": Wrong(
        Both("is that of devices[{first}] too", "与 devices[{first}] 相同"),
        Both(
            "Give each camera its own: what arrives is filed under whoever it names",
            "请为每台摄像机使用不同的值：收到的内容按其归档",
        ),
    ),
    "no_value": Wrong(
        Both("is no value that can be pushed", "不是可推送的数值"),
        Both("Use one of: {known}", "请使用其中之一：{known}"),
    ),
    "bad_path": Wrong(
        Both("{found!r} is no JMESPath: {why}", "{found!r} 不是 JMESPath：{why}"),
        Both('Write a path, like "battery.percent"', '请填写路径，例如 "battery.percent"'),
    ),
    "test_without_visit": Wrong(
        Both("allows a test of a camera that is never visited", "允许测试一台从不访问的摄像机"),
        Both(
            "Remove it, or set min_poll_interval_s and an address",
            "请删去，或填写 min_poll_interval_s 和 address",
        ),
    ),
}
