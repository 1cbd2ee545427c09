"""Telemetry as columns: what goes in comes out, and what does not fit is refused."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import dictionary, frame, series, wire
from shared.columns import Column, Columns, Form, Rows, rows_of, unfold
from shared.fold import fold
from shared.frame import Lane
from shared.identity import Epoch
from shared.reading import Quality, Reading
from shared.series import Series

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_text = st.text(max_size=12)
_value = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(-1e15, 1e15),
    st.sampled_from(["day", "night", ""]),
)
_good = st.builds(
    lambda name, value, unit, at_s, detail: Reading(
        name, value, unit, NOON + timedelta(seconds=at_s), Quality.GOOD, detail=detail
    ),
    st.sampled_from(["battery.charge", "cell.rsrp", "picture.mode"]),
    _value,
    st.sampled_from(["", "%"]),
    st.integers(-(10**9), 10**9),
    st.sampled_from(["", "why"]),
)
_bad = st.builds(
    lambda name, quality, at_s, raw: Reading(
        name, None, "", NOON + timedelta(seconds=at_s), quality, cause="timeout", raw=raw
    ),
    st.sampled_from(["battery.charge", "solar.voltage"]),
    st.sampled_from([quality for quality in Quality if quality is not Quality.GOOD]),
    st.integers(0, 5),
    _text,
)
_readings = st.lists(
    st.tuples(st.sampled_from(["gate", "pump", "yard"]), st.one_of(_good, _bad)), max_size=60
)


def _rounded(reading: Reading) -> Reading:
    if isinstance(reading.value, float):
        return msgspec.structs.replace(
            reading, value=float(f"{reading.value:.6g}") + 0.0
        )  # no -0.0
    return reading


def _in_order(readings: list[tuple[str, Reading]]) -> list[str]:
    return sorted(f"{device} {reading!r}" for device, reading in readings)


@given(_readings)
def test_what_is_folded_unfolds(readings: list[tuple[str, Reading]]) -> None:
    """Every reading comes back once, numbers with a fraction to six digits, over the real wire."""
    body = wire.encode(fold(readings, sent_at=NOON))
    batch = wire.decode_up(body, Lane.TELEMETRY)

    assert isinstance(batch, Columns)
    expected = [(device, _rounded(reading)) for device, reading in readings]
    assert _in_order(list(unfold(batch))) == _in_order(expected)


def test_times_are_kept_to_the_second() -> None:
    """A fraction of a second is cut off, never rounded into the future."""
    late = NOON + timedelta(seconds=7, milliseconds=999)
    batch = fold([("gate", Reading("x", 1, "", late, Quality.GOOD))], sent_at=NOON)

    assert list(rows_of(batch)) == [("gate", NOON + timedelta(seconds=7))]


def test_a_steady_day_is_small() -> None:
    """25 slowly moving numbers every five minutes travel in less than four bits each."""
    readings = [
        (
            "gate",
            Reading(
                f"value.{name}",
                round(20 + name + (step % 7) * 0.1, 1),
                "%",
                NOON + timedelta(minutes=5 * step),
                Quality.GOOD,
            ),
        )
        for step in range(72)
        for name in range(25)
    ]
    body = wire.encode(fold(readings, sent_at=NOON))

    framed = frame.pack(lane=Lane.TELEMETRY, epoch=Epoch(1, 7), seq=1, body=body, compress=True)
    assert len(framed) < 72 * 25 / 2


def _one(**changes: object) -> Columns:
    """One device, two rows, one column; changed where the test says."""
    column = Column("x", "", Quality.GOOD, Form.WHOLE, first=1, steps=Series(1))
    rows = Rows("gate", 2, 0, 60)
    made = [
        msgspec.structs.replace(
            part,
            **{
                name: value
                for name, value in changes.items()
                if name in part.__struct_fields__ and (name != "steps" or part is column)
            },
        )
        for part in (rows, column)
    ]
    return Columns(NOON, NOON, (made[0],), (made[1],))  # type: ignore[arg-type]  # by position


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"start_s": 10**11}, "out of range", id="a time in another age"),
        pytest.param({"pace_s": -(10**11)}, "out of range", id="a step into another age"),
        pytest.param({"steps": Series(0, 3, b"\x07")}, "is not 1 numbers", id="a digit too high"),
        pytest.param({"steps": Series(0, 0)}, "is not 1 numbers", id="no value at all"),
        pytest.param({"runs": (1, 2)}, "longer than its table", id="rows behind the end"),
        pytest.param({"form": Form.WORD, "words": ("a",)}, "outside", id="no such word"),
        pytest.param({"form": Form.FLAG}, "outside", id="neither true nor false"),
        pytest.param({"quality": Quality.UNKNOWN}, "without being good", id="unknown with a value"),
        pytest.param({"reals": (1.0,)}, "as many values", id="numbers of two kinds"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change: dict[str, object], why: str) -> None:
    """A malformed table is refused where it is read, before anything of it is stored."""
    assert list(unfold(_one()))
    with pytest.raises(ValueError, match=why):
        _one(**change)


def test_a_bomb_of_constants_is_refused() -> None:
    """A few bytes may not unfold to millions of readings."""
    column = Column("x", "", Quality.GOOD, Form.WHOLE)
    with pytest.raises(ValueError, match="more than 200000 readings"):
        Columns(NOON, NOON, (Rows("gate", 20_000, 0, 60),), (column,) * 11)


def test_a_table_that_does_not_fit_is_a_wire_error() -> None:
    """The same refusal reaches ingest as a malformed body, with its path."""
    parts = msgspec.msgpack.decode(wire.encode(_one()))
    parts[4][0][5] = [0, 3]
    with pytest.raises(wire.WireError, match="longer than its table"):
        wire.decode_up(msgspec.msgpack.encode(parts), Lane.TELEMETRY)


@given(st.lists(st.integers(-(2**54), 2**54), max_size=200))
def test_series_come_back(values: list[int]) -> None:
    """Any integers are read as they were written, whichever form was the shorter."""
    written = series.write(values)
    series.check(written, len(values))

    assert series.read(written, len(values)) == values


@pytest.mark.parametrize("radix", [1, 2, 3, 17, 65_536])
def test_both_forms_are_used(radix: int) -> None:
    """Even numbers are packed; one outlier among many makes them stand plainly."""
    even = [number % radix for number in range(300)]

    assert series.write(even).radix == radix if radix <= 300 else True
    assert series.write([*[0, 1] * 200, 2**31]).radix == 0


@pytest.mark.parametrize(
    ("words", "digest"),
    [
        pytest.param(
            dictionary.FIRST,
            "4d58f909cb2b2b437226e328e6043207a2316bbc24709f68bddca3ea24d12899",
            id="telemetry",
        ),
        pytest.param(
            dictionary.SECOND,
            "cc473ca539fa2bf1da59bf3cc9a453d92b40b59476b2a1b0aa3e73ae5dc7363d",
            id="health",
        ),
    ],
)
def test_the_words_never_change(words: bytes, digest: str) -> None:
    """Both ends inflate with the same words for ever: these digests are part of the contract."""
    assert hashlib.sha256(words).hexdigest() == digest
