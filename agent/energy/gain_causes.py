"""Too little comes in: cold, dirt or shade, or a low sun; pure."""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.drift import is_metered, is_saturated, sends_more, sent_ratio, use_ratio
from agent.energy.guard import unsure
from agent.energy.idle_causes import is_contact, is_trickle, may_be_dead
from agent.energy.season import (
    AT_EASE,
    had_plenty,
    has_run_empty,
    is_low_season,
    is_scarce,
    is_starved_alone,
    sun_share,
)
from agent.energy.turning import NOISE_PERCENT

_COLD_S: Final = 3600
_GOOD_SHARE: Final = 0.85
_SHORT_DAYS: Final = 5
_EVER: Final = 3.0
"""Times its use: more than two or three nights' worth a day is no panel that gives too little."""
_A_DAY: Final = 5.0
"""Percent that such a camera takes a day, where a gauge that stood at the top tells less."""
_FAR_MORE: Final = 2.0  # times the bytes; weeks differ by some tenths
_FEW: Final = 2
_LATELY: Final = 3
_NIGHTS_ENOUGH: Final = 4
"""The fewest that tell a rate with its error."""


def cold(case: Case) -> Assessment | None:
    """It stood in the sun with room, at or below freezing, and did not charge: protection."""
    days = [
        day
        for day, one in case.recent.items()
        if one.cold_s >= max(_COLD_S, 0.5 * one.room_s) and one.room_change < NOISE_PERCENT
    ]
    if len(days) < case.levels.cold_days or _is_at_ease(case):
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


def weak(case: Case) -> Assessment | None:
    """The panel gives less than it did, or its siblings are given what they take and it is not."""
    # A gauge that stands tells no hours with room, which are those a panel's power is compared in.
    dark = _stands(case) or is_trickle(case, case.recent.values())
    shares = {} if dark else _panel_shares(case)
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
    if is_contact(case):
        return _weak(case, *_CONTACT)
    if not _is_short_alone(case) or case.is_many(good) or may_be_dead(case) or _is_season(case):
        return None
    if _takes_more(case) or _sends_far_more(case) or _is_given_far_more(case):
        return unsure(case, Cause.OVER_USE, _MORE, _NIGHTS)
    if not _gives(case) and not case.comes_and_goes:
        return None  # a weak panel gives something; one that gives none is another matter
    return _weak(
        case,
        f"over {len(case.recent)} days the sun gave its siblings what they took, and it too little",
        f"近 {len(case.recent)} 天同场其他设备充电充足，而该设备充电不足",
    )


def weak_alone(case: Case) -> Assessment | None:
    """It takes what it took, is given something, and for weeks too little of a high sun."""
    use = use_ratio(case)
    if use is None or use.value > case.levels.use_usual_ratio or _stands(case):
        return None
    if not _gives(case) or _is_at_ease(case) or _cold_days(case) or not is_starved_alone(case):
        return None
    return _weak(case, *_ALONE)


def _is_short_alone(case: Case) -> bool:
    """It runs short while its siblings do not, and it was not too cold to charge."""
    alone = case.is_short and case.is_site_short is False and not _is_at_ease(case)
    told = len(case.recent) >= _SHORT_DAYS and not _stands(case)
    return alone and told and not case.is_many(_cold_days(case))


def _gives(case: Case) -> bool:
    """Something came in for certain within the newest days."""
    return any(map(case.took, list(case.recent)[-_SHORT_DAYS:]))


def _cold_days(case: Case) -> list[date]:
    """Recent days that are known to have been too cold to charge."""
    return [day for day in case.recent if case.is_warm(day) is False]


def _is_at_ease(case: Case) -> bool:
    """Whatever it goes down by, it has plenty left: no matter to anybody yet."""
    lows = [one.charge_low for one in case.recent.values() if one.charge_low is not None]
    return min(lows, default=0.0) > AT_EASE


def _stands(case: Case) -> bool:
    """Its gauge has shown one value for days, day and night: it tells of no balance."""
    last = tuple(case.recent.values())[-_LATELY:]
    return len({value for day in last for value in day.gauge}) <= 1


def _is_season(case: Case) -> bool:
    """Whether it may be the season that leaves it short, as far as is known."""
    if sun_share(case) <= case.levels.low_sun_alone_share:
        return True  # a smaller panel than its siblings', or a hedge, does as much as dirt
    if case.view.latitude_deg is None and not had_plenty(case):
        return True  # the season is not known, and others had no plenty either
    return not case.first and is_low_season(case)  # on a smaller panel than its siblings'


def _takes_more(case: Case) -> bool:
    """Its newest nights take so much more that its panel need not be the reason."""
    use = use_ratio(case, newest=_NIGHTS_ENOUGH)
    if use is None or is_saturated(case) or (sends_more(case) is False and not is_metered(case)):
        return False  # a gauge by voltage falls faster, too, the lower it is
    return use.low >= case.levels.use_usual_ratio


def _sends_far_more(case: Case) -> bool:
    """More use, though its nights do not tell it yet: a gauge may be flat, or the nights few."""
    sent = sent_ratio(case, newest=_NIGHTS_ENOUGH)
    return sent is not None and sent.low >= _FAR_MORE


def _is_given_far_more(case: Case) -> bool:
    """Day by day it is given far more than it ever took, and uses that up too."""
    if not case.first:
        return False
    taken = median(day.fall for day in case.first.values())
    given = median(day.rise for day in case.recent.values())
    return given >= _EVER * max(taken, _A_DAY)


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
    if not case.is_short or _is_at_ease(case):
        return None
    if case.view.latitude_deg is None:
        enough = _FEW if has_run_empty(case.recent.values()) else _SHORT_DAYS
        return _low(case, *_SCARCE) if len(case.recent) >= enough and is_scarce(case) else None
    if len(case.recent) < _SHORT_DAYS:
        return None
    share = sun_share(case)
    apart = case.is_site_short is False and bool(case.first)
    apart = apart and share > case.levels.low_sun_alone_share
    if apart or share > case.levels.low_sun_share:
        return None
    days = len(case.recent)
    return _low(
        case,
        f"over {days} days the low sun ({share:.0%} of the best season's) gave less than it took",
        f"近 {days} 天日照低（为最佳季节的 {share:.0%}），充电少于耗电",
    )


def _low(case: Case, en: str, zh: str) -> Assessment:
    return Assessment(day=case.view.day, cause=Cause.LOW_SEASON, because=Said(en=en, zh=zh))


def _weak(case: Case, en: str, zh: str) -> Assessment:
    return Assessment(day=case.view.day, cause=Cause.WEAK, because=Said(en=en, zh=zh))


_SCARCE: Final = (
    "for a fortnight the sun gave the whole site less than it took; with the site's place written"
    " down the season would be known",
    "两周来全场充电均少于耗电；填写站点位置后可判断季节影响",
)
_ALONE: Final = (
    "for three weeks of a good season the sun gave less than it took, and it takes what it took;"
    " no sibling tells whether it was the weather",
    "日照良好的三周内充电少于耗电，而耗电未变；同场无其他设备可排除天气原因",
)
_CONTACT: Final = (
    "for days its panel gives no voltage in daylight, and then it charges again: a plug or a lead"
    " that makes no contact, or a cover that comes and goes",
    "太阳能板白天数日无电压，之后又恢复充电：接头或线缆接触不良，或时有遮盖",
)
_MORE: Final = Said(
    en="it is given too little for what it takes lately, which is far more than before by its"
    " nights, by what it sends or by what it is given",
    zh="充电不足以满足近期耗电；从夜间耗电、发送数据量或充入电量看，耗电远高于以往",
)
_NIGHTS: Final = Said(
    en="a fortnight of nights, for more use or a battery that holds less; a panel takes none",
    zh="需两周的夜间数据以区分使用增多与电池容量下降；夜间耗电与太阳能板无关",
)
