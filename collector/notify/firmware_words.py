"""What happened to a firmware case, in a title and a sentence of both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from collector.claims.firmware_case import RUNNING
from collector.claims.problem import Both
from collector.notify.topics import Topic
from collector.notify.words import Said, fault_name

TOPIC_OF_STATE: Final[Mapping[str, Topic]] = {
    "draft": Topic.FIRMWARE_OPENED,
    "submitted": Topic.FIRMWARE_STEP,
    "need_info": Topic.FIRMWARE_STEP,
    "approved": Topic.FIRMWARE_STEP,
    "rejected": Topic.FIRMWARE_STEP,
    "fulfilled": Topic.FIRMWARE_STEP,
}
"""Steps that somebody else acts on. Topics of their own: those of pre-claims go to account managers
and partners too, with what lies on the pre-claim of that number."""
_TITLE: Final[Mapping[str, Both]] = {
    "draft": Both("New firmware case {number}: {fault}, {combination}",
                  "新固件案例 {number}：{fault}，{combination}"),
    "submitted": Both("Firmware case {number} was reported: {fault}, {combination}",
                      "固件案例 {number} 已上报：{fault}，{combination}"),
    "need_info": Both("The factory asks about firmware case {number}: {fault}, {combination}",
                      "工厂对固件案例 {number} 有要求：{fault}，{combination}"),
    "approved": Both("Firmware case {number} was accepted: {fault}, {combination}",
                     "固件案例 {number} 已受理：{fault}，{combination}"),
    "rejected": Both("Firmware case {number} was rejected: {fault}, {combination}",
                     "固件案例 {number} 已驳回：{fault}，{combination}"),
    "fulfilled": Both("Firmware case {number} was answered: {fault}, {combination}",
                      "固件案例 {number} 已答复：{fault}，{combination}"),
}  # fmt: skip
MATTERS_IN: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"draft"}),
    "clock": frozenset(state.value for state in RUNNING),
}
"""In which states of the case a kind of news still is some; every other always is."""
_FIXED: Final = Both("Fixed in {version}. {said}", "已在 {version} 修复。{said}")
_CLOCKS: Final = {"response": Both("Response", "响应"), "resolution": Both("Resolution", "解决")}
_DUE: Final = Both(
    "{clock} of firmware case {number}: {share} % of the time is used: {fault}",
    "固件案例 {number} 的{clock}时限已用 {share} %：{fault}",
)
_LATE: Final = Both(
    "{clock} of firmware case {number} is late: {fault}",
    "固件案例 {number} 的{clock}已超时：{fault}",
)
_DUE_TEXT: Final = Both("Due {at}.", "截止 {at}。")


def of_step(*, state: str, number: str, code: str, combination: str, words: str, fix: str) -> Said:
    """A case came into this state; ``fix`` is the version that mends it, '' for none."""
    fault = fault_name(code)
    title = _fill(_TITLE[state], fault=fault, number=number, combination=combination)
    if fix and state == "fulfilled":
        return Said(title, _fill(_FIXED, version=fix, said=words))
    return Said(title, Both(words, words))


def of_clock(*, kind: str, share: int, number: str, code: str, due_at: datetime, zone: str) -> Said:
    """A clock of the factory has used so many percent of its time; 100 is the breach."""
    local = f"{due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
    title = _fill(
        _LATE if share >= 100 else _DUE,
        fault=fault_name(code),
        clock=_CLOCKS[kind],
        number=number,
        share=str(share),
    )
    return Said(title, _fill(_DUE_TEXT, at=local))


def _fill(form: Both, **values: Both | str) -> Both:
    def side(lang: str) -> dict[str, str]:
        return {k: v.text(lang) if isinstance(v, Both) else v for k, v in values.items()}

    return Both(form.en.format(**side("en")), form.zh.format(**side("zh")))
