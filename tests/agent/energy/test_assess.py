"""Why a solar camera runs short: each cause, and each excuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest

from agent.energy.assess import assess
from agent.energy.cause import Cause
from agent.energy.daily import daily_readings
from agent.sun import Site
from tests.agent.energy.cameras import ALL, MATES, Cam, Sky, view_of

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PERCENT = ("charge",)
VOLTS = ("charge", "voltage")
DULL = Site(latitude_deg=52.0, longitude_deg=5.0)


def from_day(number: int, after: float, before: float) -> Callable[[int], float]:
    """Something that changes on a day."""
    return lambda day: after if day >= number else before


DEAD = Cam(panel_mw=from_day(14, 0.0, 6000.0))
TAKES_NOTHING = Cam(takes=lambda day: day < 14, names=ALL)
DIRTY = Cam(panel_mw=from_day(14, 300.0, 6000.0))
WORN = Cam(capacity_mah=from_day(28, 4500.0, 9000.0), names=ALL)
OVER_USED = Cam(
    use_ma=from_day(16, 90.0, 25.0), panel_mw=lambda _: 1500.0, capacity_mah=lambda _: 6000.0
)
FREEZING = Sky(begin=date(2026, 12, 1), mean_c=lambda day: -8.0 if day > 12 else 8.0)
LOW_SUN = Sky(site=DULL, begin=date(2026, 11, 15), mean_c=lambda _: 6.0)
SMALL = {name: replace(mate, panel_mw=lambda _: 2000.0) for name, mate in MATES.items()}


@pytest.mark.parametrize(
    ("cam", "sky", "siblings", "cause"),
    [
        pytest.param(Cam(), Sky(), MATES, Cause.HEALTHY, id="healthy"),
        pytest.param(Cam(names=ALL), Sky(), {}, Cause.HEALTHY, id="healthy and alone"),
        pytest.param(DEAD, Sky(), MATES, Cause.PANEL_DEAD, id="panel dead, percent only"),
        pytest.param(
            replace(DEAD, names=ALL), Sky(), MATES, Cause.PANEL_DEAD, id="panel dead, all told"
        ),
        pytest.param(TAKES_NOTHING, Sky(), MATES, Cause.NOT_CHARGING, id="battery takes nothing"),
        pytest.param(DIRTY, Sky(), MATES, Cause.WEAK, id="dirty, percent only"),
        pytest.param(replace(DIRTY, names=ALL), Sky(), MATES, Cause.WEAK, id="dirty, all told"),
        pytest.param(WORN, Sky(days=45), MATES, Cause.WORN, id="half the capacity"),
        pytest.param(WORN, Sky(days=45), {}, Cause.WORN, id="worn: its own charge is the witness"),
        pytest.param(
            replace(OVER_USED, names=ALL), Sky(days=45), MATES, Cause.OVER_USE, id="over-used"
        ),
        pytest.param(Cam(names=ALL), FREEZING, MATES, Cause.COLD, id="too cold to charge"),
        pytest.param(
            Cam(panel_mw=lambda _: 2200.0), LOW_SUN, SMALL, Cause.LOW_SEASON, id="low season"
        ),
        pytest.param(
            Cam(source="dc", gauge=lambda _, __: 100.0), Sky(), MATES, Cause.MAINS, id="cable"
        ),
        pytest.param(Cam(gauge=lambda _, __: 100.0), Sky(), {}, Cause.MAINS, id="never dips"),
        pytest.param(
            Cam(gauge=lambda _, __: 80.0), Sky(), MATES, Cause.GAUGE_STUCK, id="constant 80"
        ),
        pytest.param(
            Cam(gauge=lambda _, __: 255.0), Sky(), MATES, Cause.GAUGE_STUCK, id="255 as a number"
        ),
        pytest.param(
            Cam(gauge=lambda _, __: None), Sky(), MATES, Cause.GAUGE_STUCK, id="a sentinel"
        ),
        pytest.param(
            Cam(gauge=lambda _, __: -1.0), Sky(), MATES, Cause.MAINS, id="-1: XMeye on the mains"
        ),
    ],
)
def test_each_cause_is_told_apart(
    cam: Cam, sky: Sky, siblings: Mapping[str, Cam], cause: Cause
) -> None:
    """A month of visits, and the last day names it."""
    assert assess(view_of(cam, sky, siblings)).cause is cause


def test_an_unknown_cause_is_told_with_its_suspicion_and_what_would_settle_it() -> None:
    """Who looks from afar sees "unknown": which cause it may be, and what to bring, is why."""
    (cause,) = [
        one for one in daily_readings(view_of(DEAD, Sky(), {}), NOON) if one.name == "energy.cause"
    ]

    assert cause.value == "unknown"
    assert "; may be: panel dead; what would settle it: " in cause.detail
    assert len(cause.detail) <= 300


def test_a_charger_that_draws_nothing_from_a_lit_panel_is_told_by_its_volts() -> None:
    """ "It gave 0 mW" speaks of a dead panel; that it has its volts speaks of what should draw."""
    seen = view_of(replace(DEAD, names=ALL), Sky(), MATES)
    lit = {
        day: msgspec.structs.replace(one, panel_peak_mv=6100.0) for day, one in seen.days.items()
    }

    found = assess(replace(seen, days=lit))

    assert found.cause is Cause.NOT_CHARGING
    assert "6.1 V" in found.because.en
    assert "6.1 V" in found.because.zh
    assert "gave 0 mW" not in found.because.en


def test_percent_and_voltage_that_contradict_are_a_stuck_gauge() -> None:
    """A cell at 2.9 V is not at 60 %, whatever the gauge says, in either chemistry."""
    from tests.agent.energy import cameras  # noqa: PLC0415

    cam = Cam(gauge=lambda day, charge: 60.0 + day % 3, names=VOLTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cameras, "cell_mv", lambda charge: 2900.0)
        assert assess(view_of(cam, Sky(), MATES)).cause is Cause.GAUGE_STUCK


@pytest.mark.parametrize(
    ("cam", "sky", "siblings"),
    [
        pytest.param(DEAD, Sky(), {}, id="no sibling: nobody proves the sun"),
        pytest.param(
            DEAD,
            Sky(),
            {"mains": Cam(source="dc", gauge=lambda _, __: 100.0)},
            id="a sibling on the mains proves nothing",
        ),
        pytest.param(
            DEAD,
            Sky(),
            {"mains": Cam(source="dc", gauge=lambda _, charge: 99.0 + round(charge) % 2)},
            id="nor does one whose gauge flickers near full",
        ),
        pytest.param(
            DEAD,
            Sky(),
            {name: replace(mate, panel_mw=DEAD.panel_mw) for name, mate in MATES.items()},
            id="all of the site at once",
        ),
        pytest.param(DEAD, Sky(days=19), MATES, id="too few days"),
        pytest.param(
            replace(DEAD, panel_mw=lambda day: 0.0 if 14 <= day < 18 or day >= 20 else 6000.0),
            Sky(days=30),
            MATES,
            id="it comes and goes: a loose plug",
        ),
        pytest.param(
            replace(DEAD, names=("charge", "temperature")),
            replace(FREEZING, days=30),
            MATES,
            id="it froze",
        ),
        pytest.param(
            Cam(), Sky(clear=lambda day: 0.04 if day > 20 else 0.9), MATES, id="a week of clouds"
        ),
    ],
)
def test_nothing_is_claimable_without_its_guards(
    cam: Cam, sky: Sky, siblings: Mapping[str, Cam]
) -> None:
    """Sun by siblings, warmth and days: where one is missing, nothing claimable is found."""
    found = assess(view_of(cam, sky, siblings))

    assert found.cause not in (Cause.PANEL_DEAD, Cause.NOT_CHARGING, Cause.WORN)


def test_another_firmware_is_no_worn_battery() -> None:
    """Its percent may mean something else: what came before the update is held against nothing."""
    view = view_of(WORN, Sky(days=45), MATES)
    updated = list(view.days)[16]
    days = {
        day: msgspec.structs.replace(one, firmware="2.0" if day >= updated else "1.0")
        for day, one in view.days.items()
    }

    assert assess(view).cause is Cause.WORN
    assert assess(replace(view, days=days)).cause is not Cause.WORN


@pytest.mark.parametrize("panel_mw", [400.0, 500.0])
def test_a_battery_that_is_seldom_full_is_not_convicted(panel_mw: float) -> None:
    """Its panel went weak with it: gauges find their mark when full, so wear is suspected alone."""
    weak = replace(WORN, panel_mw=from_day(28, panel_mw, 6000.0))
    found = assess(view_of(weak, Sky(days=45), MATES))

    assert found.cause is not Cause.WORN
    assert found.suspected is Cause.WORN
    assert found.settle is not None
    assert "full on most days" in found.settle.en


def test_what_is_unsure_says_what_would_settle_it() -> None:
    """Alone at its site a dead panel is suspected, and a sibling asked for."""
    found = assess(view_of(DEAD, Sky(), {}))

    assert (found.cause, found.suspected) == (Cause.UNKNOWN, Cause.PANEL_DEAD)
    assert found.settle is not None
    assert "sibling" in found.settle.en
    assert found.settle.zh


def test_days_that_nobody_watched_are_unknown() -> None:
    """Two visits a day tell no cause: unknown, neither healthy nor broken."""
    cam = replace(DEAD, seen=lambda at: at.hour % 12 == 0)

    assert assess(view_of(cam, Sky(), MATES)).cause is Cause.UNKNOWN


def test_a_charge_excludes_a_dead_panel() -> None:
    """The day on which it rose again clears what said that nothing comes in."""
    mended = replace(DEAD, panel_mw=lambda day: 0.0 if 12 <= day < 24 else 6000.0)

    assert Cause.PANEL_DEAD in assess(view_of(mended, Sky(), MATES)).excluded
    assert Cause.PANEL_DEAD not in assess(view_of(DEAD, Sky(), MATES)).excluded


def test_a_claim_waits_for_a_fortnight_of_days() -> None:
    """A panel that was dead on arrival is suspected at first, and found when 14 days are known."""
    cam = replace(DEAD, panel_mw=lambda _: 0.0, start=100.0, capacity_mah=lambda _: 15_000.0)
    early = assess(view_of(cam, Sky(), MATES, upto=11))
    late = assess(view_of(cam, Sky(), MATES, upto=16))

    assert (early.cause, early.suspected) == (Cause.UNKNOWN, Cause.PANEL_DEAD)
    assert late.cause is Cause.PANEL_DEAD


def test_a_gauge_that_stands_for_three_days_is_not_read_as_a_weak_panel() -> None:
    """It moved every day and stands: doubted first, stuck after a week; nothing else is named."""
    cam = Cam(gauge=lambda day, charge: 70.0 if day >= 14 else float(round(charge)), names=ALL)
    seen = [assess(view_of(cam, Sky(), MATES, upto=day)) for day in range(17, 24)]
    assert {found.cause for found in seen} == {Cause.UNKNOWN, Cause.GAUGE_STUCK}
    assert {found.suspected for found in seen if found.cause is Cause.UNKNOWN} == {
        Cause.GAUGE_STUCK
    }


@pytest.mark.parametrize(
    ("rises_on", "is_dead"),
    [
        pytest.param((), True, id="never"),
        pytest.param((20,), True, id="once: passed over"),
        pytest.param((20, 24, 28), False, id="one day in four: it may be an hour of contact"),
    ],
)
def test_a_rise_that_nobody_saw_charge_is_no_idle_day(
    rises_on: tuple[int, ...], *, is_dead: bool
) -> None:
    """Six percent more may be a jump: such a day counts for nothing, and many for doubt."""

    def jumps(day: int, charge: float) -> float:
        return min(100.0, round(charge) + 6.0 * sum(day >= one for one in rises_on))

    names = ("charge", "charging")
    dead = replace(DEAD, names=names, use_ma=lambda _: 12.0, gauge=jumps)
    found = assess(view_of(dead, Sky(days=32), MATES, upto=30))
    assert (found.cause is Cause.PANEL_DEAD) is is_dead


def test_a_low_battery_without_sun_for_days_is_not_yet_a_dead_panel() -> None:
    """Emptied from full in one go is proof in a week; from low on it takes a fortnight."""
    names = ("charge", "charging")
    full = replace(DEAD, names=names, use_ma=lambda _: 60.0)
    low = Cam(panel_mw=from_day(20, 0.0, 700.0), names=names, start=40.0)
    assert assess(view_of(full, Sky(), MATES, upto=19)).cause is Cause.PANEL_DEAD
    found = assess(view_of(low, Sky(), MATES, upto=26))
    assert (found.cause, found.suspected) == (Cause.UNKNOWN, Cause.PANEL_DEAD)


def test_a_dead_panel_whose_gauge_jumped_is_not_called_weak() -> None:
    """A weak panel gives something within five days; one that gives none is left open."""

    def jumps(day: int, charge: float) -> float:
        return min(100.0, round(charge) + (6.0 if day >= 20 else 0.0))

    dead = replace(DEAD, names=("charge", "charging"), use_ma=lambda _: 12.0, gauge=jumps)
    found = [assess(view_of(dead, Sky(), MATES, upto=day)).cause for day in range(20, 26)]
    assert found.count(Cause.WEAK) <= 1


def test_a_contact_that_holds_now_and_then_is_named_on_its_dark_days_too() -> None:
    """What was charged between two weeks without anything is no dead panel: it comes and goes."""

    def contact(day: int) -> float:
        return 6000.0 if day < 14 or day == 19 else 0.0

    loose = Cam(panel_mw=contact, names=("charge", "charging"), use_ma=lambda _: 12.0)
    found = {assess(view_of(loose, Sky(), MATES, upto=day)).cause for day in (26, 27, 28)}
    assert found == {Cause.WEAK}
