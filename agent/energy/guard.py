"""What a cause must have beside it before it may become a claim; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.season import is_low_season, is_sunny_by_season

_SIBLINGS: Final = Said(
    en="sun on most days, borne out by a sibling camera of the site; for a camera alone by the"
    " site's place, in a good season",
    zh="需同场其他摄像机证明多数日子有阳光；单独一台时需填写站点位置，且处于日照良好的季节",
)
_WARMTH: Final = Said(
    en="a temperature that allowed charging, from it or a sibling",
    zh="需本机或同场设备证明温度允许充电",
)


def unproven(case: Case, idle: Sequence[date], *, by_panel: bool) -> Said | None:
    """What is missing on the days on which nothing came in; None when nothing is."""
    sunny = [
        day
        for day in idle
        if by_panel or case.said(day).had_sun or is_sunny_by_season(case, on=day)
    ]
    if not case.is_many(sunny) or (case.is_site_short and not by_panel):
        return _SIBLINGS
    if not case.tells_temperature and is_low_season(case):
        return _WARMTH  # in winter it may freeze here, and charge in a sunny corner there
    return None if case.is_many([day for day in sunny if case.is_warm(day)]) else _WARMTH


def claim_guard(case: Case, *, by_panel: bool = False) -> Said | None:
    """What is missing for a claim, as what would settle it; None when nothing is.

    ``by_panel``: its own panel, or its own charge, bears the sun out.
    """
    wanted = int(case.levels.energy_claim_days)
    if case.claim_days < wanted:
        return Said(
            en=f"watched for {wanted} days; so far {case.claim_days}",
            zh=f"需连续观察 {wanted} 天；目前 {case.claim_days} 天",
        )
    if not case.gauge_moves:
        return Said(en="a gauge that moves", zh="电量计读数有变化")
    newest = [day for day in case.view.days if day <= case.view.day][-wanted:]
    sunny = sum(
        by_panel or case.said(day).had_sun or is_sunny_by_season(case, on=day) for day in newest
    )
    return None if sunny * 2 > wanted else _SIBLINGS


def unsure(case: Case, cause: Cause, because: Said, settle: Said) -> Assessment:
    """What it looks like, and what would settle it."""
    return Assessment(
        day=case.view.day, cause=Cause.UNKNOWN, because=because, suspected=cause, settle=settle
    )
