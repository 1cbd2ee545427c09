"""What is said of a partner's steps that could not be taken here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from collector.claims.problem import Both

MERGED: Final = "partner_merged"
DENIED: Final = "partner_denied"
REPLIED: Final = "partner_replied"
TELLS: Final = frozenset({DENIED, REPLIED})
"""People are told of these by letter too, with what stands under both keys."""
TOLD_EN: Final = "told_en"
TOLD_ZH: Final = "told_zh"
NOT_THIS_RECORD: Final = Both(
    "the partner denies steps that it told before; somebody must look first",
    "合作方不再承认其先前告知的步骤，须先由人员核实",
)
STANDS_OTHERWISE: Final = Both(
    "the line stands so already, with another path or RMA number; compare both by telephone",
    "索赔行已处于该状态，但处理方式或 RMA 编号不同；请电话核对",
)
OTHER_PATH: Final = Both(
    "another path is on offer now than the buyer spoke of; the buyer has to speak anew",
    "当前提出的处理方式与买方所回应的不同，须由买方重新回应",
)


def told(*words: Both | None) -> dict[str, object]:
    """What an entry says of steps that were not taken, a key for each language; {} for nothing."""
    said = [one for one in words if one is not None]
    if not said:
        return {}
    return {TOLD_EN: "; ".join(one.en for one in said), TOLD_ZH: "；".join(one.zh for one in said)}


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
