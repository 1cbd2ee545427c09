"""Causes that lie in the kind of login: WS-UsernameToken, and the algorithms of Digest."""

from __future__ import annotations

from agent.camera.login_facts import Attempt, Met, Service
from agent.camera.port import LoginKind
from agent.doctor.cause import LoginCause
from agent.doctor.clues import Clues
from agent.doctor.diagnosis import Certainty, Diagnosis
from agent.wrong import Both

_DIGESTS = (LoginKind.DIGEST_SHA256, LoginKind.DIGEST_MD5)


def confused(clues: Clues) -> Diagnosis | None:
    """One algorithm of a service refuses the password that another accepts there."""
    for service in Service:
        offered = clues.kinds_offered(service)
        if len(offered) < 2:
            continue
        accepted = _first(clues.met(Met.ACCEPTED, service))
        for kind in _DIGESTS:
            refused = clues.met(Met.REFUSED, service, kind=kind)
            if not refused or accepted is None or accepted.kind is kind or kind not in offered:
                continue
            reason = Both(
                f"{service.value} offers {_names(offered)}; {kind.value} is refused and "
                f"{accepted.kind.value} accepted with the same password",
                f"{service.value} 提供 {_names(offered)}；相同密码 {kind.value} 被拒绝，"
                f"{accepted.kind.value} 被接受",
            )
            return Diagnosis(
                cause=LoginCause.DIGEST_CONFUSION,
                certainty=Certainty.PROVEN,
                reasons=(reason,),
            )
    return _may_confuse(clues)


def _may_confuse(clues: Clues) -> Diagnosis | None:
    """Several algorithms, the first of which the recorder does not speak."""
    for service in Service:
        offered = clues.kinds_offered(service)
        if len(offered) < 2 or clues.recorder.lacks(offered[0]) is not True:
            continue
        reason = Both(
            f"{service.value} offers {_names(offered)}: a recorder that takes the first one and "
            f"does not speak {offered[0].value} is refused",
            f"{service.value} 提供 {_names(offered)}：若录像机选用第一种而不支持 "
            f"{offered[0].value}，将被拒绝",
        )
        return Diagnosis(
            cause=LoginCause.DIGEST_CONFUSION, certainty=Certainty.POSSIBLE, reasons=(reason,)
        )
    return None


def wsse_refused(clues: Clues) -> Diagnosis | None:
    """WS-UsernameToken refused in the device's own time, Digest accepted at the same place."""
    refused = clues.met(Met.REFUSED, Service.ONVIF, kind=LoginKind.WSSE)
    accepted = [
        one for one in clues.met(Met.ACCEPTED, Service.ONVIF) if one.kind is not LoginKind.WSSE
    ]
    if not refused or not accepted:
        return None
    reason = Both(
        f"WS-UsernameToken is refused, {accepted[0].kind.value} accepted with the same password",
        f"WS-UsernameToken 被拒绝，而相同密码的 {accepted[0].kind.value} 被接受",
    )
    return Diagnosis(cause=LoginCause.WSSE_REFUSED, certainty=Certainty.PROVEN, reasons=(reason,))


def sha256_only(clues: Clues) -> Diagnosis | None:
    """A service offers SHA-256 and no MD5; whether that matters, the recorder decides."""
    only = [
        service
        for service in Service
        if clues.kinds_offered(service) == (LoginKind.DIGEST_SHA256,)
        and not clues.met(Met.REFUSED, service, kind=LoginKind.DIGEST_SHA256)
    ]
    lacks = clues.recorder.lacks(LoginKind.DIGEST_SHA256)
    if not only or lacks is False:
        return None
    where = ", ".join(service.value for service in only)
    reason = Both(
        f"{where}: Digest by SHA-256 alone is offered"
        + (", and the recorder does not speak it" if lacks else ""),
        f"{where}：仅提供 SHA-256 摘要" + ("，而录像机不支持" if lacks else ""),
    )
    unsaid = Both(
        "what this recorder speaks is not configured (recorder_capabilities); most recorders, "
        "ffmpeg and go2rtc speak MD5 alone",
        "未配置录像机支持的登录方式（recorder_capabilities）；"
        "多数录像机、ffmpeg 与 go2rtc 仅支持 MD5",
    )
    return Diagnosis(
        cause=LoginCause.SHA256_ONLY,
        certainty=Certainty.PROVEN if lacks else Certainty.POSSIBLE,
        reasons=(reason,) if lacks else (reason, unsaid),
    )


def nameless(clues: Clues) -> Diagnosis | None:
    """A challenge with an empty algorithm, or (over HTTP, where nearly all name one) none.

    Over RTSP an absent algorithm is common (RFC 2326 firmware) and says nothing.
    """
    found: list[str] = []
    for service, offers in clues.offers.items():
        for offer in offers:
            absent = offer.algorithm is None and service is not Service.RTSP
            if offer.scheme == "digest" and (absent or offer.algorithm == ""):
                found.append(service.value)
    if not found:
        return None
    where = ", ".join(dict.fromkeys(found))
    let_in = any(one.kind is LoginKind.DIGEST_MD5 for one in clues.met(Met.ACCEPTED))
    reason = Both(
        f"{where}: the Digest challenge names no algorithm; this agent takes it for MD5"
        + (" and is let in" if let_in else ""),
        f"{where}：摘要质询未注明算法；本代理按 MD5 处理" + ("并登录成功" if let_in else ""),
    )
    return Diagnosis(
        cause=LoginCause.ALGORITHM_MISSING, certainty=Certainty.POSSIBLE, reasons=(reason,)
    )


def _first(attempts: tuple[Attempt, ...]) -> Attempt | None:
    return attempts[0] if attempts else None


def _names(kinds: tuple[LoginKind, ...]) -> str:
    return ", ".join(kind.value for kind in kinds)
