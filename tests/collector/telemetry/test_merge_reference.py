"""Merging by columns beside a dictionary that takes one cell after another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.merge_days import merge_days
from collector.store.telemetry import Day
from collector.telemetry.day import unpack, unpack_hours
from collector.telemetry.hours import hours_of, read_hours
from collector.telemetry.message import read_batch
from collector.telemetry.samples import DAY_S, Samples, by_day, read
from shared import wire
from shared.columns import Columns, unfold
from shared.fold import fold
from shared.frame import Lane, pack
from shared.health import DeviceReadings, Telemetry
from shared.identity import Epoch
from shared.reading import Quality, Reading

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
FIRST_DAY = int(BEGIN.timestamp()) // DAY_S
DAYS = 3

# Device, name, second: one cell; what it says, value and all.
Reference: TypeAlias = dict[tuple[str, str, int], Reading]

values = st.one_of(
    st.integers(-5, 5),
    st.integers(-(2**50), 2**50),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.integers(-999, 999).map(lambda n: n / 100),
    st.booleans(),
    st.sampled_from(["auto", "home", ""]),
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[str, Reading]:
    """One reading of one of two devices; few names and seconds, so that many fall together."""
    step = draw(st.one_of(st.integers(0, 30), st.integers(0, 30).map(lambda n: n + 2840)))
    at = BEGIN + timedelta(seconds=step * 30.0 * DAYS)
    name, unit = draw(st.sampled_from(["a", "b", "c"])), draw(st.sampled_from(["%", "mV"]))
    quality = draw(st.sampled_from([Quality.GOOD] * 3 + [Quality.FAILED, Quality.INVALID]))
    if quality is Quality.GOOD:
        one = Reading(name, draw(values), unit, at, quality)
    else:
        said = [draw(st.sampled_from(["", "timeout", "255"])) for _ in range(3)]
        one = Reading(name, None, unit, at, quality, cause=said[0], raw=said[1], detail=said[2])
    return draw(st.sampled_from(["gate", "yard"])), one


@st.composite
def batches(draw: st.DrawFn) -> tuple[Columns | Telemetry, datetime]:
    """A message of either kind, and when it came: some of it may be ahead of that."""
    told = draw(st.lists(readings(), max_size=25))
    received_at = BEGIN + timedelta(hours=draw(st.integers(1, 24 * DAYS)))
    if draw(st.integers(0, 4)):
        return fold(told, sent_at=BEGIN), received_at
    return (
        Telemetry(BEGIN, tuple(DeviceReadings(device, (one,)) for device, one in told)),
        received_at,
    )


def cells_of(message: Columns | Telemetry) -> list[tuple[str, Reading]]:
    """What a message says, one reading after another."""
    if isinstance(message, Columns):
        return list(unfold(message))
    return [(device.device_id, one) for device in message.devices for one in device.readings]


def note_one_by_one(
    into: Reference, message: Columns | Telemetry, *, received_at: datetime
) -> None:
    """The rule in its plainest form: first come, first kept, but a good one beats the others."""
    for device, reading in cells_of(message):
        second = int(min(reading.taken_at, received_at).timestamp())
        known = into.get((device, reading.name, second))
        if known is None or (reading.good and not known.good):
            into[device, reading.name, second] = reading


def said(reading: Reading) -> tuple[object, ...]:
    """All that is kept of a reading; a number with a fraction to six digits."""
    value = reading.value if reading.good else None
    if isinstance(value, float):
        value = float(f"{value:.6g}")
    words = (reading.cause, reading.raw, reading.detail)
    return (type(value), value, reading.unit, reading.quality, *words)


Days: TypeAlias = dict[tuple[str, int], Day]


def merge_into(days: Days, samples: dict[str, Samples], *, over: int) -> None:
    """One portion, as the job merges it, into rows that stand in a dictionary."""
    for device, own in samples.items():
        fresh = by_day(own)
        numbers = {*fresh, min(fresh, default=0) - 1}
        known = {number: days[device, number] for number in numbers if (device, number) in days}
        for one in merge_days(fresh, known, over=over):
            assert not one.damaged
            days[device, one.day.day] = one.day


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(batches(), st.booleans(), st.booleans()), min_size=1, max_size=8),
)
def test_merging_equals_one_cell_after_another(
    told: list[tuple[tuple[Columns | Telemetry, datetime], bool, bool]],
) -> None:
    """Whatever comes in whatever order and portions, days hold what a dictionary of cells holds:
    value and type, unit, quality, cause, raw and detail; and their hours follow from it."""
    reference: Reference = {}
    days: Days = {}
    portion: dict[str, Samples] = {}
    over = FIRST_DAY - 1
    for seq, ((message, received_at), ends, day_ends) in enumerate(told, start=1):
        body = wire.encode(message)
        payload = pack(lane=Lane.TELEMETRY, epoch=Epoch(1, 7), seq=seq, body=body, compress=True)
        note_one_by_one(reference, message, received_at=received_at)
        read(read_batch(payload)[1], received_at=received_at, into=portion)
        if ends:
            merge_into(days, portion, over=over)
            portion = {}
        over += day_ends
    merge_into(days, portion, over=over)

    found = {
        (device, name, second): (
            type(one.value),
            one.value,
            one.kind.unit,
            one.kind.quality,
            one.kind.cause,
            one.kind.raw,
            one.kind.detail,
        )
        for (device, _), day in days.items()
        for name, by_second in unpack(day.points or b"").items()
        for second, one in by_second.items()
    }
    assert found == {key: said(reading) for key, reading in reference.items()}
    for (device, number), day in days.items():
        if day.is_open:
            continue
        hours = {
            (column.name, hour): told
            for column in unpack_hours(day.hours)
            for hour, told in read_hours(column, day=number).each()
        }
        assert hours.keys() == _hours(reference, device, number).keys()
        for key, (samples, low, high, last) in _hours(reference, device, number).items():
            one = hours[key]
            assert (one.samples, one.low, one.high, one.last) == (samples, low, high, last)


def _hours(
    reference: Reference, device: str, day: int
) -> dict[tuple[str, int], tuple[int, float, float, float]]:
    """Count, lowest, highest and last by name and hour since 1970, from the cells."""
    found: dict[tuple[str, int], tuple[int, float, float, float]] = {}
    for name in {name for of, name, _ in reference if of == device}:
        numbers = {
            second: float(f"{number:.6g}") if isinstance(reading.value, float) else number
            for (of, named, second), reading in sorted(reference.items(), key=lambda kv: kv[0])
            if (of, named, second // DAY_S) == (device, name, day)
            and (number := reading.number()) is not None
        }
        for hour, told in hours_of(numbers).items():
            found[name, hour] = (told.samples, told.low, told.high, told.last)
    return found
