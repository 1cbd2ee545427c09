"""Line protocol: every field a float for ever, words as tags, and no text that ends a line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.telemetry.lines import WORDS, Tags, of_columns, of_telemetry, tags_text
from shared.fold import fold
from shared.health import DeviceReadings, Telemetry
from shared.reading import Quality, Reading, Value

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
TAGS = {"cam": tags_text(Tags("fit", "quarry", "nvr", "cam", "2", "SL 5,x", "5.7=1"))}
UNESCAPED = re.compile(r"(?<!\\) ")


def reading(name: str, value: Value, quality: Quality = Quality.GOOD) -> Reading:
    """Taken now."""
    return Reading(name, value if quality is Quality.GOOD else None, "", NOW, quality)


def lines_of(*readings: Reading, latest_s: int = SECOND) -> list[str]:
    """As they come in a batch."""
    batch = fold([("cam", one) for one in readings], sent_at=NOW)
    return sorted(of_columns(batch, TAGS, latest_s=latest_s).lines)


def test_numbers_of_a_visit_are_one_line_of_floats() -> None:
    """Whole or not, a number has no suffix: the server holds one type from the first point on."""
    (line,) = lines_of(
        reading("battery.charge", 20),
        reading("battery.voltage", 12.5),
        reading("battery.charging", True),
    )
    assert line == (
        r"preclaim,agent=nvr,device=cam,firmware=5.7\=1,model=SL\ 5\,x,organisation=fit,"
        r"position=2,site=quarry battery_charge=20,battery_charging=1,battery_voltage=12.5"
        f" {SECOND}"
    )


def test_words_are_tags_and_only_those_that_are_few() -> None:
    """A string field would be stored as 0 by some servers, and free text makes a series each."""
    assert "energy.cause" in WORDS
    (line,) = lines_of(reading("energy.cause", "worn"), reading("identity.serial", "SL 1"))
    assert line.startswith("preclaim_word,")
    assert ",reading=energy.cause,word=worn told=1 " in line


def test_what_could_not_be_read_is_a_point_and_what_is_not_offered_is_none() -> None:
    """Silence on the server would look like health."""
    (line,) = lines_of(
        reading("battery.charge", None, Quality.FAILED),
        reading("wifi.rssi", None, Quality.UNSUPPORTED),
    )
    assert line.startswith("preclaim_unread,")
    assert ",family=battery,reading=battery.charge readings=1 " in line


def test_clock_ahead_is_taken_for_the_arrival() -> None:
    """As in the store: a point from next year would hide every newer one."""
    (line,) = lines_of(reading("battery.charge", 20), latest_s=SECOND - 60)
    assert line.endswith(f" {SECOND - 60}")


def test_device_of_another_agent_is_left_out() -> None:
    """Whose tags nobody knows is not written without them."""
    batch = fold([("stranger", reading("battery.charge", 20))], sent_at=NOW)
    assert of_columns(batch, TAGS, latest_s=SECOND).lines == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_of_a_device_ends_a_line_or_a_tag(model: str, word: str) -> None:
    """Whatever a device calls itself, a line is three parts, and its tags are ours."""
    tags = {"cam": tags_text(Tags("fit", "quarry", "nvr", "cam", "2", model, model))}
    told = [reading("energy.cause", word), reading("battery.charge", 1)]
    batch = Telemetry(sent_at=NOW, devices=(DeviceReadings(device_id="cam", readings=tuple(told)),))
    for line in of_telemetry(batch, tags, latest_s=SECOND).lines:
        assert len(line.splitlines()) == 1
        head, fields, second = UNESCAPED.split(line)
        assert int(second) == SECOND
        assert re.fullmatch(r"[a-z_]+=1", fields)
        names = [tag.partition("=")[0] for tag in re.split(r"(?<!\\),", head)[1:]]
        assert {"agent", "device", "organisation", "position", "site"} <= set(names)
        assert set(names) <= {*Tags._fields, "reading", "word"}


_NAMES = ["battery.charge", "battery.charging", "cellular.rsrp", "energy.cause", "uptime"]
_VALUES = st.one_of(
    st.integers(-1000, 1000),
    st.floats(-1e6, 1e6).map(lambda one: float(f"{one:.6g}")),
    st.booleans(),
    st.sampled_from(["worn", "cold"]),
)


@given(
    st.lists(
        st.tuples(st.sampled_from(_NAMES), _VALUES, st.sampled_from([*Quality]), st.integers(0, 3)),
        unique_by=lambda one: (one[0], one[3]),
        max_size=12,
    )
)
def test_columns_and_readings_say_the_same(
    told: list[tuple[str, Value, Quality, int]],
) -> None:
    """The fast way by columns gives the points of the plain way by readings."""
    readings = [
        Reading(
            name,
            value if quality is Quality.GOOD else None,
            "",
            NOW + timedelta(minutes=at),
            quality,
        )
        for name, value, quality, at in told
    ]
    latest_s = SECOND + 3600
    plain = Telemetry(
        sent_at=NOW, devices=(DeviceReadings(device_id="cam", readings=tuple(readings)),)
    )
    columns = fold([("cam", one) for one in readings], sent_at=NOW)
    slow = of_telemetry(plain, TAGS, latest_s=latest_s).lines
    assert _points(of_columns(columns, TAGS, latest_s=latest_s).lines) == _points(slow)


def _points(lines: list[str]) -> dict[tuple[str, str, str], float]:
    """Each field on its own: one line of many is the same as many of one."""
    found = {}
    for line in lines:
        head, fields, second = UNESCAPED.split(line)
        for field in fields.split(","):
            name, _, value = field.partition("=")
            found[head, name, second] = float(value)
    return found
