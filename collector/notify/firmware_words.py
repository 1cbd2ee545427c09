"""What happened to a firmware case, in a title and a sentence of both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from collector.claims.firmware_case import RUNNING, Fix
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
    "returned": Both("Firmware case {number} is open again, another device shows it:"
                     " {fault}, {combination}",
                     "固件案例 {number} 因又有设备出现而重新打开：{fault}，{combination}"),
}  # fmt: skip
MATTERS_IN: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset({"draft"}),
    "clock": frozenset(state.value for state in RUNNING),
}
"""In which states of the case a kind of news still is some; every other always is."""
_FIXED: Final = Both("Fixed in {version}. {said}", "已在 {version} 修复。{said}")
_RETURNED: Final = Both(
    "Follow the factory's guidance there too; if it does not help, say on the case that it is not"
    " solved.",
    "请在该设备上同样按工厂的指导处理；如无效，请在案例中选择“未解决”。",
)
JOINS: Final = frozenset({"fulfilled", "resolved", "closed", "rejected", "withdrawn"})
"""States in which nobody looks at a case; that another device joins it is news."""
_JOINED: Final = Both(
    "Firmware case {number}, which had ended, has one more device: {fault}, {combination}",
    "已结束的固件案例 {number} 又增加一台设备：{fault}，{combination}",
)
_UPDATE: Final = Both(
    "It is fixed in {version}, this device runs {runs}: update it.",
    "已在 {version} 修复，该设备运行 {runs}：请升级。",
)
_UNORDERED: Final = Both(
    "It is fixed in {version}, and whether {runs} holds that is not known: an engineer says so on"
    " the case.",
    "已在 {version} 修复，但无法判断 {runs} 是否包含该修复：请工程师在案例中说明。",
)
_GUIDED: Final = Both(
    "The factory answered it with guidance: follow it there too.",
    "工厂已以指导方式答复：请在该设备上同样处理。",
)
_NOT_OPEN: Final[Mapping[str, Both]] = {
    "rejected": Both("The factory had rejected it; nothing is asked of it for this device. Appeal"
                     " with what is new, if this changes it.",
                     "工厂此前已驳回，不会再为该设备提出要求。若情况因此有变，请附新资料申诉。"),
    "withdrawn": Both("It had been withdrawn; nothing is asked of the factory for this device."
                      " Report it again if this changes it.",
                      "该案例此前已撤回，不会再为该设备向工厂提出要求。若情况因此有变，请重新上报。"),
}  # fmt: skip
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
    if state == "returned":
        return Said(title, _RETURNED)
    if fix and state == "fulfilled":
        return Said(title, _fill(_FIXED, version=fix, said=words))
    return Said(title, Both(words, words))


def of_joined(
    *, state: str, number: str, code: str, combination: str, fix: Fix | None, runs: str
) -> Said:
    """A device joined a case that had ended in one of ``JOINS``; ``runs`` is its version."""
    title = _fill(_JOINED, fault=fault_name(code), number=number, combination=combination)
    if fix is None or state in _NOT_OPEN:
        return Said(title, _NOT_OPEN.get(state, _GUIDED))
    form = _UNORDERED if fix.is_in(runs) is None else _UPDATE
    return Said(title, _fill(form, version=fix.version, runs=runs or "–"))


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
