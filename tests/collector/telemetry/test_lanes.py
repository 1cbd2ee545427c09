"""Lanes of checks: unknown is never OK, silence is a gap, and a fault shows whatever was heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.telemetry.day import pack, tables_in
from collector.telemetry.lanes import LANES, OTHER, Drawn, Fault, Grid, State, draw_lanes
from collector.telemetry.presence import Presence, of_samples, of_tables
from collector.telemetry.samples import DAY_S, Sample
from shared.catalogue import CATALOGUE
from shared.fold import Kind
from shared.reading import Quality

GRID = Grid(since_s=0, slot_s=300, slots=24)
VISITS = range(300, 7201, 300)


def heard(*told: tuple[str, Quality], at: range = VISITS) -> Presence:
    """These families with these qualities at every visit."""
    return {key: set(at) for key in told}


def states(lanes: tuple[Drawn, ...], name: str) -> list[State]:
    """The states of a lane, slot by slot."""
    (lane,) = [one for one in lanes if one.name == name]
    return [part.state for part in lane.parts for _ in range(part.count)]


def drawn(presence: Presence, *faults: Fault, grid: Grid = GRID) -> tuple[Drawn, ...]:
    """The lanes at the end of the span."""
    return draw_lanes(presence, faults, grid, now_s=grid.until_s)


def test_one_reading_that_failed_makes_a_slot_unknown() -> None:
    """A family is OK only where nothing of it failed."""
    presence = heard(("battery", Quality.GOOD))
    presence["solar", Quality.FAILED] = {900}
    found = states(drawn(presence), "power")
    assert [slot for slot, state in enumerate(found) if state is State.UNKNOWN] == [2]
    assert set(found) == {State.UNKNOWN, State.OK}


def test_silence_is_a_gap_after_three_visits_that_did_not_come() -> None:
    """What was heard holds as long as the plots join two dots, and not until now."""
    presence = heard(("reach", Quality.GOOD), at=range(300, 2100, 300))
    found = states(drawn(presence), "reach")
    assert found == [State.OK] * 8 + [State.GAP] * 16


def test_fault_of_a_silent_device_is_no_fact_of_now() -> None:
    """An open fault shows as open and not heard of; neither as confirmed nor as gone."""
    presence = heard(("picture", Quality.GOOD), at=range(300, 2100, 300))
    found = states(
        drawn(presence, Fault(code="picture.blurred", since_s=1200, until_s=None)), "picture"
    )
    assert found[:3] == [State.OK] * 3
    assert found[3:8] == [State.FAULT] * 5
    assert set(found[8:]) == {State.FAULT_UNHEARD}


def test_what_a_device_does_not_offer_is_neither_ok_nor_unknown() -> None:
    """Unsupported is a state of its own; absent from the reply is unknown."""
    lanes = drawn(heard(("battery", Quality.UNSUPPORTED), ("wifi", Quality.MISSING)))
    assert set(states(lanes, "power")) == {State.UNSUPPORTED}
    assert set(states(lanes, "signal")) == {State.UNKNOWN}


def test_faults_that_no_lane_knows_have_one() -> None:
    """A newer agent's fault shows; every code of the catalogue has a lane that is named."""
    lanes = drawn({}, Fault(code="gimbal.stuck", since_s=1, until_s=900))
    assert states(lanes, OTHER)[:3] == [State.FAULT_UNHEARD] * 3
    named = {family for lane in LANES for family in lane.faults}
    assert {code.partition(".")[0] for code in CATALOGUE} <= named


def test_answer_that_none_came_is_not_ok() -> None:
    """``reach.answers`` false is a good reading with a cause: of a failure."""
    kind = Kind("reach.answers", "", Quality.GOOD, "timeout", "", "")
    assert of_samples({"reach.answers": {0: Sample(kind, False)}}) == {
        ("reach", Quality.FAILED): {0}
    }


@given(
    st.dictionaries(
        st.sampled_from(["battery.charge", "battery.voltage", "reach.answers"]),
        st.dictionaries(
            st.integers(0, DAY_S - 1), st.sampled_from([*Quality]), min_size=1, max_size=30
        ),
        max_size=3,
    )
)
def test_packed_day_says_the_same_as_its_samples(told: dict[str, dict[int, Quality]]) -> None:
    """Presence read from columns is that of the samples themselves."""
    samples = {
        name: {
            second: Sample(
                Kind(name, "", quality, "", "", ""), 1 if quality is Quality.GOOD else None
            )
            for second, quality in by_second.items()
        }
        for name, by_second in told.items()
    }
    assert of_tables(tables_in(pack(samples, day=0).points)) == of_samples(samples)


@given(
    st.sets(st.integers(-600, 7800), max_size=40),
    st.sets(st.integers(-600, 7800), max_size=40),
    st.lists(st.tuples(st.integers(-900, 7200), st.integers(0, 5000)), max_size=3),
)
def test_slot_with_anything_unread_is_never_ok(
    good: set[int], failed: set[int], open_for: list[tuple[int, int]]
) -> None:
    """Whatever comes when: no slot with a failure or an open fault is OK, and none is left out."""
    faults = [Fault(code="login.x", since_s=a, until_s=a + length) for a, length in open_for]
    lanes = drawn({("login", Quality.GOOD): good, ("login", Quality.FAILED): failed}, *faults)
    for lane in lanes:
        found = states(lanes, lane.name)
        assert len(found) == GRID.slots
        for slot, state in enumerate(found):
            begin, end = slot * 300 + 1, slot * 300 + 300
            unread = any(begin <= second <= end for second in failed)
            faulty = any(f.since_s <= end and (f.until_s or 0) >= begin for f in faults)
            assert not (state is State.OK and (unread or faulty))
