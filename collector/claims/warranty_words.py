"""Why a warranty verdict is what it is, in English and Chinese. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from collector.claims.problem import Both

NOT_REGISTERED: Final = Both("warranty unknown: not in the registry", "保修未知：不在登记表中")
UNDATED: Final = Both(
    "warranty unknown: the registry has no delivery date", "保修未知：登记表无交付日期"
)
NOT_OURS: Final = Both(
    "not ours: its serial or network address is none that this factory gives out",
    "非本厂产品：其序列号或网络地址不属于本厂",
)
_PROOFS: Final = {
    "proof": Both("proof of delivery", "交付凭证"),
    "shipment": Both("shipment list", "发货清单"),
}


def delivered(
    *,
    covered: bool,
    on: date,
    counted_from: date,
    months: int,
    until: date,
    day: date,
    zone: str,
    proof: str,
) -> Both:
    """In or out by the registry's date."""
    by = _PROOFS.get(proof)
    capped = counted_from != on
    return Both(
        f"{'in' if covered else 'out of'} warranty: delivered {on}"
        + (f" ({by.en})" if by else "")
        + (f", counted from {counted_from} by the production date" if capped else "")
        + f", {months} months, last day {until}; fault seen {day} ({zone})",
        f"{'在保' if covered else '已过保'}：{on} 交付"
        + (f"（{by.zh}）" if by else "")
        + (f"，按生产日期自 {counted_from} 起算" if capped else "")
        + f"，{months} 个月，最后一天 {until}；故障发现于 {day}（{zone}）",
    )


def delivered_after(on: date, day: date) -> Both:
    """The registry's date cannot be right: the fault was there before it."""
    return Both(
        f"warranty unknown: the registry says delivered {on}, and the fault was seen before that, "
        f"on {day}; correct the delivery date",
        f"保修未知：登记表中的交付日期为 {on}，而故障在此之前（{day}）已被发现；请更正交付日期",
    )


def agreed(*, covered: bool, until: date, day: date, reason: str) -> Both:
    """In or out by a last day that was agreed to."""
    why_en, why_zh = (f" ({reason})", f"（{reason}）") if reason else ("", "")
    return Both(
        f"{'in' if covered else 'out of'} warranty: last day {until} by agreement{why_en}; "
        f"fault seen {day}",
        f"{'在保' if covered else '已过保'}：约定最后一天 {until}{why_zh}；故障发现于 {day}",
    )


def blocked(why: str) -> Both:
    """Nothing is owed for it."""
    return Both(f"blocked in the registry: {why}", f"已在登记表中停用：{why}")


def rest_of(first: str, until: date, day: date) -> Both:
    """A replacement that carries the rest of the first device's warranty."""
    return Both(
        f"in warranty: a replacement with the rest of {first}'s, last day {until}; "
        f"fault seen {day}",
        f"在保：更换件，沿用 {first} 的剩余保修，最后一天 {until}；故障发现于 {day}",
    )


def own_days(first: str, until: date, days: int, day: date) -> Both:
    """A replacement within its own days, after the first device's warranty."""
    return Both(
        f"grey: {first}'s warranty is over, the replacement has {days} days of its own, "
        f"last day {until}; fault seen {day}",
        f"待定：{first} 的保修已过，更换件另有 {days} 天，最后一天 {until}；故障发现于 {day}",
    )


def chain_over(first: str, until: date, day: date) -> Both:
    """Neither the rest nor the replacement's own days cover it."""
    return Both(
        f"out of warranty: a replacement for {first}, last day {until}; fault seen {day}",
        f"已过保：{first} 的更换件，最后一天 {until}；故障发现于 {day}",
    )


def chain_undated(first: str) -> Both:
    """The first device's delivery is not known."""
    return Both(
        f"warranty unknown: a replacement for {first}, whose delivery date is not known",
        f"保修未知：{first} 的更换件，而后者的交付日期未知",
    )


def estimated(*, made: tuple[date, date], ends: tuple[date, date], day: date) -> Both:
    """By the time of production alone."""
    when = f"{made[0]}" if made[0] == made[1] else f"{made[0]}..{made[1]}"
    return Both(
        f"estimated: made {when}, no delivery date; the last day lies between {ends[0]} and "
        f"{ends[1]}; fault seen {day}",
        f"估计：{when} 生产，无交付日期；最后一天在 {ends[0]} 与 {ends[1]} 之间；故障发现于 {day}",
    )


def seen_too_early(first: date, end: date, day: date) -> Both:
    """It was in use so early that its warranty is over, whenever it was delivered."""
    return Both(
        f"out of warranty: an agent saw it on {first} already, so the last day is {end} at the "
        f"latest; fault seen {day}",
        f"已过保：代理于 {first} 已发现该设备，最后一天不晚于 {end}；故障发现于 {day}",
    )


def observed_in(until: date, today: date) -> Both:
    """Seen inside, submitted after the end."""
    return Both(
        f"seen within the warranty (last day {until}), submitted after it ({today})",
        f"故障在保修期内发现（最后一天 {until}），提交于期后（{today}）",
    )


def duplicate(twins: Sequence[str]) -> Both:
    """The same serial is alive at several positions."""
    return Both(
        f"the same serial is alive at another position too ({', '.join(twins)}): "
        "nothing is submitted by itself until one of the two is corrected",
        f"同一序列号同时在其他位置在线（{'、'.join(twins)}）：更正其一之前不会自动提交",
    )
