"""What recording says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.record.fields import Private
from agent.wrong import Both

KINDS: Final[Mapping[str, Both]] = {
    Private.SECRET.value: Both("passwords, tokens, accounts", "密码、令牌、账户"),
    Private.SUBSCRIBER.value: Both(
        "IMEI, IMSI, ICCID, phone numbers", "IMEI、IMSI、ICCID、电话号码"
    ),
    Private.NETWORK.value: Both("names of wireless networks", "无线网络名称"),
    Private.PLACE.value: Both("places", "位置"),
    Private.CELL.value: Both("mobile cells (by others)", "蜂窝基站（已替换）"),
    Private.PERSON.value: Both("names that a person gave", "人为命名"),
    Private.SERIAL.value: Both(
        "serial numbers (by others of the same form)", "序列号（替换为同形式的号码）"
    ),
    Private.MAC.value: Both("MAC addresses (by others)", "MAC 地址（已替换）"),
    Private.ADDRESS.value: Both("IP addresses (by others)", "IP 地址（已替换）"),
}
_SENTENCES: Final[Mapping[str, Both]] = {
    "written": Both(
        "{path}: {answers} answers of the profile {profile}, {onvif} of ONVIF. Masked:",
        "{path}：描述文件 {profile} 的 {answers} 个应答，ONVIF 的 {onvif} 个应答。已屏蔽：",
    ),
    "masked": Both("  {count:>4}  {kind}", "  {count:>4}  {kind}"),
    "nothing masked": Both("  nothing: no such value was found", "  无：未发现此类值"),
    "left out": Both(
        "Left out, for it could not be read and so not be masked: {names}",
        "因无法解析、从而无法屏蔽而未保留：{names}",
    ),
    "look": Both(
        "Look through it before you give it away; replay it with"
        " preclaim-agent profile try {profile} --recording {path}",
        "交给他人前请自行查看；可用 preclaim-agent profile try {profile} --recording {path} 重放",
    ),
    "exists": Both(
        "{path} exists and is never overwritten; name another file with -o",
        "{path} 已存在，绝不覆盖；请用 -o 指定其他文件",
    ),
    "leak": Both(
        "nothing was written: {why}; please report this profile, without the device's answers",
        "未写入任何内容：{why}；请报告该描述文件，但不要附上设备应答",
    ),
    "unwritable": Both(
        "{path} cannot be written: {why}; name another file with -o",
        "无法写入 {path}：{why}；请用 -o 指定其他文件",
    ),
    "no recording": Both(
        "{why}; preclaim-agent profile record makes one",
        "{why}；可用 preclaim-agent profile record 录制",
    ),
    "address or recording": Both(
        "name a device, or a recording with --recording FILE, and not both",
        "请指定设备，或用 --recording FILE 指定录制文件，二者只选其一",
    ),
    "other profile": Both(
        "this recording was made with {recorded}; what it asks, {profile} may not know",
        "该录制使用描述文件 {recorded}；其查询内容 {profile} 可能不适用",
    ),
}


def say(key: str, lang: str, **values: object) -> str:
    """One sentence with its values."""
    return _SENTENCES[key].text(lang).format(**values)
