"""Telemetry as columns: what goes in comes out, and what does not fit is refused."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import wire
from shared.columns import Column, Columns, Form, fold, rows_of, unfold
from shared.frame import Lane
from shared.reading import Quality, Reading

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
        return msgspec.structs.replace(reading, value=float(f"{reading.value:.6g}"))
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
    """25 slowly moving numbers every five minutes are no more than a few bytes a sample."""
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

    assert len(body) < 72 * 25 * 2
    assert len(zlib.compress(body)) < 1500


def _one(**changes: object) -> Columns:
    column = Column(name="x", unit="", quality=Quality.GOOD, form=Form.WHOLE, numbers=(1, 2))
    whole = Columns(NOON, NOON, ("gate",), (2,), (0, 60), (column,))
    fields = {name: value for name, value in changes.items() if name in Columns.__struct_fields__}
    cell = {name: value for name, value in changes.items() if name not in fields}
    made = msgspec.structs.replace(whole, **fields)
    return msgspec.structs.replace(made, columns=(msgspec.structs.replace(column, **cell),))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"rows": (3,)}, "do not fit", id="more rows than times"),
        pytest.param({"devices": ()}, "do not fit", id="rows of nobody"),
        pytest.param({"times": (0, 10**11)}, "out of range", id="a time in another age"),
        pytest.param({"numbers": (1,)}, "as many values", id="a value short"),
        pytest.param({"runs": (1, 2)}, "longer than its table", id="rows behind the end"),
        pytest.param({"form": Form.WORD, "words": ("a",)}, "outside", id="no such word"),
        pytest.param({"form": Form.FLAG}, "outside", id="neither true nor false"),
        pytest.param({"quality": Quality.UNKNOWN}, "without being good", id="unknown with a value"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change: dict[str, object], why: str) -> None:
    """A malformed table is refused where it is read, before anything of it is stored."""
    assert list(unfold(_one()))
    with pytest.raises(ValueError, match=why):
        _one(**change)


def test_a_table_that_does_not_fit_is_a_wire_error() -> None:
    """The same refusal reaches ingest as a malformed body, with its path."""
    parts = msgspec.msgpack.decode(wire.encode(_one()))
    parts[5] = [0]
    with pytest.raises(wire.WireError, match="do not fit"):
        wire.decode_up(msgspec.msgpack.encode(parts), Lane.TELEMETRY)
