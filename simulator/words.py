"""What the simulator's commands say, in English and Chinese."""

from __future__ import annotations

import enum
import os


class Language(enum.Enum):
    """The languages of the product."""

    EN = "en"
    ZH = "zh"


WORDS: dict[str, tuple[str, str]] = {
    "running": ("{count} simulated devices are running.", "{count} 台模拟设备正在运行。"),
    "control": ("Control: {url}/control/cameras", "控制接口：{url}/control/cameras"),
    "try": ("Try one camera:", "试探一台摄像机："),
    "inject": ("Give one a fault, and take it back:", "注入故障并恢复："),
    "power": ("Cut the power of a site:", "切断一个站点的电源："),
    "stop": ("Ctrl-C stops everything.", "按 Ctrl-C 全部停止。"),
    "stopped": ("Stopped.", "已停止。"),
    "bad_scenario": (
        "The scenario cannot be run; {count} problem(s):",
        "场景文件无法运行，共 {count} 个问题：",
    ),
    "remedy": ("remedy", "处理办法"),
    "port_taken": (
        "Cannot listen: {reason}. Choose another port (--control-port 0 takes any free one).",
        "无法监听：{reason}。请更换端口（--control-port 0 表示任选空闲端口）。",
    ),
    "no_control": (
        "No simulator answers at {url}: {reason}. Start one with 'preclaim-sim run', or name "
        "its address with --control.",
        "{url} 没有模拟器响应：{reason}。请先运行 preclaim-sim run，或用 --control 指定地址。",
    ),
    "refused": ("Refused: {error}. Remedy: {remedy}.", "被拒绝：{error}。处理办法：{remedy}。"),
    "now": ("{serial}: active faults: {faults}", "{serial}：当前故障：{faults}"),
    "none": ("none", "无"),
    "pushed": (
        "{sent} items sent; woken by others {woken} times.",
        "已发送 {sent} 项；被他人唤醒 {woken} 次。",
    ),
    "not_pushed": (
        "Not sent: {why}. Check the address, the user and the password file.",
        "未能发送：{why}。请检查地址、用户名与密码文件。",
    ),
    "password": ("Password of the cameras: in {path}", "摄像机密码保存在 {path}"),
}
COLUMNS: dict[str, tuple[str, str]] = {
    "site": ("site", "站点"),
    "serial": ("serial", "序列号"),
    "kind": ("kind", "类型"),
    "model": ("model", "型号"),
    "codec": ("codec", "编码"),
    "address": ("ONVIF address", "ONVIF 地址"),
    "rtsp": ("RTSP", "RTSP"),
    "faults": ("faults", "故障"),
}


def say(key: str, language: Language, **values: object) -> str:
    """One sentence with its values."""
    return WORDS[key][language is Language.ZH].format(**values)


def column(key: str, language: Language) -> str:
    """The title of a table column."""
    return COLUMNS[key][language is Language.ZH]


def choose(asked: str | None) -> Language:
    """The language asked for, else that of the environment (LC_ALL, LC_MESSAGES, LANG)."""
    if asked is not None:
        return Language(asked)
    named = next(
        (os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), ""
    )
    return Language.ZH if named.lower().startswith("zh") else Language.EN
