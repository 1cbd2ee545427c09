"""What the verb ``profile`` says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both

_SENTENCES: Final[Mapping[str, Both]] = {
    "good": Both(
        "OK: {id} ({status}, {hash}): {sources} sources, {metrics} metrics, {issues} known issues",
        "有效：{id}（{status}，{hash}）：{sources} 个来源，{metrics} 个数值，{issues} 个已知问题",
    ),
    "no profile": Both(
        "there is no profile '{found}'; preclaim-agent profile lint lists them",
        "没有描述文件“{found}”；preclaim-agent profile lint 可列出全部",
    ),
    "no folder": Both(
        "the pages cannot be written into {found} ({why}); name another directory",
        "无法将页面写入 {found}（{why}）；请指定其他目录",
    ),
    "no answer": Both(
        "{address}: {why}; {remedy}",
        "{address}：{why}；{remedy}",
    ),
    "check address": Both(
        "check the address, and that the device is on", "请检查地址及设备是否通电"
    ),
    "check login": Both(
        "correct user and password; if they are right, preclaim-agent login --again names the"
        " cause, for three attempts at most",
        "请更正用户名和密码；若确认无误，preclaim-agent login --again 可查明原因（最多三次登录）",
    ),
    "name login": Both("name the login with --user", "请用 --user 指定用户名"),
    "wait for lock": Both(
        "leave the device alone until then, and stop every client that has an old password",
        "在此之前请勿再访问该设备，并停用仍使用旧密码的客户端",
    ),
    "check machine": Both(
        "put it right on this machine, the device was not asked",
        "请在本机上更正；未向设备发出查询",
    ),
    "name profile": Both(
        "preclaim-agent profile lint lists all profiles",
        "preclaim-agent profile lint 可列出全部描述文件",
    ),
    "device": Both(
        "The device says: {manufacturer}, {model}, firmware {firmware}, hardware {hardware}",
        "设备自述：{manufacturer}，{model}，固件 {firmware}，硬件 {hardware}",
    ),
    "profile": Both("Profile: {id} – {title}", "描述文件：{id} – {title}"),
    "status": Both("  proven: {status}; {hash}", "  验证程度：{status}；{hash}"),
    "login": Both("  login: {note}", "  登录：{note}"),
    "streams": Both("  stream paths: {paths}", "  视频流路径：{paths}"),
    "issue": Both("  known issue {id}: {cause}", "  已知问题 {id}：{cause}"),
    "action": Both("    remedy: {action} ({reference})", "    处理：{action}（{reference}）"),
    "ambiguous": Both(
        'Several profiles fit equally well: {ids}. Give one a priority, or write profile = "..."'
        " for the device in the agent's configuration.",
        "多个描述文件同样适用：{ids}。请为其中之一设置 priority，"
        '或在代理配置中为该设备填写 profile = "..."。',
    ),
    "none": Both("No profile fits this device.", "没有适用于该设备的描述文件。"),
    "nothing": Both("This profile asks nothing.", "该描述文件不查询任何内容。"),
    "why unknown": Both("the device says it does not know", "设备表示未知"),
    "why missing": Both("nothing stands there", "该处没有内容"),
    "why invalid": Both(
        "of another type, ambiguous or off the range", "类型不符、不唯一或超出范围"
    ),
    "why unsupported": Both("this device has no such interface", "设备没有该接口"),
    "raw": Both("RAW", "原始值"),
    "documented": Both("documented", "仅有文档依据"),
    "fixture-tested": Both("fixture-tested", "经录制数据验证"),
    "device-tested": Both("device-tested", "经真实设备验证"),
}


def say(key: str, lang: str, **values: object) -> str:
    """One sentence with its values."""
    return _SENTENCES[key].text(lang).format(**values)
