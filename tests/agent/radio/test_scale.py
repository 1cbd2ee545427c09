"""What radio figures may be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.steps import judge
from agent.inbox.event import read_event
from agent.probes.vendor import as_reading
from agent.radio.scale import NAMES, Technology, on_scale, range_of, technology_of
from shared.reading import Quality, Reading, Value

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
METRICS = [
    (profile, metric)
    for profile in load_profiles()
    for metric in profile.metrics
    if metric.name in NAMES
]


def reading(name: str, value: Value, quality: Quality = Quality.GOOD, raw: str = "") -> Reading:
    return Reading(name, value, "dBm", NOON, quality, raw=raw)


def one(name: str, value: Value, **others: Value) -> Reading:
    """The figure after the check, beside other good readings of the visit."""
    beside = [reading(f"cellular.{key}", other) for key, other in others.items()]
    return next(r for r in on_scale([*beside, reading(name, value)]) if r.name == name)


@pytest.mark.parametrize(
    ("name", "value", "tech", "quality"),
    [
        ("cellular.rsrp", -97.0, "LTE", Quality.GOOD),
        ("cellular.rsrp", 97.0, "LTE", Quality.INVALID),  # the sign is lost
        ("cellular.rsrp", -35.0, "LTE", Quality.INVALID),
        ("cellular.rsrp", -35.0, "5G (SA)", Quality.GOOD),
        ("cellular.rsrp", -150.0, "LTE", Quality.INVALID),
        ("cellular.rsrp", -150.0, "NR5G-SA", Quality.GOOD),
        ("cellular.rsrp", -157.0, "", Quality.INVALID),
        ("cellular.rsrp", -140.0, "LTE", Quality.UNKNOWN),  # an antenna that is not there
        ("cellular.rsrp", 0.0, "LTE", Quality.UNKNOWN),
        ("cellular.rsrp", 99.0, "", Quality.UNKNOWN),
        ("cellular.rsrp", -97.0, "WCDMA", Quality.UNKNOWN),  # 3G has no RSRP
        ("cellular.rsrq", -12.0, "LTE", Quality.GOOD),
        ("cellular.rsrq", 12.0, "LTE", Quality.INVALID),
        ("cellular.sinr", 0.0, "LTE", Quality.GOOD),  # a figure like any other
        ("cellular.sinr", -31.0, "LTE", Quality.INVALID),
        ("cellular.sinr", 41.0, "LTE", Quality.INVALID),  # an RSRP without its sign may look so
        ("cellular.sinr", 255.0, "LTE", Quality.UNKNOWN),
        ("cellular.antenna_2_rsrp", -140.0, "LTE", Quality.GOOD),  # a word here: it is deaf
        ("wifi.rssi", -60.0, "", Quality.GOOD),
        ("wifi.rssi", 3.0, "", Quality.INVALID),  # bars are no dBm
        ("wifi.rssi", 180.0, "", Quality.INVALID),
        ("wifi.rssi", 100.0, "", Quality.UNKNOWN),  # on a wire
        ("wifi.rssi", 255.0, "", Quality.UNKNOWN),
    ],
)
def test_figure(name: str, value: float, tech: str, quality: Quality) -> None:
    """A figure is good on the scale of its technology alone, and what it was is kept."""
    found = one(name, value, tech=tech)

    assert found.quality is quality
    assert found.value == (value if quality is Quality.GOOD else None)
    assert quality is Quality.GOOD or float(found.raw) == value


@pytest.mark.parametrize(
    "others",
    [
        {"registered": False},
        {"state": "NOSERVICE"},
        {"state": "LIMSRV"},
        {"operator": "No service"},
    ],
)
def test_without_service_old_figures_are_not_believed(others: dict[str, Value]) -> None:
    """A modem that is not registered may go on printing what it heard last."""
    found = one("cellular.rsrp", -71.0, **others)

    assert (found.quality, found.value, found.raw) == (Quality.UNKNOWN, None, "-71.0")


def test_a_sentinel_that_a_profile_called_invalid_is_unknown() -> None:
    """255 is a device that does not know, also where its profile lists no such sentinel."""
    (found,) = on_scale([reading("cellular.rsrp", None, Quality.INVALID, raw='"255"')])

    assert found.quality is Quality.UNKNOWN


@pytest.mark.parametrize(
    ("word", "technology"),
    [
        ("LTE", Technology.LTE),
        ("4G (LTE)", Technology.LTE),
        ("lte", Technology.LTE),
        ("5gnr", Technology.NR),
        ("NR5G-SA", Technology.NR),
        ("5G (NSA); VoLTE", Technology.UNKNOWN),
        ("5G-NSA", Technology.UNKNOWN),
        ("3G (WCDMA)", Technology.OLDER),
        (None, Technology.UNKNOWN),
        ("", Technology.UNKNOWN),
    ],
)
def test_technology(word: str | None, technology: Technology) -> None:
    """Devices name it in words of their own; LTE and NR together have the wider map."""
    assert technology_of(word) is technology


RAW = st.one_of(
    st.integers(-40_000, 70_000),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from([0, 99, 100, 199, 255, -140, -141, -44, -43, -31, -30, 41, "", "--", "N/A"]),
    st.integers(-300, 300).map(lambda value: f"{value}dBm"),
    st.integers(-300, 300).map(str),
)


@given(metric=st.sampled_from(METRICS), raw=RAW, tech=st.sampled_from(["", "LTE", "NR5G-SA"]))
@settings(max_examples=80, deadline=None)
def test_no_profile_lets_a_figure_off_the_scale_through(metric: Any, raw: Any, tech: str) -> None:
    """Whatever a device sends at any path of any shipped profile: good is on the scale of 3GPP."""
    profile, own = metric
    value = judge(own, raw, profile.sources[own.source].format)
    made = as_reading(own.name, value, at=NOON)
    (found,) = [r for r in on_scale([reading("cellular.tech", tech), made]) if r.name == own.name]

    assert not found.good or _is_on(found, technology_of(tech))


@given(name=st.sampled_from(sorted(NAMES)), raw=RAW)
def test_no_event_lets_a_figure_off_the_scale_through(name: str, raw: Any) -> None:
    """The same for what a camera pushes."""
    for found in read_event({name: raw}, {}, at=NOON):
        assert not found.good or _is_on(found, Technology.UNKNOWN)


def _is_on(found: Reading, technology: Technology) -> bool:
    low, high = range_of(found.name, technology)
    value = found.number()
    return value is not None and low <= value <= high


@settings(max_examples=40)
@given(values=st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.floats(-300, 300)), max_size=9))
def test_the_check_makes_nothing_good_and_holds_twice(values: list[tuple[str, float]]) -> None:
    """Applied again it changes nothing, and what was not good stays so."""
    once = on_scale(reading(name, value) for name, value in values)

    assert on_scale(once) == once
