"""More use or a battery that holds less: what each kind of device can tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from agent.charge import Draw
from agent.energy.assess import assess
from agent.energy.cause import Assessment, Cause
from tests.agent.energy.cameras import ALL, MATES, Cam, Sky, days_of, view_of
from tests.agent.energy.test_assess import OVER_USED, WORN, from_day

METERED = ("charge", "current")
CHARGING = ("charge", "charging")
MONTHS = Sky(days=48)
NOWHERE = Sky(days=48, is_known=False)
EMPTIED = replace(OVER_USED, use_ma=from_day(30, 200.0, 25.0), capacity_mah=lambda _: 9000.0)


def _answering(cam: Cam, ma: float = 280.0) -> Cam:
    """The same, but the current that it shows has what it draws while it answers in it."""
    return replace(cam, names=METERED, shown_ma=lambda net: net - ma)


def _sending(cam: Cam, sky: Sky, megabytes: Callable[[int], float]) -> Assessment:
    """What its days say beside what its modem counted."""
    view = view_of(cam, sky, MATES)
    sent = {day: 1e6 * megabytes(number) for number, day in enumerate(days_of(cam, sky))}
    return assess(replace(view, sent=sent))


def test_a_current_that_shows_the_visit_itself_tells_a_worn_battery_all_the_same() -> None:
    """What a current is off by is in the night as well: the day beside it says what it holds."""
    found = assess(view_of(_answering(WORN), MONTHS, MATES))
    assert found.cause is Cause.WORN
    assert found.capacity_percent == pytest.approx(50.0, abs=8.0)


@pytest.mark.parametrize(("capacity_mah", "cause"), [(90_000.0, Cause.WORN), (None, Cause.UNKNOWN)])
def test_a_large_kit_is_judged_where_its_capacity_is_written_down(
    capacity_mah: float | None, cause: Cause
) -> None:
    """A percent of 90 Ah is more than a camera's own pack makes one believe."""
    kit = Cam(
        capacity_mah=from_day(28, 45_000.0, 90_000.0),
        use_ma=lambda _: 250.0,
        panel_mw=lambda _: 60_000.0,
    )
    view = view_of(_answering(kit), MONTHS, MATES)
    draw = Draw(awake_ma=280.0, wake_s=10.0, capacity_mah=capacity_mah)
    found = assess(replace(view, draw=draw))
    assert found.cause is cause
    assert Cause.WORN in (found.cause, found.suspected)


def test_more_use_is_no_worn_battery_by_such_a_current() -> None:
    """The same charge brings the same percent: it is used more."""
    assert assess(view_of(_answering(OVER_USED), MONTHS, MATES)).cause is Cause.OVER_USE


def test_more_use_is_named_where_nobody_wrote_down_the_place() -> None:
    """No hour is known to be dark; whole days fall by far more, until it is empty."""
    cam = replace(EMPTIED, use_ma=from_day(30, 120.0, 25.0))
    found = {assess(view_of(cam, NOWHERE, MATES, upto=day)).cause for day in (35, 36, 40)}
    assert found == {Cause.OVER_USE}


def test_a_weak_panel_is_no_more_use_where_nobody_wrote_down_the_place() -> None:
    """Days on which the panel does not carry the camera fall by day too: twice as much at most."""
    dirty = Cam(panel_mw=from_day(24, 300.0, 6000.0))
    assert assess(view_of(dirty, NOWHERE, MATES)).cause is not Cause.OVER_USE


def test_use_that_empties_a_battery_in_two_days_is_named_in_five() -> None:
    """The fortnight before is not waited out."""
    found = {assess(view_of(EMPTIED, MONTHS, MATES, upto=day)).cause for day in (34, 35)}
    assert found == {Cause.OVER_USE}


def test_a_faster_gauge_that_sends_no_more_is_no_more_use() -> None:
    """Low on its voltage a gauge falls faster, and a modem without signal repeats itself."""
    cam = replace(OVER_USED, names=CHARGING)
    assert _sending(cam, Sky(days=45), lambda day: 900.0 if day >= 16 else 100.0).cause is (
        Cause.OVER_USE
    )
    found = _sending(cam, Sky(days=45), lambda day: 100.0 + 10.0 * (day % 3))
    assert Cause.OVER_USE not in (found.cause, found.suspected)


@pytest.mark.parametrize("names", [("charge",), CHARGING])
def test_wear_is_left_open_where_nothing_measures_the_charge(names: tuple[str, ...]) -> None:
    """It is said that its nights take twice as much, and what would settle why."""
    found = assess(view_of(replace(WORN, names=names), MONTHS, MATES))
    assert (found.cause, found.suspected) == (Cause.UNKNOWN, Cause.WORN)
    assert found.settle is not None
    assert "1.9 times" in found.because.en or "2.0 times" in found.because.en


def test_a_camera_that_sends_many_times_more_is_not_called_dirty() -> None:
    """Its gauge is flat yet, and it runs short: what it sends says first what it is."""
    cam = replace(OVER_USED, names=CHARGING, gauge=lambda _, charge: max(60.0, round(charge, -1)))
    for upto in range(18, 30):
        view = view_of(cam, MONTHS, MATES, upto=upto)
        numbered = enumerate(view.days)
        sent = {day: 1e8 * (9.0 if number >= 16 else 1.0) for number, day in numbered}
        assert assess(replace(view, sent=sent)).cause is not Cause.WEAK


def test_that_siblings_take_less_does_not_make_its_own_use_more() -> None:
    """What they saw as well is taken out of a rise, and never made into one."""
    thrifty = {name: replace(mate, use_ma=from_day(30, 8.0, 24.0)) for name, mate in MATES.items()}
    found = assess(view_of(Cam(), MONTHS, thrifty))
    assert found.use_ratio == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("names", [METERED, ALL])
def test_measured_use_that_sends_no_more_is_no_weak_panel(names: tuple[str, ...]) -> None:
    """A lamp that stays on: mAh say that it takes three times as much; nobody is sent to clean."""
    cam = replace(OVER_USED, names=names, use_ma=from_day(16, 150.0, 25.0))
    found = _sending(cam, Sky(days=45), lambda day: 100.0 + 10.0 * (day % 3))
    assert (found.cause, found.suspected) == (Cause.UNKNOWN, Cause.OVER_USE)
    assert found.settle is not None
    assert "lamp" in found.settle.en
    assert "补光灯" in found.settle.zh


@pytest.mark.parametrize("after_ma", [40.0, 60.0, 90.0])
def test_no_capacity_is_told_by_hours_of_charging(after_ma: float) -> None:
    """A sound battery of a camera that is used more is charged for longer: no figure of its own."""
    cam = Cam(names=CHARGING, use_ma=from_day(28, after_ma, 25.0))
    found = assess(view_of(cam, Sky(days=45), MATES))
    assert found.capacity_percent is None
    assert Cause.WORN not in found.excluded
