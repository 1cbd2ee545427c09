"""The command line of ``preclaim-agent profile``: its actions and their help in two languages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Final

from agent.wrong import Both

AddTarget = Callable[..., None]

_HELP: Final[Mapping[str, Both]] = {
    "lint": Both(
        "check profile files: all mistakes with line and remedy",
        "检查描述文件：列出所有错误、行号及改法",
    ),
    "match": Both(
        "say which profile fits a device, and what is known of its firmware",
        "说明适用于某设备的描述文件及其固件的已知问题",
    ),
    "try": Both(
        "read a device once with a profile: each value, its quality and why",
        "用某描述文件读取设备一次：每个数值、质量及原因",
    ),
    "schema": Both("print the JSON Schema of profile files", "输出描述文件的 JSON Schema"),
    "supported": Both(
        "write the list of supported devices from profiles and recordings",
        "根据描述文件和录制数据生成支持设备列表",
    ),
    "files": Both("profile files; the product's own when none", "描述文件；不写则检查产品自带的"),
    "profile": Both("id of a profile, or a file", "描述文件的 id，或文件路径"),
    "channel": Both("channel of a recorder, from 1", "录像机通道号，从 1 开始"),
    "record": Both(
        "ask a device what its profile asks, once, and write a masked recording for tests",
        "按描述文件查询设备一次，写入已屏蔽隐私的录制文件，供测试使用",
    ),
    "recording": Both("read a recording instead of a device", "读取录制文件，而不是设备"),
    "output": Both("file to write; it is never overwritten", "要写入的文件；绝不覆盖已有文件"),
    "no_onvif": Both("do not ask by ONVIF: for gateways", "不使用 ONVIF 查询：用于网关"),
    "serial_port": Both(
        'device file of a modem or charge controller, with the address "local"',
        "调制解调器或充电控制器的设备文件，地址填写 local",
    ),
    "vendor_port": Both("port of the vendor's own protocol", "厂商自有协议的端口"),
    "folder": Both("directory for the pages", "保存页面的目录"),
}


def add_actions(
    verb: argparse.ArgumentParser,
    text: dict[str, str],
    lang: str,
    common: argparse.ArgumentParser,
    add_target: AddTarget,
) -> None:
    """The actions of the verb ``profile``; ``text`` is the help of the other verbs.

    ``add_target`` adds the options that name a device by hand.
    """
    actions = verb.add_subparsers(dest="action", required=True)

    def add(action: str) -> argparse.ArgumentParser:
        told = _HELP[action].text(lang)
        return actions.add_parser(action, help=told, description=told, parents=[common])

    add("lint").add_argument("files", nargs="*", metavar="FILE", help=_HELP["files"].text(lang))
    match = add("match")
    _add_device(match, text, add_target, lang)
    trial = add("try")
    trial.add_argument("profile", help=_HELP["profile"].text(lang))
    _add_device(trial, text, add_target, lang, is_needed=False)
    trial.add_argument("--channel", type=int, default=0, help=_HELP["channel"].text(lang))
    trial.add_argument("--recording", metavar="FILE", help=_HELP["recording"].text(lang))
    record = add("record")
    _add_device(record, text, add_target, lang)
    record.add_argument("-o", "--output", required=True, help=_HELP["output"].text(lang))
    record.add_argument("--profile", metavar="ID", help=_HELP["profile"].text(lang))
    record.add_argument("--no-onvif", action="store_true", help=_HELP["no_onvif"].text(lang))
    add("schema")
    add("supported").add_argument("folder", metavar="DIR", help=_HELP["folder"].text(lang))


def _add_device(
    action: argparse.ArgumentParser,
    text: dict[str, str],
    add_target: AddTarget,
    lang: str,
    *,
    is_needed: bool = True,
) -> None:
    add_target(action, text, is_needed=is_needed)
    for name in ("serial_port", "vendor_port"):
        kind = int if name == "vendor_port" else str
        action.add_argument(f"--{name.replace('_', '-')}", type=kind, help=_HELP[name].text(lang))
    action.add_argument("--profiles", help=text["profiles"])
    action.add_argument("--json", action="store_true", help=text["json"])
