"""What the verb ``picture`` says, in English and Chinese."""

from __future__ import annotations

import re
from typing import Any, Final

TEXTS: Final[dict[str, dict[str, Any]]] = {
    "en": {
        "no file": "{path}: {why}; check the path (an existing map is never overwritten)",
        "own": "Reference, {light}: {count} pictures (an agent asks for {wanted} over days)",
        "refused": "No reference: {path}: {why}",
        "invalid": "{path}: invalid, no verdict: {why}",
        "picture": "{path}: {width}x{height}, {light}",
        "damaged": "invalid, no verdict: damaged or cut off ({count} complaints of the decoder)",
        "note": "Reference not used",
        "columns": ["FIGURE", "VALUE", "USUAL", "SPREAD", "BELOW", "ABOVE"],
        "once": "One picture opens no fault: an agent waits until hours have shown the same.",
        "settle": " (would settle it: {what})",
        "lights": {
            "day": "day, in colour",
            "night": "night, infrared",
            "night_colour": "night or dusk, in colour",
            "none": "no usable light",
        },
        "words": {
            "fault": "FAULT      ",
            "healthy": "healthy    ",
            "unsure": "unsure     ",
            "unsupported": "unsupported",
        },
    },
    "zh": {
        "no file": "{path}：{why}；请检查路径（已有的热图绝不覆盖）",
        "own": "基准，{light}：{count} 张画面（代理要求数日内积累 {wanted} 张）",
        "refused": "不能作为基准：{path}：{why}",
        "invalid": "{path}：无效，不作判断：{why}",
        "picture": "{path}：{width}x{height}，{light}",
        "damaged": "无效，不作判断：画面损坏或不完整（解码器报错 {count} 处）",
        "note": "未使用基准",
        "columns": ["指标", "数值", "平时", "离散度", "下限", "上限"],
        "once": "单张画面不会使故障成立：代理会等待数小时内的一致表现。",
        "settle": "（可由此判定：{what}）",
        "lights": {
            "day": "白天彩色",
            "night": "夜间红外",
            "night_colour": "夜间或黄昏彩色",
            "none": "光照不足",
        },
        "words": {
            "fault": "故障  ",
            "healthy": "正常  ",
            "unsure": "不确定",
            "unsupported": "不支持",
        },
    },
}

_NOTES: Final = (
    (re.compile(r"the kept reference is damaged.*"), "保存的基准已损坏或版本不同：将重新建立"),
    (
        re.compile(r"the picture is (\d+x\d+) and was (\d+x\d+): a new reference begins"),
        r"画面为 \1，此前为 \2：将重新建立基准",
    ),
)


def note_of(note: str, lang: str) -> str:
    """Why a reference could not be used, as the decoder child says it in English."""
    for pattern, chinese in _NOTES if lang == "zh" else ():
        if (found := pattern.fullmatch(note)) is not None:
            return found.expand(chinese)
    return note
