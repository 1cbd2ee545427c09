"""Rules over closed days: what a day's assessment becomes as a finding."""

from __future__ import annotations

from dataclasses import replace

from agent.diagnosis.energy_rules import CODES, DAILY
from agent.diagnosis.rule import Verdict, View
from agent.energy.cause import Cause
from agent.energy.daily import daily_readings
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome
from shared.reading import Value
from tests.agent.diagnosis.views import NOON, judge, reading, view_of
from tests.agent.energy import cameras
from tests.agent.energy.cameras import ALL, MATES, Cam, Sky

DEAD = Cam(panel_mw=lambda day: 0.0 if day >= 14 else 6000.0)
IDLE = Cam(takes=lambda day: day < 14, names=ALL)


def at_closing(cam: Cam, siblings: dict[str, Cam]) -> View:
    """What rules look at in the pass that closed the last day."""
    energy = cameras.view_of(cam, Sky(), siblings)
    told = {reading.name: reading for reading in daily_readings(energy, NOON)}
    return View(now=NOON, readings=told, fresh=frozenset(told), energy=energy)


def test_a_cause_is_a_fault_and_only_one() -> None:
    """A dead panel is found under its own code; no other code is."""
    view = at_closing(DEAD, MATES)
    found = {code for code in CODES.values() if judge(code, view).verdict is Verdict.FAULT}

    assert found == {"solar.panel_dead"}
    assert judge("solar.panel_dead", view).because


def test_a_missing_guard_is_unsure_in_both_languages() -> None:
    """Alone at its site it is no fault, and the finding says what would settle it."""
    finding = judge("solar.panel_dead", at_closing(DEAD, {}))

    assert finding.word == "unsure"
    assert "sibling" in finding.settle_en
    assert "同场" in finding.settle_zh


def test_a_dead_panel_is_not_claimed_against_its_controllers_word() -> None:
    """One that says that its panel has too many volts takes nothing from it by design."""
    view = at_closing(DEAD, MATES)
    told = reading("charger.fault", "panel voltage high")
    finding = judge("solar.panel_dead", replace(view, readings={**view.readings, told.name: told}))

    assert judge("solar.panel_dead", view).verdict is Verdict.FAULT
    assert finding.word == "unsure" and "panel voltage high" in finding.summary_zh


def test_a_good_day_clears_and_an_unknown_one_does_nothing() -> None:
    """A camera that is charged speaks against a dead panel; a pass that closes no day is silent."""
    view = at_closing(Cam(names=ALL), MATES)

    assert judge("solar.panel_dead", view).verdict is Verdict.HEALTHY
    assert judge("solar.panel_dead", replace(view, energy=None)).verdict is Verdict.NO_VERDICT


def test_the_days_convict_a_battery_that_takes_nothing() -> None:
    """``battery.not_charging`` opens by days too, with the panel as its witness."""
    finding = judge("battery.not_charging", at_closing(IDLE, MATES))

    assert finding.verdict is Verdict.FAULT
    assert "mW" in finding.summary_en


def test_another_cause_ends_the_suspicion_of_the_moment() -> None:
    """What the days call over-use or dirt is no battery that refuses charge."""
    values: dict[str, Value] = {
        "battery.charge": 18.0,
        "battery.charging": False,
        "battery.temperature": 21.0,
        "solar.power": 1800.0,
    }
    levels = replace(view_of(values).levels, battery_days=0, battery_observations=1)
    before = view_of(values, levels=levels)
    after = view_of({**values, "energy.cause": "over_use"}, levels=levels)

    assert judge("battery.not_charging", before).verdict is Verdict.FAULT
    assert judge("battery.not_charging", after).verdict is Verdict.NO_VERDICT


def test_only_what_the_factory_answers_for_may_become_a_claim() -> None:
    """Panel and capacity; never cold, dirt, season, use or a gauge."""
    claimable = {
        cause for cause, code in CODES.items() if CATALOGUE[code].outcome is Outcome.CLAIMABLE
    }

    assert claimable == {Cause.PANEL_DEAD, Cause.WORN}
    assert DAILY.open_n >= 2
