"""Done is a word; what the probes find afterwards decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.claims.policy import DEFAULT
from collector.claims.read_policy import parse_policy
from collector.claims.revisit import Revisit, Step, judge
from collector.claims.site_visit import part_for, parts_for, round_key
from shared.catalogue import ENTRIES
from shared.catalogue_entry import Outcome

DONE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STILL = Revisit(
    code="picture.dirty",
    done_at=DONE,
    is_open=True,
    standing="fault",
    standing_at=DONE + 2 * DAY,
    last_good_at=DONE + 2 * DAY,
    agent_silent=False,
)
LATER = DONE + 2 * DAY

moments = st.one_of(st.none(), st.floats(-5, 5).map(lambda days: DONE + timedelta(days=days)))
revisits = st.builds(
    Revisit,
    code=st.sampled_from(["picture.dirty", "device.unreachable"]),
    done_at=st.just(DONE),
    is_open=st.booleans(),
    standing=st.sampled_from(["ok", "fault", "unknown", "unsupported"]),
    standing_at=moments,
    last_good_at=moments,
    agent_silent=st.booleans(),
)


@given(found=revisits, days=st.floats(0, 5), grace_days=st.floats(0.1, 3))
def test_only_who_was_asked_again_convicts(found: Revisit, days: float, grace_days: float) -> None:
    """Verified exactly where the fault is over; returned only where an agent that speaks said
    after the grace that the device is at fault, and the device was reached since."""
    grace, now = timedelta(days=grace_days), DONE + timedelta(days=days)
    said = judge(found, grace=grace, now=now)

    assert (said is Step.VERIFIED) == (not found.is_open)
    if said is Step.RETURNED:
        assert now >= DONE + grace
        assert found.standing == "fault"
        assert not found.agent_silent
        assert found.standing_at is not None and found.standing_at >= DONE + grace
        if found.code == "picture.dirty":
            assert found.last_good_at is not None and found.last_good_at > DONE


def test_a_fault_that_is_still_there_comes_back() -> None:
    """After the grace, and not an instant before it."""
    assert judge(STILL, grace=DAY, now=LATER) is Step.RETURNED
    early = replace(STILL, standing_at=DONE + DAY / 2)
    assert judge(early, grace=DAY, now=LATER) is None


def test_silence_proves_nothing() -> None:
    """No answer of the agent, or of the device, leaves the task where it is."""
    for silence in (
        {"agent_silent": True},
        {"standing": "unknown"},
        {"standing": "ok"},  # the clearing is on its way
        {"last_good_at": DONE - DAY},
        {"last_good_at": None},
    ):
        assert judge(replace(STILL, **silence), grace=DAY, now=LATER) is None  # type: ignore[arg-type]


def test_an_unreachable_device_needs_no_answer() -> None:
    """What does not answer after the visit is told by its standing alone."""
    dead = replace(STILL, code="device.unreachable", last_good_at=None)

    assert judge(dead, grace=DAY, now=LATER) is Step.RETURNED


def test_the_grace_is_the_hold_unless_the_policy_says_otherwise() -> None:
    """Never less than the agent's pace; by code before "*"."""
    assert DEFAULT.verified_after("picture.dirty", 60) == DAY
    assert DEFAULT.verified_after("login.wrong_password", 86_400) == timedelta(days=2.5)
    own = parse_policy('[tasks.verified_s]\n"picture.dirty" = 60\n"*" = 30')
    assert own.verified_after("picture.dirty", 86_400) == timedelta(seconds=60)
    assert own.verified_after("clock.wrong", None) == timedelta(seconds=30)


def test_every_task_has_its_parts() -> None:
    """Whatever fault can become a task, the sheet says what to bring for it."""
    at_site = (Outcome.MAINTENANCE, Outcome.CONFIGURATION, Outcome.SITING, Outcome.SITE)
    assert [e.code for e in ENTRIES if e.outcome in at_site and part_for(e.code) is None] == []


def test_parts_are_named_once_and_counted() -> None:
    """Three dirty lenses take one cloth; the most wanted comes first."""
    found = parts_for(["cellular.sim_missing", "picture.dirty", "picture.film_left_on", "no.such"])

    assert [(part.en.split(",")[0], n) for part, n in found] == [
        ("lens cloth", 2),
        ("a SIM that works (another carrier's too)", 1),
    ]


def test_the_round_begins_at_the_recorder_and_counts_like_people() -> None:
    """Recorder first, then Cam 2 before cam 10."""
    names = [("Cam 10", False), ("NVR", True), ("cam 2", False), ("Barn", False)]
    ordered = sorted(names, key=lambda n: round_key(is_host=n[1], name=n[0]))

    assert [name for name, _ in ordered] == ["NVR", "Barn", "cam 2", "Cam 10"]
