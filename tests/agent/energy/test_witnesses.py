"""What a flat gauge, a silent sibling or nobody at all bears witness to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from agent.energy.assess import assess
from agent.energy.cause import Cause
from tests.agent.energy.cameras import ALL, MATES, Cam, Sky, days_of, view_of
from tests.agent.energy.test_assess import DULL, from_day
from tests.agent.energy.test_no_dirt import CHARGING, NOWHERE, with_panel_mv


def _flat_near_full(_: int, charge: float) -> float:
    """A gauge by voltage: it hardly moves near full, and falls all the faster below."""
    return float(round(100 - 0.2 * (100 - charge) if charge > 80 else 96 - 1.2 * (80 - charge)))


@pytest.mark.parametrize("sent", [1.0, 1.4])
def test_a_gauge_that_was_flat_near_full_makes_no_shade_more_use(sent: float) -> None:
    """Six times the percent by night, from a panel in the shade: its modem would have sent it."""
    shaded = Cam(
        names=CHARGING,
        gauge=_flat_near_full,
        panel_mw=from_day(20, 350.0, 6000.0),
        capacity_mah=lambda _: 6000.0,
        start=100.0,
    )
    sky = Sky(days=45)
    seen = set()
    for upto in range(30, 44):
        view = view_of(shaded, sky, MATES, upto=upto)
        numbered = enumerate(view.days)
        bytes_by_day = {day: 1e8 * (sent if number >= 20 else 1.0) for number, day in numbered}
        seen.add(assess(replace(view, sent=bytes_by_day)).cause)
    assert Cause.OVER_USE not in seen
    assert Cause.WEAK in seen


def test_one_sibling_that_starves_as_well_is_a_site_that_does() -> None:
    """Two cameras do not get dirty, nor used more, in one week: that nobody wrote down the place
    makes it no other matter."""
    cam = Cam(names=CHARGING, panel_mw=lambda _: 8000.0)
    dull = replace(NOWHERE, mean_c=lambda _: 8.0)
    mate = replace(MATES["pond"], names=CHARGING)
    assert assess(view_of(cam, dull, {"pond": mate}, upto=36)).cause is Cause.LOW_SEASON


def test_a_site_that_ran_empty_is_starved_though_it_is_dark_for_days() -> None:
    """An empty camera is seen for a day now and then: its silence is no witness of plenty."""
    dull = replace(NOWHERE, mean_c=lambda _: 8.0)

    def seen(at: datetime) -> bool:
        return at.month == 4 or at.day % 6 == 0

    small = Cam(names=CHARGING, panel_mw=lambda _: 8000.0, capacity_mah=lambda _: 2200.0, seen=seen)
    mates = {name: replace(small, start=80.0 + number) for number, name in enumerate(MATES)}
    found = assess(view_of(small, replace(dull, days=44), mates))
    assert len([day for day in days_of(small, replace(dull, days=44)) if day.month == 5]) <= 5
    assert found.cause is Cause.LOW_SEASON


def test_a_sibling_that_fell_silent_is_no_witness_of_plenty() -> None:
    """It may be empty: what this one is given too little of is not known to be its own matter."""
    week = Sky(days=40, is_known=False, clear=lambda day: 0.02 if day >= 18 else 0.9)
    gone = replace(MATES["pond"], names=CHARGING, seen=lambda at: at.month == 4 and at.day < 25)
    slow = Cam(names=CHARGING, panel_mw=lambda _: 1300.0)
    seen = {assess(view_of(slow, week, {"pond": gone}, upto=day)).cause for day in range(26, 39)}
    assert Cause.WEAK not in seen


LONE = Cam(names=CHARGING, panel_mw=from_day(16, 300.0, 6000.0))


def test_a_lone_camera_short_for_three_weeks_of_a_good_season_has_a_weak_panel() -> None:
    """Nobody bears the weather out; three weeks of it would be no weather of May."""
    may = Sky(days=44, clear=lambda _: 0.9)
    early = {assess(view_of(LONE, may, {}, upto=day)).cause for day in range(20, 32)}
    assert Cause.WEAK not in early
    found = assess(view_of(LONE, may, {}, upto=42))
    assert found.cause is Cause.WEAK
    assert "no sibling" in found.because.en


@pytest.mark.parametrize(
    "sky",
    [
        pytest.param(Sky(days=44, is_known=False, clear=lambda _: 0.9), id="place not known"),
        pytest.param(Sky(days=44, begin=date(2026, 9, 20), clear=lambda _: 0.9), id="autumn"),
    ],
)
def test_a_lone_camera_is_left_open_where_the_season_may_do_it(sky: Sky) -> None:
    """Autumn takes as much as dirt does, and of an unknown place the season is not known."""
    seen = {assess(view_of(LONE, sky, {}, upto=day)).cause for day in range(20, 43)}
    assert Cause.WEAK not in seen


def test_what_the_dark_season_does_to_a_site_is_no_dead_panel() -> None:
    """For a week nothing came in, at any of them: the season is said, and no panel suspected."""
    winter = Sky(
        site=replace(DULL, latitude_deg=58.0),
        begin=date(2026, 11, 10),
        days=40,
        clear=lambda day: 0.9 if day < 20 else 0.0,
        mean_c=lambda _: 6.0,
    )
    mates = {name: replace(mate, names=CHARGING) for name, mate in MATES.items()}
    found = assess(view_of(Cam(names=CHARGING), winter, mates, upto=32))
    assert found.cause is Cause.LOW_SEASON
    assert found.suspected is None


THERMOMETER = (*CHARGING, "temperature")
LONE_DEAD = Cam(names=THERMOMETER, panel_mw=from_day(20, 0.0, 6000.0), capacity_mah=lambda _: 12e3)


@pytest.mark.parametrize(
    ("cam", "sky", "cause"),
    [
        pytest.param(LONE_DEAD, Sky(days=40), Cause.PANEL_DEAD, id="spring, and warm"),
        pytest.param(
            replace(LONE_DEAD, names=CHARGING), Sky(days=40), Cause.UNKNOWN, id="no thermometer"
        ),
        pytest.param(LONE_DEAD, Sky(days=40, is_known=False), Cause.UNKNOWN, id="place not known"),
        pytest.param(
            LONE_DEAD, Sky(days=40, begin=date(2026, 10, 20)), Cause.UNKNOWN, id="late autumn"
        ),
        pytest.param(
            LONE_DEAD, Sky(days=40, mean_c=lambda _: -3.0), Cause.COLD, id="frost in spring"
        ),
    ],
)
def test_a_lone_camera_has_the_sun_of_a_good_season_for_its_witness(
    cam: Cam, sky: Sky, cause: Cause
) -> None:
    """No sibling bears the sun out; no weather of a known place gives nothing for a fortnight."""
    assert assess(view_of(cam, sky, {}, upto=36)).cause is cause


def test_a_hundredth_of_a_panel_is_a_dead_one_and_no_weak_one() -> None:
    """Forty milliwatts of six watts: no dirt leaves so little of its best day."""
    leaks = Cam(names=ALL, panel_mw=from_day(14, 60.0, 6000.0))
    view = with_panel_mv(view_of(leaks, Sky(days=34), MATES), {True: 5500.0, False: 4200.0})
    assert max(one.panel_mwh * 3600 / one.panel_s for one in view.days.values()) > 30.0
    assert assess(view).cause is Cause.PANEL_DEAD
    seen = {assess(view_of(leaks, Sky(days=34), MATES, upto=day)).cause for day in range(16, 33)}
    assert Cause.WEAK not in seen


@pytest.mark.parametrize(("days", "is_stuck"), [(9, False), (22, True)])
def test_a_gauge_of_five_percent_a_step_may_stand_for_a_week(days: int, *, is_stuck: bool) -> None:
    """A large battery takes less in a day, and is given about as much."""

    def steps(day: int, charge: float) -> float:
        return 75.0 if day >= 14 else 100.0 - 5.0 * (day % 4) - (5.0 if charge < 97 else 0.0)

    cam = Cam(names=CHARGING, gauge=steps)
    found = assess(view_of(cam, Sky(days=40), MATES, upto=14 + days))
    assert (found.cause is Cause.GAUGE_STUCK) is is_stuck


def test_what_is_given_many_times_what_it_ever_took_is_not_called_dirty() -> None:
    """Its gauge stood at the top in its first weeks: how much more it takes, no night tells."""

    def top(day: int, charge: float) -> float:
        return 100.0 if day < 20 else float(round(charge))

    cam = Cam(
        names=CHARGING,
        gauge=top,
        use_ma=from_day(20, 190.0, 25.0),
        capacity_mah=lambda _: 9000.0,
        panel_mw=lambda _: 5000.0,
        start=100.0,
    )
    sky = Sky(days=44, clear=lambda _: 0.8)
    seen = {assess(view_of(cam, sky, MATES, upto=day)).cause for day in range(22, 43)}
    assert Cause.WEAK not in seen


def _answers(_: int, net_ma: float) -> bool:
    """It says what its current is while it answers: a small charge is hidden behind that."""
    return net_ma > 100.0


@pytest.mark.parametrize("siblings", [{}, MATES])
@pytest.mark.parametrize(("left_mw", "use_ma"), [(360.0, 40.0), (600.0, 70.0)])
def test_shade_that_leaves_a_tenth_is_no_dead_panel(
    siblings: dict[str, Cam], left_mw: float, use_ma: float
) -> None:
    """It says that it charges not, and goes down for weeks; but by day less than by night."""
    shaded = Cam(
        names=THERMOMETER,
        panel_mw=from_day(18, left_mw, 6000.0),
        use_ma=lambda _: use_ma,
        capacity_mah=lambda _: 12_000.0,
        says=_answers,
    )
    sky = Sky(days=46)
    seen = {assess(view_of(shaded, sky, siblings, upto=day)).cause for day in range(22, 45)}
    assert Cause.PANEL_DEAD not in seen


def test_a_battery_that_holds_its_level_is_charged_whatever_the_camera_says() -> None:
    """A charger that stops at 92 %: never full again, and never seen to charge."""
    held = Cam(
        names=THERMOMETER,
        gauge=lambda day, charge: float(round(charge)) if day < 14 else 91.0 + day % 2,
        says=lambda day, net: day < 14 and net > 0,
    )
    seen = {assess(view_of(held, Sky(days=44), {}, upto=day)).cause for day in range(20, 43)}
    assert Cause.PANEL_DEAD not in seen


def test_a_gauge_alone_is_no_word_for_a_lone_cameras_panel() -> None:
    """A building site takes as much by day: day and night fall alike, and nothing else is told."""
    dead = replace(LONE_DEAD, names=("charge", "temperature"))
    found = assess(view_of(dead, Sky(days=40), {}, upto=36))
    assert found.cause is not Cause.PANEL_DEAD
    assert found.suspected is Cause.PANEL_DEAD


@pytest.mark.parametrize("step", [20.0, 25.0])
def test_a_gauge_of_bars_may_stand_at_one_for_good(step: float) -> None:
    """Four or five of them: a healthy battery may never leave the upper ones."""

    def bars(day: int, _: float) -> float:
        return 100.0 - step * (day % 3 if day < 14 else 1)

    cam = Cam(names=CHARGING, gauge=bars)
    seen = {assess(view_of(cam, Sky(days=60), MATES, upto=day)).cause for day in range(20, 59)}
    assert Cause.GAUGE_STUCK not in seen


@pytest.mark.parametrize("times", [1.6, 2.0])
def test_a_sound_battery_behind_a_flat_gauge_that_is_used_more_is_not_worn(times: float) -> None:
    """What it draws by night its current tells, and its gauge's first nights do not."""

    def flat(_: int, charge: float) -> float:
        return float(round(99.3 + 0.1 * (charge - 93.0) if charge > 93.0 else 1.068 * charge))

    used = Cam(
        names=ALL,
        gauge=flat,
        use_ma=from_day(25, times * 40.0, 40.0),
        panel_mw=lambda _: 9000.0,
        start=100.0,
    )
    sky, seen = Sky(days=60, clear=lambda _: 0.9), set()
    for upto in (42, 50, 58):
        view = view_of(used, sky, {}, upto=upto)
        sent = {
            day: 1e8 * (0.95 + 0.025 * (number * 7 % 5)) for number, day in enumerate(view.days)
        }
        seen.add(assess(replace(view, sent=sent)).cause)
    assert Cause.WORN not in seen
