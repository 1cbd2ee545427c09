"""What is not to be cleaned away: use, a low sun, a contact, a broken cell, a gauge that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from agent.energy.assess import assess
from agent.energy.cause import Cause
from agent.energy.day import EnergyDay
from agent.energy.view import EnergyView
from tests.agent.energy.cameras import ALL, MATES, Cam, Sky, view_of
from tests.agent.energy.test_assess import DEAD, DULL, from_day

MONTH = Sky(days=40)
NOWHERE = Sky(days=40, is_known=False, clear=lambda day: 0.9 if day < 18 else 0.04)
CHARGING = ("charge", "charging")


def with_panel_mv(
    view: EnergyView, millivolts: Mapping[bool, float], *, lit_mw: float = 100.0
) -> EnergyView:
    """The same, with the panel's best voltage on days on which it gave power and on others."""
    days = {
        day: msgspec.structs.replace(
            one, panel_peak_mv=millivolts[(one.panel_peak_mw or 0.0) >= lit_mw]
        )
        for day, one in view.days.items()
    }
    return replace(view, days=days)


def test_a_camera_that_is_used_far_more_is_never_called_dirty() -> None:
    """Its panel gives what it gave; from the first short day on the nights are the reason."""
    cam = Cam(
        names=ALL,
        use_ma=from_day(28, 50.0, 20.0),
        panel_mw=lambda _: 700.0,
        capacity_mah=lambda _: 5000.0,
    )
    found = [assess(view_of(cam, MONTH, MATES, upto=day)) for day in range(28, 39)]
    assert Cause.WEAK not in {one.cause for one in found}
    assert Cause.OVER_USE in {one.cause for one in found}
    assert Cause.OVER_USE in {one.suspected for one in found}


def test_a_dirty_panel_is_named_though_its_nights_vary() -> None:
    """By a tenth or two from week to week: that is no more use."""
    cam = Cam(names=ALL[:3], use_ma=from_day(28, 30.0, 25.0), panel_mw=from_day(20, 300.0, 6000.0))
    assert assess(view_of(cam, MONTH, MATES)).cause is Cause.WEAK


def test_in_the_deepest_winter_a_small_panel_is_not_called_dirty() -> None:
    """At a fifth of June's sun it runs short while its siblings' larger ones still carry them."""
    winter = Sky(
        site=replace(DULL, latitude_deg=58.0),
        begin=date(2026, 10, 20),
        days=60,
        mean_c=lambda _: 6.0,
    )
    large = {
        name: replace(mate, panel_mw=lambda _: 40_000.0, names=CHARGING)
        for name, mate in MATES.items()
    }
    small = Cam(names=CHARGING, panel_mw=lambda _: 5500.0)
    seen = [assess(view_of(small, winter, large, upto=day)).cause for day in (54, 58)]
    assert set(seen) == {Cause.LOW_SEASON}


@pytest.mark.parametrize("siblings", [{}, MATES])
def test_a_panel_that_has_volts_on_some_days_and_none_on_others_is_a_contact(
    siblings: Mapping[str, Cam],
) -> None:
    """No sibling is asked: the dullest day leaves a panel its volts."""
    loose = Cam(names=ALL, panel_mw=lambda day: 6000.0 if day < 14 or day == 24 else 0.0)
    view = with_panel_mv(view_of(loose, Sky(), siblings), {True: 5500.0, False: 0.0})
    found = assess(view)
    assert found.cause is Cause.WEAK
    assert "contact" in found.because.en


@pytest.mark.parametrize(("left", "cause"), [(0.01, Cause.PANEL_DEAD), (0.06, Cause.UNKNOWN)])
def test_a_panel_that_lives_on_a_trickle_is_dead(left: float, cause: Cause) -> None:
    """A hundredth of its best is a broken cell; of shade and clouds more than that is left."""
    view = with_panel_mv(
        view_of(replace(DEAD, names=ALL), Sky(), MATES), {True: 5500.0, False: 4200.0}
    )
    best = max(day.panel_peak_mw or 0.0 for day in view.days.values())
    days = {
        day: msgspec.structs.replace(
            one, panel_peak_mw=one.panel_peak_mw if one.panel_peak_mw else left * best
        )
        for day, one in view.days.items()
    }
    assert assess(replace(view, days=days)).cause is cause


def test_a_sibling_whose_gauge_stands_at_the_top_bears_out_the_sun_by_charging() -> None:
    """A gauge by voltage shows 100 for weeks on a large battery; its charger says what it does."""

    def stands(day: int, _: float) -> float:
        return 90.0 if day < 2 else 100.0

    full = Cam(names=CHARGING, gauge=stands, capacity_mah=lambda _: 30_000.0, start=60.0)
    silent = replace(full, names=("charge",))
    dead = replace(DEAD, names=CHARGING)
    assert assess(view_of(dead, Sky(), {"barn": full})).cause is Cause.PANEL_DEAD
    found = assess(view_of(dead, Sky(), {"barn": silent}))
    assert (found.cause, found.suspected) == (Cause.UNKNOWN, Cause.PANEL_DEAD)


def _gauge_at(value: int, swing_mv: float) -> EnergyView:
    """Since the 14th day at one value, while the voltage moves."""
    cam = Cam(gauge=lambda day, _: float(value) if day >= 14 else 100.0, names=("charge",))
    view = view_of(cam, Sky(), MATES)
    days: dict[date, EnergyDay] = {
        day: msgspec.structs.replace(
            one,
            voltage_low_mv=4180.0 - swing_mv,
            voltage_high_mv=4180.0,
            charging_visits=2,
            charging_reads=8,
        )
        for day, one in view.days.items()
    }
    return replace(view, days=days)


@pytest.mark.parametrize(
    ("value", "swing_mv", "is_stuck"), [(99, 90.0, True), (99, 20.0, False), (100, 90.0, False)]
)
def test_a_gauge_just_below_its_end_moves_with_the_voltage(
    value: int, swing_mv: float, *, is_stuck: bool
) -> None:
    """At 100 it may be at the end of its scale, and a full battery hardly moves."""
    found = assess(_gauge_at(value, swing_mv))
    assert (found.cause is Cause.GAUGE_STUCK) is is_stuck


def test_a_gauge_that_fell_once_and_stands_is_no_weak_panel() -> None:
    """It had shown 100 for weeks; a step to 60 is a gauge's, and no sun is missed by it."""
    cam = Cam(gauge=lambda day, _: 60.0 if day >= 14 else 100.0, names=CHARGING)
    seen = {assess(view_of(cam, Sky(), MATES, upto=day)).cause for day in range(14, 24)}
    assert Cause.WEAK not in seen
    assert Cause.GAUGE_STUCK in seen


def test_a_site_that_starves_for_a_fortnight_has_too_little_sun_wherever_it_is() -> None:
    """Nobody wrote down the place: all of them charge on most days, and none is full again."""
    cam = Cam(names=CHARGING, panel_mw=lambda _: 8000.0)
    mates = {name: replace(mate, names=CHARGING) for name, mate in MATES.items()}
    dull = replace(NOWHERE, mean_c=lambda _: 8.0)
    found = assess(view_of(cam, dull, mates, upto=36))
    assert found.cause is Cause.LOW_SEASON
    assert "place" in found.because.en
    early = {assess(view_of(cam, dull, mates, upto=day)).cause for day in range(20, 30)}
    assert early <= {Cause.HEALTHY, Cause.UNKNOWN}
    alone = assess(view_of(cam, dull, {}, upto=36))
    assert alone.cause is Cause.UNKNOWN


def test_where_the_season_is_not_known_siblings_must_have_had_plenty() -> None:
    """They are full again after a dull week: that this one is not yet is no dirt."""
    week = Sky(days=40, is_known=False, clear=lambda day: 0.005 if 26 <= day < 34 else 0.9)
    mates = {name: replace(mate, panel_mw=lambda _: 20_000.0) for name, mate in MATES.items()}
    slow = Cam(names=CHARGING, panel_mw=lambda _: 1300.0)
    seen = {assess(view_of(slow, week, mates, upto=day)).cause for day in range(33, 39)}
    assert Cause.WEAK not in seen
    dirty = Cam(names=CHARGING, panel_mw=from_day(20, 300.0, 6000.0))
    clear = replace(week, clear=lambda _: 0.9)
    assert assess(view_of(dirty, clear, mates)).cause is Cause.WEAK


def test_a_battery_with_plenty_left_is_no_matter_of_panel_or_season() -> None:
    """It goes down by ten percent in a week and has nine tenths: nobody is sent."""
    large = Cam(names=CHARGING, capacity_mah=lambda _: 40_000.0, panel_mw=from_day(28, 300.0, 6e3))
    seen = {assess(view_of(large, MONTH, MATES, upto=day)).cause for day in range(28, 39)}
    assert Cause.WEAK not in seen


def test_a_panel_under_snow_is_no_contact() -> None:
    """It gives no volts either, and is free again after some days: frost says what that was."""
    winter = Sky(mean_c=lambda day: -8.0 if 14 <= day < 24 else 4.0)
    snowy = Cam(
        names=ALL,
        panel_mw=lambda day: 0.0 if 14 <= day < 24 else 6000.0,
        capacity_mah=lambda _: 40_000.0,
    )
    view = with_panel_mv(view_of(snowy, winter, MATES, upto=27), {True: 5500.0, False: 0.0})
    assert assess(view).cause is not Cause.WEAK


def test_a_dull_spell_before_it_does_not_make_a_dead_panel_a_contact() -> None:
    """Its siblings had no sun in those days either: that was weather, what came later is not."""
    sky = Sky(days=36, clear=lambda day: 0.0 if 8 <= day < 13 else 0.9)
    dead = Cam(names=CHARGING, panel_mw=from_day(18, 0.0, 6000.0), capacity_mah=lambda _: 12_000.0)
    mates = {name: replace(mate, names=CHARGING) for name, mate in MATES.items()}
    seen = {assess(view_of(dead, sky, mates, upto=day)).cause for day in (32, 33, 34)}
    assert seen == {Cause.PANEL_DEAD}
