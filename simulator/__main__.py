"""The command line of the simulator: run devices, inject faults, list faults."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator import push, remote, serve, table
from simulator.faults import TEXTS
from simulator.mix import MAX_CAMERAS
from simulator.problem import BadScenario
from simulator.scenario import DEFAULT_CONTROL_PORT
from simulator.words import Language, choose, say

EXIT_OK, EXIT_FAILED, EXIT_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 wrong usage or a scenario that cannot be run."""
    asked = _parser().parse_args(arguments)
    language = choose(asked.lang)
    if asked.command == "faults":
        return _list_faults(language)
    if asked.command == "push":
        return _push(asked, language)
    if asked.command == "inject":
        return _inject(asked, language)
    return _run(asked, language)


def _run(asked: argparse.Namespace, language: Language) -> int:
    plan = serve.Plan(
        file=asked.config,
        cameras=asked.cameras,
        control_port=asked.control_port,
        faults=tuple(asked.fault),
        language=language,
    )
    try:
        asyncio.run(serve.run(plan))
    except BadScenario as bad:
        print(say("bad_scenario", language, count=len(bad.problems)), file=sys.stderr)
        for problem in bad.problems:
            print(f"  {problem.file}: {problem.key}: {problem.reason}", file=sys.stderr)
            print(f"      {say('remedy', language)}: {problem.remedy}", file=sys.stderr)
        return EXIT_USAGE
    except OSError as error:
        print(say("port_taken", language, reason=error), file=sys.stderr)
        return EXIT_FAILED
    return EXIT_OK


def _push(asked: argparse.Namespace, language: Language) -> int:
    try:
        plan = push.plan_of(asked)
        told = asyncio.run(push.run(plan))
    except (OSError, push.Refused) as error:
        print(say("not_pushed", language, why=error), file=sys.stderr)
        return EXIT_FAILED
    print(say("pushed", language, sent=told.sent, woken=len(told.woken)))
    return EXIT_OK


def _inject(asked: argparse.Namespace, language: Language) -> int:
    try:
        active = remote.switch_fault(
            asked.control, serial=asked.serial, fault=asked.fault, on=not asked.off
        )
    except remote.NoAnswer as error:
        text = say("no_control", language, url=asked.control, reason=error)
        print(text, file=sys.stderr)
        return EXIT_FAILED
    except remote.Refused as error:
        text = say("refused", language, error=error.reason, remedy=error.remedy)
        print(text, file=sys.stderr)
        return EXIT_FAILED
    shown = ", ".join(active) or say("none", language)
    print(say("now", language, serial=asked.serial, faults=shown))
    return EXIT_OK


def _list_faults(language: Language) -> int:
    rows = [
        (fault.value, text.group.value, text.en, text.zh)
        for fault, text in sorted(TEXTS.items(), key=lambda item: item[1].group.value)
    ]
    titles = ("fault", "group", "English", "中文")
    if language is Language.ZH:
        titles = ("故障名", "类别", "英文", "中文")
    print("\n".join(table.lines(titles, rows)))
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="preclaim-sim",
        description="Simulated cameras and recorders on loopback ports, with faults on command. "
        "· 在本机端口上运行的模拟摄像机与录像机，可随时注入故障。",
    )
    parser.add_argument("--lang", choices=["en", "zh"], help="language of the output · 输出语言")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="serve devices until Ctrl-C · 运行模拟设备")
    source = run.add_mutually_exclusive_group()
    source.add_argument("-c", "--config", type=Path, help="scenario file (TOML) · 场景文件")
    source.add_argument(
        "--cameras",
        type=_count,
        default=8,
        help="number of cameras of a ready-made mix (8) · 预设组合的摄像机数量",
    )
    run.add_argument(
        "--control-port",
        type=_port,
        help=f"port of the control server ({DEFAULT_CONTROL_PORT}; 0: any) · 控制端口",
    )
    run.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SERIAL=FAULT",
        help="start a device with this fault; may be repeated · 启动时注入故障",
    )
    inject = commands.add_parser("inject", help="give a running device a fault · 注入故障")
    inject.add_argument("serial", help="the device's serial · 设备序列号")
    inject.add_argument("fault", help="see 'preclaim-sim faults' · 故障名")
    inject.add_argument("--off", action="store_true", help="take the fault back · 恢复")
    inject.add_argument(
        "--control",
        default=f"http://127.0.0.1:{DEFAULT_CONTROL_PORT}",
        help="address of the control server · 控制接口地址",
    )
    sends = commands.add_parser(
        "push", help="be a sleeping camera that sends · 模拟休眠推送的摄像机"
    )
    sends.add_argument("to", help="http(s)://, ftp:// or mqtt:// address · 目的地址")
    sends.add_argument("--user", default="", help="user name · 用户名")
    sends.add_argument("--password-file", type=Path, help="first line: password · 密码文件")
    sends.add_argument("--every", type=float, default=60.0, help="seconds · 间隔（秒）")
    sends.add_argument("--count", type=_count, default=1, help="how often · 次数")
    sends.add_argument("--fault", action="append", default=[], help="a fault's name · 故障名")
    commands.add_parser("faults", help="list all faults · 列出全部故障")
    return parser


def _count(text: str) -> int:
    return _between(text, 1, MAX_CAMERAS)


def _port(text: str) -> int:
    return _between(text, 0, 65535)


def _between(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low} to {high}")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main())
