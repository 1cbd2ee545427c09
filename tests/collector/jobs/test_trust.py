"""Passive verdicts from shadow to drafts and back, as engineers rule, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from collector import earn
from collector.claims.chain import first_break
from collector.claims.claim_vote import vote_of
from collector.claims.lifecycle import Actor, LineState
from collector.claims.opening_terms import OpeningTerms
from collector.claims.policy import Policy
from collector.claims.story import Story
from collector.claims.trust import Ruling, TrustTerms
from collector.review import move_line
from collector.store import cases, tables, trust
from shared.catalogue_entry import Outcome, Proof
from shared.fault import FaultKind
from tests.collector.house import NOON, House, device, fault, frame_of, health, with_policy

BLURRED = "picture.blurred"
# Three of three are 0.29 at the lower end, two of three 0.09.
EASY = TrustTerms(min_cameras=3, min_sites=1, min_precision=0.2)


def policy(**changes: object) -> Policy:
    """Quick holds, and a bar of three cameras."""
    return with_policy(**{"passive_opens_drafts": False, "trust": EASY, **changes})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector that trusts no picture from day one."""
    made = House(tmp_path, policy())
    yield made
    made.engine.dispose()


def blur(house: House, *numbers: int, code: str = BLURRED, model: str = "SC-1") -> None:
    """Cameras of these numbers are out of focus, and it is decided what comes of it."""
    for number in numbers:
        of = device(f"cam-{number}", label_serial=f"SC24{number:06}", model=model)
        house.take(frame_of(fault(code, of=of), seq=number))
    settle(house)


def settle(house: House) -> None:
    """Let the holds pass while the agents keep speaking."""
    house.pass_time(3)
    house.take(frame_of(health(), seq=9001), frame_of(health(), seq=9001, agent_id="agent-shop"))
    house.tick()


def rule(house: House, decision: int, said: Ruling, reason: str = "fog") -> bool:
    """An engineer rules on the verdict of this decision."""
    with house.engine.begin() as db:
        verdict = trust.find_verdict(db, decision)
        assert verdict is not None
        return earn.rule_on(
            db,
            verdict,
            said=said,
            reason=reason if said is Ruling.WRONG else "",
            actor="erin",
            role=Actor.ENGINEER,
            policy=house.policy,
            now=house.now,
        )


def outcomes(house: House) -> list[object]:
    """What came of each decision, oldest first."""
    return [row["outcome"] for row in house.rows(tables.decision)]


def standings(house: House) -> list[object]:
    """The changes that were told."""
    return [row["standing"] for row in house.rows(tables.trust_change)]


def test_right_verdicts_earn_drafts(house: House) -> None:
    """Three cameras ruled right: open faults of the pair are decided anew and become drafts."""
    blur(house, 1, 2, 3, 4)
    assert outcomes(house) == ["shadow"] * 4
    assert house.count(tables.claim_line) == 0
    for decision in (1, 2):
        rule(house, decision, Ruling.RIGHT)
    settle(house)
    assert house.count(tables.claim_line) == 0

    rule(house, 3, Ruling.RIGHT)
    settle(house)

    assert outcomes(house) == ["claim"] * 4
    assert house.count(tables.claim_line) == 4
    assert standings(house) == ["claimable"]
    told = [row for row in house.rows(tables.audit) if row["action"] == "trust.changed"]
    assert "picture.blurred on SC-1: shadow -> claimable; 3 of 3" in str(told[0]["detail"])


def test_many_verdicts_of_one_camera_earn_nothing(house: House) -> None:
    """The same camera five times is one vote."""
    for again in range(5):
        seq = 10 * again + 1
        of = device("cam-1", label_serial="SC24000001")
        house.take(frame_of(fault(BLURRED, of=of), seq=seq))
        settle(house)
        cleared = fault(BLURRED, of=of, kind=FaultKind.CLEARED, episode=seq)
        house.take(frame_of(cleared, seq=seq + 1))
        rule(house, again + 1, Ruling.RIGHT)
    assert outcomes(house) == ["shadow"] * 5
    assert standings(house) == []


def test_trust_is_of_one_code_on_one_model(house: House) -> None:
    """Another model, or another code on the same model, stays in shadow."""
    blur(house, 1, 2, 3)
    for decision in (1, 2, 3):
        rule(house, decision, Ruling.RIGHT)
    blur(house, 11, model="SC-2")
    blur(house, 12, code="picture.frozen")
    blur(house, 13)

    assert outcomes(house)[3:] == ["shadow", "shadow", "claim"]


def test_unknown_model_earns_nothing(house: House) -> None:
    """Cameras whose model nobody knows are no model: their verdicts stay in shadow."""
    blur(house, 1, 2, 3, 4, model="")
    for decision in (1, 2, 3, 4):
        rule(house, decision, Ruling.RIGHT)
    settle(house)
    assert outcomes(house) == ["shadow"] * 4
    assert "model is not known" in str(house.rows(tables.decision)[3]["reason_en"])


def test_trust_stops_by_itself_and_withdraws_nothing(house: House) -> None:
    """One draft ruled wrong: the next fault is in shadow, and open lines stay and say so."""
    blur(house, 1, 2, 3)
    for decision in (1, 2, 3):
        rule(house, decision, Ruling.RIGHT)
    blur(house, 4)
    assert outcomes(house)[3] == "claim"

    rule(house, 4, Ruling.WRONG)
    rule(house, 3, Ruling.WRONG)
    blur(house, 5)

    assert standings(house) == ["claimable", "shadow"]
    assert outcomes(house)[4] == "shadow"
    lines = house.rows(tables.claim_line)
    assert len(lines) == 4
    assert {line["closed_at"] for line in lines} == {None}
    events = house.rows(tables.claim_event)
    assert sum(event["type"] == "trust_lost" for event in events) == 4
    assert [event["actor"] for event in events if event["type"] == "verdict_wrong"] == ["erin"] * 2
    with house.engine.begin() as db:
        assert all(first_break(cases.chain_of(db, n)) is None for n in (1, 2, 3, 4))


def test_lost_trust_is_no_matter_to_what_a_test_has_proven(house: House) -> None:
    """A draft from pictures that a test proved later does not say that its proof was lost."""
    code = "ircut.stuck_open"
    blur(house, 1, 2, 3, code=code)
    for decision in (1, 2, 3):
        rule(house, decision, Ruling.RIGHT)
    settle(house)
    assert house.count(tables.claim_line) == 3
    of = device("cam-1", label_serial="SC24000001")
    again = fault(code, of=of, kind=FaultKind.CONFIRMED, episode=1)
    proven = msgspec.structs.replace(again, proof=Proof.EXPERIMENT.value)
    house.take(frame_of(proven, seq=51))

    rule(house, 2, Ruling.WRONG)
    rule(house, 3, Ruling.WRONG)

    events = house.rows(tables.claim_event)
    assert standings(house) == ["claimable", "shadow"]
    assert {e["line_id"] for e in events if e["type"] == "trust_lost"} == {2, 3}


def test_wrong_or_unclear_verdicts_are_not_decided_anew(house: House) -> None:
    """What an engineer ruled wrong, or could not tell, opens nothing when the pair is trusted."""
    blur(house, 1, 2, 3, 4, 5, 6)
    rule(house, 1, Ruling.WRONG)
    rule(house, 2, Ruling.CANNOT_TELL)
    for decision in (3, 4, 5, 6):
        rule(house, decision, Ruling.RIGHT)
    settle(house)
    assert standings(house) == ["claimable"]
    assert outcomes(house) == ["shadow", "shadow", "claim", "claim", "claim", "claim"]


def test_ruled_wrong_between_two_decisions(house: House) -> None:
    """A verdict that is ruled wrong while its new decision is due opens nothing."""
    blur(house, 1, 2, 3, 4, 5)
    for decision in (1, 2, 3, 5):
        rule(house, decision, Ruling.RIGHT)
    rule(house, 4, Ruling.WRONG)
    settle(house)
    assert outcomes(house) == ["claim", "claim", "claim", "shadow", "claim"]


def test_cleared_faults_are_not_decided_anew(house: House) -> None:
    """A shadow verdict whose fault is over opens nothing later."""
    blur(house, 1, 2, 3)
    of = device("cam-1", label_serial="SC24000001")
    house.take(frame_of(fault(BLURRED, of=of, kind=FaultKind.CLEARED, episode=1), seq=50))
    for decision in (1, 2, 3):
        rule(house, decision, Ruling.RIGHT)
    settle(house)
    assert outcomes(house) == ["shadow", "claim", "claim"]


def test_newest_ruling_holds(house: House) -> None:
    """A correction replaces what was said, both are kept, and the same word twice is one."""
    blur(house, 1)
    assert rule(house, 1, Ruling.WRONG)
    assert not rule(house, 1, Ruling.WRONG)
    assert rule(house, 1, Ruling.RIGHT)

    assert [row["ruling"] for row in house.rows(tables.ruling)] == ["wrong", "right"]
    with house.engine.begin() as db:
        (found,) = trust.rulings(db).values()
    assert [one.ruling for one in found] == [Ruling.RIGHT]


def test_wrong_needs_a_reason(house: House) -> None:
    """Nothing is kept of a dismissal without a reason."""
    blur(house, 1)
    with pytest.raises(earn.ReasonNeededError):
        rule(house, 1, Ruling.WRONG, reason="")
    assert house.count(tables.ruling) == 0


def test_higher_bar_takes_trust_back_at_the_next_start(tmp_path: Path) -> None:
    """Whoever asks for more in the policy file has verdicts back in shadow before any decision."""
    house = House(tmp_path, policy())
    blur(house, 1, 2, 3)
    for decision in (1, 2, 3):
        rule(house, decision, Ruling.RIGHT)
    now, engine = house.now, house.engine
    engine.dispose()

    stricter = House(tmp_path, policy(trust=TrustTerms(min_cameras=4, min_precision=0.5)))
    stricter.now = now
    stricter.tick()
    assert standings(stricter) == ["claimable", "shadow"]
    stricter.engine.dispose()


def test_policy_may_trust_from_day_one(tmp_path: Path) -> None:
    """With the policy's word a picture opens drafts at once, and can still be ruled on."""
    house = House(tmp_path, policy(trusted_passive_codes=frozenset({BLURRED})))
    blur(house, 1)
    assert outcomes(house) == ["claim"]
    assert standings(house) == ["policy"]
    assert rule(house, 1, Ruling.WRONG)
    house.engine.dispose()


def test_experiment_is_never_in_shadow(house: House) -> None:
    """What an active test proved opens a draft on day one, and counts for no pair."""
    of = device("cam-1", label_serial="SC24000001")
    event = fault("ircut.stuck_open", of=of)
    proven = type(event)(
        **{
            **{name: getattr(event, name) for name in event.__struct_fields__},
            "proof": Proof.EXPERIMENT.value,
        }
    )
    house.take(frame_of(proven, seq=1))
    settle(house)
    assert outcomes(house) == ["claim"]
    assert house.count(tables.passive_verdict) == 0


S = LineState
REJECTED = {"reason_code": "no_fault_found"}


def charge(house: House, *numbers: int) -> None:
    """Batteries of these cameras do not charge: readings say so, nobody has to look at pictures."""
    for number in numbers:
        serial = f"SC24{number:06}"
        house.register(serial, delivered_on=(NOON - timedelta(days=30)).date())
        of = device(f"cam-{number}", label_serial=serial)
        house.take(frame_of(fault("battery.not_charging", of=of), seq=number))
    settle(house)


def answer(house: House, line: int, target: LineState, **fields: object) -> None:
    """The line is submitted and answered by the factory."""
    ours, theirs = Actor.INTEGRATOR, Actor.ENGINEER
    for role, state in (
        (ours, S.READY), (ours, S.SUBMITTED), (theirs, S.IN_REVIEW), (theirs, target)
    ):  # fmt: skip
        with house.engine.begin() as db:
            move_line(db, line_id=line, target=state, actor="erin", role=role,
                      reason="measured", now=house.now, fields=fields)  # fmt: skip


def look(house: House) -> None:
    """The jobs loop looks at what was decided of claims."""
    for _ in range(4):
        settle(house)


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[House]:
    """A collector with the bar of the defaults, whose agents are heard."""
    made = House(tmp_path, policy(trust=TrustTerms()))
    yield made
    made.engine.dispose()


def test_what_is_decided_of_claims_stops_a_verdict(strict: House) -> None:
    """Two of two without a fault found: the pair stops, its open drafts say so, people are told,
    the next one stays in shadow; right words bring it back."""
    charge(strict, 1, 2, 3)
    assert outcomes(strict) == ["claim"] * 3
    answer(strict, 1, S.REJECTED, **REJECTED)
    look(strict)
    assert standings(strict) == []
    answer(strict, 2, S.REJECTED, **REJECTED)
    look(strict)
    assert standings(strict) == ["stopped"]
    (told,) = [row for row in strict.rows(tables.trust_change)]
    assert "0 of 2 decided cameras right, precision at most 84.2%" in str(told["reason_en"])
    events = strict.rows(tables.claim_event)
    assert [row["line_id"] for row in events if row["type"] == "trust_lost"] == [3]
    assert "trust_stopped" in [row["topic"] for row in strict.rows(tables.notice)]

    charge(strict, 4)
    assert outcomes(strict)[3] == "shadow"
    assert strict.count(tables.claim_line) == 3
    for decision in (1, 2):
        rule(strict, decision, Ruling.RIGHT)
    look(strict)
    assert standings(strict)[-1] == "proven"
    assert outcomes(strict)[3] == "claim"


def test_an_appeal_counts_neither_way_until_it_is_decided(strict: House) -> None:
    """Rejected, appealed, approved: wrong, open, right, each once; other reasons say nothing."""
    charge(strict, 1, 2)
    answer(strict, 1, S.REJECTED, **REJECTED)
    look(strict)
    with strict.engine.begin() as db:
        move_line(db, line_id=1, target=S.IN_REVIEW, actor="ivo", role=Actor.INTEGRATOR,
                  reason="look again", now=strict.now, fields={"brought": ["a video"]})  # fmt: skip
    look(strict)
    with strict.engine.begin() as db:
        approval = {"path": "parts", "origin": "factory", "rma_number": "RMA-1"}
        move_line(db, line_id=1, target=S.APPROVED, actor="erin", role=Actor.ENGINEER,
                  reason="seen", now=strict.now, fields=approval)  # fmt: skip
    answer(strict, 2, S.REJECTED, reason_code="user_damage")
    look(strict)
    look(strict)
    said = [(row["decision_id"], row["ruling"], row["via"]) for row in strict.rows(tables.ruling)]
    assert said == [
        (1, "wrong", "claim"),
        (1, "cannot_tell", "claim"),
        (1, "right", "claim"),
        (2, "cannot_tell", "claim"),
    ]


def test_an_approval_of_several_faults_names_none() -> None:
    """A line with two faults: approved says nothing of either, none found says no to both."""
    codes = frozenset({"battery.not_charging", "battery.capacity_low"})
    for state, reason, said in (
        (S.APPROVED, "", Ruling.CANNOT_TELL),
        (S.REJECTED, "no_fault_found", Ruling.WRONG),
        (S.IN_REVIEW, "", None),
    ):
        assert vote_of(Story(state=state, reject_code=reason), codes) is said


def test_what_the_policy_makes_claimable_can_earn_trust(tmp_path: Path) -> None:
    """A passive verdict that only the policy's table lets be claimed waits for engineers like any
    other: it is on record to be ruled on, and not in a shadow that nobody can lift."""
    house = House(
        tmp_path,
        policy(opening=OpeningTerms(outcomes={"battery.gauge_stuck": Outcome.CLAIMABLE})),
    )
    blur(house, 1, 2, 3, code="battery.gauge_stuck")
    assert outcomes(house) == ["shadow"] * 3
    for decision in (1, 2, 3):
        rule(house, decision, Ruling.RIGHT)
    settle(house)
    assert outcomes(house) == ["claim"] * 3
    house.engine.dispose()
