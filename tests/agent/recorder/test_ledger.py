"""The ledger of gaps: its algebra, its reasons, and clocks that were set."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.recorder.ledger import (
    Gap,
    Ledger,
    Reason,
    Trouble,
    age_s,
    closing,
    covered,
    fold,
    of_last_day,
    wanted_since,
)
from agent.recorder.schedule import Hours, Schedule
from agent.recorder.spans import both, length, minus, union

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()  # a Monday
FILE_S = 60.0
WHOLE = Schedule()
OFFICE = Schedule(
    days=frozenset(range(5)),
    hours=(Hours(begin=time(8), end=time(12)), Hours(begin=time(22), end=time(6))),
    zone=ZoneInfo("Asia/Shanghai"),
)
SPANS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda ab: (float(ab[0]), float(ab[1])))
)


@settings(max_examples=50)
@given(one=SPANS, other=SPANS)
def test_spans_are_sets(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> None:
    """Union, difference and intersection of spans are those of their whole seconds."""

    def seconds(spans: list[tuple[float, float]]) -> set[int]:
        return {second for begin, end in spans for second in range(int(begin), int(end))}

    first, second = union(one), union(other)
    assert seconds(first) == seconds(one)
    assert seconds(minus(first, second)) == seconds(one) - seconds(other)
    assert seconds(both(first, second)) == seconds(one) & seconds(other)
    assert length(first) == len(seconds(one))


FILES = st.lists(st.integers(0, 6 * 3600), max_size=60).map(
    lambda found: sorted(NOON + at for at in found)
)
TROUBLES = st.lists(
    st.tuples(st.sampled_from(list(Reason)[:-1]), st.integers(0, 20_000), st.integers(0, 4000)).map(
        lambda one: Trouble(one[0], NOON + one[1], NOON + one[1] + one[2])
    ),
    max_size=4,
)


@settings(max_examples=50)
@given(
    ends=FILES, troubles=TROUBLES, schedule=st.sampled_from([WHOLE, OFFICE]), begun=st.just(NOON)
)
def test_gaps_and_recordings_are_the_schedule(
    ends: list[float], troubles: list[Trouble], schedule: Schedule, begun: float
) -> None:
    """What was recorded and what was not make up all that was due, to the second."""
    now = NOON + 7 * 3600
    after = fold(
        Ledger(begun, begun),
        ends,
        schedule=schedule,
        troubles=troubles,
        file_s=FILE_S,
        now=now,
    )
    due = schedule.due(begun, closing(now, FILE_S))
    recorded = both(due, covered(ends, FILE_S))
    gaps = [(gap.begin, gap.end) for gap in after.gaps]
    assert abs(length(gaps) + length(recorded) - length(due)) < 1e-3
    assert both(union(gaps), recorded) == []


@settings(max_examples=50)
@given(
    ends=FILES,
    troubles=TROUBLES,
    schedule=st.sampled_from([WHOLE, OFFICE]),
    cuts=st.lists(st.integers(0, 7 * 3600), max_size=4).map(sorted),
)
def test_looking_often_finds_what_one_look_finds(
    ends: list[float], troubles: list[Trouble], schedule: Schedule, cuts: list[int]
) -> None:
    """A scan cut into several, each seeing what was there then and it asks for, is the same."""
    last = NOON + 7 * 3600
    whole = fold(
        Ledger(NOON, NOON), ends, schedule=schedule, troubles=troubles, file_s=FILE_S, now=last
    )
    ledger = Ledger(NOON, NOON)
    for now in [*(NOON + cut for cut in cuts), last]:
        seen = [end for end in ends if wanted_since(ledger) <= end <= now]
        ledger = fold(ledger, seen, schedule=schedule, troubles=troubles, file_s=FILE_S, now=now)
    assert ledger == whole


def _steady(begin: float, end: float) -> list[float]:
    return [begin + FILE_S * number for number in range(1, int((end - begin) // FILE_S) + 1)]


def _after(ends: list[float], *, now: float, troubles: tuple[Trouble, ...] = ()) -> Ledger:
    return fold(Ledger(NOON, NOON), ends, schedule=WHOLE, troubles=troubles, file_s=FILE_S, now=now)


def test_a_gap_takes_its_reason_and_the_rest_stays_unknown() -> None:
    """The time in which the host was off is explained; twenty minutes more are not."""
    off, back, now = NOON + 3600, NOON + 7200, NOON + 5 * 3600
    ends = [*_steady(NOON, off), *_steady(back + 1200, now)]
    ledger = _after(ends, now=now, troubles=(Trouble(Reason.HOST_OFF, off, back),))
    told = [(gap.reason, round(gap.seconds / 60)) for gap in ledger.gaps]
    assert told == [(Reason.HOST_OFF, 60), (Reason.UNKNOWN, 20)]


def test_a_reason_that_comes_late_still_counts() -> None:
    """A silent camera is found at its next visit, when the gap was already told as unknown."""
    quiet, now = NOON + 3600, NOON + 2 * 3600
    before = _after(_steady(NOON, quiet), now=now)
    assert [gap.reason for gap in before.gaps] == [Reason.UNKNOWN]
    silent = (Trouble(Reason.CAMERA_UNREACHABLE, quiet - 600, now + 600),)
    after = fold(before, [], schedule=WHOLE, troubles=silent, file_s=FILE_S, now=now + 600)
    assert [gap.reason for gap in after.gaps] == [Reason.CAMERA_UNREACHABLE]


def test_a_clock_that_goes_back_begins_anew() -> None:
    """Half a year back nothing is missing; half a year forward the step itself is the reason."""
    ledger = _after(_steady(NOON, NOON + 3600), now=NOON + 3600)
    half_a_year = 182 * 86_400.0
    back = fold(ledger, [], schedule=WHOLE, troubles=(), file_s=FILE_S, now=NOON - half_a_year)
    assert (back.upto, back.gaps) == (NOON - half_a_year, ())
    later = NOON + 3600 + half_a_year
    step = (Trouble(Reason.CLOCK_SET, NOON + 3600, later),)
    forward = fold(
        ledger,
        [*_steady(NOON, NOON + 3600), *_steady(later, later + 600)],
        schedule=WHOLE,
        troubles=step,
        file_s=FILE_S,
        now=later + 600,
    )
    assert {gap.reason for gap in forward.gaps} == {Reason.CLOCK_SET}


def test_motion_leaves_no_gap() -> None:
    """Where only motion is recorded, nothing is due, and nothing grows old."""
    motion = Schedule(is_continuous=False)
    now = NOON + 86_400
    ledger = fold(Ledger(NOON, NOON), [], schedule=motion, troubles=(), file_s=FILE_S, now=now)
    assert (ledger.gaps, age_s(ledger, motion, now)) == ((), 0.0)


def test_hours_that_pass_midnight_and_summer_time() -> None:
    """The night begins on its weekday; the night of the change is an hour shorter or longer."""
    night = Schedule(hours=(Hours(begin=time(22), end=time(6)),), zone=ZoneInfo("Europe/Berlin"))
    begin = datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()
    assert length(night.due(begin, begin + 86_400)) == 7 * 3600
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp()
    assert length(night.due(autumn, autumn + 86_400)) == 9 * 3600
    friday = datetime(2026, 3, 6, 20, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    assert length(OFFICE.due(friday, friday + 86_400)) == 8 * 3600


def test_the_last_day_is_cut_where_it_begins() -> None:
    """An hour of a gap that is older than a day is left out of the day."""
    ledger = Ledger(NOON, NOON + 86_400, gaps=(Gap(NOON - 3600, NOON + 600, Reason.UNKNOWN),))
    assert [gap.seconds for gap in of_last_day(ledger)] == [600.0]
