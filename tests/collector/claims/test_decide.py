"""decide(): one table of facts and what comes of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.decide import decide
from collector.claims.decision import Verdict
from collector.claims.facts import Facts, LossFacts, SiteFacts, UnitFacts
from collector.claims.policy import DEFAULT, Policy
from collector.claims.surroundings import EXPLAINED_BY_SITE
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome, Proof

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
ONSET = NOW - timedelta(hours=50)
IN = UnitFacts(model="M", product="wifi", batch="B", delivered_on=date(2025, 1, 1))
OUT = UnitFacts(model="M", product="wifi", batch="B", delivered_on=date(2023, 1, 1))
UNDATED = UnitFacts(model="M", product="wifi", batch="B", delivered_on=None)
WELL = SiteFacts()
LOST = LossFacts(incident_id=7, began_at=ONSET, text_en="lost", text_zh="失联")
UNSETTLED = LossFacts(incident_id=None, began_at=ONSET)
DARK = SiteFacts(
    agent_silent_since=NOW - timedelta(hours=1),
    promised_within_s=300,
    loss=LossFacts(
        incident_id=8,
        began_at=NOW - timedelta(hours=1, minutes=12),
        text_en="dark",
        text_zh="无应答",
    ),
)
TRUSTING = Policy(passive_opens_drafts=True)


def case(code: str, **changes: object) -> Facts:
    """A registered device in warranty at a site that is well."""
    base = Facts(code=code, onset_at=ONSET, label_serial="SC1", unit=IN, site=WELL)
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "policy", "verdict"),
    [
        pytest.param(case("battery.not_charging"), DEFAULT, Verdict.CLAIM, id="fact in warranty"),
        pytest.param(case("picture.blurred"), DEFAULT, Verdict.SHADOW, id="passive by default"),
        pytest.param(case("picture.blurred"), TRUSTING, Verdict.CLAIM, id="passive trusted"),
        pytest.param(
            case("picture.blurred"),
            Policy(trusted_passive_codes=frozenset({"picture.blurred"})),
            Verdict.CLAIM,
            id="this passive code trusted",
        ),
        pytest.param(
            case("battery.not_charging", unit=OUT), DEFAULT, Verdict.NOT_APPLICABLE, id="out"
        ),
        pytest.param(
            case("battery.not_charging", unit=None), DEFAULT, Verdict.CLAIM, id="unknown serial"
        ),
        pytest.param(
            case("battery.not_charging", unit=UNDATED), DEFAULT, Verdict.CLAIM, id="no date"
        ),
        pytest.param(
            case("battery.not_charging", cleared_at=NOW), DEFAULT, Verdict.TRANSIENT, id="cleared"
        ),
        pytest.param(case("login.wrong_password"), DEFAULT, Verdict.TASK, id="wrong password"),
        pytest.param(case("picture.dirty"), TRUSTING, Verdict.TASK, id="dirty lens"),
        pytest.param(case("cellular.signal_weak"), DEFAULT, Verdict.TASK, id="weak signal"),
        pytest.param(
            case("login.firmware_refuses_method", unit=OUT),
            DEFAULT,
            Verdict.FIRMWARE_CASE,
            id="firmware, whatever the warranty",
        ),
        pytest.param(case("picture.moved"), TRUSTING, Verdict.NOT_APPLICABLE, id="moved"),
        pytest.param(case("device.unreachable"), DEFAULT, Verdict.TASK, id="one unreachable"),
        pytest.param(
            case("device.unreachable", site=SiteFacts(loss=LOST)),
            DEFAULT,
            Verdict.INCIDENT,
            id="what it hangs on is lost",
        ),
        pytest.param(
            case("device.unreachable", site=SiteFacts(loss=UNSETTLED)),
            DEFAULT,
            Verdict.WAIT,
            id="not settled what is lost",
        ),
        pytest.param(
            case(
                "device.unreachable",
                site=SiteFacts(loss=LOST),
                onset_at=ONSET - timedelta(minutes=14),
            ),
            DEFAULT,
            Verdict.WAIT,
            id="silent before the others",
        ),
        pytest.param(
            case("battery.not_charging", site=SiteFacts(loss=LOST)),
            DEFAULT,
            Verdict.CLAIM,
            id="a lost network does not empty batteries",
        ),
        *(
            pytest.param(case(code, site=DARK), TRUSTING, Verdict.WAIT, id=f"{code} before dark")
            for code in sorted(EXPLAINED_BY_SITE)
        ),
        *(
            pytest.param(
                case(code, site=DARK, onset_at=NOW - timedelta(hours=1, minutes=13)),
                TRUSTING,
                Verdict.INCIDENT,
                id=f"{code} as it went dark",
            )
            for code in sorted(EXPLAINED_BY_SITE)
        ),
        pytest.param(
            case("mainboard.dead", site=dataclasses.replace(DARK, loss=LOST)),
            DEFAULT,
            Verdict.INCIDENT,
            id="unreachable first, then dark",
        ),
        pytest.param(
            case("battery.not_charging", site=DARK), DEFAULT, Verdict.WAIT, id="older than dark"
        ),
        pytest.param(
            case("battery.not_charging", site=DARK, onset_at=NOW - timedelta(hours=1)),
            DEFAULT,
            Verdict.INCIDENT,
            id="as it went dark",
        ),
        pytest.param(case("new.code"), TRUSTING, Verdict.SHADOW, id="a newer agent's code"),
    ],
)
def test_what_comes_of_it(facts: Facts, policy: Policy, verdict: Verdict) -> None:
    """Each kind of fact has one outcome, with a reason in both languages."""
    decided = decide(facts, policy, NOW)

    assert decided.verdict is verdict
    assert decided.reason_en
    assert decided.reason_zh
    assert (decided.incident_id is not None) == (verdict is Verdict.INCIDENT)
    assert bool(decided.task_kind) == (verdict is Verdict.TASK)


def test_unknown_serial_says_so() -> None:
    """The draft carries the words that people filter by."""
    decided = decide(case("battery.not_charging", unit=None), DEFAULT, NOW)

    assert decided.warranty is not None
    assert decided.warranty.reason_en == "warranty unknown: not in the registry"


@given(
    code=st.sampled_from(sorted(CATALOGUE)),
    unit=st.sampled_from([IN, OUT, UNDATED, None]),
    loss=st.sampled_from([None, LOST, UNSETTLED]),
    dark_for_h=st.none() | st.floats(0, 100),
    trusting=st.booleans(),
)
def test_a_claim_is_never_guessed(
    code: str,
    unit: UnitFacts | None,
    loss: LossFacts | None,
    dark_for_h: float | None,
    trusting: bool,
) -> None:
    """Only a claimable fault, in or unknown warranty, trusted, at a live site, is a claim."""
    site = SiteFacts(
        loss=loss,
        agent_silent_since=None if dark_for_h is None else NOW - timedelta(hours=dark_for_h),
    )
    policy = TRUSTING if trusting else DEFAULT
    decided = decide(case(code, unit=unit, site=site), policy, NOW)

    if decided.verdict is Verdict.CLAIM:
        entry = CATALOGUE[code]
        assert entry.outcome is Outcome.CLAIMABLE
        assert unit is not OUT
        assert dark_for_h is None
        assert trusting or entry.proof is not Proof.PASSIVE


def test_explained_codes_exist() -> None:
    """Every code that a lost site explains is in the catalogue."""
    assert set(CATALOGUE) >= EXPLAINED_BY_SITE


def test_no_claim_opens_on_the_day_of_its_onset() -> None:
    """Every claimable fault is held for a day at least: it was seen on two days."""
    held = {e.code: e.hold for e in CATALOGUE.values() if e.outcome is Outcome.CLAIMABLE}

    assert held
    assert min(held.values()) >= timedelta(days=1)
