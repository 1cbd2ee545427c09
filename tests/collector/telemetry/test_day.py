"""Days of samples: packed and read back, merged in any order, rolled up by hour."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.telemetry.day import DamagedDayError, pack, read_roll_ups, unpack, unpack_hours
from collector.telemetry.hour import one_after_another, side_by_side
from collector.telemetry.hours import hours_of, read_hours
from collector.telemetry.samples import (
    DAY_S,
    Sample,
    Samples,
    by_day,
    merge,
    read,
    second_of,
)
from shared.columns import MAX_ROWS
from shared.fold import Kind, fold
from shared.health import DeviceReadings, Telemetry
from shared.reading import Quality, Reading

DAY = 20_513
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

numbers = st.one_of(
    st.integers(-(2**40), 2**40),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: float(f"{x:.6g}")),
    st.integers(-(10**6), 10**6).map(lambda n: n / 100),
)
values = st.one_of(numbers, st.booleans(), st.text(max_size=5), st.none())
names = st.sampled_from(["battery.charge", "picture.luma", "ircut.moved"])


def sample(name: str, value: object, *, unit: str = "%") -> Sample:
    """Good with a value, failed without one."""
    quality, cause = (Quality.FAILED, "timeout") if value is None else (Quality.GOOD, "")
    return Sample(Kind(name, unit, quality, cause, "", ""), value)  # type: ignore[arg-type]


@st.composite
def samples(draw: st.DrawFn) -> Samples:
    """Samples of one day, in no order."""
    seconds = st.integers(DAY * DAY_S, DAY * DAY_S + DAY_S - 1)
    drawn = draw(st.lists(st.tuples(names, seconds, values), max_size=60))
    found: Samples = {}
    for name, second, value in drawn:
        found.setdefault(name, {})[second] = sample(name, value)
    return found


@settings(deadline=None)
@given(samples())
def test_day_reads_back(day: Samples) -> None:
    """Every sample of every quality comes back as it was, flags as flags, numbers to the digit."""
    back = unpack(pack(day, day=DAY).points)

    assert back == day
    assert [type(s.value) for n in day for s in back[n].values()] == [
        type(back[n][second].value) for n in day for second in back[n]
    ]


@settings(deadline=None)
@given(st.lists(samples(), min_size=2, max_size=3))
def test_order_of_arrival_does_not_matter_for_good_numbers(parts: list[Samples]) -> None:
    """Whatever order batches without contradictions are merged in, the same samples are there."""
    told: dict[tuple[str, int], Sample] = {}
    agreeing: list[Samples] = []
    for part in parts:
        own: Samples = {}
        for name, by_second in part.items():
            for second, one in by_second.items():
                own.setdefault(name, {})[second] = told.setdefault((name, second), one)
        agreeing.append(own)
    merged = []
    for order in itertools.permutations(agreeing):
        whole: Samples = {}
        for part in (*order, *order):
            merge(whole, part)
        merged.append(whole)

    assert all(one == merged[0] for one in merged)


@settings(deadline=None)
@given(samples())
def test_hours_say_what_the_points_say(day: Samples) -> None:
    """Packed roll-ups equal count, lowest, highest, mean and last of the points, by hour."""
    columns = {column.name: column for column in unpack_hours(pack(day, day=DAY).hours)}
    for name, by_second in day.items():
        plain = {s: n for s, one in by_second.items() if (n := one.number()) is not None}
        expected = hours_of(plain)
        found = dict(read_hours(columns[name], day=DAY).each()) if name in columns else {}
        assert found.keys() == expected.keys()
        for hour, told in expected.items():
            assert found[hour].samples == told.samples
            assert found[hour][1:] == pytest.approx(told[1:], rel=1e-12, abs=1e-9)


@settings(deadline=None)
@given(samples(), st.frozensets(names), st.booleans())
def test_roll_ups_of_some_names_are_those_of_all(
    day: Samples, wanted: frozenset[str], is_whole: bool
) -> None:
    """Passing over the other columns changes nothing of those asked for, nor what was lost."""
    packed = pack(day, day=DAY, is_whole=is_whole).hours
    found, every = read_roll_ups(packed, names=wanted), read_roll_ups(packed)

    assert found.columns == tuple(one for one in every.columns if one.name in wanted)
    assert {one.name for one in every.columns} == {one.name for one in unpack_hours(packed) if one}
    assert found.is_whole is every.is_whole is is_whole


@given(samples(), st.integers(0, 24), st.integers(0, 24), st.integers(0, 24))
def test_hours_side_by_side_are_the_same_hours(day: Samples, cut: int, a: int, b: int) -> None:
    """Put together of two parts and cut to a span they are those of the span, in order."""
    begin = DAY * 24
    for by_second in day.values():
        plain = {s: n for s, one in by_second.items() if (n := one.number()) is not None}
        every = hours_of(plain)
        early = {at: hour for at, hour in every.items() if at < begin + cut}
        late = {at: every[at] for at in reversed(list(every)) if at >= begin + cut}
        joined = one_after_another([side_by_side(early), side_by_side(late)])

        told = list(joined.between(begin + a, begin + b).each())
        assert told == [(h, every[h]) for h in sorted(every) if begin + a <= h <= begin + b]


def test_good_sample_wins_over_a_failed_one_of_the_same_second() -> None:
    """Otherwise the first to come stays."""
    second = DAY * DAY_S
    whole: Samples = {"a": {second: sample("a", None)}}
    merge(whole, {"a": {second: sample("a", 5)}})
    merge(whole, {"a": {second: sample("a", 6)}})

    assert whole["a"][second].value == 5


def test_time_ahead_of_ours_is_taken_for_now() -> None:
    """A clock that runs ahead neither makes history of the future nor wins for ever."""
    ahead = Reading("battery.charge", 80.0, "%", NOON + timedelta(days=400), Quality.GOOD)
    for message in (
        fold([("gate", ahead)], sent_at=NOON),
        Telemetry(NOON, (DeviceReadings("gate", (ahead,)),)),
    ):
        assert list(read(message, received_at=NOON)["gate"]["battery.charge"]) == [second_of(NOON)]


def test_moment_beyond_every_calendar_is_read() -> None:
    """A time near the end of the calendar is taken for now instead of breaking the reader."""
    last = Reading("a", 1, "", datetime(9999, 12, 31, 23, 59, tzinfo=UTC), Quality.GOOD)
    first = Reading("b", 1, "", datetime(1, 1, 1, tzinfo=UTC), Quality.GOOD)
    message = Telemetry(NOON, (DeviceReadings("gate", (last, first)),))

    found = read(message, received_at=NOON)["gate"]
    assert list(found["a"]) == [second_of(NOON)]
    assert min(by_day(found)) < 0


def test_day_at_one_sample_a_second_is_cut_into_tables() -> None:
    """A day that no single table can hold reads back all the same."""
    first = DAY * DAY_S
    day: Samples = {"a": {first + n: sample("a", n % 7) for n in range(MAX_ROWS + 5)}}

    assert unpack(pack(day, day=DAY).points) == day


def test_damaged_day_is_told() -> None:
    """Bytes that do not read back raise instead of giving less."""
    packed = pack({"a": {DAY * DAY_S: sample("a", 1)}}, day=DAY)
    with pytest.raises(DamagedDayError):
        unpack(packed.points[:-1])
    with pytest.raises(DamagedDayError):
        unpack_hours(b"\x00" + packed.hours)
    for names in (None, frozenset({"a"})):
        assert read_roll_ups(packed.hours[:-1], names=names) == ((), False)
