"""A filter test and what was written to cameras, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.delivery.restore_store import Owed
from agent.delivery.write_log import Write
from agent.experiment.verdict import VERDICTS, FilterVerdict, Judged
from agent.show import show_table
from agent.write_words import told
from agent.wrong import Both

WELL: Final = frozenset({FilterVerdict.MOVED, FilterVerdict.NO_FILTER_FITTED})
_WORDS: Final = {
    "agent runs": Both(
        "an agent uses {folder}; order the test from the collector"
        " (preclaim-collector command AGENT test_ir_cut DEVICE), or stop the agent first",
        "代理正在使用 {folder}；请通过收集端下达测试"
        "（preclaim-collector command AGENT test_ir_cut DEVICE），或先停止代理",
    ),
    "not begun": Both("the test is not begun: {why}", "未开始测试：{why}"),
    "settle": Both("What would settle it: {what}", "如何判定：{what}"),
    "no writes": Both("Nothing was ever written to a camera.", "从未向摄像机写入任何内容。"),
    "owed": Both("Not restored yet:", "尚未恢复："),
}
_TWICE: Final = Both(
    "A second test with the same verdict, an hour or more later, opens the fault.",
    "至少一小时后再次测得相同结论时，故障才会成立。",
)
_HEAD: Final = Both("AT|DEVICE|BY|WHAT|BEFORE|AFTER|ANSWER", "时间|设备|下达者|内容|之前|之后|应答")


def say(key: str, lang: str, **values: object) -> str:
    """One sentence with its values."""
    return _WORDS[key].text(lang).format(**values)


def judged_lines(device_id: str, judged: Judged, lang: str) -> str:
    """The verdict, its reason, and what comes next."""
    lines = [f"{device_id}: {VERDICTS[judged.verdict].text(lang)}: {judged.reason.text(lang)}"]
    if judged.settle.en:
        lines.append(say("settle", lang, what=judged.settle.text(lang)))
    if judged.verdict.is_fault:
        lines.append(_TWICE.text(lang))
    return "\n".join(lines)


def judged_as_json(device_id: str, judged: Judged) -> dict[str, object]:
    """The same for programs; names are the contract."""
    return {
        "device": device_id,
        "verdict": judged.verdict.value,
        "why": judged.why.value,
        "reason_en": judged.reason.en,
        "reason_zh": judged.reason.zh,
        "settle_en": judged.settle.en,
        "settle_zh": judged.settle.zh,
    }


def writes_lines(writes: Sequence[Write], owed: Sequence[Owed], lang: str) -> str:
    """The audit log as a table, and below it what is still owed."""
    rows = [
        [
            f"{write.at:%Y-%m-%d %H:%M:%SZ}",
            write.device_id,
            told(write.ordered_by, lang),
            f"{told(write.operation, lang)} {told(write.what, lang)}",
            write.before or "-",
            write.after or "-",
            told(write.answer, lang),
        ]
        for write in writes
    ]
    text = show_table(_HEAD.text(lang).split("|"), rows) if rows else say("no writes", lang)
    if owed:
        text += f"\n\n{say('owed', lang)}\n" + "\n".join(
            f"  {one.device_id}: {one.mode_set} -> {one.mode_before} ({one.attempts})"
            f" {told(one.last_error, lang)}".rstrip()
            for one in owed
        )
    return text


def writes_as_json(writes: Sequence[Write], owed: Sequence[Owed]) -> dict[str, object]:
    """The same for programs; names are the contract."""
    return {
        "writes": [
            {
                "at": write.at.isoformat(),
                "device": write.device_id,
                "ordered_by": write.ordered_by,
                "operation": write.operation,
                "what": write.what,
                "before": write.before,
                "after": write.after,
                "answer": write.answer,
            }
            for write in writes
        ],
        "owed": [
            {
                "device": one.device_id,
                "mode": one.mode_before,
                "mode_set": one.mode_set,
                "since": one.begun_at.isoformat(),
                "attempts": one.attempts,
                "last_error": one.last_error,
            }
            for one in owed
        ],
    }
