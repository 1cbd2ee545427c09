"""The two opinions side by side, for people and for programs."""

from __future__ import annotations

from typing import Final

from agent import show
from agent.second_opinion.ask import Second
from agent.second_opinion.compare import Verdict
from agent.wrong import Both

_VERDICTS: Final = {
    Verdict.AGREE: Both("agree", "一致"),
    Verdict.DIFFER: Both("DIFFER", "不同"),
    Verdict.ONLY_OURS: Both("only ours", "仅本客户端"),
    Verdict.ONLY_THEIRS: Both("only theirs", "仅另一客户端"),
}
_TITLE: Final = Both("Second opinion (onvif-zeep)", "第二意见（onvif-zeep）")
_HEAD: Final = (Both("field", "字段"), Both("ours", "本客户端"), Both("theirs", "另一客户端"))
_COST: Final = Both(
    "requests: ours {ours}, theirs {theirs}; logins refused to theirs: {refusals}",
    "请求数：本客户端 {ours}，另一客户端 {theirs}；另一客户端被拒登录：{refusals}",
)
_FAILED: Final = Both("could not be asked", "无法询问")
_NOTE: Final = Both(
    "The other client knows no Media2: H.265 and second media services are only ours.",
    "另一客户端不支持 Media2：H.265 及第二媒体服务仅本客户端可读。",
)
_CHARS: Final = 60


def differs(second: Second) -> bool:
    """Whether the two read something differently; what only one reads is no contradiction."""
    return any(row.verdict is Verdict.DIFFER for row in second.rows)


def as_text(second: Second, lang: str) -> str:
    """A table, what could not be asked, and what it cost."""
    lines = [_TITLE.text(lang)]
    if second.why_not is not None:
        return "\n".join([*lines, f"  {show.plain(second.why_not.text(lang))}"])
    head = [*(one.text(lang) for one in _HEAD), ""]
    rows = [
        [
            show.plain(row.name),
            show.plain(row.ours or "-")[:_CHARS],
            show.plain(row.theirs or "-")[:_CHARS],
            _VERDICTS[row.verdict].text(lang),
        ]
        for row in second.rows
    ]
    lines.append(show.show_table(head, rows))
    for whose, opinion in zip(_HEAD[1:], (second.ours, second.theirs), strict=True):
        lines += [
            f"{whose.text(lang)}: {_FAILED.text(lang)}: {show.plain(name)}: {show.plain(why)}"
            for name, why in opinion.errors.items()
        ]
    cost = _COST.filled(
        ours=second.ours.requests, theirs=second.theirs.requests, refusals=second.theirs.refusals
    )
    return "\n".join([*lines, cost.text(lang), _NOTE.text(lang)])


def as_json(second: Second) -> dict[str, object]:
    """The same for programs; names are the contract."""
    return {
        "client": "onvif-zeep",
        "why_not": None if second.why_not is None else second.why_not.en,
        "differs": differs(second),
        "rows": [
            {
                "field": row.name,
                "ours": row.ours,
                "theirs": row.theirs,
                "verdict": row.verdict.value,
            }
            for row in second.rows
        ],
        "errors": {"ours": dict(second.ours.errors), "theirs": dict(second.theirs.errors)},
        "requests": {"ours": second.ours.requests, "theirs": second.theirs.requests},
        "refusals": second.theirs.refusals,
    }
