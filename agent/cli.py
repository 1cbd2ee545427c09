"""The command line of the agent: its verbs, options and help, in English and Chinese."""

from __future__ import annotations

import argparse
import os
from typing import Final

from agent.cli_setup import HELP as SETUP_HELP
from agent.cli_setup import add_device, add_setup
from agent.profile_cli import add_actions
from agent.show import language_of

HELP: Final = {
    "en": {
        "prog": "Probes cameras, keeps what it finds until the collector has it.",
        "run": "run the agent",
        "probe": "read one camera now and show what it says",
        "login": "name why the login to a camera or its recorder fails, for three attempts at most",
        "channels": "list the cameras of a recorder: channel, name, streams, token",
        "discover": "find ONVIF devices on this network",
        "profile": "check, match and try firmware profiles: lint, match, try, record, schema,"
        " supported",
        "check-config": "list every problem of a configuration file",
        "diagnosable": "also tell by device what can be diagnosed there and what not, and why",
        "show-config": "show what can be tuned, its value, and whether file or order says so",
        "config": "with reset: drop what the collector ordered; the file alone governs then",
        "reset": "drop what the collector ordered",
        "outbox": "show what waits for the collector, or export it to a file to carry there",
        "action": "show (default) or export",
        "box": "file to write; it is never overwritten",
        "waiting": "export only rows without a receipt",
        "keygen": "make an Ed25519 key pair",
        "accept": "day 0: take pictures now, check film, focus, aim, tilt, obstruction and light,"
        " and keep them as the reference of later disputes; stop the agent first",
        "show": "show what is known of each camera's own pictures: how many, since when, accepted",
        "devices": "ids of the devices to accept; all of them without one",
        "again": "put the new picture in place of an accepted one, for this reason",
        "pictures": "directory to write the pictures to, one JPEG a device",
        "picture": "explain what the picture rules say of picture files, and why",
        "files": "JPEG or PNG files to judge",
        "reference": "a good picture of the same camera; give several, of hours and days",
        "map": "write a PNG that shows where the last picture departs; never overwritten",
        "ir-cut-test": "switch the infrared filter of one camera for a moment, judge, restore",
        "writes": "show all that was written to cameras, and what is owed to them",
        "radio": "show a device's days on 4G or Wi-Fi: words, baseline, siblings, data plan",
        "budget": "show what watching has cost each device today, and what it may cost",
        "recorder": "show the disks of this host and what they say, and how far the recordings of"
        " each channel reach, with their gaps and why",
        "energy": "show a solar camera's ledger by day, why it runs short, and its year ahead",
        "device": "id of the device in the configuration",
        "config_file": "configuration file (TOML)",
        "lang": "language: en or zh",
        "address": "host or host:port of the camera",
        "user": "user name on the camera; the password is asked for",
        "password_file": "file that holds the password",
        "password_env": "environment variable that holds the password",
        "try_again": "try a login that was refused within the last hour; cameras lock after five",
        "recorder_login": "the kind of login that the recorder uses",
        "its_config": "configuration of the agent here: its recorder, its device of this address"
        " or id, and how long logins rest after refusals",
        "rtsp_port": "RTSP port when it differs from what the camera says",
        "channel": "camera of a recorder, as preclaim-agent channels numbers them",
        "stream": "watch the largest or the smallest stream",
        "second": "ask the same through another client (onvif-zeep) and show where the two differ:"
        " exit code 1 then, 0 when they agree",
        "tls": "speak HTTPS; a certificate that is not verified is shown with its fingerprint,"
        " and no login is sent to it",
        "pin": "fingerprint of the camera's own certificate (implies --tls)",
        "tls_ca": "file of the authority that signed the camera's certificate (implies --tls)",
        "watch": "how long to watch the stream, in seconds",
        "json": "print JSON",
        "profiles": "directory of further firmware profiles",
        "seconds": "how long to wait for answers",
        "interface": "interface to ask from: its IPv4 address, or its name for IPv6",
        "ask": "ask this address directly instead of by multicast",
        "key": "file for the private key; FILE.pub.pem is written beside it",
        "verbose": "log more",
    },
    "zh": {
        "prog": "检测摄像机，并将结果可靠保存至收集端确认收到。",
        "run": "运行代理",
        "probe": "立即检测一台摄像机并显示结果",
        "login": "说明摄像机或录像机登录失败的原因，最多尝试三次",
        "channels": "列出录像机上的摄像机：通道、名称、码流、令牌",
        "discover": "在本网络中查找 ONVIF 设备",
        "profile": "检查、匹配和试用固件描述文件：lint、match、try、record、schema、supported",
        "check-config": "列出配置文件中的所有问题",
        "diagnosable": "并按设备说明可诊断与不可诊断的故障及原因",
        "show-config": "显示可调项的值，以及其来自文件还是命令",
        "config": "配合 reset：丢弃收集端下达的配置，此后仅以文件为准",
        "reset": "丢弃收集端下达的配置",
        "outbox": "显示等待收集端接收的内容，或导出为文件以便携带",
        "action": "show（默认）或 export",
        "box": "要写入的文件；绝不覆盖已有文件",
        "waiting": "仅导出尚无回执的行",
        "keygen": "生成 Ed25519 密钥对",
        "accept": "安装验收：立即拍摄画面，检查保护膜、对焦、朝向、倾斜、遮挡与光照，"
        "并保存为日后争议所需的基准；请先停止代理",
        "show": "显示各摄像机自身画面基准：数量、起始时间与验收日期",
        "devices": "要验收的设备 id；不写则为全部",
        "again": "以新画面替换已验收的画面，并说明原因",
        "pictures": "保存画面的目录，每台设备一张 JPEG",
        "picture": "说明画面规则对图片文件的判断及其依据",
        "files": "待判断的 JPEG 或 PNG 文件",
        "reference": "同一摄像机的正常画面；可给多张，取自不同时段和日期",
        "map": "写入 PNG 热图，显示最后一张画面的偏离之处；绝不覆盖已有文件",
        "ir-cut-test": "短暂切换一台摄像机的红外滤光片，依据画面判断后恢复",
        "writes": "显示写入摄像机的全部内容及尚未恢复的设置",
        "radio": "显示设备的4G或Wi-Fi逐日情况：信号等级、基线、同类设备、流量套餐",
        "budget": "显示今日监测对每台设备的消耗及其上限",
        "recorder": "显示本机硬盘及其自检结果，以及各通道录像的保存天数、缺失时段及原因",
        "energy": "按日显示太阳能摄像机的电量收支、电量不足的原因及未来一年的预测",
        "device": "配置中的设备 id",
        "config_file": "配置文件（TOML）",
        "lang": "语言：en 或 zh",
        "address": "摄像机的主机名或 主机:端口",
        "user": "摄像机用户名；密码将在提示后输入",
        "password_file": "保存密码的文件",
        "password_env": "保存密码的环境变量名",
        "try_again": "再次尝试一小时内被拒绝过的登录；摄像机通常在五次失败后锁定",
        "recorder_login": "录像机使用的登录方式",
        "its_config": "本机代理的配置文件：录像机、该地址或 id 的设备，以及登录被拒后的暂停时间",
        "rtsp_port": "RTSP 端口（与摄像机所报不同时）",
        "channel": "录像机的通道，编号见 preclaim-agent channels",
        "stream": "观看最大或最小的码流",
        "second": "通过另一客户端（onvif-zeep）询问相同内容并显示差异：有差异时退出码为 1",
        "tls": "使用 HTTPS；未经验证的证书会显示其指纹，且不向其发送登录信息",
        "pin": "摄像机自身证书的指纹（即使用 --tls）",
        "tls_ca": "签发摄像机证书的机构证书文件（即使用 --tls）",
        "watch": "观看视频流的秒数",
        "json": "输出 JSON",
        "profiles": "其他固件描述文件目录",
        "seconds": "等待应答的秒数",
        "interface": "发送查询的网卡：IPv4 地址，或用于 IPv6 的网卡名",
        "ask": "直接查询该地址，不使用组播",
        "key": "私钥文件；旁边写入公钥 FILE.pub.pem",
        "verbose": "输出更多日志",
    },
}
_WITH_CONFIG: Final = (
    *("run", "check-config", "show-config", "config", "outbox"),
    *("accept", "show", "ir-cut-test", "writes", "budget", "radio", "recorder", "energy"),
)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; ``lang`` is 'en' or 'zh' in the answer."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--lang", choices=("en", "zh"))
    known, _ = first.parse_known_args(arguments)
    environment = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    lang = language_of(known.lang, environment)
    namespace = build_parser(lang).parse_args(arguments)
    namespace.lang = lang
    return namespace


def build_parser(lang: str) -> argparse.ArgumentParser:
    """The parser with help in a language."""
    text = HELP[lang]
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("en", "zh"), help=text["lang"])
    common.add_argument("-v", "--verbose", action="store_true", help=text["verbose"])
    parser = argparse.ArgumentParser(
        prog="preclaim-agent", description=text["prog"], parents=[common]
    )
    verbs = parser.add_subparsers(dest="verb", required=True)

    def add(verb: str) -> argparse.ArgumentParser:
        return verbs.add_parser(verb, help=text[verb], description=text[verb], parents=[common])

    for verb in _WITH_CONFIG:
        made = add(verb)
        made.add_argument("-c", "--config", required=True, help=text["config_file"])
        if verb == "config":
            made.add_argument("action", choices=("reset",), help=text["reset"])
        if verb == "check-config":
            made.add_argument("--diagnosable", action="store_true", help=text["diagnosable"])
        if verb == "outbox":
            _add_outbox(made, text)
        if verb == "accept":
            made.add_argument("devices", nargs="*", metavar="DEVICE", help=text["devices"])
            made.add_argument("--again", metavar="REASON", help=text["again"])
            made.add_argument("--pictures", metavar="DIR", help=text["pictures"])
        if verb in ("ir-cut-test", "writes", "radio"):
            made.add_argument(
                "device", nargs=1 if verb == "ir-cut-test" else "?", help=text["device"]
            )
            made.add_argument("--json", action="store_true", help=text["json"])
        if verb == "energy":
            made.add_argument("device", nargs="?", help=text["device"])
        if verb in ("budget", "recorder", "energy"):
            made.add_argument("--json", action="store_true", help=text["json"])
    _add_probe(add("probe"), text)
    _add_login(add("login"), text)
    channels = add("channels")
    _add_target(channels, text)
    channels.add_argument("--json", action="store_true", help=text["json"])
    discover = add("discover")
    discover.add_argument("--seconds", type=float, default=3.0, help=text["seconds"])
    discover.add_argument("--interface", help=text["interface"])
    discover.add_argument("--ask", action="append", default=[], help=text["ask"])
    discover.add_argument("--json", action="store_true", help=text["json"])
    pictures = add("picture")
    pictures.add_argument("files", nargs="+", metavar="FILE", help=text["files"])
    pictures.add_argument(
        "--reference", nargs="+", metavar="FILE", default=[], help=text["reference"]
    )
    pictures.add_argument("--map", metavar="OUT.png", help=text["map"])
    pictures.add_argument("--json", action="store_true", help=text["json"])
    add("keygen").add_argument("file", help=text["key"])
    add_actions(add("profile"), text, lang, common, _add_target)
    setup, device = SETUP_HELP[lang]["setup"], SETUP_HELP[lang]["device"]
    add_setup(verbs.add_parser("setup", help=setup, description=setup, parents=[common]), lang)
    change = verbs.add_parser("device", help=device, description=device, parents=[common])
    add_device(change, lang, parents=[common])
    return parser


def _add_outbox(outbox: argparse.ArgumentParser, text: dict[str, str]) -> None:
    actions = ("show", "export")
    outbox.add_argument("action", nargs="?", choices=actions, default="show", help=text["action"])
    outbox.add_argument("file", nargs="?", default="", help=text["box"])
    outbox.add_argument("--waiting", action="store_true", help=text["waiting"])


def _add_target(
    verb: argparse.ArgumentParser, text: dict[str, str], *, is_needed: bool = True
) -> None:
    """The options that name a device by hand; ``hand_target`` reads them."""
    verb.add_argument("address", nargs=None if is_needed else "?", default="", help=text["address"])
    verb.add_argument("--user", help=text["user"])
    secret = verb.add_mutually_exclusive_group()
    secret.add_argument("--password-file", help=text["password_file"])
    secret.add_argument("--password-env", metavar="NAME", help=text["password_env"])
    verb.add_argument("--again", action="store_true", help=text["try_again"])
    verb.add_argument("--rtsp-port", type=int, help=text["rtsp_port"])
    verb.add_argument("--tls", action="store_true", help=text["tls"])
    verb.add_argument("--pin", action="append", default=[], metavar="sha256:...", help=text["pin"])
    verb.add_argument("--tls-ca", metavar="FILE", help=text["tls_ca"])


def _add_login(login: argparse.ArgumentParser, text: dict[str, str]) -> None:
    _add_target(login, text)
    kinds = ("wsse", "digest-md5", "digest-sha256")
    login.add_argument("--recorder-login", choices=kinds, help=text["recorder_login"])
    login.add_argument("-c", "--config", help=text["its_config"])
    login.add_argument("--json", action="store_true", help=text["json"])


def _add_probe(probe: argparse.ArgumentParser, text: dict[str, str]) -> None:
    _add_target(probe, text)
    probe.add_argument("--channel", type=int, default=0, metavar="N", help=text["channel"])
    probe.add_argument("--stream", choices=("main", "sub"), default="", help=text["stream"])
    probe.add_argument("--second-opinion", action="store_true", help=text["second"])
    probe.add_argument("--watch-seconds", type=float, default=3.0, help=text["watch"])
    probe.add_argument("--profiles", help=text["profiles"])
    probe.add_argument("--json", action="store_true", help=text["json"])
