"""What an acceptance found, as the terminal shows it; and its words in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TextIO

from agent.accept import Accepted, Ending, why_not
from agent.diagnosis.pictures.acceptance_checks import Check, Result
from agent.show import show_table

_WORDS: Final = {
    "en": {
        "head": ("DEVICE", "CHECK", "VERDICT", "FOUND", "REMEDY"),
        "light": "light",
        "film": "film",
        "focus": "focus",
        "tilt": "tilt",
        "obstruction": "obstruction",
        "colour": "colour",
        "sensor": "sensor",
        "aim": "aim",
        Result.GOOD: "good",
        Result.WRONG: "WRONG",
        Result.LOOK: "look yourself",
        Ending.ACCEPTED: "accepted; the reference of this light is kept",
        Ending.NO_PICTURE: "no picture: {why}. Check address, login and stream, then accept again",
        Ending.WRONG: "not accepted: put right what is WRONG, then accept again",
        Ending.STANDS: "was accepted on {day}: nothing was changed."
        ' To put this picture in its place: --again "the reason"',
        "no device": "no such device: {names}; the configuration knows: {known}",
        "no reason": "why again? Write --again with the reason, as it will stand in the log",
    },
    "zh": {
        "head": ("设备", "检查项", "结论", "发现", "处理"),
        "light": "光照",
        "film": "保护膜",
        "focus": "对焦",
        "tilt": "倾斜",
        "obstruction": "遮挡",
        "colour": "颜色",
        "sensor": "传感器",
        "aim": "朝向",
        Result.GOOD: "正常",
        Result.WRONG: "有问题",
        Result.LOOK: "请人工查看",
        Ending.ACCEPTED: "已验收；已保存该光照下的基准画面",
        Ending.NO_PICTURE: "无画面：{why}。请检查地址、登录与视频流后重新验收",
        Ending.WRONG: "未通过验收：请先处理有问题的项目，再重新验收",
        Ending.STANDS: '已于 {day} 验收：未作更改。如需以此画面替换，请使用 --again "原因"',
        "no device": "没有此设备：{names}；配置中的设备：{known}",
        "no reason": "为何重新验收？请在 --again 后写明原因，该原因将记入日志",
    },
}


def say_acceptance(key: str, lang: str, **values: object) -> str:
    """One sentence about accepting, with its values."""
    return str(_WORDS[lang][key]).format(**values)


def print_acceptance(all_accepted: Sequence[Accepted], lang: str, out: TextIO) -> None:
    """One table of all checks, then what became of each device."""
    words = _WORDS[lang]
    rows = [_row(accepted, check, lang) for accepted in all_accepted for check in accepted.checks]
    if rows:
        print(show_table(list(words["head"]), rows), file=out)
        print(file=out)
    for accepted in all_accepted:
        earlier = accepted.earlier
        day = "" if earlier is None else f"{earlier.taken_at:%Y-%m-%d}"
        line = str(words[accepted.ending]).format(why=why_not(accepted, lang), day=day)
        print(f"{accepted.device.device_id}: {line}", file=out)


def _row(accepted: Accepted, check: Check, lang: str) -> list[str]:
    is_zh = lang == "zh"
    return [
        accepted.device.device_id,
        str(_WORDS[lang][check.name]),
        str(_WORDS[lang][check.result]),
        check.zh if is_zh else check.en,
        (check.remedy_zh if is_zh else check.remedy_en) or "-",
    ]
