"""Whether anything came in: the device's word, its gauge's jitter, and what a silence hides."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from agent.energy.day import EnergyDay
from agent.energy.inflow import Inflow, unseen_rises

MAY = date(2026, 5, 1)
QUIET = EnergyDay(
    visits=8,
    charge_first=72.0,
    charge_last=70.0,
    charge_high=72.0,
    charge_low=70.0,
    charge_reads=8,
    charging_reads=8,
    sun_s=28_800,
    sun_visits=4,
    fall=2.0,
)


def _fallen(first: float, last: float) -> EnergyDay:
    """A day that fell from one charge to another."""
    return msgspec.structs.replace(
        QUIET,
        charge_first=first,
        charge_last=last,
        charge_high=first,
        charge_low=last,
        fall=first - last,
    )


def _inflow(*, keeps_word: bool = True, unseen: dict[date, float] | None = None) -> Inflow:
    return Inflow(
        noise=2.0,
        full=95.0,
        dead_mw=30.0,
        keeps_word=keeps_word,
        tells_current=keeps_word,
        unseen=unseen or {},
    )


@pytest.mark.parametrize(
    ("day", "is_idle", "took"),
    [
        pytest.param(QUIET, True, False, id="it fell all day"),
        pytest.param(
            msgspec.structs.replace(QUIET, room_change=3.0), True, False, id="jitter, by its word"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, room_change=5.0), False, False, id="not certain"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, room_change=7.0), False, True, id="more than jitter"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, charging_visits=1), False, True, id="it said so"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, charge_high=96.0), False, False, id="no room for more"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, rise=9.0, fall=11.0), True, False, id="wavers downhill"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, charge_high=77.0, rise=5.0), False, False, id="climbed"
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, room_change=8.0, panel_peak_mw=0.0),
            False,
            False,
            id="a jump while its panel gave nothing",
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, room_change=8.0, panel_peak_mw=900.0),
            False,
            True,
            id="a rise while its panel gave",
        ),
        pytest.param(
            msgspec.structs.replace(QUIET, room_change=8.0, current_s=86_400, out_mah=400.0),
            False,
            False,
            id="a jump while its current said no",
        ),
    ],
)
def test_a_day_is_idle_by_word_and_gauge(day: EnergyDay, *, is_idle: bool, took: bool) -> None:
    """Asked at every visit it says that it charges not: then a rise of three percent is none."""
    assert _inflow().is_idle(MAY, day) is is_idle
    assert _inflow().took(MAY, day) is took


def test_the_no_of_a_device_that_never_said_yes_is_worth_nothing() -> None:
    """Some firmware says *not charging* always: then its gauge alone counts."""
    risen = msgspec.structs.replace(QUIET, room_change=3.0)
    assert not _inflow(keeps_word=False).is_idle(MAY, risen)


@pytest.mark.parametrize(("reads", "is_idle"), [(8, True), (2, False)])
def test_where_the_sun_is_not_known_a_whole_day_of_noes_is_one(
    reads: int, *, is_idle: bool
) -> None:
    """Nobody wrote down the place: asked all day long it was asked by day as well."""
    day = msgspec.structs.replace(
        QUIET, sun_s=0, sun_visits=0, charging_reads=reads, rise=6.0, fall=8.0
    )
    assert _inflow().is_idle(MAY, day) is is_idle
    assert _inflow().took(MAY, day) is not is_idle


def test_a_charge_that_is_higher_after_a_silence_came_in_unseen() -> None:
    """Dark at 3 % and back at 15 %: it was charged meanwhile, so its panel is not dead."""
    back, flat = _fallen(15.0, 13.0), _fallen(13.0, 3.0)
    days = {MAY: flat, MAY + timedelta(days=4): back}
    inflow = _inflow(unseen=unseen_rises(days))
    assert inflow.took(MAY + timedelta(days=4), back)
    assert not inflow.is_idle(MAY + timedelta(days=4), back)
    assert inflow.is_idle(MAY, flat)


@pytest.mark.parametrize(("gap_days", "took"), [(4, True), (14, False)])
def test_what_trickles_into_an_empty_camera_for_a_fortnight_is_no_charge(
    gap_days: int, *, took: bool
) -> None:
    """A cracked panel leaks a percent a day; in four days that much is a contact that held."""
    back, flat = _fallen(15.0, 13.0), _fallen(13.0, 0.0)
    later = MAY + timedelta(days=gap_days)
    inflow = _inflow(unseen=unseen_rises({MAY: flat, later: back}))
    assert inflow.took(later, back) is took


@pytest.mark.parametrize(
    ("before", "after", "gap_days"),
    [
        pytest.param(59.0, 84.0, 22, id="the agent was off"),
        pytest.param(0.0, 60.0, 150, id="charged by hand in spring"),
    ],
)
def test_more_than_a_trickle_came_in_however_long_the_silence(
    before: float, after: float, gap_days: int
) -> None:
    """Only a camera that went dark empty draws nothing, and a leak makes a fifth at most."""
    back, then = _fallen(after, after - 2.0), _fallen(before + 3.0, before)
    later = MAY + timedelta(days=gap_days)
    assert _inflow(unseen=unseen_rises({MAY: then, later: back})).took(later, back)


def test_a_silence_within_a_day_counts_as_well() -> None:
    """The sums of rises and falls begin anew after a gap; what they leave over is its rise."""
    day = msgspec.structs.replace(QUIET, charge_first=3.0, charge_last=16.0, rise=0.0, fall=1.0)
    assert unseen_rises({MAY: day}) == {MAY: pytest.approx(14.0)}


def test_a_cell_that_recovers_at_rest_was_not_charged() -> None:
    """Some percent come back by themselves after a deep discharge."""
    back, flat = _fallen(9.0, 7.0), _fallen(13.0, 3.0)
    days = {MAY: flat, MAY + timedelta(days=1): back}
    assert _inflow(unseen=unseen_rises(days)).is_idle(MAY + timedelta(days=1), back)
