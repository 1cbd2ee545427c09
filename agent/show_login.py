"""What the login doctor found, as a person and a program read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TextIO

from agent.camera.login_facts import Attempt, Met, Offer, Service
from agent.camera.port import Costs
from agent.doctor.cause import Side
from agent.doctor.diagnosis import Certainty, Diagnosis, Outcome
from agent.doctor.examine import Examined
from agent.doctor.judge import LOGIN_COMMAND
from agent.doctor.plan import MOST_ATTEMPTS
from agent.wrong import Both

_SIDES: Final[Mapping[Side, Both]] = {
    Side.CAMERA: Both("camera side", "摄像机侧"),
    Side.RECORDER: Both("recorder side", "录像机侧"),
    Side.ACCOUNT: Both("account", "账户"),
    Side.NETWORK: Both("network", "网络"),
}
_CERTAINTIES: Final[Mapping[Certainty, Both]] = {
    Certainty.PROVEN: Both("proven", "已证实"),
    Certainty.LIKELY: Both("likely", "很可能"),
    Certainty.POSSIBLE: Both("possible", "可能"),
}
_METS: Final[Mapping[Met, Both]] = {
    Met.ACCEPTED: Both("accepted", "接受"),
    Met.REFUSED: Both("refused", "拒绝"),
    Met.FORBIDDEN: Both("accepted, but not permitted", "已登录但无权限"),
    Met.LOCKED: Both("account locked", "账户被锁定"),
}
_WELL: Final = Both(
    "The login works; this agent found nothing wrong.", "登录正常，本代理未发现问题。"
)
_UNTOLD: Final = Both(
    "The cause cannot be told from what the camera says.", "根据摄像机的应答无法确定原因。"
)
_WHAT: Final = Both("What", "现象")
_WHY: Final = Both("Why", "依据")
_TO_DO: Final = Both("What to do", "处理")
_NO_CLAIM: Final = Both("A warranty claim never comes of this.", "此原因不构成保修索赔。")
_ALSO: Final = Both("Also {certainty} ({side}): {name}", "另外{certainty}（{side}）：{name}")
_SETTLES: Final = Both("What would settle it: {what}", "如何确定：{what}")
_KNOWN: Final = Both("Known of this firmware: {what}", "该固件的已知问题：{what}")
_SEEN: Final = Both("Seen:", "观察到：")
_OFFERS: Final = Both("{service} offers {offers}", "{service} 提供 {offers}")
_TRIED: Final = Both("{service} by {kind}{how}: {met}", "{service}，{kind}{how}：{met}")
_OWN_TIME: Final = Both(" in this recorder's time", "（按录像机时间签名）")
_SKEW: Final = Both("the camera's clock is {skew:+.1f} s off", "摄像机时钟相差 {skew:+.1f} 秒")
_COST: Final = Both(
    "Logins spent: {spent} of at most {most}; {requests} requests, {bytes} B",
    "登录次数：{spent}（最多 {most} 次）；{requests} 次请求，{bytes} 字节",
)
_HELD: Final = Both(
    "Logins rest until {until} after refusals: nothing was tried that needs the password. Another "
    "password is tried at once, this one with --again.",
    "此前登录被拒，在 {until} 前暂停登录：本次未进行任何需要密码的尝试。"
    "更正密码后会立即尝试；使用 --again 可再试当前密码。",
)


def print_examined(
    examined: Examined, costs: Costs, *, held_until: datetime | None, lang: str, out: TextIO
) -> None:
    """What happened, why, what to do; then what was seen, and what it cost."""
    judgement = examined.judgement
    first = judgement.first
    if first is not None:
        _print_first(first, lang, out)
    else:
        head = _WELL if judgement.outcome is Outcome.WELL else _UNTOLD
        print(head.text(lang), file=out)
    for other in judgement.diagnoses:
        if other is not first:
            _print_other(other, lang, out)
    for known in examined.clues.known_issues:
        print(_KNOWN.filled(what=known).text(lang), file=out)
    for what in judgement.settle:
        if held_until is not None and what == LOGIN_COMMAND:
            continue  # it was just run, and says below why it tried nothing
        print(_SETTLES.filled(what=what).text(lang), file=out)
    print(_SEEN.text(lang), file=out)
    for line in _seen(examined):
        print(f"  {line.text(lang)}", file=out)
    if held_until is not None:
        print(_HELD.filled(until=f"{held_until:%Y-%m-%d %H:%M}Z").text(lang), file=out)
    print(
        _COST.filled(
            spent=examined.attempts,
            most=MOST_ATTEMPTS,
            requests=costs.requests,
            bytes=costs.bytes_sent + costs.bytes_received,
        ).text(lang),
        file=out,
    )


def _print_first(first: Diagnosis, lang: str, out: TextIO) -> None:
    meaning = first.meaning
    side, sure = _SIDES[first.side].text(lang), _CERTAINTIES[first.certainty].text(lang)
    print(f"{meaning.name.text(lang)} [{meaning.code}, {side}, {sure}]", file=out)
    print(f"{_WHAT.text(lang)}: {meaning.what.text(lang)}", file=out)
    for reason in first.reasons:
        print(f"{_WHY.text(lang)}: {reason.text(lang)}", file=out)
    print(f"{_TO_DO.text(lang)}: {first.to_do.text(lang)}", file=out)
    if not meaning.claimable:
        print(_NO_CLAIM.text(lang), file=out)


def _print_other(other: Diagnosis, lang: str, out: TextIO) -> None:
    meaning = other.meaning
    line = _ALSO.filled(
        certainty=_CERTAINTIES[other.certainty], side=_SIDES[other.side], name=meaning.name
    )
    print(line.text(lang), file=out)
    for reason in other.reasons:
        print(f"  {_WHY.text(lang)}: {reason.text(lang)}", file=out)
    print(f"  {_TO_DO.text(lang)}: {other.to_do.text(lang)}", file=out)


def _seen(examined: Examined) -> list[Both]:
    clues = examined.clues
    lines = [
        _OFFERS.filled(service=service.value, offers=", ".join(map(_offer, offers)))
        for service, offers in sorted(clues.offers.items(), key=lambda item: item[0].value)
    ]
    if clues.skew_s is not None:
        lines.append(_SKEW.filled(skew=clues.skew_s))
    lines += dict.fromkeys(_tried(one) for one in clues.attempts)  # several requests, one login
    return lines


def _tried(one: Attempt) -> Both:
    where = one.said if one.service is Service.RTSP or one.met is Met.FORBIDDEN else ""
    return _TRIED.filled(
        service=f"{one.service.value} {where}".rstrip(),
        kind=one.kind.value,
        how=_OWN_TIME if one.own_time else "",
        met=_METS[one.met],
    )


def _offer(offer: Offer) -> str:
    algorithm = "-" if offer.algorithm is None else repr(offer.algorithm)
    return f"{offer.scheme} {algorithm}" if offer.scheme == "digest" else offer.scheme


def examined_as_json(
    address: str, examined: Examined, costs: Costs, *, held_until: datetime | None
) -> dict[str, object]:
    """The same for programs; names are the contract."""
    clues = examined.clues
    return {
        "address": address,
        "outcome": examined.judgement.outcome.value,
        "diagnoses": [_diagnosis(one) for one in examined.judgement.diagnoses],
        "settle": [_both(one) for one in examined.judgement.settle],
        "known_issues": [_both(one) for one in clues.known_issues],
        "attempts": [
            {
                "service": one.service.value,
                "kind": one.kind.value,
                "own_time": one.own_time,
                "met": one.met.value,
                "status": one.status,
                "said": one.said,
            }
            for one in clues.attempts
        ],
        "offers": {
            service.value: [{"scheme": one.scheme, "algorithm": one.algorithm} for one in offers]
            for service, offers in clues.offers.items()
        },
        "skew_s": clues.skew_s,
        "lock_left_s": clues.lock.left_s if clues.lock else None,
        "held_until": held_until.isoformat() if held_until else None,
        "login_attempts": examined.attempts,
        "costs": {
            "requests": costs.requests,
            "bytes_sent": costs.bytes_sent,
            "bytes_received": costs.bytes_received,
        },
    }


def _diagnosis(one: Diagnosis) -> dict[str, object]:
    return {
        "cause": one.cause.value,
        "code": one.meaning.code,
        "side": one.side.value,
        "certainty": one.certainty.value,
        "claimable": one.meaning.claimable,
        "name": _both(one.meaning.name),
        "what": _both(one.meaning.what),
        "reasons": [_both(reason) for reason in one.reasons],
        "remedy": _both(one.to_do),
    }


def _both(text: Both) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
