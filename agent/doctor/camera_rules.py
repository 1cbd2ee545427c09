"""Causes that lie in the camera: a lock, ports, its clock, the path of its stream."""

from __future__ import annotations

import re
from typing import Final

from agent.camera.knocked import Port
from agent.camera.login_facts import Met, Service
from agent.camera.port import Cause, LoginKind
from agent.camera.scrub import scrub_address
from agent.camera.wanted import WORTH_S
from agent.doctor.cause import LoginCause
from agent.doctor.clues import DST_S, DST_TOLERANCE_S, Clues
from agent.doctor.diagnosis import Certainty, Diagnosis
from agent.wrong import Both

_NO_STREAM: Final = (404, 454)  # not found; no such session, as some firmware says it
_NOT_HERE: Final = frozenset({Cause.TCP_REFUSED, Cause.HTTP_STATUS, Cause.HTTP_NOT_XML})
_OF_TIME: Final = re.compile(r"(?i)time ?stamp|time check|clock|expired|created|时间|过期")


def locked(clues: Clues) -> Diagnosis | None:
    """The device's own word."""
    if clues.lock is None and not clues.met(Met.LOCKED):
        return None
    left_s = clues.lock.left_s if clues.lock else None
    if left_s is None:
        reason = Both("the device says that the account is locked", "设备提示账户已锁定")
        return _proven(LoginCause.LOCKED_OUT, reason)
    reason = Both(
        f"the device says that the account is locked for {left_s} s more",
        f"设备提示账户已锁定，剩余 {left_s} 秒",
    )
    remedy = Both(
        f"Stop every client that still has an old password, wait {left_s} s, log in once with the "
        "right one.",
        f"停用仍使用旧密码的客户端，等待 {left_s} 秒后用正确密码登录一次。",
    )
    return _proven(LoginCause.LOCKED_OUT, reason, remedy=remedy)


def https_only(clues: Clues) -> Diagnosis | None:
    """ONVIF answers over TLS, and where it is configured it does not."""
    knocked = clues.knocked
    if knocked is None or knocked.onvif is None or not knocked.over_tls:
        return None
    place = knocked.over_tls
    reason = Both(
        f"port {knocked.onvif_port} gives no ONVIF ({knocked.onvif.value}); over TLS it answers "
        f"at {place}",
        f"端口 {knocked.onvif_port} 无 ONVIF（{knocked.onvif.value}）；{place} 通过 TLS 可应答",
    )
    pin = knocked.fingerprint or "sha256:..."
    remedy = Both(
        f'Enter address {place} with tls = true in the agent (and tls_fingerprint = "{pin}" once '
        "you have compared it with the camera's), and the HTTPS port in the recorder; or allow "
        "HTTP on the camera.",
        f"在代理中填写地址 {place} 并设 tls = true（与摄像机核对指纹后设 "
        f'tls_fingerprint = "{pin}"），在录像机中填写 HTTPS 端口；或在摄像机上允许 HTTP。',
    )
    return _proven(LoginCause.HTTPS_ONLY, reason, remedy=remedy)


def onvif_off(clues: Clues) -> Diagnosis | None:
    """The device lives, and ONVIF is not where it is configured."""
    knocked = clues.knocked
    if knocked is None or knocked.onvif not in _NOT_HERE or knocked.over_tls:
        return None
    if knocked.moved_to:
        reason = Both(
            f"ONVIF answers at {knocked.moved_to} instead of port {knocked.onvif_port}",
            f"ONVIF 在 {knocked.moved_to} 应答，而不是端口 {knocked.onvif_port}",
        )
        remedy = Both(
            f"Enter the address {knocked.moved_to} in the recorder and in the agent.",
            f"在录像机和代理中填写地址 {knocked.moved_to}。",
        )
        return _proven(LoginCause.ONVIF_OFF, reason, remedy=remedy)
    if not knocked.lives:
        return None
    status = f"HTTP {knocked.onvif_status}" if knocked.onvif_status else knocked.onvif.value
    alive = sorted(p for p, s in knocked.ports.items() if s is Port.OPEN) or [knocked.rtsp_port]
    ports = ", ".join(map(str, alive))
    reason = Both(
        f"the device lives (open ports: {ports}), but its ONVIF address answers {status}",
        f"设备在线（开放端口：{ports}），但其 ONVIF 地址返回 {status}",
    )
    return _proven(LoginCause.ONVIF_OFF, reason)


def clock(clues: Clues) -> Diagnosis | None:
    """A WS-UsernameToken that is good in the device's time and refused in ours, or its word."""
    skew_s = clues.skew_s
    is_dst = skew_s is not None and abs(abs(skew_s) - DST_S) <= DST_TOLERANCE_S
    cause = LoginCause.DST_ERROR if is_dst else LoginCause.CLOCK_SKEW
    off = Both("by an unknown time", "偏差未知")
    if skew_s is not None:
        off = Both(f"{skew_s:+.0f} s against this recorder", f"与本录像机相差 {skew_s:+.0f} 秒")
    signed = clues.met(Met.ACCEPTED, Service.ONVIF, kind=LoginKind.WSSE)
    unsigned = clues.met(Met.REFUSED, Service.ONVIF, own_time=True)
    if signed and unsigned:
        reason = Both(
            f"the clock is off ({off.en}): a WS-UsernameToken signed in the device's time is "
            "accepted, one in the right time refused",
            f"时钟偏差（{off.zh}）：按设备时间签名的 WS-UsernameToken 被接受，"
            "按正确时间签名的被拒绝",
        )
        return _proven(cause, reason)
    refused = clues.met(Met.REFUSED, Service.ONVIF, kind=LoginKind.WSSE)
    words = [one for one in refused if _OF_TIME.search(one.said)]
    if words:
        reason = Both(
            f"the clock is off ({off.en}), and the device refuses with: {words[0].said}",
            f"时钟偏差（{off.zh}），设备拒绝时提示：{words[0].said}",
        )
        return Diagnosis(cause=cause, certainty=Certainty.LIKELY, reasons=(reason,))
    tried = signed and clues.met(Met.ACCEPTED, Service.ONVIF, own_time=True)
    if skew_s is None or abs(skew_s) < WORTH_S or tried or not clues.recorder.may_sign:
        return None
    reason = Both(
        f"the clock is off ({off.en}): a recorder that signs in the right time may be refused",
        f"时钟偏差（{off.zh}）：按正确时间签名的录像机可能被拒绝",
    )
    return Diagnosis(cause=cause, certainty=Certainty.POSSIBLE, reasons=(reason,))


def path_changed(clues: Clues) -> Diagnosis | None:
    """Nothing is where the device says that its stream is; it is elsewhere."""
    stream = clues.stream
    if stream.status not in _NO_STREAM or not stream.works_at:
        return None
    stated = scrub_address(stream.path)
    reason = Both(
        f"RTSP answers {stream.status} for {stated} with the right login, and has the stream "
        f"at {stream.works_at}",
        f"登录正确时 RTSP 对 {stated} 返回 {stream.status}，而视频流位于 {stream.works_at}",
    )
    remedy = Both(
        f"Enter the path {stream.works_at} in the recorder, or add the camera again by ONVIF; "
        "report the firmware.",
        f"在录像机中填写路径 {stream.works_at}，或通过 ONVIF 重新添加摄像机，并反馈该固件版本。",
    )
    return _proven(LoginCause.PATH_CHANGED, reason, remedy=remedy)


def _proven(cause: LoginCause, reason: Both, *, remedy: Both | None = None) -> Diagnosis:
    return Diagnosis(cause=cause, certainty=Certainty.PROVEN, reasons=(reason,), remedy=remedy)
