"""Events and stamps: what a camera says in JSON becomes readings, whatever it says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config_inbox import Mapped
from agent.inbox.event import NotAnEventError, parse, read_event
from agent.inbox.stamps import stamp_in, stamp_of
from agent.push_names import NAMES
from shared.reading import Quality
from tests.agent.fakes import NOON

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
_KEYS = st.sampled_from([*NAMES, "battery", "charge", "cellular", "rsrp"]) | st.text(max_size=8)


@given(st.dictionaries(_KEYS, _VALUES | st.dictionaries(_KEYS, _VALUES, max_size=4), max_size=6))
def test_no_event_gives_a_value_off_its_scale(event: dict[str, object]) -> None:
    """Whatever comes: known names alone, good numbers within their scale, no value otherwise."""
    for reading in read_event(event, {}, at=NOON):
        named = NAMES[reading.name]
        assert reading.unit == named.unit
        assert reading.taken_at == NOON
        if reading.quality is not Quality.GOOD:
            assert reading.value is None
        elif named.kind == "number":
            low, high = named.valid
            assert low <= (reading.number() or 0.0) <= high
        else:
            assert isinstance(reading.value, bool if named.kind == "flag" else str)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    """An event is a JSON object; anything else is refused and never raises another error."""
    try:
        found = parse(body)
    except NotAnEventError:
        return
    assert isinstance(found, dict)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"3",
        b"{",
        b'{"a": NaN}',
        b"[" * 10_000,
        b'{"a": ' * 5_000 + b"1" + b"}" * 5_000,
        b'{"a": "' + b"x" * 70_000 + b'"}',
    ],
)
def test_hostile_json_is_refused(body: bytes) -> None:
    """No list, number, half object, NaN, depth or length becomes an event."""
    with pytest.raises(NotAnEventError):
        parse(body)


@pytest.mark.parametrize(
    ("found", "quality", "value"),
    [
        (55, Quality.GOOD, 55.0),
        ("55", Quality.GOOD, 55.0),
        (255, Quality.UNKNOWN, None),
        ("--", Quality.UNKNOWN, None),
        (101, Quality.INVALID, None),
        (True, Quality.INVALID, None),
        ({"a": 1}, Quality.INVALID, None),
    ],
)
def test_a_gauge_that_does_not_know_is_unknown(
    found: object, quality: Quality, value: float | None
) -> None:
    """A sentinel and "--" are unknown, what is off scale or of another kind is invalid."""
    values = {"battery.charge": Mapped(path="batt.soc", unless=(255,))}
    (reading,) = read_event({"batt": {"soc": found}}, values, at=NOON)

    assert (reading.quality, reading.value) == (quality, value)


def test_what_an_event_leaves_out_is_no_reading() -> None:
    """An event tells what happened: a missing or null value opens and clears nothing."""
    values = {"battery.charge": Mapped(path="soc"), "battery.charging": Mapped(path="chg")}

    assert read_event({"soc": None}, values, at=NOON) == ()


@pytest.mark.parametrize(
    ("name", "body", "stamp"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe1..Exif\0\0..2026:11:26 02:15:00\0", "EXIF 2026:11:26 02:15:00"),
        ("cam/01_20261126021500.jpg", b"\xff\xd8", "file name 2026-11-26 02:15:00"),
        ("2026-11-26_02-15-00.jpg", b"\xff\xd8", "file name 2026-11-26 02:15:00"),
        ("12345.jpg", b"\xff\xd8", ""),
        ("a.jpg", b"\xff\xd8 2026:11:26 02:15:00", ""),
    ],
)
def test_the_cameras_own_time_is_found(name: str, body: bytes, stamp: str) -> None:
    """EXIF first, then the file's name; a date elsewhere in the bytes is none."""
    assert stamp_of(name, body) == stamp


def test_the_time_of_an_event_is_its_own_word() -> None:
    """The first key that states one, as it is written."""
    event = json.loads('{"battery": {"percent": 3}, "timestamp": 1764123300, "ts": true}')

    assert stamp_in(event) == "event 1764123300"
    assert stamp_in({"time": True}) == ""
