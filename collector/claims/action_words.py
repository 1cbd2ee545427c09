"""Why an action cannot be taken as it was given, in English and Chinese. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from collector.claims.problem import Both
from collector.claims.refusal import Refusal
from collector.claims.state_words import words_of


def _say(code: str, en: str, zh: str, do_en: str, do_zh: str) -> Refusal:
    return Refusal(code, Both(en, zh), Both(do_en, do_zh))


FIELD_WORDS: Final = {
    "path": Both("the path", "处理方式"),
    "origin": Both("the origin", "故障来源"),
    "rma_number": Both("the RMA number", "RMA 编号"),
    "missing": Both("what is missing", "缺少的资料"),
    "brought": Both("what was brought", "已补充的资料"),
    "reason_code": Both("the kind of reason", "拒绝原因类别"),
    "scanned_serial": Both("the scanned serial", "扫描的序列号"),
    "finding": Both("what the bench says", "检测结论"),
    "repair_partner": Both("the regional partner", "区域合作方"),
    "bench": Both("the bench result", "检测结果"),
    "tracking": Both("the tracking number", "运单号"),
    "carrier": Both("the carrier", "承运商"),
    "new_serial": Both("the new unit's serial", "新设备序列号"),
    "credit_note": Both("the credit note's number", "贷记单号"),
    "firmware_version": Both("the fixing firmware version", "修复固件版本"),
    "into": Both("the line that stays", "保留的索赔行"),
    "ship_to": Both("the address", "收货地址"),
    "counter": Both("the path you propose", "您提议的处理方式"),
    "what": Both("what was done", "所做的排查"),
    "outcome": Both("what came of it", "排查结果"),
    "field": Both("what is corrected", "更正的内容"),
    "new": Both("how it should read", "正确的内容"),
    "anyway": Both("whether this unit was sent all the same", "是否确为此设备"),
    "reason": Both("the reason", "原因"),
}
SAME_AS_BEFORE: Final = "same_as_before"
NO_REASON: Final = _say(
    "reason_needed",
    "this step needs a reason in words",
    "此步骤需要说明原因",
    "write why",
    "请填写原因",
)


def no_action(name: str, known: Sequence[str]) -> Refusal:
    """There is no such action."""
    all_of = ", ".join(known)
    return _say(
        "no_action",
        f"there is no action '{name}'",
        f"没有“{name}”这一操作",
        f"use one of: {all_of}",
        f"请使用：{all_of}",
    )


def stray_field(name: str, known: Sequence[str]) -> Refusal:
    """The action has no such field."""
    all_of = ", ".join(known) or "–"
    return _say(
        "stray_field",
        f"this action has no field '{name}'",
        f"此操作没有“{name}”字段",
        f"it has: {all_of}",
        f"可用字段：{all_of}",
    )


def missing_field(name: str) -> Refusal:
    """A field that the action needs is empty."""
    said = _name(name)
    return _say(
        "missing_field",
        f"{said.en} is missing ({name})",
        f"缺少{said.zh}（{name}）",
        "fill it in",
        "请填写",
    )


def wrong_field(name: str) -> Refusal:
    """A value of the wrong type."""
    said = _name(name)
    return _say(
        "wrong_field",
        f"{said.en} ({name}) has the wrong form",
        f"{said.zh}（{name}）格式不正确",
        "give a text; for items a list of names",
        "请填写文本；资料项请用名称列表",
    )


def not_now(state: str) -> Refusal:
    """Something that the line's state, its story or the role does not offer."""
    said = words_of(state)
    return _say(
        "not_now",
        f"this cannot be done to a line that is '{said.en}', or not by you",
        f"索赔行处于“{said.zh}”时不能执行此操作，或您无权执行",
        "look at what its page offers, or a program at its 'actions'",
        "请查看其页面提供的操作；程序请查看其 actions",
    )


def wrong_choice(name: str, given: str, options: Sequence[str]) -> Refusal:
    """A value outside the closed set."""
    said, all_of = _name(name), ", ".join(options)
    return _say(
        "wrong_choice",
        f"{said.en} ({name}) cannot be '{given}'",
        f"{said.zh}（{name}）不能为“{given}”",
        f"choose one of: {all_of}" if options else "choose what the page offers",
        f"请选择：{all_of}" if options else "请选择页面提供的选项",
    )


def too_long(name: str, longest: int) -> Refusal:
    """More than the log's field takes."""
    said = _name(name)
    return _say(
        "too_long",
        f"{said.en} ({name}) is longer than {longest} signs",
        f"{said.zh}（{name}）超过 {longest} 个字符",
        "shorten it",
        "请缩短",
    )


def no_device(serial: str) -> Refusal:
    """A placeholder: all zeros, a model's default."""
    return _say(
        "no_device",
        f"'{serial}' names no single device",
        f"“{serial}”无法指明一台设备",
        "scan the label of the unit that is sent",
        "请扫描寄出设备的标签",
    )


def elsewhere(serial: str) -> Refusal:
    """The scanned unit is no spare one."""
    return _say(
        "serial_elsewhere",
        f"{serial} is claimed itself, blocked, or was delivered to another buyer",
        f"{serial} 本身正在索赔、已被冻结，或已交付其他买方",
        "scan the label of the unit that is sent, or write why it is this one",
        "请重新扫描寄出设备的标签，或说明为何使用该设备",
    )


def not_typed(name: str) -> Refusal:
    """There is nothing to correct."""
    said = _name(name)
    return _say(
        "not_typed",
        f"{said.en} ({name}) has not been typed for this line",
        f"该索赔行尚未填写{said.zh}（{name}）",
        "choose what was typed; what is still to come goes with its own step",
        "请选择已填写的内容；尚未填写的内容请在相应步骤中填写",
    )


def same_as_before(name: str, value: str) -> Refusal:
    """The correction says what stands there."""
    said = _name(name)
    return _say(
        SAME_AS_BEFORE,
        f"{said.en} ({name}) is {value} already",
        f"{said.zh}（{name}）已经是 {value}",
        "type how it should read",
        "请填写正确的内容",
    )


SERIAL_IS_SETTLED: Final = _say(
    "serial_is_settled",
    "the new unit's serial is corrected while the line is fulfilled or resolving",
    "仅在“已发货/已入账”或“处理中”状态下可更正新设备序列号",
    "open the line again, or correct the registry",
    "请重新打开该索赔行，或在登记表中更正",
)


def sent_by_mistake(serial: str) -> Refusal:
    """The corrected serial is no spare unit; words go with every correction, so they say nothing
    of that."""
    return _say(
        "serial_elsewhere",
        f"{serial} is claimed itself, blocked, or was delivered to another buyer",
        f"{serial} 本身正在索赔、已被冻结，或已交付其他买方",
        "read the label of the unit that was sent again; if it is this one, say so (anyway = yes)",
        "请再次核对寄出设备的标签；如确为此设备，请选择（anyway = yes）",
    )


def taken_serial(serial: str, by: str) -> Refusal:
    """The new unit stands in another chain of replacements."""
    return _say(
        "serial_taken",
        f"{serial} already stands in a chain of replacements, with {by}",
        f"{serial} 已与 {by} 存在替换关系",
        "scan the label of the unit that is sent; the registry's page of the serial says more",
        "请重新扫描寄出设备的标签；登记表中该序列号的页面有详情",
    )


def _name(name: str) -> Both:
    return FIELD_WORDS.get(name, Both(name, name))
