"""Why a reading has no value, said in Chinese; in English its cause and detail say it already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.asking import DEFECT
from agent.budget_words import spent_in_chinese
from agent.camera.port import CameraError, Cause
from agent.camera.transcript import ALL_WAKE
from agent.transport_reasons import TRANSPORT_DETAILS_ZH
from agent.wrong import Both
from shared.reading import Reading

CAUSES_ZH: Final[Mapping[str, str]] = {
    Cause.DNS.value: "主机名无法解析",
    Cause.TCP_REFUSED.value: "连接被拒绝",
    Cause.TCP_TIMEOUT.value: "连接超时",
    Cause.TCP_UNREACHABLE.value: "网络不可达",
    Cause.TCP_RESET.value: "连接被对方中断",
    Cause.TLS.value: "TLS 握手或证书失败",
    Cause.TLS_UNPINNED.value: "证书未经验证且未固定，不发送登录信息",
    Cause.TLS_CHANGED.value: "证书与固定的不同，可能是另一台设备，已停止登录",
    Cause.HTTP_STATUS.value: "HTTP 返回错误状态",
    Cause.HTTP_REDIRECT.value: "HTTP 被重定向",
    Cause.HTTP_NOT_XML.value: "应答不是 XML",
    Cause.HTTP_TOO_LARGE.value: "应答过大",
    Cause.ONVIF_UNPARSABLE.value: "ONVIF 应答无法解析",
    Cause.ONVIF_FAULT.value: "设备返回 ONVIF 错误",
    Cause.ONVIF_UNSUPPORTED.value: "设备不支持该 ONVIF 操作",
    Cause.ONVIF_MISSING.value: "ONVIF 应答为空",
    Cause.ONVIF_FOREIGN_ADDRESS.value: "应答指向另一台主机",
    Cause.LOGIN_REFUSED.value: "登录被拒绝",
    Cause.LOGIN_METHOD.value: "设备要求的登录方式不被允许或不受支持",
    Cause.LOGIN_LOCKED.value: "账户被锁定",
    Cause.LOGIN_NO_CREDENTIALS.value: "需要登录，但未提供用户名和密码",
    Cause.RTSP_STATUS.value: "RTSP 返回错误状态",
    Cause.RTSP_PROTOCOL.value: "RTSP 协议错误",
    Cause.RTSP_NO_PACKET.value: "未收到视频数据包",
    Cause.DECODE_FAILED.value: "视频解码失败",
    Cause.DECODE_LIMIT.value: "解码超出内存或时间限制",
    Cause.DECODE_UNSUPPORTED.value: "不支持的编码格式",
    Cause.VENDOR_UNPARSABLE.value: "厂商接口应答无法解析",
    Cause.VENDOR_UNSUPPORTED.value: "设备没有该厂商接口",
    Cause.VENDOR_REFUSED.value: "厂商接口返回错误码",
    Cause.LOCAL_MISSING.value: "本机缺少所需的软件包、程序或串口",
    Cause.LOCAL_FAILED.value: "本机的程序或串口无法工作",
    Cause.DEADLINE.value: "超过时限",
    Cause.BUDGET.value: "当日预算已用完",
    "host.folder": "目录无法读取",
    DEFECT: "代理自身的缺陷",
    "push.never": "尚未收到任何推送",
    "push.overdue": "超过承诺的推送时限",
}
# By the exact English text; what is not here is quoted as it is (a device's or system's words).
DETAILS_ZH: Final[Mapping[str, str]] = {
    "the device names no time in UTC": "设备未给出 UTC 时间",
    "no login was accepted": "没有任何登录被接受",
    "one key frame only": "只有一个关键帧",
    "the video was damaged": "视频数据有损坏",
    "not on this system": "本系统不提供",
    "no sensor": "没有传感器",
    "no recording": "没有录像",
    "fewer than two recent recordings": "最近的录像不足两段",
    "no firmware profile names vendor values for this device": "没有适用于该设备的固件描述文件",
    ALL_WAKE: "当日唤醒次数已用完，且没有可在不唤醒设备的情况下查询的内容",
    "several firmware profiles fit equally well: name one in the configuration": (
        "多个固件描述文件同样适用：请在配置中指定其一"
    ),
    "no serial element": "应答中没有序列号",
    "the serial names no single device": "该序列号不能唯一标识设备",
}


def reason(reading: Reading, lang: str) -> str:
    """Cause and detail of a reading in a language; '' when there is nothing to explain."""
    if lang != "zh":
        return ": ".join(part for part in (reading.cause, reading.detail) if part)
    return in_chinese(reading.cause, reading.detail)


def in_chinese(cause: str, detail: str) -> str:
    """Cause and detail in Chinese; words that are a device's own stay as they are."""
    own = DETAILS_ZH.get(detail) or TRANSPORT_DETAILS_ZH.get(detail)
    detail = own or spent_in_chinese(detail)
    if not cause:
        return detail
    name = CAUSES_ZH.get(cause)
    said = f"{name}（{cause}）" if name else cause
    return f"{said}：{detail}" if detail else said


def cause_in_words(cause: Cause) -> Both:
    """The cause alone."""
    return Both(cause.value, in_chinese(cause.value, ""))


def error_in_words(error: CameraError) -> Both:
    """Why a device gave no answer."""
    return Both(error.detail, in_chinese(error.cause.value, error.detail))


def in_both(reading: Reading) -> Both:
    """Why a reading has no value as an answer to an order: in English its detail is enough."""
    return Both(reading.detail or reading.cause, reason(reading, "zh"))
