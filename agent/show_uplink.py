"""One line on what the uplink has carried and what may leave now, in two languages."""

from __future__ import annotations

from typing import Final

from agent.uplink_budget import MB, Mode
from agent.wrong import Both
from shared.health import DataSpend

_MODES: Final = {
    Mode.ALL: Both("everything is sent", "全部发送"),
    Mode.NO_BULK: Both("full pictures wait", "完整图片暂缓"),
    Mode.THUMBNAILS: Both("pictures and readings wait", "图片和读数暂缓"),
    Mode.FAULTS: Both("only faults and health are sent", "仅发送故障和健康状态"),
    Mode.FAREWELL: Both("the cap is near: one last word", "接近上限：仅剩最后一条消息"),
    Mode.CLOSED: Both("the cap is reached: nothing leaves", "已达上限：不再发送"),
}
_FREE: Final = Both(
    "Uplink since {began}: {spent:.2f} MB, today {today:.2f} MB; no plan limits it.",
    "自 {began} 起上行链路已用 {spent:.2f} MB，今日 {today:.2f} MB；无套餐限制。",
)
_PLANNED: Final = Both(
    "Uplink since {began}: {spent:.2f} of {plan:g} MB (cap {cap:g} MB), today {today:.2f} MB;"
    " {mode}.",
    "自 {began} 起上行链路已用 {spent:.2f} MB，套餐 {plan:g} MB（上限 {cap:g} MB），"
    "今日 {today:.2f} MB；{mode}。",
)


def uplink_line(spend: DataSpend, lang: str) -> str:
    """The account as a sentence; MB are 10^6 bytes."""
    text = _PLANNED if spend.plan_bytes else _FREE
    return text.text(lang).format(
        began=f"{spend.month_began_at:%Y-%m-%d}",
        spent=spend.month_bytes / MB,
        today=spend.today_bytes / MB,
        plan=spend.plan_bytes / MB,
        cap=spend.cap_bytes / MB,
        mode=_MODES[Mode(spend.mode)].text(lang),
    )
