"""Masking of recordings: what is private never survives, and what profiles read stays."""

from __future__ import annotations

import base64
import hashlib
import json
import string
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.replay import Recording, folder_of, load_recordings, replay, wrong_in
from agent.record.fields import Private, what_is
from agent.record.mask import Masker

SHARED = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
NAMES = {
    Private.SECRET: (
        "password",
        "PassWord",
        "admin_pwd",
        "Token",
        "SessionID",
        "wpaKey",
        "userName",
    ),
    Private.SUBSCRIBER: ("imei", "IMSI", "sim_iccid", "msisdn", "phoneNumber", "own-numbers"),
    Private.NETWORK: ("ssid", "wifi_ssid", "BSSID"),
    Private.PLACE: ("latitude", "gpsPosition", "geo_location"),
    Private.PERSON: ("device_alias", "ownerName", "email"),
    Private.SERIAL: ("SerialNo", "serialNumber", "device_id", "SER#"),
}
QENG = '+QENG: "servingcell","NOCONN","LTE","FDD",262,01,1A2D001,311,1300,3,5,5,2F1C,-104,-12\r\n'
Style = Callable[[str, str], str]
STYLES: dict[str, Style] = {
    "JSON": lambda name, value: json.dumps({"a": {name: value}, "b": 1}),
    "JSON list": lambda name, value: json.dumps({name: ["x1", {"y": value}]}),
    "JSON pair": lambda name, value: json.dumps([{"name": name, "value": value}]),
    "JSON in JSON": lambda name, value: json.dumps({"reply": json.dumps({name: value})}),
    "pair in JSON": lambda name, value: json.dumps({"url": f"http://h/x?a=1&{name}={value}&b=2"}),
    "element": lambda name, value: f"<r><{_tag(name)}>{escape(value)}</{_tag(name)}></r>",
    "inner element": lambda name, value: (
        f"<r><{_tag(name)}><v>{escape(value)}</v></{_tag(name)}></r>"
    ),
    "attribute": lambda name, value: f"<r><p {_tag(name)}={quoteattr(value)}/></r>",
    "named attribute": lambda name, value: (
        f"<r><p name={quoteattr(name)} value={quoteattr(value)}/></r>"
    ),
    "named element": lambda name, value: (
        f"<r><p><name>{name}</name><value>{escape(value)}</value></p></r>"
    ),
    "key=value": lambda name, value: f"a=1\r\n{name}={value}\r\nb=2\r\n",
    "dotted": lambda name, value: f"table.Net[0].{name}={value}\r\n",
    "tab": lambda name, value: f"V\t13120\r\n{name}\t{value}\r\n",
    "header": lambda name, value: f"X-{name}: {value}\r\nOther: 1\r\n",
    "AT": lambda name, value: f"+{name}: {value}\r\n",
    "JSON in a line": lambda name, value: f'status: {{"{name}": "{value}"}} ok\r\n',
    "query": lambda name, value: f"GET /cgi?{name}={value}&channel=1 HTTP/1.1\r\n",
}
SECRETS = st.text(alphabet=string.ascii_letters + string.digits, min_size=8, max_size=24).filter(
    lambda text: any(sign.isdigit() for sign in text) and set(text) != {"0"}  # zeros name nobody
)
ALL_NAMES = [name for names in NAMES.values() for name in names]


def _tag(name: str) -> str:
    return name.replace("#", "")


def masked(*bodies: str, known: tuple[str, ...] = ()) -> list[str]:
    """Bodies of one recording, masked as it is taken."""
    masker = Masker(known)
    return [masker.mask(body) for body in [masker.mask(body) for body in bodies]]


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ALL_NAMES), SECRETS, st.sampled_from(sorted(STYLES)))
def test_no_planted_secret_survives(style: str, name: str, secret: str, other: str) -> None:
    """In whatever way a field is written, its value is gone, there and in another answer.

    What a person called a thing may be the name of its model: that is masked in its field alone.
    """
    elsewhere = STYLES[other]("remark", f"x-{secret}-y")

    first, second = masked(elsewhere, STYLES[style](name, secret))

    if what_is(name) is not Private.PERSON:
        assert secret.casefold() not in first.casefold()
    assert secret.casefold() not in second.casefold()


@given(SECRETS, st.sampled_from(sorted(STYLES)))
def test_the_password_is_found_in_every_form(secret: str, style: str) -> None:
    """Also in a field with a harmless name, as it is, in base64 and as a digest."""
    forms = (
        secret,
        base64.b64encode(secret.encode()).decode(),
        hashlib.md5(secret.encode()).hexdigest().upper(),
        hashlib.sha256(secret.encode()).hexdigest(),
    )
    for form in forms:
        (body,) = masked(STYLES[style]("remark", form), known=(secret,))
        assert form.casefold() not in body.casefold()


@given(
    st.sampled_from(sorted(STYLES)),
    st.sampled_from(
        [
            "490154203237518",
            "262073900000007",
            "8949020000012345678",
            "89490200001234567890",
            "3C:78:95:1A:2B:3C",
            "3c-78-95-1a-2b-3c",
            "somebody@example.org",
            "+491700000001",
            "47.37689,8.54169",
        ]
    ),
)
def test_private_forms_are_found_without_a_name(style: str, value: str) -> None:
    """Digits of a SIM or modem, MAC addresses, mail, phone numbers and places need no name."""
    (body,) = masked(STYLES[style]("remark", value))

    assert value not in body


def test_pseudonyms_keep_form_and_are_one_in_all_answers() -> None:
    """The same serial number becomes the same other one, of the same form, in every format."""
    serial, mac = "DS-2CD2143G0-I20190711AAWRD12345678", "3C:78:95:1A:2B:3C"
    bodies = masked(
        json.dumps({"serialNumber": serial, "mac": mac}),
        f"<DeviceInfo><serialNumber>{serial}</serialNumber><macAddress>{mac}</macAddress></DeviceInfo>",
        f"serial={serial}\r\nnet={mac}\r\n",
        json.dumps({"net": {"macaddr": mac.replace(":", "").lower()}}),
    )
    told = json.loads(bodies[0])

    assert told["serialNumber"] != serial
    assert len(told["serialNumber"]) == len(serial)
    assert told["serialNumber"].startswith(told["serialNumber"][:2] + "-")
    assert told["mac"].startswith("02:")
    for body in bodies[1:3]:
        assert told["serialNumber"] in body
        assert told["mac"] in body
    assert json.loads(bodies[3])["net"]["macaddr"] == told["mac"].replace(":", "").lower()
    (another,) = masked(json.dumps({"serialNumber": serial}))
    assert json.loads(another)["serialNumber"] != told["serialNumber"]


@pytest.mark.parametrize(
    "body",
    [
        '{"battery": {"percent": 80, "state": "charging", "firmware": "V4.03.R11.C6380178.12201"}}',
        '{"data": [{"rsrp": -83, "simstate": "Inserted", "pinleft": 3, "txbytes": 45844315341}]}',
        '{"modem": {"signal": {"lte": {"rsrp": "-82.00", "rsrq": "--"}}}}',
        "+CSQ: 17,99\r\n",
        "+CEREG: 0,1\r\n",
        "table.VideoInDayNight[0][0].Mode=Brightness\r\nversion=2.800.0000016.0.R,build:2020-06-05\r\n",
        "V\t13120\r\nPPV\t25\r\nFW\t161\r\n",
        '{"SystemInfo": {"SerialNo": "0000000000000000", "DeviceRunTime": "0x000005A1"}}',
        '{"ssid": "", "imei": "N/A", "iccid": "--", "token": null}',
    ],
)
def test_what_profiles_read_stays(body: str) -> None:
    """Values, sentinels, firmware versions and zero serial numbers are as the device sent them."""
    (kept,) = masked(body)

    assert (json.loads(kept) == json.loads(body)) if body.startswith("{") else (kept == body)


@pytest.mark.parametrize(
    ("body", "private"),
    [
        ('{"cell_id": "1A2D001", "band": "B3", "millivolts": 4020, "tac": "4020"}', "1A2D001"),
        ('{"cellid": 14887433, "rsrp": -83}', "14887433"),
        ("<response><cell_id>14887433</cell_id><rsrp>-86dBm</rsrp></response>", "14887433"),
        (QENG, "1A2D001"),
        (QENG, "2F1C"),
        ('+CEREG: 2,1,"2F1C","01A2D001",7\r\n', "01A2D001"),
    ],
)
def test_the_mobile_cell_is_another_one_of_the_same_form(body: str, private: str) -> None:
    """Public lists give a cell's place: it goes, and nothing else of the answer does."""
    (kept,) = masked(body)

    assert private not in kept
    assert len(kept) == len(body)
    assert sum(one != other for one, other in zip(kept, body, strict=True)) <= 12
    assert "-104,-12" in kept or body != QENG
    assert '"millivolts": 4020' in kept or "millivolts" not in body


@pytest.mark.parametrize(
    "body",
    ['{"password": "s3cret', "<a><password>s3cret", '<!DOCTYPE a><a p="s3cret"/>', "[" * 99999],
)
def test_what_cannot_be_read_is_not_kept(body: str) -> None:
    """Where nobody can tell where a value ends, nothing of the answer is kept."""
    assert masked(body) == [""]


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: b.decode("latin1"))))
def test_any_text_is_masked_without_an_error(body: str) -> None:
    """Whatever a device sends, masking ends, and a second time changes nothing more."""
    once = masked(body)

    assert masked(*once) == once


def test_names_are_folded() -> None:
    """Upper case, dashes and dots make no other name of a field."""
    assert what_is("Serial-No.") is what_is("serial_no") is Private.SERIAL
    assert what_is("pinstate") is what_is("percent") is what_is("rsrp") is None


@pytest.mark.parametrize("recording", load_recordings(), ids=lambda one: str(one.device))
def test_masking_changes_no_reading_of_a_real_device(recording: Recording, tmp_path: Path) -> None:
    """Recordings of others, masked once more, are read as before: paths and types survive."""
    folder = folder_of(recording, SHARED if SHARED.is_dir() else None)
    if folder is None:
        pytest.skip("this recording is not here")
    profile = next(one for one in load_profiles() if one.id == recording.profile)
    names = {file.partition("#")[0] for file in recording.answers.values()}
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(masked((folder / name).read_text())[0])

    values = replay(profile, recording, tmp_path)
    wrong = wrong_in(recording, values)

    assert [one for one in wrong if not one.startswith("cellular.cell:")] == []
    if "cellular.cell" in recording.values:
        assert values["cellular.cell"].quality == "good"
        assert values["cellular.cell"].value != recording.values["cellular.cell"]
