"""The faults that a simulated device can be given, at start or while it runs."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class FaultGroup(enum.Enum):
    """Which part of the device a fault belongs to."""

    PICTURE = "picture"
    LOGIN = "login"
    TIME = "time"
    TRANSPORT = "transport"
    IDENTITY = "identity"
    POWER = "power"
    RECORDER = "recorder"


class Fault(enum.Enum):
    """A closed list; the value is the name used in scenarios and on the command line."""

    IRCUT_STUCK_OPEN = "ircut_stuck_open"
    IRCUT_STUCK_CLOSED = "ircut_stuck_closed"
    IRCUT_REVERSED = "ircut_reversed"
    IRCUT_NOT_FITTED = "ircut_not_fitted"
    IRCUT_SLOW = "ircut_slow"
    IRCUT_IGNORES_MODE = "ircut_ignores_mode"
    IRCUT_RETURNS_TO_AUTO = "ircut_returns_to_auto"
    IRCUT_REFUSES_MODE = "ircut_refuses_mode"
    IRCUT_PERSISTS_MODE = "ircut_persists_mode"
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
    LOGIN_SHA256_ONLY = "login_sha256_only"
    LOGIN_DIGEST_CONFUSED = "login_digest_confused"
    LOGIN_NO_ALGORITHM = "login_no_algorithm"
    ONVIF_OFF = "onvif_off"
    ONVIF_ACCOUNT = "onvif_account"
    USER_LEVEL = "user_level"
    PASSWORD_CHARACTERS = "password_characters"
    HTTPS_ONLY = "https_only"
    CLOCK_OFF_DAY = "clock_off_day"
    CLOCK_OFF_HOUR = "clock_off_hour"
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
    RTSP_PATH_CHANGED = "rtsp_path_changed"
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
    NO_DATA_SESSION = "no_data_session"
    DATA_USED_UP = "data_used_up"
    ANTENNA_DEAD = "antenna_dead"
    POWER_OFF = "power_off"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_GAP = "recording_gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultText:
    """What a person is told about a fault."""

    group: FaultGroup
    en: str
    zh: str


def _text(group: FaultGroup, en: str, zh: str) -> FaultText:
    return FaultText(group=group, en=en, zh=zh)


_G = FaultGroup

TEXTS: dict[Fault, FaultText] = {
    Fault.IRCUT_STUCK_OPEN: _text(
        _G.PICTURE, "Infrared filter never in the light path.", "红外滤光片始终不在光路中。"
    ),
    Fault.IRCUT_STUCK_CLOSED: _text(
        _G.PICTURE, "Infrared filter always in the light path.", "红外滤光片始终停在光路中。"
    ),
    Fault.IRCUT_REVERSED: _text(
        _G.PICTURE,
        "Infrared filter moves the wrong way round.",
        "红外滤光片动作方向相反。",
    ),
    Fault.IRCUT_NOT_FITTED: _text(
        _G.PICTURE, "No infrared filter is fitted at all.", "未安装红外滤光片。"
    ),
    Fault.IRCUT_SLOW: _text(
        _G.PICTURE,
        "Infrared filter moves 8 seconds after the order.",
        "红外滤光片在指令 8 秒后才动作。",
    ),
    Fault.IRCUT_IGNORES_MODE: _text(
        _G.PICTURE,
        "Accepts and repeats the filter mode, but acts as in AUTO.",
        "接受并回读滤光片模式，但仍按 AUTO 动作。",
    ),
    Fault.IRCUT_RETURNS_TO_AUTO: _text(
        _G.PICTURE,
        "Filter mode falls back to AUTO by itself after 5 seconds.",
        "滤光片模式 5 秒后自行恢复为 AUTO。",
    ),
    Fault.IRCUT_REFUSES_MODE: _text(
        _G.PICTURE, "Refuses every SetImagingSettings.", "拒绝所有 SetImagingSettings 请求。"
    ),
    Fault.IRCUT_PERSISTS_MODE: _text(
        _G.PICTURE,
        "Keeps the filter mode over a power cut although told not to.",
        "即使要求不持久化，断电后仍保留滤光片模式。",
    ),
    Fault.BLURRED: _text(_G.PICTURE, "Lens out of focus.", "镜头失焦。"),
    Fault.BLACK: _text(_G.PICTURE, "Picture is black.", "画面全黑。"),
    Fault.WHITE: _text(_G.PICTURE, "Picture is white.", "画面全白。"),
    Fault.FROZEN: _text(_G.PICTURE, "Picture never changes.", "画面静止不变。"),
    Fault.COLOUR_CAST: _text(_G.PICTURE, "Strong colour cast.", "画面严重偏色。"),
    Fault.HALF_COVERED: _text(_G.PICTURE, "Half of the lens is covered.", "镜头被遮挡一半。"),
    Fault.NOISE: _text(_G.PICTURE, "Heavy sensor noise.", "图像噪点严重。"),
    Fault.WRONG_PASSWORD: _text(
        _G.LOGIN,
        "The camera's password differs: every login fails.",
        "摄像机密码不符，登录均失败。",
    ),
    Fault.LOGIN_WSSE_REFUSED: _text(
        _G.LOGIN,
        "Firmware refuses WS-UsernameToken, accepts HTTP Digest.",
        "固件拒绝 WS-UsernameToken，仅接受 HTTP Digest。",
    ),
    Fault.LOCKED_OUT: _text(
        _G.LOGIN, "Account locked after failed logins.", "登录失败过多，账户被锁定。"
    ),
    Fault.LOGIN_SHA256_ONLY: _text(
        _G.LOGIN,
        "Offers HTTP and RTSP Digest with SHA-256 alone.",
        "HTTP 与 RTSP 摘要认证仅提供 SHA-256。",
    ),
    Fault.LOGIN_DIGEST_CONFUSED: _text(
        _G.LOGIN,
        "Offers SHA-256 and MD5, but can check MD5 alone.",
        "同时提供 SHA-256 与 MD5，但只能校验 MD5。",
    ),
    Fault.LOGIN_NO_ALGORITHM: _text(
        _G.LOGIN,
        "Digest challenges name no algorithm, over RTSP an empty one.",
        "摘要质询不写算法，RTSP 中算法为空。",
    ),
    Fault.ONVIF_OFF: _text(
        _G.LOGIN,
        "ONVIF is switched off, as after an update; web and RTSP work.",
        "ONVIF 被关闭（如升级后），网页与 RTSP 正常。",
    ),
    Fault.ONVIF_ACCOUNT: _text(
        _G.LOGIN,
        "ONVIF has accounts of its own: web login works, ONVIF refuses.",
        "ONVIF 使用独立账户：网页可登录，ONVIF 拒绝。",
    ),
    Fault.USER_LEVEL: _text(
        _G.LOGIN,
        "The account may read who the camera is, and nothing of its streams.",
        "账户权限过低：可读取设备信息，不可访问视频流。",
    ),
    Fault.PASSWORD_CHARACTERS: _text(
        _G.LOGIN,
        "RTSP cuts a password at its first special character.",
        "RTSP 在首个特殊字符处截断密码。",
    ),
    Fault.HTTPS_ONLY: _text(
        _G.LOGIN,
        "HTTP is answered with a redirect to HTTPS on another port.",
        "HTTP 请求均被重定向到另一端口的 HTTPS。",
    ),
    Fault.CLOCK_OFF_DAY: _text(
        _G.TIME, "Camera clock is 24 hours behind.", "摄像机时钟慢 24 小时。"
    ),
    Fault.CLOCK_OFF_HOUR: _text(
        _G.TIME,
        "Camera clock is one hour ahead: summer time counted twice.",
        "摄像机时钟快 1 小时：夏令时重复计算。",
    ),
    Fault.SLOW: _text(_G.TRANSPORT, "Every reply takes 2 seconds.", "每次应答耗时 2 秒。"),
    Fault.HANGS: _text(_G.TRANSPORT, "Accepts connections, never answers.", "接受连接但从不应答。"),
    Fault.CUT_OFF_REPLIES: _text(
        _G.TRANSPORT, "Replies end inside the serial number.", "应答在序列号中间被截断。"
    ),
    Fault.HUGE_REPLY: _text(_G.TRANSPORT, "Replies are 200 MB long.", "应答长达 200 MB。"),
    Fault.HTML_LOGIN_PAGE: _text(
        _G.TRANSPORT, "Answers everything with an HTML page.", "所有请求都返回 HTML 登录页。"
    ),
    Fault.NOT_FOUND: _text(_G.TRANSPORT, "Answers everything with 404.", "所有请求都返回 404。"),
    Fault.REFUSES_TCP: _text(_G.TRANSPORT, "Refuses TCP connections.", "拒绝 TCP 连接。"),
    Fault.REDIRECTS: _text(
        _G.TRANSPORT, "Redirects every request to another host.", "将请求重定向到其他主机。"
    ),
    Fault.WRONG_XADDR: _text(
        _G.TRANSPORT, "Names service addresses of another host.", "服务地址指向其他主机。"
    ),
    Fault.STREAM_404: _text(
        _G.TRANSPORT, "The stream address does not exist.", "视频流地址不存在。"
    ),
    Fault.RTSP_PATH_CHANGED: _text(
        _G.TRANSPORT,
        "The stream has another path than the one that ONVIF states.",
        "视频流路径与 ONVIF 所报不同。",
    ),
    Fault.STREAM_SILENT: _text(
        _G.TRANSPORT, "The stream starts but sends nothing.", "视频流启动后无数据。"
    ),
    Fault.STREAM_STALLS: _text(
        _G.TRANSPORT, "The stream stops after 2 seconds.", "视频流 2 秒后停止。"
    ),
    Fault.LOW_FPS: _text(
        _G.TRANSPORT, "The stream has far fewer frames than set.", "视频流帧率远低于设定值。"
    ),
    Fault.EMPTY_SERIAL: _text(_G.IDENTITY, "Serial number is empty.", "序列号为空。"),
    Fault.PLACEHOLDER_SERIAL: _text(_G.IDENTITY, "Serial number is all zeros.", "序列号全为零。"),
    Fault.LIES_ENUM_CASE: _text(
        _G.IDENTITY,
        'Writes "Auto" for AUTO and an unknown element first.',
        "将 AUTO 写成 Auto，并先返回未知元素。",
    ),
    Fault.BATTERY_NOT_CHARGING: _text(
        _G.POWER,
        "Battery does not charge although the panel has power.",
        "太阳能板有电，但电池不充电。",
    ),
    Fault.BATTERY_LOW: _text(_G.POWER, "Battery is nearly empty.", "电池电量过低。"),
    Fault.GAUGE_NOT_READY: _text(
        _G.POWER, "Battery gauge answers 255: not ready.", "电量计返回 255：未就绪。"
    ),
    Fault.SIGNAL_WEAK: _text(_G.POWER, "Cellular signal is very weak.", "蜂窝信号极弱。"),
    Fault.MODEM_DEAD: _text(_G.POWER, "Cellular modem does not answer.", "蜂窝模块无响应。"),
    Fault.NO_DATA_SESSION: _text(
        _G.POWER, "Registered, but without a data session.", "已注册但无数据会话。"
    ),
    Fault.DATA_USED_UP: _text(_G.POWER, "The data plan is used up.", "流量套餐已用尽。"),
    Fault.ANTENNA_DEAD: _text(_G.POWER, "One antenna port hears nothing.", "一个天线口无信号。"),
    Fault.SIM_MISSING: _text(_G.POWER, "No SIM card found.", "未检测到 SIM 卡。"),
    Fault.POWER_OFF: _text(_G.POWER, "No power: all connections are cut.", "断电：所有连接中断。"),
    Fault.RECORDING_STOPPED: _text(
        _G.RECORDER, "The recorder writes no new segments.", "录像机停止写入新片段。"
    ),
    Fault.RECORDING_GAP: _text(
        _G.RECORDER, "Segments are missing in the recording.", "录像存在缺失片段。"
    ),
}

# The filter faults are not here: they act through the effective position of the filter.
PICTURE_FAULTS = frozenset(
    {
        Fault.BLURRED,
        Fault.BLACK,
        Fault.WHITE,
        Fault.FROZEN,
        Fault.COLOUR_CAST,
        Fault.HALF_COVERED,
        Fault.NOISE,
    }
)


def as_fault(name: Fault | str) -> Fault:
    """Find a fault by name; ValueError names the remedy."""
    if isinstance(name, Fault):
        return name
    try:
        return Fault(name)
    except ValueError as error:
        raise ValueError(
            f"there is no fault {name!r}; `preclaim-sim faults` lists them all"
        ) from error
