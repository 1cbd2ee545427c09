"""What happened, in a title and a sentence of both languages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from collector.claims import event_words, no_fault, partner_words, story_return
from collector.claims.item_words import name_items
from collector.claims.problem import Both
from collector.claims.report import OTHER
from collector.claims.state_words import words_of
from collector.notify.topics import Topic
from shared.catalogue import CATALOGUE


class Said(NamedTuple):
    """A title of one line, and what it means."""

    title: Both
    text: Both


NOTHING: Final = Both("", "")
_INCIDENT: Final = {
    Topic.INCIDENT: Both("Outage at {site}", "现场中断：{site}"),
    Topic.AGENT_SILENT: Both("Site silent: {site}", "现场失联：{site}"),
    Topic.STORM: Both(
        "Many sites say the same at once, {site} first", "多个现场同时出现同一情况，最先为 {site}"
    ),
}
_OVER: Final = Both("Over: {site}", "已恢复：{site}")
_OVER_TEXT: Final = Both("The incident is over: {what}", "事件已结束：{what}")
_TASK: Final = {
    Topic.TASK_OPENED: Both(
        "New task: {fault}, {device}, {site}", "新任务：{fault}，{device}，{site}"
    ),
    Topic.TASK_ASSIGNED: Both(
        "Task for you: {fault}, {device}, {site}", "指派给您的任务：{fault}，{device}，{site}"
    ),
    Topic.TASK_RETURNED: Both(
        "Still there after the visit: {fault}, {device}, {site}",
        "现场处理后故障仍在：{fault}，{device}，{site}",
    ),
}
_CLAIM: Final = {
    Topic.CLAIM_DRAFT: Both(
        "Pre-claim {number} needs you: {fault}, {device}, {site}",
        "预索赔 {number} 待您补充：{fault}，{device}，{site}",
    ),
    Topic.CLAIM_READY: Both(
        "Pre-claim {number} is ready to submit: {fault}, {device}, {site}",
        "预索赔 {number} 可提交：{fault}，{device}，{site}",
    ),
    Topic.CLAIM_ASKED: Both(
        "The factory asks about pre-claim {number}: {fault}, {device}, {site}",
        "工厂对预索赔 {number} 有要求：{fault}，{device}，{site}",
    ),
    Topic.CLAIM_SUBMITTED: Both(
        "Pre-claim {number} was submitted: {fault}, {site}",
        "预索赔 {number} 已提交：{fault}，{site}",
    ),
    Topic.CLAIM_ANSWERED: Both(
        "Pre-claim {number} was answered ({state}): {fault}, {device}, {site}",
        "预索赔 {number} 已答复（{state}）：{fault}，{device}，{site}",
    ),
    Topic.CLAIM_BACK: Both(
        "Pre-claim {number} is the factory's turn again ({state}): {fault}, {site}",
        "预索赔 {number} 再次待工厂处理（{state}）：{fault}，{site}",
    ),
}
_ENTRY: Final = Both("Pre-claim {number}: {name}", "预索赔 {number}：{name}")
_REMINDER: Final = Both(
    "Reminder: the factory waits for pre-claim {number}: {fault}, {device}, {site}",
    "提醒：工厂仍在等待预索赔 {number} 的资料：{fault}，{device}，{site}",
)
_REMINDER_TEXT: Final = Both(
    "Asked for: {missing}. Without an answer the claim lapses in {days} days.",
    "所需资料：{missing}。如无答复，该索赔将在 {days} 天后失效。",
)
_OWED: Final = Both(
    "Reminder: the old unit of pre-claim {number} has not come back: {serials}, {site}",
    "提醒：预索赔 {number} 的旧设备尚未退回：{serials}，{site}",
)
_OWED_TEXT: Final = Both(
    "The replacement was sent ahead; the old unit was due at the factory by {at}. Send it with RMA"
    " number {rma} on the box, or tell the factory why it cannot come.",
    "替换设备已先行寄出，旧设备应于 {at} 前退回工厂。请寄回并在箱上注明 RMA 编号 {rma}，"
    "或告知工厂无法退回的原因。",
)
_CLOCKS: Final = {
    "response": Both("Response", "响应"),
    "resolution": Both("Resolution", "解决"),
}
_DUE: Final = Both(
    "{clock} of pre-claim {number}: {share} % of the time is used: {fault}, {site}",
    "预索赔 {number} 的{clock}时限已用 {share} %：{fault}，{site}",
)
_LATE: Final = Both(
    "{clock} of pre-claim {number} is late: {fault}, {site}",
    "预索赔 {number} 的{clock}已超时：{fault}，{site}",
)
_DUE_TEXT: Final = Both("Due {at}.", "截止 {at}。")
_PROVISIONAL: Final = Both(
    " Provisional: a year's make-up days are not announced yet.",
    "暂定：该年度的调休安排尚未公布。",
)
_TRUST: Final = Both("No longer trusted: {fault} on {model}", "不再信任：{model} 上的 {fault}")
_UNNAMED_MODEL: Final = Both("unnamed models", "未知型号")
_STATES: Final = {
    "approved": Both("approved", "批准"),
    "rejected": Both("rejected", "驳回"),
    "awaiting_return": Both("send the device", "请寄回设备"),
    "need_info": Both("more is needed", "需补充资料"),
    "path_offered": Both("a resolution is offered", "给出处理方式"),
    event_words.CORRECTED: Both("corrected", "更正"),
    story_return.RETURNED: Both("the old unit is here", "旧设备已收货"),
    story_return.WAIVED: Both("the old unit may stay", "免除退回"),
    no_fault.JUDGED: Both("the old unit was judged", "已判定旧设备"),
    no_fault.FEE_WAIVED: Both("the fee is waived", "免除费用"),
    partner_words.ANSWERED: Both(
        "a step of the factory could not be followed here", "工厂的步骤未能在此执行"
    ),
    partner_words.MERGED: Both("merged there", "工厂已合并"),
    partner_words.DENIED: Both("the other side denies its record", "对方不再承认其记录"),
    partner_words.REPLIED: Both("a word of the buyer could not be taken", "买方的回应未能执行"),
    "path_countered": Both("the buyer proposes another resolution", "买方提议其他处理方式"),
    "answered": Both("the question is answered", "已答复"),
    "appeal": Both("appeal", "申诉"),
    "reopened": Both("opened again", "重新打开"),
    "not_solved": Both("not solved", "问题未解决"),
}


def of_incident(topic: Topic, *, site: str, text: Both) -> Said:
    """An incident began."""
    return Said(_fill(_INCIDENT[topic], site=_same(site)), text)


def of_closing(*, site: str, text: Both) -> Said:
    """An incident is over."""
    return Said(_fill(_OVER, site=_same(site)), _fill(_OVER_TEXT, what=text))


def of_task(topic: Topic, *, code: str, device: str, site: str, note: str = "") -> Said:
    """Something about a task; what to do, then the words that somebody wrote."""
    entry = CATALOGUE.get(code)
    remedy = Both(entry.remedy_en, entry.remedy_zh) if entry else NOTHING
    title = _fill(_TASK[topic], fault=fault_name(code), device=_same(device), site=_same(site))
    return Said(title, Both(f"{remedy.en} {note}".strip(), f"{remedy.zh} {note}".strip()))


def of_claim(
    topic: Topic,
    *,
    number: str,
    code: str,
    device: str,
    site: str,
    state: str,
    reason: str,
    values: Both = NOTHING,
) -> Said:
    """Something about a pre-claim; ``reason`` is what the person who moved it wrote, ``values``
    what changed by it."""
    title = _fill(
        _CLAIM[topic],
        number=_same(number),
        fault=fault_name(code),
        device=_same(device),
        site=_same(site),
        state=_STATES.get(state, _same(state)),
    )
    return Said(
        title,
        Both(
            ". ".join(filter(None, (values.en, reason))),
            "。".join(filter(None, (values.zh, reason))),
        ),
    )


def of_entry(*, number: str, name: str, reason: str) -> Said:
    """An entry of a claim's log, by its name."""
    return Said(_fill(_ENTRY, number=_same(number), name=words_of(name)), _same(reason))


def of_reminder(
    *, number: str, code: str, device: str, site: str, missing: Sequence[str], left: timedelta
) -> Said:
    """The factory still waits; ``left`` until the line lapses."""
    title = _fill(
        _REMINDER,
        number=_same(number),
        fault=fault_name(code),
        device=_same(device),
        site=_same(site),
    )
    named = name_items(missing or ("–",))
    return Said(title, _fill(_REMINDER_TEXT, missing=named, days=_same(f"{left.days}")))


def of_owed(
    *, number: str, serials: Sequence[str], site: str, rma_number: str, due_at: datetime, zone: str
) -> Said:
    """A unit that was replaced ahead is not back in time."""
    title = _fill(
        _OWED,
        number=_same(number),
        serials=Both(", ".join(serials), "、".join(serials)),
        site=_same(site),
    )
    local = f"{due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d} ({zone})"
    return Said(title, _fill(_OWED_TEXT, at=_same(local), rma=_same(rma_number or "–")))


def of_clock(
    *,
    kind: str,
    share: int,
    number: str,
    code: str,
    site: str,
    due_at: datetime,
    zone: str,
    provisional: bool,
) -> Said:
    """A clock of the factory has used so many percent of its time; 100 is the breach."""
    titles = _LATE if share >= 100 else _DUE
    local = f"{due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
    title = _fill(
        titles,
        clock=_CLOCKS[kind],
        share=_same(f"{share}"),
        number=_same(number),
        fault=fault_name(code),
        site=_same(site),
    )
    text = _fill(_DUE_TEXT, at=_same(local))
    note = _PROVISIONAL if provisional else NOTHING
    return Said(title, Both(text.en + note.en, text.zh + note.zh))


def of_trust(*, code: str, model: str, reason: Both) -> Said:
    """A passive verdict opens nothing any more on a model."""
    named = _same(model) if model else _UNNAMED_MODEL
    return Said(_fill(_TRUST, fault=fault_name(code), model=named), reason)


def fault_name(code: str) -> Both:
    """The catalogue's name; the code itself when a newer agent knows more than we."""
    if code == OTHER:
        return Both("another fault, as described", "其他故障（见描述）")
    entry = CATALOGUE.get(code)
    return Both(entry.name_en, entry.name_zh) if entry else _same(code)


def _same(text: str) -> Both:
    return Both(text, text)


def _fill(words: Both, **values: Both) -> Both:
    return Both(
        words.en.format(**{key: value.en for key, value in values.items()}),
        words.zh.format(**{key: value.zh for key, value in values.items()}),
    )
