"""A finding names the firmware profile that extracted its readings, proven from the readings."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.profiles.names import UNITS
from agent.diagnosis import RULES
from agent.diagnosis.advance import advance
from agent.diagnosis.engine import diagnose
from agent.diagnosis.extracted import PROFILE, STATED, STATUS, unless_unproven
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.witness import panel, panel_sees_day
from agent.diagnosis.rule import Finding, Persistence, Verdict, View
from agent.probes import PROBES
from shared.profile import PROVEN, ProfileUsed, weaker
from shared.reading import Value
from tests.agent.diagnosis.views import NOON, reading, view_of

DOCUMENTED: dict[str, Value] = {PROFILE: "reolink.battery 0a1b", STATUS: "documented"}
LOW: dict[str, Value] = {"battery.charge": 4.0, "battery.charging": False}


def profile_behind(code: str, view: View) -> ProfileUsed | None:
    """The profile that the finding of this code names; it must be a fault."""
    found = diagnose(view, {}, [rule for rule in RULES if rule.code == code])
    (finding,) = found.findings
    assert finding.verdict is Verdict.FAULT
    assert found.memories[code].profile == finding.profile
    return finding.profile


def test_what_the_profile_read_is_named() -> None:
    """Id, hash and status, and which of the finding's readings it extracted."""
    used = profile_behind("battery.low", view_of({**LOW, **DOCUMENTED}))
    assert used == ProfileUsed(
        "reolink.battery", "0a1b", "documented", ("battery.charge", "battery.charging")
    )


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("login.wrong_password", {"login.outcome": "refused"}),
        ("stream.none", {"stream.plays": False}),
        ("device.unreachable", {"reach.answers": False, "reach.layer": "tcp"}),
        ("clock.wrong", {"clock.offset": -86400.0}),
    ],
)
def test_onvif_and_rtsp_are_never_gated(code: str, values: dict[str, Value]) -> None:
    """A documented profile that matched the device, and was read at the same visit, is no matter
    to a fault that rests on other readings."""
    assert profile_behind(code, view_of({**values, **LOW, **DOCUMENTED})) is None


def test_what_a_camera_pushed_is_no_profile_reading() -> None:
    """A value of the same name that came by itself, at another moment, is not the profile's."""
    view = view_of({**LOW, **DOCUMENTED})
    earlier = {name: reading(name, word, NOON - timedelta(minutes=7)) for name, word in
               DOCUMENTED.items()}  # fmt: skip
    pushed = dataclasses.replace(view, readings={**view.readings, **earlier})
    assert profile_behind("battery.low", pushed) is None


def test_a_profile_without_a_status_is_unknown() -> None:
    """Nobody said how well it is proven: the word for it is of no proven status."""
    used = profile_behind("battery.low", view_of({**LOW, PROFILE: "p 0a1b"}))
    assert used is not None
    assert (used.id, used.status, used.is_proven) == ("p", "unknown", False)


def test_a_rule_that_looks_back_rests_on_what_it_saw() -> None:
    """A battery that was watched for days through a documented file is not proven by a new one."""
    idle = {
        name: tuple(
            reading(name, value, NOON - timedelta(hours=hours)) for hours in range(400, 0, -2)
        )
        for name, value in {
            "battery.charging": False,
            "solar.power": 1800.0,
            "battery.charge": 19.0,
            **DOCUMENTED,
        }.items()
    }
    now: dict[str, Value] = {
        "battery.charge": 18.0,
        "battery.charging": False,
        "battery.temperature": 21.0,
        "solar.power": 1800.0,
        PROFILE: "reolink.battery ffff",
        STATUS: "device-tested",
    }
    used = profile_behind("battery.not_charging", view_of(now, history=idle))
    assert used is not None
    assert (used.hash, used.status) == ("0a1b", "documented")
    assert "battery.charge" in used.names
    proven = {**idle, **{name: () for name in STATED}}
    used = profile_behind("battery.not_charging", view_of(now, history=proven))
    assert used is not None
    assert used.is_proven


def test_every_rule_that_looks_back_on_a_profile_looks_back_on_its_status() -> None:
    """Whoever adds such a rule is told to name ``extracted.STATED`` beside its readings."""
    for rule in RULES:
        if not UNITS.keys().isdisjoint(rule.looks_back):
            assert set(STATED) <= set(rule.looks_back), rule.code


def test_no_other_probe_reads_a_profiles_names() -> None:
    """The names prove where a reading came from, together with its moment."""
    for probe in PROBES:
        if probe.name != "vendor":
            assert UNITS.keys().isdisjoint(probe.names), probe.name


def finding(status: str | None) -> Finding:
    """A fault that rests on a profile of this status; None for none."""
    used = None if status is None else ProfileUsed("p", "h", status)
    return Finding(
        code="battery.low", verdict=Verdict.FAULT, summary_en="x", summary_zh="x", profile=used
    )


STATUSES = ("documented", "fixture-tested", "device-tested", None)


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=8))
def test_a_fault_rests_on_its_least_proven_finding(statuses: list[str | None]) -> None:
    """Whatever order findings come in, one unproven among them leaves the fault unproven."""
    memory: FaultMemory | None = None
    for step, status in enumerate(statuses):
        now = NOON + timedelta(minutes=10 * step)
        memory, _ = advance(memory, finding(status), now=now, persistence=Persistence())
    assert memory is not None
    named = [one for one in statuses if one is not None]
    if not named:
        assert memory.profile is None
        return
    assert memory.profile is not None
    assert memory.profile.is_proven == all(one in PROVEN for one in named)


def test_a_suspicion_that_went_forgets_its_profile() -> None:
    """What begins anew on a proven profile is not held back by what was doubted before."""
    memory, quick = None, Persistence(open_n=2, open_m=2)
    well = Finding(code="battery.low", verdict=Verdict.HEALTHY, summary_en="", summary_zh="")
    steps = (finding("documented"), well, well, finding("fixture-tested"))
    for step, one in enumerate(steps):
        now = NOON + timedelta(minutes=10 * step)
        memory, _ = advance(memory, one, now=now, persistence=quick)
    assert memory is not None
    assert memory.profile is not None
    assert memory.profile.is_proven


@given(st.sampled_from(STATUSES), st.sampled_from(STATUSES))
def test_the_weaker_of_two(before: str | None, now: str | None) -> None:
    """Unproven beats proven, and the newer one is named where they are equal."""
    old, new = (None if s is None else ProfileUsed(who, "h", s) for who, s in
                (("old", before), ("new", now)))  # fmt: skip
    found = weaker(old, new)
    if new is None or old is None:
        assert found == (new or old)
    else:
        assert found is (old if new.is_proven and not old.is_proven else new)


@pytest.mark.parametrize(
    ("status", "testifies"), [("documented", False), ("fixture-tested", True), (None, True)]
)
def test_an_unproven_panel_bears_no_witness(status: str | None, *, testifies: bool) -> None:
    """The panel's power tells day from night for pictures and tests only when its profile is
    proven, or when no profile read it."""
    values: dict[str, Value] = {"solar.power": 1800.0, "picture.luma_mean": 3.0}
    if status is not None:
        values |= {PROFILE: "p h", STATUS: status}
    view = view_of(values)
    assert panel_sees_day(view) is testifies
    assert panel(view) == (("solar.power",) if testifies else ())
    assert (unless_unproven("solar.power", view.readings) is not None) is testifies
