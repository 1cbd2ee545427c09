"""One fault, one name: a cause explains its consequences."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from agent.diagnosis import RULES
from agent.diagnosis.engine import diagnose, explain
from agent.diagnosis.explanations import (
    AFTER_THE_FITTER,
    CONSEQUENCES,
    FITTER_FIRST,
    cause_of,
)
from agent.diagnosis.memory import FaultMemory, experiment_key
from agent.diagnosis.rule import Finding, Rule, Verdict
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome
from shared.fault import FaultState
from tests.agent.diagnosis.pictures.days import GOOD, learnt, picture
from tests.agent.diagnosis.views import NOON, judge, view_of

CODES = [rule.code for rule in RULES if rule.code.startswith(("picture.", "ircut.", "ir_led."))]


def fault(code: str) -> Finding:
    """A finding of fault."""
    return Finding(code=code, verdict=Verdict.FAULT, summary_en=code, summary_zh=code)


def told(*codes: str) -> set[str]:
    """Which of several faults of one picture are told."""
    found = explain([fault(code) for code in codes], {}, now=NOON)
    return {finding.code for finding in found if finding.verdict is Verdict.FAULT}


@pytest.mark.parametrize(
    ("together", "name"),
    [
        (("picture.black", "picture.blurred", "picture.noise"), "picture.black"),
        (("picture.moved", "picture.occluded", "picture.blurred"), "picture.moved"),
        (("picture.condensation", "picture.blurred", "picture.dirty"), "picture.condensation"),
        (("picture.flipped", "picture.moved", "picture.distorted"), "picture.flipped"),
        (("ircut.stuck_open", "picture.colour_cast", "picture.blurred"), "ircut.stuck_open"),
        (("ir_led.dead", "ir_led.partial", "picture.noise"), "ir_led.dead"),
        (("picture.blocky", "picture.blurred"), "picture.blocky"),
    ],
)
def test_one_fault_has_one_name(together: tuple[str, ...], name: str) -> None:
    """What one cause does to a picture is told under the cause's name alone, in any order."""
    assert told(*together) == {name}
    assert told(*reversed(together)) == {name}


def test_two_faults_have_two_names() -> None:
    """Dead lines do not explain a picture that moved."""
    assert told("picture.dead_lines", "picture.moved") == {"picture.dead_lines", "picture.moved"}


@pytest.mark.parametrize(("one", "other"), list(combinations(CODES, 2)))
def test_something_is_always_told(one: str, other: str) -> None:
    """Two faults never explain one another away."""
    assert told(one, other)


def test_everything_together_is_not_explained_away() -> None:
    """Even if every rule finds a fault, the first causes are told."""
    assert told(*CODES)


def test_the_table_speaks_of_rules() -> None:
    """Causes and consequences are codes that are judged, and none explains itself.

    One cause is judged by tests of the filter alone.
    """
    judged = {rule.code for rule in RULES} | {"ircut.reversed"}
    for cause, consequences in CONSEQUENCES.items():
        assert {cause, *consequences} <= judged
        assert cause not in consequences
        assert cause in CATALOGUE


def test_what_stands_open_explains() -> None:
    """A cause that is open and not judged in this pass explains on; a recovered one does not."""
    memory = FaultMemory("picture.black", state=FaultState.OPEN)
    memories = {"picture.black": memory}
    (explained,) = explain([fault("picture.noise")], memories, now=NOON)
    assert (explained.verdict, explained.word) == (Verdict.NO_VERDICT, "unsure")
    assert CATALOGUE["picture.black"].name_en in explained.summary_en
    assert explained.settle_en
    assert explained.settle_zh
    healthy = Finding(code="picture.black", verdict=Verdict.HEALTHY, summary_en="", summary_zh="")
    (_, noise) = explain([healthy, fault("picture.noise")], memories, now=NOON)
    assert noise.verdict is Verdict.FAULT


@pytest.mark.parametrize("code", ["ircut.stuck_open", "ircut.stuck_closed"])
def test_a_filter_proven_reversed_explains_a_stuck_one(code: str) -> None:
    """What tests have proven under one name, pictures do not tell under another."""
    proven = FaultMemory("ircut.reversed", state=FaultState.OPEN)
    (explained,) = explain([fault(code)], {experiment_key(proven.code): proven}, now=NOON)
    assert explained.verdict is Verdict.NO_VERDICT
    assert CATALOGUE[proven.code].name_en in explained.summary_en


def test_an_explained_fault_leaves_no_trace() -> None:
    """It counts neither as a fault nor as health."""
    rules = [
        Rule(code=code, needs=("picture.luma_mean",), judge=lambda _, code=code: fault(code))
        for code in ("picture.black", "picture.noise")
    ]
    found = diagnose(view_of({"picture.luma_mean": 1.0}), {}, rules)
    assert set(found.memories) == {"picture.black"}


def test_the_first_in_the_table_is_the_cause() -> None:
    """Of two that may explain each other the order of the table decides."""
    assert cause_of("picture.moved", {"picture.occluded", "picture.moved"}) is None
    assert cause_of("picture.occluded", {"picture.occluded", "picture.moved"}) == "picture.moved"


@pytest.mark.parametrize("cause", FITTER_FIRST)
@pytest.mark.parametrize("code", sorted(AFTER_THE_FITTER))
def test_the_fitter_comes_before_a_claim(cause: str, code: str) -> None:
    """While dirt, a cover or a moved view stands open, what it may cause is no fault yet."""
    standing = {cause: FaultMemory(cause, FaultState.OPEN)}
    (found,) = explain([fault(code)], standing, now=NOON)
    assert found.verdict is Verdict.NO_VERDICT
    assert found.settle_en
    put_right = Finding(code=cause, verdict=Verdict.HEALTHY, summary_en="", summary_zh="")
    assert explain([put_right, fault(code)], standing, now=NOON)[1].verdict is Verdict.FAULT


@pytest.mark.parametrize("cause", FITTER_FIRST)
@pytest.mark.parametrize(
    ("hours", "width_px", "luma_std", "verdict"),
    [
        pytest.param(23, 352, 45.0, Verdict.NO_VERDICT, id="judged within a day"),
        pytest.param(25, 352, 45.0, Verdict.FAULT, id="not judgeable for a day"),
        pytest.param(25, 1280, 1.0, Verdict.NO_VERDICT, id="in weather or at night for a day"),
    ],
)
def test_what_the_fitter_can_never_clear_mutes_no_claim(
    cause: str, hours: int, width_px: int, luma_std: float, verdict: Verdict
) -> None:
    """A fault that stands open in pictures of another size is not judged any more; after a day it
    holds no claim back, and its finding says what a person can do."""
    size = {"width_px": 1280, "height_px": 720, "source": "stream"}
    view = view_of(
        picture(**{**size, "width_px": width_px, "luma_std": luma_std}),
        baselines=learnt({**GOOD, **size}),
        now=NOON + timedelta(hours=hours),
    )
    standing = {cause: FaultMemory(cause, FaultState.OPEN, said_at=NOON)}
    unsure = judge(cause, view)
    for code in ("ircut.stuck_open", "picture.noise"):
        _, claim = explain([unsure, fault(code)], standing, now=view.now)
        assert claim.verdict is verdict
    for settle in (unsure.settle_en, unsure.settle_zh):
        assert ("preclaim-agent accept DEVICE --again" in settle) is (width_px == 352)


def test_the_fitter_is_asked_only_about_what_never_is_a_claim() -> None:
    """No code of the fitter's may become one, and each code that waits for it may."""
    assert all(CATALOGUE[code].outcome is not Outcome.CLAIMABLE for code in FITTER_FIRST)
    assert all(CATALOGUE[code].outcome is Outcome.CLAIMABLE for code in AFTER_THE_FITTER)
