"""What a profile matched or read, as the terminal and programs read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TextIO

from agent import show
from agent.camera.port import CameraError, Cause, Costs, DeviceInformation, VendorValue
from agent.camera.profiles.match import Choice
from agent.camera.profiles.profile import KnownIssue, Profile
from agent.profile_words import say
from agent.reasons import CAUSES_ZH, in_chinese

_RAW_CHARS = 32
_REMEDIES = {
    Cause.LOGIN_REFUSED: "check login",
    Cause.LOGIN_METHOD: "check login",
    Cause.LOGIN_NO_CREDENTIALS: "name login",
    Cause.LOGIN_LOCKED: "wait for lock",
    Cause.LOCAL_MISSING: "check machine",
    Cause.LOCAL_FAILED: "check machine",
    Cause.VENDOR_UNSUPPORTED: "name profile",
}


def print_match(
    information: DeviceInformation,
    choice: Choice,
    issues: Sequence[KnownIssue],
    lang: str,
    out: TextIO,
) -> None:
    """The device, its profile, and what is known of its firmware."""
    said = {
        "manufacturer": information.manufacturer,
        "model": information.model,
        "firmware": information.firmware,
        "hardware": information.hardware_id,
    }
    print(say("device", lang, **{k: show.plain(v or "-") for k, v in said.items()}), file=out)
    found = choice.profile
    if found is None:
        ids = ", ".join(choice.ambiguous)
        print(say("ambiguous" if ids else "none", lang, ids=ids), file=out)
        return
    is_chinese = lang == "zh"
    title = (found.title_zh if is_chinese else "") or found.title
    print(say("profile", lang, id=found.id, title=title), file=out)
    print(say("status", lang, status=say(found.proven.value, lang), hash=found.hash), file=out)
    if note := (found.login_note_zh if is_chinese else "") or found.login_note:
        print(say("login", lang, note=note), file=out)
    if found.rtsp_paths:
        print(say("streams", lang, paths=", ".join(found.rtsp_paths)), file=out)
    for issue in issues:
        cause = issue.cause_zh if is_chinese else issue.cause
        action = issue.action_zh if is_chinese else issue.action
        print(say("issue", lang, id=issue.id, cause=cause), file=out)
        print(say("action", lang, action=action, reference=issue.reference), file=out)


def match_as_json(
    information: DeviceInformation, choice: Choice, issues: Sequence[KnownIssue]
) -> dict[str, object]:
    """The same for programs; names are the contract."""
    found = choice.profile
    return {
        "manufacturer": information.manufacturer,
        "model": information.model,
        "firmware": information.firmware,
        "hardware": information.hardware_id,
        "profile": found.id if found else None,
        "status": found.proven.value if found else None,
        "hash": found.hash if found else None,
        "ambiguous": list(choice.ambiguous),
        "rtsp_paths": list(found.rtsp_paths) if found else [],
        "known_issues": [
            {"id": one.id, "symptom": one.symptom, "cause": one.cause, "action": one.action}
            for one in issues
        ],
    }


def print_trial(
    found: Profile, values: Mapping[str, VendorValue], costs: Costs, lang: str, out: TextIO
) -> None:
    """A table: name, value, unit, quality, raw, why; and what it cost."""
    if not found.sources:
        print(say("nothing", lang), file=out)
        return
    head = [show.word(key, lang) for key in ("reading", "value", "unit", "quality")]
    head += [say("raw", lang), show.word("reason", lang)]
    rows = [
        [
            name,
            _told(value, lang),
            value.unit,
            show.word(value.quality, lang),
            show.plain(value.raw)[:_RAW_CHARS],
            why(value, lang),
        ]
        for name, value in values.items()
    ]
    print(show.show_table(head, rows), file=out)
    total = costs.bytes_sent + costs.bytes_received
    print(
        f"{show.word('cost', lang)}: {total} B, {costs.requests} {show.word('requests', lang)}, "
        f"{costs.login_attempts} {show.word('logins', lang)}",
        file=out,
    )


def no_answer(address: str, error: CameraError, lang: str) -> str:
    """Why a device gave nothing, and what to do: not about the login when that is not the cause."""
    said = in_chinese(error.cause.value, error.detail) if lang == "zh" else error
    remedy = say(_REMEDIES.get(error.cause, "check address"), lang)
    return say("no answer", lang, address=address, why=said, remedy=remedy)


def why(value: VendorValue, lang: str) -> str:
    """Why there is no value; '' when there is one."""
    if value.quality == "good":
        return ""
    if value.quality == "failed":
        if lang == "zh":
            return f"{CAUSES_ZH.get(value.cause, '')}（{value.cause}）"
        return f"{value.cause}: {value.detail}"
    return say(f"why {value.quality}", lang)


def trial_as_json(
    found: Profile, values: Mapping[str, VendorValue], costs: Costs
) -> dict[str, object]:
    """The same for programs; names are the contract."""
    return {
        "profile": found.id,
        "status": found.proven.value,
        "hash": found.hash,
        "values": {
            name: {
                "value": value.value,
                "unit": value.unit,
                "quality": value.quality,
                "raw": value.raw,
                "why": why(value, "en"),
                "cause": value.cause,
            }
            for name, value in values.items()
        },
        "costs": {
            "requests": costs.requests,
            "bytes_sent": costs.bytes_sent,
            "bytes_received": costs.bytes_received,
            "login_attempts": costs.login_attempts,
        },
    }


def _told(value: VendorValue, lang: str) -> str:
    if isinstance(value.value, bool):
        return show.word("yes" if value.value else "no", lang)
    if isinstance(value.value, float):
        return f"{value.value:.6g}"
    return "-" if value.value is None else show.plain(str(value.value))[:48]
