"""Looks for the cause in a camera's days: what needs the least comes first; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from agent.energy import drift, gain_causes, gauge_causes, idle_causes, use_causes
from agent.energy.case import Case
from agent.energy.cause import Assessment, Cause, Said
from agent.energy.rate import Rate
from agent.energy.view import EnergyView

_LOOKS: Final = (
    gauge_causes.mains,
    gauge_causes.gauge_stuck,
    gauge_causes.standing,
    gain_causes.cold,
    idle_causes.nothing_comes_in,
    use_causes.worn,
    use_causes.over_use,
    use_causes.sends_far_more,
    gain_causes.weak,
    gain_causes.weak_alone,
    gain_causes.low_season,
    use_causes.worn_or_used,
)
_MOST_ERROR: Final = 0.15
_DAYS: Final = 3
_MOVES: Final = 3
_NOTHING_CAME: Final = frozenset({Cause.PANEL_DEAD, Cause.NOT_CHARGING, Cause.COLD})


def assess(view: EnergyView) -> Assessment:
    """What the days up to the closed one say."""
    case = Case(view=view, levels=view.levels)
    found = next(filter(None, (look(case) for look in _LOOKS)), None) or _otherwise(case)
    return replace(
        found,
        excluded=_excluded(case) - {found.cause, found.suspected or found.cause},
        capacity_percent=_supported(_measured(case)),
        use_ratio=use.value if (use := drift.use_ratio(case)) else None,
        siblings_share=_percent(case.beside_siblings(lambda one: one.gain_per_sun_h)),
    )


def _measured(case: Case) -> Rate | None:
    """Capacity by measured charge alone: by hours of charging, more use looks like wear."""
    return drift.capacity(case) if drift.is_metered(case) else None


def _supported(capacity: Rate | None) -> float | None:
    """In percent, where its error leaves something to say; no battery grows."""
    if capacity is None or capacity.error > _MOST_ERROR:
        return None
    return _percent(min(1.0, capacity.value))


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100.0 * share, 1)


def _otherwise(case: Case) -> Assessment:
    day = case.view.day
    if len(case.recent) < _DAYS:
        because = Said(
            en=f"only {len(case.recent)} of the last days were watched well enough",
            zh=f"近期仅有 {len(case.recent)} 天的观察足够完整",
        )
        return Assessment(day=day, cause=Cause.UNKNOWN, because=because)
    if not case.is_short:
        because = Said(en="the sun gives what it takes", zh="日照充电满足耗电")
        return Assessment(day=day, cause=Cause.HEALTHY, because=because)
    because = Said(
        en=f"over {len(case.recent)} days it took more than it was given; they do not say why",
        zh=f"近 {len(case.recent)} 天耗电多于充电；现有数据无法判断原因",
    )
    settle = Said(
        en="sunny days, or a sibling camera at the site that tells of them",
        zh="需有晴天，或同场有可作对照的摄像机",
    )
    return Assessment(day=day, cause=Cause.UNKNOWN, because=because, settle=settle)


def _excluded(case: Case) -> frozenset[Cause]:
    """What the newest days speak against, so that its fault may be cleared."""
    found: set[Cause] = set()
    if case.view.day in case.view.days and case.took(case.view.day):
        found |= _NOTHING_CAME  # however little of the day was watched
    if case.comes_and_goes:
        found |= {Cause.PANEL_DEAD, Cause.NOT_CHARGING}  # a contact, on its dark days too
    last = tuple(case.recent.values())[-_DAYS:]
    if not last or case.view.day not in case.recent:
        return frozenset(found)
    full, today = case.levels.energy_full_percent, case.recent[case.view.day]
    if case.gauge_moves and (today.charge_high or 0.0) >= full:
        found |= _NOTHING_CAME
    if len(last) == _DAYS and all((day.charge_high or 0.0) >= full for day in last):
        found |= {Cause.WEAK, Cause.LOW_SEASON}
    if len({value for day in last for value in day.gauge}) >= _MOVES:
        found.add(Cause.GAUGE_STUCK)
    use, held = drift.use_ratio(case), _measured(case)
    if use is not None and use.value <= case.levels.use_usual_ratio:
        found.add(Cause.OVER_USE)
    if held is not None and held.value >= case.levels.capacity_fit_share:
        found.add(Cause.WORN)
    return frozenset(found)
