"""Too little comes in: cold, a dead panel, a battery that takes nothing, dirt or shade; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.clear_sky import day_sum
from agent.energy.day import EnergyDay
from agent.energy.stretch import Stretch, stretch_of
from agent.energy.turning import NOISE_PERCENT

_COLD_S: Final = 3600
_GOOD_SHARE: Final = 0.85
_TAKEN_SHARE: Final = 0.2
"""Of what the panel's watt-hours brought before; less is a battery that does not take them."""
_EXPECTED_PERCENT: Final = 5.0
_DEAD_SHARE: Final = 0.5
"""Of its use by night, what a dead panel may seem to give by day: lamps burn by night alone."""
_SHORT_DAYS: Final = 5
_LATELY: Final = 3
_A_QUARTER: Final = 0.25
_AT_EASE: Final = 75.0  # a few cold days cost a battery nothing that has more than that left
_DEAD_MV: Final = 1000.0
"""A lit panel of 5 or 6 V shows volts even in shade; less is a broken one, or a cut cable."""
_AS_BEFORE: Final = 0.9
_PLENTY_MW: Final = 800.0
"""Several times what such a camera takes in the mean (60 mA are 220 mW): the rest must go in."""
_NEARLY_EMPTY: Final = 15.0
_NEARLY_FULL: Final = 85.0


def cold(case: Case) -> Assessment | None:
    """It stood in the sun with room, at or below freezing, and did not charge: protection."""
    days = [
        day
        for day, one in case.recent.items()
        if one.cold_s >= max(_COLD_S, 0.5 * one.room_s) and one.room_change < NOISE_PERCENT
    ]
    charges = [one.charge_low for one in case.recent.values() if one.charge_low is not None]
    if len(days) < case.levels.cold_days or min(charges, default=0.0) > _AT_EASE:
        return None
    lows = [one.temperature_low_c for one in case.recent.values() if one.temperature_low_c]
    return Assessment(
        day=case.view.day,
        cause=Cause.COLD,
        because=Said(
            en=f"on {len(days)} days it stood in the sun at or below 0 °C (lowest"
            f" {min(lows, default=0.0):.0f} °C) and did not charge",
            zh=f"有 {len(days)} 天在阳光下温度不高于 0 °C（最低 {min(lows, default=0.0):.0f} °C）"
            "而未充电",
        ),
    )


def nothing_comes_in(case: Case) -> Assessment | None:
    """Panel, charger or battery: on sunny, warm days with room nothing came in.

    Heavy shade may give nothing for a week; so it takes ``energy_idle_days``, or a battery that
    went from nearly full to nearly empty. What comes and goes is a contact or a shadow.
    """
    run = [day for day in case.idle_run if case.is_warm(day) is not False]
    if not case.is_many(run) or case.comes_and_goes:
        return None
    days = [case.view.days[day] for day in run]
    cause = _which_part(case, days)
    if cause is None:
        return None
    by_panel = cause is Cause.NOT_CHARGING and case.now.panel_mw is not None
    because = _idle_words(cause, len(run), stretch_of(days))
    missing = (
        _too_few(case, run)
        or _unproven(case, run, by_panel=by_panel)
        or claim_guard(case, by_panel=by_panel)
    )
    if missing is not None:
        return _unsure(case, cause, because, missing)
    return Assessment(day=case.view.day, cause=cause, because=because)


def _too_few(case: Case, run: Sequence[date]) -> Said | None:
    days = [case.view.days[day] for day in run]
    wanted = int(case.levels.energy_idle_days)
    is_dead = _peak_mv(days) is not None and (_peak_mv(days) or 0.0) < _DEAD_MV
    if len(days) >= wanted or is_dead or _emptied_at_once(case, run):
        return None
    return Said(
        en=f"{wanted} such days; so far {len(days)}",
        zh=f"需连续 {wanted} 天如此；目前 {len(days)} 天",
    )


def _emptied_at_once(case: Case, run: Sequence[date]) -> bool:
    """From nearly full to nearly empty: a loose contact would have charged it on the way down."""
    since = run[0] - timedelta(days=_LATELY)
    before = [one for day, one in case.view.days.items() if since <= day <= run[0]]
    was_full = max((one.charge_high or 0.0 for one in before), default=0.0) >= _NEARLY_FULL
    return was_full and (case.view.days[run[-1]].charge_last or 0.0) <= _NEARLY_EMPTY


def _which_part(case: Case, days: Sequence[EnergyDay]) -> Cause | None:
    """The panel, or a battery that takes nothing of it; None when something may have come in."""
    whole = stretch_of(days)
    if _takes_none(case, whole):
        return Cause.NOT_CHARGING
    lit_mv, before_mv = _peak_mv(days), _peak_mv(case.first.values())
    if whole.panel_mw is not None:
        if whole.panel_mw >= case.levels.panel_dead_mw:
            return None
        if lit_mv is None or lit_mv < _DEAD_MV:
            return Cause.PANEL_DEAD
        as_before = before_mv is not None and lit_mv >= _AS_BEFORE * before_mv
        as_before = as_before and _sun_share(case) > case.levels.low_sun_share
        return Cause.NOT_CHARGING if as_before else None
    said = all(day.charging_reads for day in days)
    return Cause.PANEL_DEAD if said or _falls_by_day(whole) else None


def _peak_mv(days: Iterable[EnergyDay]) -> float | None:
    return max((day.panel_peak_mv for day in days if day.panel_peak_mv is not None), default=None)


def _unproven(case: Case, idle: Sequence[date], *, by_panel: bool) -> Said | None:
    """What is missing on the days on which nothing came in; None when nothing is."""
    sunny = [day for day in idle if by_panel or case.said(day).had_sun]
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
    sunny = sum(by_panel or case.said(day).had_sun for day in newest)
    return None if sunny * 2 > wanted else _SIBLINGS


def weak(case: Case) -> Assessment | None:
    """The panel gives less than it did, or its siblings are given what they take and it is not."""
    shares = _panel_shares(case)
    few = [share for share in shares.values() if share <= case.levels.panel_weak_share]
    if case.is_many(few):
        share = median(few)
        return _weak(
            case,
            f"on {len(few)} days the panel gave {share:.0%} of what it gave, the siblings' weather"
            " taken out",
            f"有 {len(few)} 天太阳能板输出仅为原来的 {share:.0%}（已扣除同场天气影响）",
        )
    good = [share for share in shares.values() if share >= _GOOD_SHARE]
    cold = [day for day in case.recent if case.is_warm(day) is False]
    if not case.is_short or case.is_site_short is not False or len(case.recent) < _SHORT_DAYS:
        return None
    if case.is_many(good) or case.is_many(cold) or may_be_dead(case) or _is_season(case):
        return None
    gives = any(map(case.took, list(case.recent.values())[-_SHORT_DAYS:]))
    if not gives and not case.comes_and_goes:
        return None  # a weak panel gives something; one that gives none is another matter
    return _weak(
        case,
        f"over {len(case.recent)} days the sun gave its siblings what they took, and it too little",
        f"近 {len(case.recent)} 天同场其他设备充电充足，而该设备充电不足",
    )


def _is_season(case: Case) -> bool:
    """Whether it may be the season that leaves it short, as far as is known."""
    if case.view.latitude_deg is None and (case.short_share or 0.0) > _A_QUARTER:
        return True  # the season is not known, and another camera runs short too
    return not case.first and is_low_season(case)  # on a smaller panel than its siblings'


def may_be_dead(case: Case) -> bool:
    """Nothing came in lately, for too few days to say that nothing does."""
    last = list(case.recent)[-_LATELY:]
    return not case.comes_and_goes and all(day in case.idle for day in last) and _is_dark(case)


def _is_dark(case: Case) -> bool:
    return case.now.panel_mw is None or _which_part(case, list(case.recent.values())) is not None


def _panel_shares(case: Case) -> dict[date, float]:
    """By day with a panel that lives: what it gave for the same sun, of its first days."""
    found: dict[date, float] = {}
    for day, one in case.recent.items():
        share = case.day_share(lambda stretch: stretch.panel_per_sun_h, day)
        lit = one.room_panel_s and one.room_panel_mwh * 3600 / one.room_panel_s
        if share is not None and lit >= case.levels.panel_dead_mw:
            found[day] = share
    return found


def low_season(case: Case) -> Assessment | None:
    """The sun is low, and it is short as its siblings are, or there is none to compare."""
    apart = case.is_site_short is False and bool(case.first)
    if not case.is_short or apart or len(case.recent) < _SHORT_DAYS:
        return None
    share = _sun_share(case)
    if share > case.levels.low_sun_share:
        return None
    days = len(case.recent)
    return Assessment(
        day=case.view.day,
        cause=Cause.LOW_SEASON,
        because=Said(
            en=f"over {days} days the low sun ({share:.0%} of the best season's) gave less than it"
            " took",
            zh=f"近 {days} 天日照低（为最佳季节的 {share:.0%}），充电少于耗电",
        ),
    )


def is_low_season(case: Case) -> bool:
    """Whether the sun is so low that a camera may run short by that alone."""
    return _sun_share(case) <= case.levels.low_sun_share


def _sun_share(case: Case) -> float:
    """Of the place's best season, what a clear day gives now; 1 where the place is not known."""
    latitude = case.view.latitude_deg
    if latitude is None:
        return 1.0
    return day_sum(case.view.day, latitude) / _best(case.view.day.year, latitude)


def _best(year: int, latitude_deg: float) -> float:
    return max(day_sum(date(year, month, 21), latitude_deg) for month in (3, 6, 9, 12))


def _takes_none(case: Case, days: Stretch) -> bool | None:
    """Whether the battery took none of what the panel gave; None where that cannot be told."""
    if days.panel_mw is None or days.panel_mw < case.levels.panel_dead_mw:
        return None
    if days.panel_mw >= _PLENTY_MW:
        return True
    before = case.base.gain_per_wh or _siblings_gain(case)
    gained = days.gained
    if before is None or gained is None:
        return None
    expected = before * days.room_panel_mwh / 1000.0
    return gained <= _TAKEN_SHARE * expected if expected >= _EXPECTED_PERCENT else None


def _siblings_gain(case: Case) -> float | None:
    found = [one for now, _ in case.siblings if (one := now.gain_per_wh) is not None]
    return min(found, default=None)


def _falls_by_day(days: Stretch) -> bool:
    """By day it falls about as by night: what dirt leaves of a panel would show.

    Where the sun is not known, that it rose on no day has to do.
    """
    if not days.room_h:
        return True
    gained, use = days.gained, days.use
    return gained is not None and use is not None and gained <= _DEAD_SHARE * use * days.room_h


def _idle_words(cause: Cause, days: int, now: Stretch) -> Said:
    if cause is Cause.NOT_CHARGING:
        return Said(
            en=f"the panel gave {now.panel_mw or 0.0:.0f} mW on {days} days and the charge did not"
            " rise",
            zh=f"{days} 天内太阳能板平均输出 {now.panel_mw or 0.0:.0f} mW，电量却未上升",
        )
    read = "" if now.panel_mw is None else f" (panel: {now.panel_mw:.0f} mW)"
    read_zh = "" if now.panel_mw is None else f"（太阳能板：{now.panel_mw:.0f} mW）"
    return Said(
        en=f"nothing came in on {days} days{read}",
        zh=f"{days} 天内没有任何充电{read_zh}",
    )


def _weak(case: Case, en: str, zh: str) -> Assessment:
    return Assessment(day=case.view.day, cause=Cause.WEAK, because=Said(en=en, zh=zh))


_SIBLINGS: Final = Said(
    en="sun on most days, borne out by a sibling camera of the site",
    zh="需同场其他摄像机证明多数日子有阳光",
)
_WARMTH: Final = Said(
    en="a temperature that allowed charging, from it or a sibling",
    zh="需本机或同场设备证明温度允许充电",
)


def _unsure(case: Case, cause: Cause, because: Said, settle: Said) -> Assessment:
    return Assessment(
        day=case.view.day, cause=Cause.UNKNOWN, because=because, suspected=cause, settle=settle
    )
