"""The faults that a simulated device can be given, each with a line in English and Chinese."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Fault(enum.StrEnum):
    """What is wrong with a simulated device; values are the names used on command lines."""

    IRCUT_STUCK_OPEN = "ircut_stuck_open"
    IRCUT_STUCK_CLOSED = "ircut_stuck_closed"
    BLURRED = "blurred"
    BLACK = "black"
    WHITE = "white"
    FROZEN = "frozen"
    COLOUR_CAST = "colour_cast"
    HALF_COVERED = "half_covered"
    NOISE = "noise"
    WRONG_PASSWORD = "wrong_password"
    LOGIN_WSSE_REFUSED = "login_wsse_refused"
    LOCKED_OUT = "locked_out"
    CLOCK_OFF_DAY = "clock_off_day"
    SLOW = "slow"
    HANGS = "hangs"
    CUT_OFF_REPLIES = "cut_off_replies"
    HUGE_REPLY = "huge_reply"
    HTML_LOGIN_PAGE = "html_login_page"
    NOT_FOUND = "not_found"
    REFUSES_TCP = "refuses_tcp"
    REDIRECTS = "redirects"
    WRONG_XADDR = "wrong_xaddr"
    STREAM_404 = "stream_404"
    STREAM_SILENT = "stream_silent"
    STREAM_STALLS = "stream_stalls"
    LOW_FPS = "low_fps"
    EMPTY_SERIAL = "empty_serial"
    PLACEHOLDER_SERIAL = "placeholder_serial"
    LIES_ENUM_CASE = "lies_enum_case"
    BATTERY_NOT_CHARGING = "battery_not_charging"
    BATTERY_LOW = "battery_low"
    GAUGE_NOT_READY = "gauge_not_ready"
    SIGNAL_WEAK = "signal_weak"
    MODEM_DEAD = "modem_dead"
    SIM_MISSING = "sim_missing"
    POWER_OFF = "power_off"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_GAP = "recording_gap"


class FaultGroup(enum.Enum):
    """Which aspect of the device a fault touches."""

    PICTURE = "picture"
    LOGIN = "login"
    TIME = "time"
    TRANSPORT = "transport"
    STREAM = "stream"
    IDENTITY = "identity"
    POWER = "power"
    CELLULAR = "cellular"
    RECORDER = "recorder"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultText:
    """One line about a fault for people."""

    group: FaultGroup
    en: str
    zh: str


def _text(group: FaultGroup, en: str, zh: str) -> FaultText:
    return FaultText(group=group, en=en, zh=zh)


_P, _T, _S, _R = FaultGroup.PICTURE, FaultGroup.TRANSPORT, FaultGroup.STREAM, FaultGroup.RECORDER

TEXTS: dict[Fault, FaultText] = {
    Fault.IRCUT_STUCK_OPEN: _text(
        _P, "IR-cut filter stays out: infrared leaks in by day", "红外滤光片卡在打开位置：白天红外漏光"
    ),
    Fault.IRCUT_STUCK_CLOSED: _text(
        _P, "IR-cut filter stays in: dark and noisy at night", "红外滤光片卡在关闭位置：夜间画面暗且噪点多"
    ),
    Fault.BLURRED: _text(_P, "lens out of focus", "镜头失焦，画面模糊"),
    Fault.BLACK: _text(_P, "picture is black", "画面全黑"),
    Fault.WHITE: _text(_P, "picture is white", "画面全白"),
    Fault.FROZEN: _text(_P, "picture does not change any more", "画面冻结不变"),
    Fault.COLOUR_CAST: _text(_P, "channel ratios off: green cast", "偏色：画面发绿"),
    Fault.HALF_COVERED: _text(_P, "half of the view is covered", "镜头被遮挡一半"),
    Fault.NOISE: _text(_P, "strong sensor noise", "传感器噪点严重"),
    Fault.WRONG_PASSWORD: _text(
        FaultGroup.LOGIN, "the camera's password is another one", "摄像机密码已更改，登录被拒绝"
    ),
    Fault.LOGIN_WSSE_REFUSED: _text(
        FaultGroup.LOGIN,
        "firmware refuses WS-UsernameToken, accepts HTTP digest",
        "固件拒绝 WS-UsernameToken 登录，但接受 HTTP 摘要登录",
    ),
    Fault.LOCKED_OUT: _text(FaultGroup.LOGIN, "the account is locked", "账户已被锁定"),
    Fault.CLOCK_OFF_DAY: _text(FaultGroup.TIME, "clock is 24 h behind", "时钟慢 24 小时"),
    Fault.SLOW: _text(_T, "every reply takes 2 s longer", "每次应答延迟 2 秒"),
    Fault.HANGS: _text(_T, "accepts connections, never answers", "接受连接但从不应答"),
    Fault.CUT_OFF_REPLIES: _text(
        _T, "replies are cut off inside the serial number", "应答在序列号中间被截断"
    ),
    Fault.HUGE_REPLY: _text(_T, "answers 200 MB", "应答长达 200 MB"),
    Fault.HTML_LOGIN_PAGE: _text(
        _T, "answers an HTML login page with status 200", "以状态 200 返回 HTML 登录页"
    ),
    Fault.NOT_FOUND: _text(_T, "answers 404 to everything", "所有请求返回 404"),
    Fault.REFUSES_TCP: _text(_T, "refuses connections", "拒绝 TCP 连接"),
    Fault.REDIRECTS: _text(_T, "redirects (307) to another address", "重定向（307）到其他地址"),
    Fault.WRONG_XADDR: _text(
        _T, "names another address for its services", "服务地址（XAddr）指向其他主机"
    ),
    Fault.STREAM_404: _text(_S, "RTSP answers 404", "RTSP 返回 404"),
    Fault.STREAM_SILENT: _text(_S, "RTSP PLAY answered, no packets", "RTSP 播放成功但没有数据包"),
    Fault.STREAM_STALLS: _text(_S, "the stream stops after 2 s", "码流 2 秒后停止"),
    Fault.LOW_FPS: _text(_S, "a quarter of the frame rate", "帧率降为四分之一"),
    Fault.EMPTY_SERIAL: _text(FaultGroup.IDENTITY, "serial number is empty", "序列号为空"),
    Fault.PLACEHOLDER_SERIAL: _text(
        FaultGroup.IDENTITY, "serial number is all zeros", "序列号全为零（占位值）"
    ),
    Fault.LIES_ENUM_CASE: _text(
        FaultGroup.IDENTITY,
        'imaging says "Auto" for AUTO, after an unknown element',
        "成像设置以 “Auto” 代替 AUTO，且前面带有未知元素",
    ),
    Fault.BATTERY_NOT_CHARGING: _text(
        FaultGroup.POWER,
        "battery low and falling although the panel delivers",
        "太阳能板有功率，电池却不充电、电量持续下降",
    ),
    Fault.BATTERY_LOW: _text(FaultGroup.POWER, "battery at a few percent", "电池电量很低"),
    Fault.GAUGE_NOT_READY: _text(
        FaultGroup.POWER, "gauge answers 255: not ready", "电量计返回 255：尚未就绪"
    ),
    Fault.SIGNAL_WEAK: _text(FaultGroup.CELLULAR, "4G at -121 dBm RSRP", "4G 信号弱（RSRP -121 dBm）"),
    Fault.MODEM_DEAD: _text(FaultGroup.CELLULAR, "the modem does not answer", "4G 模组无响应"),
    Fault.SIM_MISSING: _text(FaultGroup.CELLULAR, "no SIM card", "未检测到 SIM 卡"),
    Fault.POWER_OFF: _text(
        FaultGroup.POWER, "no power: all sockets closed", "断电：所有端口关闭"
    ),
    Fault.RECORDING_STOPPED: _text(_R, "recorder writes no new segments", "录像机停止写入新文件"),
    Fault.RECORDING_GAP: _text(_R, "a gap in the recording", "录像存在中断"),
}

PICTURE_FAULTS = frozenset(fault for fault, text in TEXTS.items() if text.group is _P)


def parse(name: str) -> Fault:
    """The fault of this name; ValueError names the command that lists them."""
    try:
        return Fault(name)
    except ValueError:
        message = f"unknown fault {name!r}; 'preclaim-sim faults' lists them"
        raise ValueError(message) from None
