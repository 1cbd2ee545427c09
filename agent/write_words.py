"""The words of the audit log and the journal in Chinese; they are kept in English as they came.

Rows of earlier agents and what a camera itself said have no words here and are shown as they are.
"""

from __future__ import annotations

import re
from typing import Final

from agent.delivery.write_log import UNANSWERED
from agent.experiment.setting import Settled
from agent.wrong import Both

_WHOLE: Final = {
    text.en: text.zh
    for text in (
        Both(Settled.RESTORED.value, "已恢复"),
        Both(Settled.ALREADY.value, "已与之前相同"),
        Both(Settled.LEFT.value, "未改动：期间有人设置了其他模式"),
        Both(Settled.EXCHANGED.value, "未改动：该点位现为另一台设备"),
        Both(UNANSWERED, "无应答"),
        Both("ok", "成功"),
        Both("ok, not read back", "成功，未回读"),
        Both("nothing written", "未写入"),
        Both("nothing more written", "未再写入"),
        Both(
            "an order that was not answered may still be carried out",
            "未获应答的指令仍可能被执行",
        ),
        Both("the camera does not say which filter mode it has", "摄像机未说明其滤光片模式"),
    )
}
_PARTS: Final = (
    (re.compile(r"restore: (.*)"), r"恢复：\1"),
    (re.compile(r"the customer's (\w+) was not put back"), r"未恢复客户的 \1"),
    (re.compile(r"the customer's (\w+)"), r"客户的 \1"),
    (re.compile(r"no answer within (\S+) s"), r"\1 秒内无应答"),
    (
        re.compile(r"the camera was set to (\S+) and states (\S+)"),
        r"已将摄像机设为 \1，其回报为 \2",
    ),
    (
        re.compile(
            r"owed since (\S+) to a camera that nothing names: set it on its own page,"
            r" or set another mode once to keep (\w+)"
        ),
        r"自 \1 起未恢复，且无法确认该摄像机身份：请在其自身页面设置，或改设一次其他模式以保留 \2",
    ),
)


def told(text: str, lang: str) -> str:
    """A text of the log in a language; as it is where it is not ours."""
    if lang != "zh":
        return text
    for pattern, chinese in _PARTS:
        if (found := pattern.fullmatch(text)) is not None:
            return found.expand(chinese)
    return _WHOLE.get(text, text)
