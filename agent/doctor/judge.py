"""From clues to diagnoses; pure. One rule a cause, and each says why it believes what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from agent.camera.login_facts import Met, Service
from agent.doctor import account_rules, camera_rules, digest_rules
from agent.doctor.cause import LoginCause
from agent.doctor.clues import Clues
from agent.doctor.diagnosis import Certainty, Diagnosis, Judgement, Outcome
from agent.reasons import cause_in_words
from agent.wrong import Both

_RULES: Final[tuple[Callable[[Clues], Diagnosis | None], ...]] = (
    camera_rules.locked,
    camera_rules.https_only,
    camera_rules.onvif_off,
    camera_rules.clock,
    digest_rules.confused,
    digest_rules.wsse_refused,
    account_rules.other_account,
    account_rules.level,
    account_rules.characters,
    camera_rules.path_changed,
    digest_rules.sha256_only,
    digest_rules.nameless,
    account_rules.old_hash,
    account_rules.wrong_password,
)
_ALONE: Final = frozenset({LoginCause.LOCKED_OUT, LoginCause.HTTPS_ONLY, LoginCause.ONVIF_OFF})
"""While one of these holds, what else was refused says nothing."""
_CERTAINTIES: Final = list(Certainty)
LOGIN_COMMAND: Final = Both(
    "`preclaim-agent login ADDRESS --user USER` tries each kind once (three attempts at most)",
    "运行 `preclaim-agent login ADDRESS --user USER`，每种方式仅尝试一次（最多三次）",
)
_WEB_PAGE: Final = Both(
    "log in to the camera's own web page with the same user and password",
    "用相同用户名和密码登录摄像机网页",
)
_REACH: Final = Both(
    "whether the address is right and the camera has power: nothing answers there",
    "确认地址正确且摄像机通电：该地址没有应答",
)
_ANSWERS: Final = Both(
    "see in a browser what answers at this address: it is no ONVIF ({cause})",
    "请用浏览器查看该地址上的应答：不是 ONVIF（{cause}）",
)


def judge(clues: Clues) -> Judgement:
    """Name the causes, surest first; else say what would settle the question."""
    found = [one for rule in _RULES if (one := rule(clues)) is not None]
    for one in found:
        if one.cause in _ALONE:
            return Judgement(outcome=Outcome.NAMED, diagnoses=(one,))
    found.sort(key=lambda one: _CERTAINTIES.index(one.certainty))
    if found and found[0].certainty is not Certainty.POSSIBLE:
        settle = () if found[0].certainty is Certainty.PROVEN else _what_settles(clues, found)
        return Judgement(outcome=Outcome.NAMED, diagnoses=tuple(found), settle=settle)
    well = clues.met(Met.ACCEPTED) and not clues.met(Met.REFUSED) and _plays(clues)
    if well:
        return Judgement(outcome=Outcome.WELL, diagnoses=tuple(found))
    return Judgement(
        outcome=Outcome.UNTOLD, diagnoses=tuple(found), settle=_what_settles(clues, found)
    )


def _plays(clues: Clues) -> bool:
    return clues.stream.status in (None, 200) or bool(clues.stream.works_at)


def _what_settles(clues: Clues, found: Sequence[Diagnosis]) -> tuple[Both, ...]:
    other = clues.knocked.onvif if clues.knocked is not None else None
    if other is not None and other.value.startswith(("http.", "onvif.")) and not found:
        return (_ANSWERS.filled(cause=cause_in_words(other)),)
    if clues.knocked is not None and clues.knocked.onvif is not None and not clues.knocked.lives:
        return (_REACH,)
    if clues.stopped_by and not clues.met(Met.ACCEPTED):
        first = Both("put this right first: {what}", "请先处理：{what}")
        return (first.filled(what=clues.stopped_by),)
    if clues.met(Met.ACCEPTED) and not found:
        return (LOGIN_COMMAND,)
    elsewhere = clues.met(Met.REFUSED, Service.HTTP, Service.RTSP)
    return (_WEB_PAGE,) if elsewhere else (LOGIN_COMMAND, _WEB_PAGE)
