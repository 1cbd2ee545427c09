"""Warranty: calendar months from delivery, last day inclusive in the factory's zone. Pure.

Source: claims and warranty, section 10 (PRC Civil Code, articles 201 and 202): the day of delivery
is not counted, the corresponding day of the last month is the last day, else that month's last.
"""

from __future__ import annotations

import calendar
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


class WarrantyVerdict(enum.Enum):
    """What the warranty of one device is worth; only IN is valid, unknown never is."""

    IN = "in"
    OUT = "out"
    UNKNOWN_SERIAL = "unknown_serial"
    GREY_OBSERVED_IN = "grey_observed_in"
    GREY_ESTIMATED = "grey_estimated"
    GREY_REPLACEMENT = "grey_replacement"
    NOT_OURS = "not_ours"
    DUPLICATE_SERIAL = "duplicate_serial"
    BLOCKED = "stolen/blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warranty:
    """The verdict, the last covered day where one is known, and why."""

    verdict: WarrantyVerdict
    until: date | None
    reason_en: str
    reason_zh: str


def last_covered_day(delivered_on: date, months: int) -> date:
    """The last day inside the warranty; a month that is too short ends it on its own last day."""
    index = delivered_on.year * 12 + delivered_on.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(delivered_on.day, calendar.monthrange(year, month)[1]))


def judge(
    *,
    registered: bool,
    delivered_on: date | None,
    months: int,
    onset_at: datetime,
    zone: str,
    twins: Sequence[str] = (),
) -> Warranty:
    """Judge at the onset by collector time, on the factory's calendar.

    ``twins`` are other positions where the same serial is alive: one of them is not that device.
    """
    if twins:
        return duplicate(twins)
    if not registered:
        return Warranty(
            verdict=WarrantyVerdict.UNKNOWN_SERIAL,
            until=None,
            reason_en="warranty unknown: not in the registry",
            reason_zh="保修未知：不在登记表中",
        )
    if delivered_on is None:
        return Warranty(
            verdict=WarrantyVerdict.UNKNOWN_SERIAL,
            until=None,
            reason_en="warranty unknown: the registry has no delivery date",
            reason_zh="保修未知：登记表无交付日期",
        )
    until = last_covered_day(delivered_on, months)
    onset_day = onset_at.astimezone(ZoneInfo(zone)).date()
    covered = onset_day <= until
    en, zh = ("in", "在保") if covered else ("out of", "已过保")
    return Warranty(
        verdict=WarrantyVerdict.IN if covered else WarrantyVerdict.OUT,
        until=until,
        reason_en=(
            f"{en} warranty: delivered {delivered_on}, {months} months, last day {until}; "
            f"fault seen {onset_day} ({zone})"
        ),
        reason_zh=(
            f"{zh}：{delivered_on} 交付，{months} 个月，最后一天 {until}；"
            f"故障发现于 {onset_day}（{zone}）"
        ),
    )


def duplicate(twins: Sequence[str]) -> Warranty:
    """The verdict for a serial that is alive at several positions."""
    return Warranty(
        verdict=WarrantyVerdict.DUPLICATE_SERIAL,
        until=None,
        reason_en=f"the same serial is alive at another position too ({', '.join(twins)}): "
        "nothing is submitted by itself until one of the two is corrected",
        reason_zh=f"同一序列号同时在其他位置在线（{'、'.join(twins)}）：更正其一之前不会自动提交",
    )
