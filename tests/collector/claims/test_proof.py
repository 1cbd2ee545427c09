"""What an active test proves opens claims from the first day; what pictures say stays in shadow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collector.claims.decide import decide
from collector.claims.decision import Verdict
from collector.claims.facts import Facts
from collector.claims.policy import Policy

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "proof", "verdict"),
    [
        ("ircut.stuck_open", "experiment", Verdict.CLAIM),
        ("ircut.stuck_closed", "experiment", Verdict.CLAIM),
        ("ircut.stuck_open", "", Verdict.SHADOW),
        ("ircut.stuck_open", "a word of a newer agent", Verdict.SHADOW),
        ("picture.blurred", "experiment", Verdict.SHADOW),
        ("ircut.reversed", "experiment", Verdict.FIRMWARE_CASE),
    ],
)
def test_only_an_experiment_that_exists_lifts_the_shadow(
    code: str, proof: str, verdict: Verdict
) -> None:
    """The event must say so, and the catalogue must know such a test for this very code."""
    case = Facts(code=code, proof=proof, onset_at=NOW - timedelta(days=3), label_serial="SN-1")

    assert decide(case, Policy(), NOW).verdict is verdict
