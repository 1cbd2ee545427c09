"""Causes that lie in the account: which one, its level, its password."""

from __future__ import annotations

from agent.camera.login_facts import Met, Service
from agent.doctor.cause import LoginCause
from agent.doctor.clues import Clues
from agent.doctor.diagnosis import Certainty, Diagnosis
from agent.wrong import Both


def other_account(clues: Clues) -> Diagnosis | None:
    """One service lets the account in and another one does not know it."""
    on_onvif = clues.met(Met.ACCEPTED, Service.ONVIF)
    elsewhere = clues.met(Met.ACCEPTED, Service.HTTP, Service.RTSP)
    refused = clues.met(Met.REFUSED, Service.ONVIF)
    if refused and not on_onvif and elsewhere:
        place = elsewhere[0].service.value
        reason = Both(
            f"user and password are right ({place} accepts them), ONVIF refuses them",
            f"用户名和密码正确（{place} 接受），但 ONVIF 拒绝",
        )
        return _said(LoginCause.ONVIF_ACCOUNT, Certainty.PROVEN, reason)
    shut = [
        one
        for one in clues.met(Met.REFUSED, Service.HTTP, Service.RTSP)
        if clues.is_shut(one.service)
    ]
    if not on_onvif or not shut or elsewhere or _is_troubled(clues):
        return None
    place = shut[0].service.value
    reason = Both(
        f"ONVIF accepts user and password, {place} refuses them",
        f"ONVIF 接受该用户名和密码，而 {place} 拒绝",
    )
    remedy = Both(
        "Make a user with the same name and password among the camera's own users (system, user "
        "management): this one is known to ONVIF alone.",
        "在摄像机“系统—用户管理”中建立同名同密码的用户：当前用户仅为 ONVIF 用户。",
    )
    return _said(LoginCause.ONVIF_ACCOUNT, Certainty.LIKELY, reason, remedy=remedy)


def level(clues: Clues) -> Diagnosis | None:
    """The login works, and the device forbids this user something.

    One that worked and is then refused by another kind as well was changed meanwhile: that says
    nothing of what the user may do.
    """
    forbidden = clues.met(Met.FORBIDDEN)
    if not forbidden or not clues.met(Met.ACCEPTED) or clues.met(Met.REFUSED):
        return None
    what = ", ".join(dict.fromkeys(one.said or one.service.value for one in forbidden))
    reason = Both(
        f"the login is accepted, and this user may not call {what}",
        f"登录被接受，但该用户无权调用 {what}",
    )
    return _said(LoginCause.USER_LEVEL, Certainty.PROVEN, reason)


def characters(clues: Clues) -> Diagnosis | None:
    """RTSP refuses a password with special characters that another service takes."""
    traits = clues.password
    if traits is None or not traits.may_trouble:
        return None
    refused = clues.is_shut(Service.RTSP) and not clues.met(Met.ACCEPTED, Service.RTSP)
    others = clues.met(Met.ACCEPTED, Service.ONVIF, Service.HTTP)
    why = Both(*(_troubles(clues, lang) for lang in ("en", "zh")))
    if refused and others:
        place = others[0].service.value
        reason = Both(
            f"{place} accepts the password and RTSP refuses it; it {why.en}",
            f"{place} 接受该密码而 RTSP 拒绝；该密码{why.zh}",
        )
        return _said(LoginCause.PASSWORD_CHARACTERS, Certainty.LIKELY, reason)
    reason = Both(
        f"the password {why.en}: a recorder that writes it into an RTSP URL may be refused",
        f"该密码{why.zh}：将其写入 RTSP URL 的录像机可能被拒绝",
    )
    return _said(LoginCause.PASSWORD_CHARACTERS, Certainty.POSSIBLE, reason)


def _troubles(clues: Clues, lang: str) -> str:
    traits = clues.password
    assert traits is not None
    found = [
        text.text(lang)
        for holds, text in (
            (traits.is_forbidden, Both("has one of ' \" ; : &", "含有 ' \" ; : & 之一")),
            (
                traits.is_special,
                Both("has characters that a URL must escape", "含有 URL 需转义的字符"),
            ),
            (traits.is_foreign, Both("has characters outside ASCII", "含有非 ASCII 字符")),
            (traits.is_long, Both("is longer than 31 characters", "超过 31 个字符")),
            (traits.has_edge_space, Both("begins or ends with a space", "首尾有空格")),
        )
        if holds
    ]
    return ("、" if lang == "zh" else ", ").join(found)


def old_hash(clues: Clues) -> Diagnosis | None:
    """Every login refused by firmware that is known to keep the hash of before its update."""
    if not clues.keeps_old_hash or clues.met(Met.ACCEPTED) or not clues.met(Met.REFUSED):
        return None
    reason = Both(
        "every login is refused, and this firmware is known for it",
        "所有登录均被拒绝，且该固件有此问题",
    )
    return _said(LoginCause.MD5_HASH_KEPT, Certainty.LIKELY, reason)


def wrong_password(clues: Clues) -> Diagnosis | None:
    """Every kind refused, everywhere it was tried."""
    refused = clues.met(Met.REFUSED)
    if not refused or clues.met(Met.ACCEPTED) or clues.met(Met.FORBIDDEN):
        return None
    tried = ", ".join(dict.fromkeys(f"{one.service.value} {one.kind.value}" for one in refused))
    reason = Both(f"every login is refused: {tried}", f"所有登录均被拒绝：{tried}")
    return _said(LoginCause.WRONG_PASSWORD, Certainty.LIKELY, reason)


def _is_troubled(clues: Clues) -> bool:
    return clues.password is not None and clues.password.may_trouble


def _said(
    cause: LoginCause, certainty: Certainty, reason: Both, *, remedy: Both | None = None
) -> Diagnosis:
    return Diagnosis(cause=cause, certainty=certainty, reasons=(reason,), remedy=remedy)
