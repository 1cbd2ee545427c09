"""What becomes of an answer: value, unknown, missing, invalid and unsupported stay apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.profiles.documents import AMBIGUOUS, UnreadableError, find, parse
from agent.camera.profiles.profile import Format
from agent.camera.profiles.steps import extract
from tests.agent.camera.profiles.making import metric


@pytest.mark.parametrize(
    ("raw", "value", "quality"),
    [
        pytest.param({"percent": 80}, 80.0, "good", id="value"),
        pytest.param({"percent": 0}, 0.0, "good", id="zero is a value"),
        pytest.param({"percent": "80"}, 80.0, "good", id="a number written as text"),
        pytest.param({"percent": 255}, None, "unknown", id="gauge not ready"),
        pytest.param({"percent": "255"}, None, "unknown", id="gauge not ready, as text"),
        pytest.param({"percent": 101}, None, "invalid", id="off scale"),
        pytest.param({"percent": "NO"}, None, "invalid", id="word for a number"),
        pytest.param({"percent": "80%"}, None, "invalid", id="a unit nobody expected"),
        pytest.param({"percent": ""}, None, "invalid", id="blank"),
        pytest.param({"percent": True}, None, "invalid", id="flag for a number"),
        pytest.param({"percent": [80]}, None, "invalid", id="list"),
        pytest.param({"percent": 10**400}, None, "invalid", id="beyond any number"),
        pytest.param({"percent": None}, None, "missing", id="null"),
        pytest.param({}, None, "missing", id="absent"),
        pytest.param([], None, "missing", id="other shape"),
    ],
)
def test_outcomes_stay_apart(raw: object, value: float | None, quality: str) -> None:
    """Value, unknown, missing and invalid are told apart; none is guessed."""
    found = extract(metric(), {"battery": raw}, Format.JSON)

    assert (found.value, found.quality, found.unit) == (value, quality, "%")
    assert quality == "missing" or found.raw


def test_absence_of_what_only_some_have_is_no_news() -> None:
    """An optional metric that is absent is unsupported, not missing."""
    assert extract(metric(optional=True), {}, Format.JSON).quality == "unsupported"


@pytest.mark.parametrize(
    ("said", "value", "quality"),
    [
        ("-86dBm", -86.0, "good"),
        (">=-44dBm", -44.0, "good"),
        ("--", None, "unknown"),
        ("", None, "unknown"),
        ("none", None, "invalid"),
        ("-200dBm", None, "invalid"),
    ],
)
def test_order_of_the_steps(said: str, value: float | None, quality: str) -> None:
    """Regex, then sentinel, then range; a sentinel that the regex does not match is still one."""
    rsrp = metric(
        name="cellular.rsrp",
        path="rsrp",
        regex=r"(-?\d+)",
        unless=("--", ""),
        valid=(-156.0, -31.0),
    )
    found = extract(rsrp, {"rsrp": said}, Format.JSON)

    assert (found.value, found.quality) == (value, quality)


def test_range_is_in_the_canonical_unit() -> None:
    """Scale, then offset, then range: 100 as bars would be +915 dBm."""
    wifi = metric(name="wifi.rssi", path="bars", scale=10.0, offset=-85.0, valid=(-110.0, 0.0))

    assert extract(wifi, {"bars": 4}, Format.JSON).value == -45.0
    assert extract(wifi, {"bars": 99}, Format.JSON).quality == "invalid"


@pytest.mark.parametrize(
    ("said", "value", "quality"),
    [(1, True, "good"), ("0", False, "good"), (3, None, "unknown"), ({}, None, "invalid")],
)
def test_a_word_that_the_map_does_not_have_is_unknown(
    said: object, value: bool | None, quality: str
) -> None:
    """Firmware of tomorrow may bring a fourth state: its raw word is kept, nothing is guessed."""
    charging = metric(
        name="battery.charging",
        path="state",
        type="text",
        unless=(),
        valid=None,
        map={"0": False, "1": True},
    )
    found = extract(charging, {"state": said}, Format.JSON)

    assert (found.value, found.quality) == (value, quality)
    assert found.raw


def test_an_answer_that_says_two_things_is_neither() -> None:
    """Duplicate elements, keys and names that differ give no value at all."""
    twice = b"<r><rsrp>-80</rsrp><x><rsrp>-120</rsrp></x></r>"
    rsrp = metric(name="cellular.rsrp", path="//rsrp", unless=(), valid=None)
    assert extract(rsrp, parse(twice, Format.XML), Format.XML).quality == "invalid"

    kv = parse(b"serialNumber=1\r\nserialNumber=2\r\n", Format.KV)
    assert find(kv, Format.KV, "serialNumber") is AMBIGUOUS
    with pytest.raises(UnreadableError):
        parse(b'{"a": 1, "a": 2}', Format.JSON)


def test_two_namespaces_read_alike() -> None:
    """Hikvision's two namespaces, and none, give the same serial under one path."""
    for space in (' xmlns="http://www.hikvision.com/ver20/XMLSchema"', ' xmlns="urn:x"', ""):
        body = f"<DeviceInfo{space}><serialNumber>DS-2CD1</serialNumber></DeviceInfo>".encode()
        document = parse(body, Format.XML)
        assert find(document, Format.XML, "/DeviceInfo/serialNumber") == "DS-2CD1"
        assert find(document, Format.XML, "//*[local-name()='serialNumber']") == "DS-2CD1"


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (Format.JSON, b"{"),
        (Format.JSON, b'{"a": NaN}'),
        (Format.JSON, b"[" * 50_000),
        (Format.JSON, b"<html>"),
        (Format.XML, b"<a><b></a>"),
        (Format.XML, b""),
        (Format.XML, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
        (Format.XML, '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16")),
        (Format.KV, b"<html><body>a=1\n</body></html>"),
        (Format.TEXT, b"\n<!DOCTYPE html>"),
        (Format.TEXT, b" " * 70_000),
    ],
)
def test_what_is_no_document_is_refused(form: Format, body: bytes) -> None:
    """Cut, hostile or foreign answers are no rows of missing values."""
    with pytest.raises(UnreadableError):
        parse(body, form)


def test_no_cut_of_an_answer_gives_half_a_value() -> None:
    """key=value cut anywhere gives the whole value or none: a line without its end is left out."""
    whole = b"serialNumber=ABC1234\r\ndeviceType=IPC\r\n"
    for at in range(len(whole)):
        found = find(parse(whole[:at], Format.KV), Format.KV, "serialNumber")
        assert found in (None, "ABC1234")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("0x10:u16", 0xFEA2),
        ("0x10:s16", -350),
        ("0x10:u32le", 0x0001FEA2),
        ("0x11:u32be", 0x00010002),
        ("0x12:s32le", -2 + 0x10000 * 0),
        ("0x11:bit0", True),
        ("0x12:bit0", False),
        ("0x10:bits4-7", 0xA),
        ("0x20:u16", None),
        ("0x13:u32le", None),
    ],
)
def test_registers(path: str, value: object) -> None:
    """Signs, word order and bits; a word that the device did not answer gives nothing."""
    registers = {0x10: 0xFEA2, 0x11: 0x0001, 0x12: 0x0002}
    if path == "0x12:s32le":
        registers |= {0x12: 0xFFFE, 0x13: 0xFFFF}
    assert find(registers, Format.REGISTERS, path) == value


_names = st.sampled_from(["a", "b", "c1"])
_paths = st.builds(
    lambda first, rest: first + "".join(rest),
    _names,
    st.lists(st.one_of(_names.map(lambda n: f".{n}"), st.integers(0, 2).map(lambda i: f"[{i}]"))),
)
_trees = st.recursive(
    st.one_of(st.integers(-3, 3), st.text(max_size=3), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=3)
    ),
    max_leaves=20,
)


@given(tree=_trees, path=_paths)
def test_our_short_cut_reads_as_jmespath_does(tree: Any, path: str) -> None:
    """Paths of names and indexes give what the library gives, without loading it."""
    import jmespath  # noqa: PLC0415

    expected = jmespath.search(path, tree)
    found = find(tree, Format.JSON, path)

    is_scalar = expected is None or isinstance(expected, str | int | float | bool)
    assert found == (expected if is_scalar else AMBIGUOUS)


@given(st.binary(max_size=300), st.sampled_from([Format.JSON, Format.XML, Format.KV, Format.TEXT]))
def test_any_bytes_are_a_document_or_refused(body: bytes, form: Format) -> None:
    """Whatever a device sends, nothing but UnreadableError comes out."""
    try:
        document = parse(body, form)
    except UnreadableError:
        return
    path = {"json": "a.b", "xml": "//a", "kv": "a", "text": ""}[form.value]
    told = extract(metric(path=path, regex=r"\d+"), document, form)
    assert told.quality in ("good", "unknown", "missing", "invalid")
    assert told.quality == "missing" or json.loads(told.raw) is not None or told.raw
