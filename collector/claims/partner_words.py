"""What is said of a partner's steps that could not be taken here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from collector.claims.action_words import FIELD_WORDS
from collector.claims.problem import Both

ANSWERED: Final = "partner_answered"
MERGED: Final = "partner_merged"
DENIED: Final = "partner_denied"
REPLIED: Final = "partner_replied"
TELLS: Final = frozenset({ANSWERED, DENIED, REPLIED})
"""People are told of these by letter too, with what stands under both keys; an answer of which
every step was followed has nothing there, and the steps are told themselves."""
TOLD_EN: Final = "told_en"
TOLD_ZH: Final = "told_zh"
NOT_THIS_RECORD: Final = Both(
    "the partner denies steps that it told before; somebody must look first",
    "合作方不再承认其先前告知的步骤，须先由人员核实",
)
OTHER_PATH: Final = Both(
    "another path is on offer now than the buyer spoke of; the buyer has to speak anew",
    "当前提出的处理方式与买方所回应的不同，须由买方重新回应",
)
CAME_LATE: Final = Both(
    "the line had gone on already when these words of the buyer came",
    "买方的这段话到达时，索赔行已继续处理",
)
OTHER_QUESTION: Final = Both(
    "something else is asked for now than the buyer answered; the buyer has to answer anew",
    "当前要求补充的内容与买方所答复的不同，须由买方重新答复",
)


_FIELDS: Final = {
    **FIELD_WORDS,
    "fee": Both("the fee", "费用"),
    "fee_payer": Both("who pays the ways", "运费承担方"),
}


def told(*words: Both | None) -> dict[str, object]:
    """What an entry says of steps that were not taken, a key for each language; {} for nothing."""
    said = [one for one in words if one is not None]
    if not said:
        return {}
    return {TOLD_EN: "; ".join(one.en for one in said), TOLD_ZH: "；".join(one.zh for one in said)}


def stands_otherwise(name: str) -> Both:
    """The step leads to where the line stands already, with another value of this field: a second
    question or shipment, or the same decision in other words."""
    field = _FIELDS[name]
    return Both(
        f"the line stands so already, and {field.en} is another there; compare both by telephone,"
        " and bring the line here to where the partner took the step",
        f"索赔行已处于该状态，但对方的{field.zh}不同；请电话核对，并将此处的索赔行恢复到对方执行该步骤前的状态",
    )


def others_unit(serial: str) -> Both:
    """The unit that was sent is somebody else's here."""
    return Both(
        f"{serial[:64]} is a unit of another organisation here; ask the partner whether the serial"
        " was mistyped, and have it corrected there",
        f"{serial[:64]} 在此处属于其他组织；请向合作方核实序列号是否填写有误，并请其更正",
    )


def unknown_value(name: str, value: str) -> Both:
    """A value that this version has no word for."""
    field, said = _FIELDS[name], " ".join(value.split())[:40]
    return Both(
        f"{field.en} is told as '{said}', which this collector does not know; nothing of the step"
        " was done. Update this collector, or do the step by hand",
        f"对方告知的{field.zh}为“{said}”，本采集端无法识别，该步骤未执行。请升级本采集端，或手动执行该步骤",
    )


def no_word_of_a_buyer(action: str) -> Both:
    """A partner said what only a factory, or nobody, can."""
    return Both(
        f"'{action[:40]}' is nothing that a buyer can say; ask the partner what it means",
        f"“{action[:40]}”不是买方可执行的操作；请向合作方核实",
    )


def differs(partner: str, denied: Sequence[tuple[int, str, datetime]]) -> Both:
    """``denied``: number, what and when of each step that the partner tells no more."""
    said = ", ".join(f"#{seq} {what} ({at:%Y-%m-%d %H:%M} UTC)" for seq, what, at in denied[:5])
    more = len(denied) - 5
    en, zh = (f" +{more}", f" 等 {more} 项") if more > 0 else ("", "")
    return Both(
        f"{partner} told of {said}{en} before and denies it now, as after a restore from a backup."
        " Nothing more of it is followed until somebody has compared both and agrees on this page",
        f"{partner} 先前告知过 {said}{zh}，现在不再承认（如其从备份恢复之后）。"
        "在人员核对双方记录并于本页确认之前，不再执行其后续步骤",
    )
