"""Nothing comes in: a dead panel, or a battery that takes nothing of what it gives; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.day import EnergyDay
from agent.energy.guard import claim_guard, unproven, unsure
from agent.energy.season import is_sunny_by_season, sun_share
from agent.energy.span import EMPTY_BELOW, FIT_C
from agent.energy.stretch import Stretch, stretch_of

_TAKEN_SHARE: Final = 0.2
"""Of what the panel's watt-hours brought before; less is a battery that does not take them."""
_EXPECTED_PERCENT: Final = 5.0
_DEAD_SHARE: Final = 0.5
"""Of its use by night, what a dead panel may seem to give by day: lamps burn by night alone."""
_SAID_SHARE: Final = 0.9
"""The same where it says that it charges not: it must fall by day at all."""
_LATELY: Final = 3
_FEW_VISITS: Final = 2
"""With the sun more than 10 degrees high."""
_DEAD_MV: Final = 1000.0
"""A lit panel of 5 or 6 V shows volts even in shade; less is a broken one, or a cut cable."""
_AS_BEFORE: Final = 0.9
_TRICKLE: Final = 0.03
"""Of a panel's best moment, what is left of a broken one (a cracked cell, a corroded lead). Shade
leaves the sky's light, a tenth and more of a clear day's; a closed cover of clouds a quarter (F.
Kasten and G. Czeplak, Solar Energy 24 (1980) 177: 1 - 0.75 N^3.4)."""
_PLENTY_MW: Final = 800.0
"""Several times what such a camera takes in the mean (60 mA are 220 mW): the rest must go in."""
_NEARLY_EMPTY: Final = 30.0
"""A camera goes dark at some percent, and takes five to ten a day: three days of it are left."""
_NEARLY_FULL: Final = 85.0
_FALLEN: Final = 6.0
"""Percent: in a fortnight even the largest battery loses more, by a gauge's noise and a rest."""


def nothing_comes_in(case: Case) -> Assessment | None:
    """Panel, charger or battery: on sunny, warm days with room nothing came in.

    Heavy shade may give nothing for a week, and an open plug for ten days; so it takes
    ``energy_idle_days``, or a battery that went from nearly full to nearly empty. What comes and
    goes is a contact or a shadow.
    """
    run = [day for day in case.idle_run if case.is_warm(day) is not False]
    if not case.is_many(run) or case.comes_and_goes or not _has_fallen(case, run):
        return None
    days = [case.view.days[day] for day in run]
    cause = _which_part(case, days)
    if cause is None:
        return None
    by_panel = cause is Cause.NOT_CHARGING and case.now.panel_mw is not None
    because = _idle_words(cause, days, dead_mw=case.levels.panel_dead_mw)
    missing = (
        _too_few(case, run)
        or unproven(case, run, by_panel=by_panel)
        or claim_guard(case, by_panel=by_panel)
    )
    if missing is not None:
        return None if _may_be_season(case) else unsure(case, cause, because, missing)
    return Assessment(day=case.view.day, cause=cause, because=because)


def _has_fallen(case: Case, run: Sequence[date]) -> bool:
    """Without any charge it goes down; one that holds its level is charged, whatever it says."""
    first, last = case.view.days[run[0]].charge_first, case.view.days[run[-1]].charge_last
    if first is None or last is None:
        return False
    return last <= _NEARLY_EMPTY or first - last >= _FALLEN


def _may_be_season(case: Case) -> bool:
    """A dark season does that to a sound camera, and here it does it to most of the site."""
    share = sun_share(case)
    if share <= case.levels.low_sun_alone_share:
        return case.is_site_short is not False
    return share <= case.levels.low_sun_share and bool(case.is_site_short)


def _too_few(case: Case, run: Sequence[date]) -> Said | None:
    days = [case.view.days[day] for day in run]
    wanted = int(case.levels.energy_idle_days)
    at_once = not is_sunny_by_season(case) and _emptied_at_once(case, run)
    if len(days) >= wanted or at_once:
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
            return Cause.PANEL_DEAD if is_trickle(case, days) else None
        if lit_mv is None or lit_mv < _DEAD_MV:
            return Cause.PANEL_DEAD
        as_before = before_mv is not None and lit_mv >= _AS_BEFORE * before_mv
        as_before = as_before and sun_share(case) > case.levels.low_sun_share
        if as_before:
            return Cause.NOT_CHARGING
        return Cause.PANEL_DEAD if is_trickle(case, days) else None
    told = [day for day in days if (day.charge_low or 0.0) > EMPTY_BELOW]
    share = _SAID_SHARE if all(day.charging_reads for day in days) else _DEAD_SHARE
    return Cause.PANEL_DEAD if _falls_by_day(stretch_of(told), share) else None


def is_trickle(case: Case, days: Iterable[EnergyDay]) -> bool:
    """Its best moment of all these days is next to nothing beside the best before them."""
    now, before = _peak_mw(days), _peak_mw(case.first.values())
    return None not in (now, before) and (now or 0.0) <= _TRICKLE * (before or 0.0)


def _peak_mw(days: Iterable[EnergyDay]) -> float | None:
    return max((day.panel_peak_mw for day in days if day.panel_peak_mw is not None), default=None)


def _peak_mv(days: Iterable[EnergyDay]) -> float | None:
    return max((day.panel_peak_mv for day in days if day.panel_peak_mv is not None), default=None)


def is_contact(case: Case) -> bool:
    """Its panel has volts on some days and none on others: its own witness, for clouds leave some.

    Some days of a week must say so, days without frost (a panel under snow gives none either), and
    it must have charged since the first of such days. Where the sun is not known, its siblings
    must have had some on that day.
    """
    dark = [
        day
        for day, one in case.recent.items()
        if one.sun_visits >= _FEW_VISITS or case.said(day).had_sun
        if one.panel_peak_mv is not None and one.panel_peak_mv < _DEAD_MV
        if _had_no_frost(case, day)
    ]
    return len(dark) >= _LATELY and any(
        case.took(day) for day in case.view.days if dark[0] < day <= case.view.day
    )


def _had_no_frost(case: Case, day: date) -> bool:
    low = case.view.days[day].temperature_low_c
    return case.is_warm(day) is not False if low is None else low >= FIT_C[0]


def may_be_dead(case: Case) -> bool:
    """Nothing came in lately, for too few days to say that nothing does."""
    last = list(case.recent)[-_LATELY:]
    return not case.comes_and_goes and all(day in case.idle for day in last) and _is_dark(case)


def _is_dark(case: Case) -> bool:
    return case.now.panel_mw is None or _which_part(case, list(case.recent.values())) is not None


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


def _falls_by_day(days: Stretch, share: float) -> bool:
    """By day it falls about as by night: what dirt leaves of a panel would show.

    Where the sun is not known, that it rose on no day has to do.
    """
    if not days.room_h:
        return True
    gained, use = days.gained, days.use
    return gained is not None and use is not None and gained <= share * use * days.room_h


def _idle_words(cause: Cause, days: Sequence[EnergyDay], *, dead_mw: float) -> Said:
    """What was seen; a panel that nothing is drawn from is told by its volts, which it has."""
    now, lit_mv = stretch_of(days), _peak_mv(days)
    if cause is not Cause.NOT_CHARGING:
        read = "" if now.panel_mw is None else f" (panel: {now.panel_mw:.0f} mW)"
        read_zh = "" if now.panel_mw is None else f"（太阳能板：{now.panel_mw:.0f} mW）"
        return Said(
            en=f"nothing came in on {len(days)} days{read}",
            zh=f"{len(days)} 天内没有任何充电{read_zh}",
        )
    given_mw = now.panel_mw or 0.0
    if given_mw < dead_mw and lit_mv is not None:
        return Said(
            en=f"the panel stood at {lit_mv / 1000:.1f} V in the sun as before, and on"
            f" {len(days)} days {given_mw:.0f} mW were drawn from it",
            zh=f"太阳能板在阳光下电压仍为 {lit_mv / 1000:.1f} V，{len(days)} 天内却仅取用"
            f" {given_mw:.0f} mW",
        )
    return Said(
        en=f"the panel gave {given_mw:.0f} mW on {len(days)} days and the charge did not rise",
        zh=f"{len(days)} 天内太阳能板平均输出 {given_mw:.0f} mW，电量却未上升",
    )
