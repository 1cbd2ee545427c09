"""What a day is folded to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.charge import Draw
from agent.energy.activity import activities_of
from agent.energy.balance import autonomy_d, balance_of
from agent.energy.day import EnergyDay
from agent.energy.folding import carried, closed, fold, read_day, write_day
from agent.energy.forecast import darkest_week, worst_week
from agent.energy.turning import Turn, follow
from shared.reading import Quality, Reading
from tests.agent.energy.cameras import ALL, MADRID, Cam, Sky, days_of, visits

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLEAR = Sky(days=20, clear=lambda _: 0.9)


def charge(value: float | None, at: datetime) -> dict[str, Reading]:
    """A reading of the gauge; None: it does not know."""
    quality = Quality.GOOD if value is not None else Quality.UNKNOWN
    return {"battery.charge": Reading("battery.charge", value, "%", at, quality)}


def folded(*values: float | None, step: timedelta = HOUR, sun_deg: float = -20.0) -> EnergyDay:
    """A day of these charges, an hour apart, at night."""
    day = EnergyDay()
    for number, value in enumerate(values):
        at = NOON + step * number
        day = fold(day, charge(value, at), at, sun_deg=sun_deg)
    return day


def test_a_gap_is_in_no_sum() -> None:
    """Five hours in which nobody looked are neither dark nor watched, nor a fall of zero."""
    day = folded(80.0, 70.0, step=timedelta(hours=5))

    assert (day.covered_s, day.dark_s, day.dark_change, day.fall) == (0, 0, 0.0, 0.0)
    assert (day.charge_first, day.charge_last) == (80.0, 70.0)


def test_a_clock_that_is_set_back_adds_nothing() -> None:
    """Time that runs backwards is no time that was watched."""
    day = fold(folded(80.0), charge(60.0, NOON - HOUR), NOON - HOUR, sun_deg=-20.0)

    assert (day.covered_s, day.dark_change) == (0, 0.0)


def test_a_sentinel_is_no_charge() -> None:
    """255, -1 and a gauge that does not know are counted apart and are in no sum."""
    day = folded(50.0, None, 255.0, -1.0, 48.0)

    assert (day.charge_reads, day.charge_unknown) == (2, 3)
    assert (day.charge_low, day.charge_high) == (48.0, 50.0)
    assert day.dark_change == 0.0


def test_an_empty_battery_tells_no_use() -> None:
    """At 1 % the gauge cannot fall: those hours are in no rate."""
    assert folded(1.0, 1.0, 1.0).dark_s == 0


def test_flicker_is_no_move() -> None:
    """A gauge that flickers by one has neither risen nor fallen; two percent are a move."""
    assert (folded(80, 81, 80, 81, 80).rise, folded(80, 81, 80, 81, 80).fall) == (0.0, 0.0)
    assert folded(80, 78, 76, 79).fall == 4.0
    assert folded(80, 78, 76, 79).rise == 3.0


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40))
def test_rises_less_falls_are_the_way_gone(values: list[int]) -> None:
    """Up to the noise that is still open, what rose less what fell is where the gauge stands."""
    turn, up, down = Turn(), 0.0, 0.0
    for value in values:
        turn, rise, fall = follow(turn, float(value))
        up, down = up + rise, down + fall

    assert abs((up - down) - (values[-1] - values[0])) < 2.0
    assert up >= 0
    assert down >= 0


@given(st.integers(1, 22))
def test_where_a_day_is_cut_changes_no_sum(cut: int) -> None:
    """Two days share what one had: nothing is lost at midnight and nothing counted twice."""
    values = [90.0 - number for number in range(24)]
    whole = folded(*values)
    first, second = EnergyDay(), None
    for number, value in enumerate(values):
        at = NOON + HOUR * number
        if number == cut:
            first, second = closed(first), carried(first)
        day = fold(first if second is None else second, charge(value, at), at, sun_deg=-20.0)
        first, second = (day, None) if second is None else (first, day)
    assert second is not None

    for name in ("visits", "covered_s", "dark_s", "dark_change", "fall", "charge_reads"):
        assert getattr(first, name) + getattr(second, name) == getattr(whole, name), name


@given(st.lists(st.integers(0, 100), min_size=2, max_size=30))
def test_a_kept_day_reads_back(values: list[int]) -> None:
    """What is written is read, and a killed agent goes on where it was: the tail is in it."""
    day = folded(*map(float, values))

    assert read_day(write_day(day)) == day
    assert read_day(write_day(closed(day))) == closed(day)


def test_a_damaged_day_is_unknown() -> None:
    """Bytes that are no day stop nobody."""
    assert read_day(b"\xff\x00") is None
    assert read_day(None) is None


def test_a_day_of_an_earlier_agent_reads() -> None:
    """Fields are only appended: a shorter row has the defaults behind it."""
    assert read_day(msgspec.msgpack.encode([7, 3600])) == EnergyDay(visits=7, covered_s=3600)


def test_a_closed_day_is_small() -> None:
    """800 days of a camera with all figures are a third of a megabyte at most."""
    days = days_of(Cam(names=ALL), CLEAR)

    assert max(len(write_day(day)) for day in days.values()) < 300


def test_the_balance_of_a_steady_camera_is_even() -> None:
    """Full every day: what comes in is what goes out, about 25 mA x 1.2 x 24 h of 9 Ah = 8 %."""
    days = days_of(Cam(names=ALL), CLEAR)
    balances = [balance_of(day) for day in list(days.values())[5:]]

    for balance in balances:
        assert balance.gained is not None
        assert balance.spent is not None
        assert balance.spent == pytest.approx(8.5, abs=3)
    gained = sum(one.gained or 0.0 for one in balances)
    assert gained == pytest.approx(sum(one.spent or 0.0 for one in balances), rel=0.15)


def test_charge_is_metered_where_the_current_is_told() -> None:
    """What a night takes, 35 mA for 12 hours, the sun puts back."""
    day = list(days_of(Cam(names=ALL), CLEAR).values())[10]

    assert day.in_mah == pytest.approx(420, rel=0.3)
    assert day.current_s >= 22 * 3600


def test_autonomy_is_the_charge_over_the_median_day() -> None:
    """About 12 days of 8 % each; unknown before three days are known."""
    days = days_of(Cam(), CLEAR)

    lasts = autonomy_d(days)
    assert lasts is not None
    assert 8 < lasts < 16
    assert autonomy_d(dict(list(days.items())[:2])) is None


def test_the_worst_week_is_that_of_the_low_sun() -> None:
    """In the north it lies about the winter solstice, in the south about that of June."""
    deep = Cam(panel_mw=lambda _: 1500.0, use_ma=lambda _: 50.0, capacity_mah=lambda _: 6000.0)
    days = days_of(deep, CLEAR)
    today = list(days)[-1]

    north = worst_week(days, today=today, latitude_deg=50.0)
    south = worst_week(days, today=today, latitude_deg=-50.0)
    assert north is not None
    assert south is not None
    assert abs((north.week - date(2026, 12, 18)).days) < 10
    assert abs((south.week - date(2026, 6, 18)).days) < 10
    assert north.gained < 0.5 * (balance_of(days[today]).gained or 0.0)
    assert worst_week(days, today=today, latitude_deg=None) is None


@pytest.mark.parametrize(("is_installed", "unknown"), [(False, 0), (True, 1)])
def test_where_no_battery_is_fitted_no_gauge_is_silent(is_installed: bool, unknown: int) -> None:
    """A doorbell on its wires says NO where a percent stands: that is no gauge that is stuck."""
    at = datetime(2026, 4, 1, 12, tzinfo=UTC)
    charge = Reading("battery.charge", None, "%", at, Quality.UNKNOWN, raw='"NO"')
    fitted = Reading("battery.installed", is_installed, "", at, Quality.GOOD)
    day = fold(EnergyDay(), {one.name: one for one in (charge, fitted)}, at)

    assert day.charge_unknown == unknown


def test_the_darkest_week_needs_the_place_alone() -> None:
    """About the winter solstice; in December none is darker, in polar night there is no sun."""
    summer = darkest_week(date(2026, 6, 21), 50.0)
    winter = darkest_week(date(2026, 12, 18), 50.0)

    assert summer is not None and winter is not None
    assert abs((summer[0] - date(2026, 12, 18)).days) < 10 and 0.05 < summer[1] < 0.35
    assert winter[1] == pytest.approx(1.0, abs=0.03)
    assert darkest_week(date(2026, 12, 18), 75.0) is None


def test_activities_say_unknown_where_nothing_carries_them() -> None:
    """Our own visits need the pack's capacity; what the dark hours take needs none."""
    days = days_of(Cam(), CLEAR)
    busy = [msgspec.structs.replace(day, wakeups=24, awake_s=120.0) for day in days.values()]
    draw = Draw(awake_ma=600.0, wake_s=10.0, capacity_mah=9000.0)

    assert activities_of(busy, None).visits is None
    assert activities_of(busy, draw).visits == pytest.approx(0.667, abs=0.01)  # 60 mAh of 9 Ah
    night = activities_of(busy, draw).night
    assert night is not None
    assert 2 < night < 7


def test_minutes_of_sun_are_those_of_the_sky() -> None:
    """In Madrid's April the sun is over 10 degrees for some eleven hours."""
    day = list(days_of(Cam(), CLEAR).values())[10]

    assert 9.5 < day.sun_s / 3600 < 12
    assert 9 <= day.sun_visits <= 12


def test_without_a_place_a_lit_panel_stands_for_the_sun() -> None:
    """Dark and sunny hours are then what the panel says."""
    day = EnergyDay()
    sky = replace(CLEAR, site=MADRID, days=2)
    for at, _, readings in visits(Cam(names=ALL), sky):
        day = fold(day, readings, at)

    assert 12 * 3600 < day.sun_s < 26 * 3600
    assert 15 * 3600 < day.dark_s < 27 * 3600
