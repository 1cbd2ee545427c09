"""The command line of ``setup`` and ``device``: options and help, in English and Chinese."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Final

HELP: Final = {
    "en": {
        "setup": "from the box to a watched camera: find, log in once, match, ask consent, write,"
        " accept, report; may be run again",
        "config": "configuration file to write or to add to (agent.toml)",
        "sites": "CSV list: a row a device or a site",
        "at": "address, range or network to look at, like 192.168.1.20-40; may be repeated",
        "ask": "send the discovery to this address instead of by multicast; may be repeated",
        "seconds": "how long to wait for answers to the discovery",
        "user": "user name on the cameras; may be repeated, each is tried once",
        "password_file": "file that holds the password of the --user at the same place",
        "password_env": "environment variable that holds it",
        "pin": "fingerprint of the certificate of the one camera at --at, compared with its own"
        " page (HTTPS); may be repeated",
        "swap_pin": "fingerprint of the new device's certificate (HTTPS); may be repeated",
        "site": "name of the further site that these cameras belong to",
        "latitude": "of the site, in degrees",
        "longitude": "of the site, in degrees",
        "power": "mains or battery, where no firmware profile says it",
        "link": "wired or metered",
        "agent_id": "name of the agent, for a new file",
        "broker": "host or host:port of the broker, for a new file",
        "broker_tls": "the broker speaks TLS",
        "broker_ca": "CA certificate of the broker",
        "command_key": "the collector's public command key",
        "uplink": "wired or metered, for a new file",
        "consent": "what the owner allows: all, none, or some of ir-cut,wake-ups,pictures",
        "consent_by": "who allows it; recorded",
        "accept": "leave the first acceptance out",
        "report": "file for the handover report (handover.html beside the configuration)",
        "dry_run": "show what would be written, write nothing",
        "again": "try a login once more that was refused less than an hour ago",
        "yes": "ask nothing: flags and defaults alone; no consent is assumed",
        "device": "exchange the device of a position, or change passwords, without touching the"
        " site",
        "swap": "a new device hangs at a position: confirm who it is, history follows the position",
        "password": "change the login of devices: one attempt at the first, then the rest",
        "swap_id": "position whose device was exchanged",
        "address": "address of the new device, if it is another",
        "serial": "serial that the new device must state",
        "label_serial": "serial on the label of the new device",
        "ids": "positions; all with this user when none is named",
        "one_user": "user name",
    },
    "zh": {
        "setup": "从开箱到监测：查找、仅登录一次、匹配、征求同意、写入、验收、报告；可重复运行",
        "config": "要写入或补充的配置文件（agent.toml）",
        "sites": "CSV 列表：每台设备或每个站点一行",
        "at": "要查看的地址、范围或网段，例如 192.168.1.20-40；可重复",
        "ask": "向该地址发送发现请求，不使用组播；可重复",
        "seconds": "等待发现应答的秒数",
        "user": "摄像机用户名；可重复，每个仅尝试一次",
        "password_file": "与同序 --user 对应的密码文件",
        "password_env": "保存密码的环境变量",
        "pin": "--at 处那一台摄像机的证书指纹，须与其页面核对（HTTPS）；可重复",
        "swap_pin": "新设备的证书指纹（HTTPS）；可重复",
        "site": "这些摄像机所属的其他站点名称",
        "latitude": "站点纬度（度）",
        "longitude": "站点经度（度）",
        "power": "mains 或 battery（固件描述文件未说明时）",
        "link": "wired 或 metered",
        "agent_id": "代理名称（新文件）",
        "broker": "消息服务器的 主机 或 主机:端口（新文件）",
        "broker_tls": "消息服务器使用 TLS",
        "broker_ca": "消息服务器的 CA 证书",
        "command_key": "收集端的命令公钥",
        "uplink": "wired 或 metered（新文件）",
        "consent": "业主同意的内容：all、none，或 ir-cut,wake-ups,pictures 中的若干",
        "consent_by": "同意人；将被记录",
        "accept": "不进行首次验收",
        "report": "交付报告文件（默认为配置文件旁的 handover.html）",
        "dry_run": "仅显示将写入的内容",
        "again": "再次尝试一小时内被拒绝的登录",
        "yes": "不提问：仅用选项和默认值；不会默认同意",
        "device": "更换某点位的设备或修改密码，无需到现场",
        "swap": "点位已换新设备：确认其身份，历史随点位保留",
        "password": "修改设备登录：先在第一台尝试一次，再处理其余设备",
        "swap_id": "已更换设备的点位",
        "address": "新设备的地址（如有变化）",
        "serial": "新设备必须报出的序列号",
        "label_serial": "新设备标签上的序列号",
        "ids": "点位；不写则为使用该用户的全部点位",
        "one_user": "用户名",
    },
}


def add_setup(setup: argparse.ArgumentParser, lang: str) -> None:
    """Options of ``setup``; each answers a question."""
    text = HELP[lang]
    setup.add_argument("-c", "--config", default="agent.toml", help=text["config"])
    setup.add_argument("--sites", metavar="FILE", help=text["sites"])
    setup.add_argument("--at", action="append", default=[], metavar="ADDRESS", help=text["at"])
    setup.add_argument("--ask", action="append", default=[], metavar="ADDRESS", help=text["ask"])
    setup.add_argument("--seconds", type=float, default=3.0, help=text["seconds"])
    for name in ("user", "password_file", "password_env"):
        flag = "--" + name.replace("_", "-")
        setup.add_argument(flag, action="append", default=[], help=text[name])
    _add_pin(setup, text["pin"])
    setup.add_argument("--site", help=text["site"])
    setup.add_argument("--latitude", type=_degrees(90), help=text["latitude"])
    setup.add_argument("--longitude", type=_degrees(180), help=text["longitude"])
    setup.add_argument("--power", choices=("mains", "battery"), help=text["power"])
    setup.add_argument("--link", choices=("wired", "metered"), help=text["link"])
    setup.add_argument("--agent-id", help=text["agent_id"])
    setup.add_argument("--broker", metavar="HOST[:PORT]", help=text["broker"])
    setup.add_argument("--broker-tls", action="store_true", help=text["broker_tls"])
    setup.add_argument("--broker-ca", metavar="FILE", help=text["broker_ca"])
    setup.add_argument("--command-key", metavar="FILE", help=text["command_key"])
    setup.add_argument(
        "--uplink", choices=("wired", "metered"), default="wired", help=text["uplink"]
    )
    setup.add_argument("--consent", type=_consent, help=text["consent"])
    setup.add_argument("--consent-by", metavar="NAME", help=text["consent_by"])
    setup.add_argument("--no-accept", dest="accept", action="store_false", help=text["accept"])
    setup.add_argument("--report", metavar="FILE", help=text["report"])
    setup.add_argument("--dry-run", action="store_true", help=text["dry_run"])
    setup.add_argument("--again", action="store_true", help=text["again"])
    setup.add_argument("--yes", action="store_true", help=text["yes"])


def add_device(
    device: argparse.ArgumentParser, lang: str, *, parents: Sequence[argparse.ArgumentParser]
) -> None:
    """``device swap`` and ``device password``; ``parents`` are the options of every verb."""
    text = HELP[lang]
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-c", "--config", default="agent.toml", help=text["config"])
    common.add_argument("--user", help=text["one_user"])
    secret = common.add_mutually_exclusive_group()
    secret.add_argument("--password-file", metavar="FILE", help=text["password_file"])
    secret.add_argument("--password-env", metavar="NAME", help=text["password_env"])
    common.add_argument("--again", action="store_true", help=text["again"])
    common.add_argument("--yes", action="store_true", help=text["yes"])
    actions = device.add_subparsers(dest="action", required=True)
    swap = actions.add_parser(
        "swap", help=text["swap"], description=text["swap"], parents=[common, *parents]
    )
    swap.add_argument("device", metavar="ID", help=text["swap_id"])
    swap.add_argument("--address", help=text["address"])
    swap.add_argument("--serial", help=text["serial"])
    swap.add_argument("--label-serial", help=text["label_serial"])
    _add_pin(swap, text["swap_pin"])
    password = actions.add_parser(
        "password", help=text["password"], description=text["password"], parents=[common, *parents]
    )
    password.add_argument("devices", nargs="*", metavar="ID", help=text["ids"])


def _add_pin(verb: argparse.ArgumentParser, text: str) -> None:
    verb.add_argument("--pin", action="append", default=[], metavar="sha256:...", help=text)


def _degrees(most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        found = float(text)
        if not -most <= found <= most:
            raise argparse.ArgumentTypeError(f"{text}: -{most:g} .. {most:g}")
        return found

    return read


def _consent(text: str) -> str:
    from agent.setup.order import check_consent  # noqa: PLC0415  # only where it is asked for

    return check_consent(text)
