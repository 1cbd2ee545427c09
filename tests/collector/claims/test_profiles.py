"""What engineers' words on a profile come to, and that no path leads past them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.completeness import check, is_complete
from collector.claims.decide import decide
from collector.claims.decision import Verdict
from collector.claims.facts import Facts, SiteFacts, TrustFacts
from collector.claims.policy import Policy
from collector.claims.profiles import (
    Confirmed,
    ProfileFacts,
    ProfileKey,
    ProfileRecord,
    ProfileTerms,
    Standing,
    Vote,
    stand,
    weigh_votes,
)
from collector.claims.read_policy import PolicyError, parse_policy
from shared.catalogue import CATALOGUE
from shared.profile import PROVEN

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = ProfileKey(id="reolink.battery", hash="0a1b", model="SC-1", firmware="1")
VOTES = st.lists(
    st.builds(
        Vote,
        device=st.integers(0, 4),
        engineer=st.sampled_from("ABC"),
        said=st.sampled_from(Confirmed),
    ),
    max_size=12,
)
STATUSES = st.sampled_from(("documented", "unknown", "other", *sorted(PROVEN)))


def matching(pairs: set[tuple[int, str]]) -> int:
    """The most pairs of which no two share a device or an engineer: tried one by one."""
    for size in range(min(len(pairs), 5), 0, -1):
        for chosen in itertools.combinations(pairs, size):
            if len({d for d, _ in chosen}) == len({e for _, e in chosen}) == size:
                return size
    return 0


@given(votes=VOTES)
def test_independent_confirmations_share_nobody(votes: list[Vote]) -> None:
    """So many confirmations exist of which no two share a device or an engineer, and no device
    on which anything was wrong is among them."""
    record = weigh_votes(votes)
    wrong = {v.device for v in votes if v.said is Confirmed.WRONG}
    pairs = {(v.device, v.engineer) for v in votes if v.device not in wrong}
    assert record.independent <= matching(pairs)
    assert record.wrong == len(wrong)
    assert record.right == len({v.device for v in votes} - wrong)
    assert (record.independent > 0) == bool(pairs)


@given(
    code=st.sampled_from(sorted(CATALOGUE)),
    status=STATUSES,
    votes=VOTES,
    confirmations=st.integers(0, 4),
    trusted=st.booleans(),
    earned=st.booleans(),
    ruled=st.sampled_from((None, *Confirmed)),
    proof=st.sampled_from(("", "experiment", "fact", "other")),
)
def test_no_decision_carries_what_nobody_confirmed(
    code: str,
    status: str,
    votes: list[Vote],
    confirmations: int,
    trusted: bool,
    earned: bool,
    ruled: Confirmed | None,
    proof: str,
) -> None:
    """Whatever trust and policy say, an unproven finding carries a claim only by an engineer's
    word on it, or by the number of independent words that the policy names."""
    record = weigh_votes(votes)
    facts = Facts(
        code=code,
        onset_at=NOW,
        proof=proof,
        site=SiteFacts(),
        trust=TrustFacts(is_earned=earned),
        profile=ProfileFacts(key=KEY, status=status, record=record, ruled=ruled),
    )
    policy = Policy(
        passive_opens_drafts=trusted, profiles=ProfileTerms(confirmations=confirmations)
    )
    decided = decide(facts, policy, NOW)

    if decided.verdict is not Verdict.CLAIM or status in PROVEN:
        return
    by_number = 0 < confirmations <= record.independent and not record.wrong
    assert decided.profile.carries == (ruled is Confirmed.RIGHT or (ruled is None and by_number))
    assert ("profile unproven" in decided.reason_en) == (decided.profile is Standing.UNPROVEN)


def test_an_unknown_model_or_firmware_settles_nothing() -> None:
    """Confirmations of nobody knows which device do not stand for the next one."""
    enough = ProfileRecord(right=5, engineers=5, independent=5)
    for missing in ("id", "hash", "model", "firmware"):
        key = ProfileKey(**{"id": "p", "hash": "h", "model": "m", "firmware": "f", missing: ""})
        found = ProfileFacts(key=key, status="documented", record=enough)
        assert stand(found, ProfileTerms(confirmations=1)) is Standing.UNPROVEN


def test_completeness_names_the_gap() -> None:
    """A claim that only an unproven profile carries lacks exactly the confirmation."""
    whole = {
        "label_serial": "S",
        "model": "M",
        "firmware": "F",
        "warranty_verdict": "in",
        "codes": ("battery.not_charging",),
        "kinds_here": {k.value for k in CATALOGUE["battery.not_charging"].needs} | {"picture"},
        "signatures": {"verified"},
    }
    unproven = check(**whole, is_profile_proven=False)  # type: ignore[arg-type]
    assert [item.name for item in unproven if not item.here] == ["profile"]
    assert is_complete(check(**whole, is_profile_proven=True))  # type: ignore[arg-type]
    assert "profile" not in {i.name for i in check(**whole)}  # type: ignore[arg-type]


def test_policy_says_how_many_confirmations() -> None:
    """``[profiles]`` is read, its default is never, and a wrong value names its place."""
    assert parse_policy("").profiles == ProfileTerms(confirmations=0)
    assert parse_policy("[profiles]\nconfirmations = 3\n").profiles == ProfileTerms(confirmations=3)
    for wrong in ("confirmations = -1", "confirmations = true", "confirmation = 3"):
        with pytest.raises(PolicyError, match=r"profiles\.confirmation"):
            parse_policy(f"[profiles]\n{wrong}\n")
