"""SOAP parsing: the whole truth or a named cause, whatever arrives."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.onvif.envelope import created_text, password_digest
from agent.camera.onvif.faults import read_fault
from agent.camera.onvif.parse import children, number, parse_envelope, text
from agent.camera.port import CameraError, Cause
from tests.agent.camera.fake_device import INFORMATION, SERIAL, envelope, fault

WHOLE = envelope(INFORMATION).encode()
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE s:Envelope [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + WHOLE.partition(b"?>")[2].replace(SERIAL.encode(), b"&b;")
)


def cause_of(body: bytes) -> Cause:
    with pytest.raises(CameraError) as caught:
        parse_envelope(body)
    return caught.value.cause


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        pytest.param(b"", Cause.HTTP_NOT_XML, id="empty"),
        pytest.param(b" <html><body>Login</body></html>", Cause.HTTP_NOT_XML, id="html"),
        pytest.param(b"<!DOCTYPE html><html>", Cause.HTTP_NOT_XML, id="html doctype"),
        pytest.param(b'{"a":1}', Cause.HTTP_NOT_XML, id="json"),
        pytest.param(b"\x1f\x8b\x08\x00abc", Cause.HTTP_NOT_XML, id="gzip"),
        pytest.param(b"<config/>", Cause.HTTP_NOT_XML, id="other xml"),
        pytest.param(BOMB, Cause.ONVIF_UNPARSABLE, id="entity bomb"),
        pytest.param(
            b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + WHOLE.partition(b"?>")[2],
            Cause.ONVIF_UNPARSABLE,
            id="external DTD",
        ),
        pytest.param(
            WHOLE.replace(b"SC-4G", "Kamera-\u00e9".encode("latin-1")),
            Cause.ONVIF_UNPARSABLE,
            id="latin-1",
        ),
        pytest.param(
            WHOLE.replace(b"SN-0042", "SN-\ufffd42".encode()),
            Cause.ONVIF_UNPARSABLE,
            id="damaged on the device",
        ),
        pytest.param(WHOLE.replace(b"SN-0042", b"SN-&b;"), Cause.ONVIF_UNPARSABLE, id="entity"),
        pytest.param(WHOLE.replace(b"SN-0042", b"SN\x0042"), Cause.ONVIF_UNPARSABLE, id="NUL"),
        pytest.param(b"<Envelope>" + b"<a>" * 100_000, Cause.ONVIF_UNPARSABLE, id="deep nesting"),
        pytest.param(b"<Envelope><Head/></Envelope>", Cause.ONVIF_UNPARSABLE, id="no body"),
    ],
)
def test_hostile_reply_has_its_cause(body: bytes, cause: Cause) -> None:
    """Each kind of broken reply is told apart, and none gives a value."""
    assert cause_of(body) is cause


def test_every_cut_is_noticed() -> None:
    """A reply cut after any byte is unparsable, never a shorter serial."""
    for length in range(len(WHOLE)):
        assert cause_of(WHOLE[:length]) in (Cause.ONVIF_UNPARSABLE, Cause.HTTP_NOT_XML)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param("<a>7</a><a>8</a>", id="two values"),
        pytest.param("<a>7</a><a/>", id="a value and none"),
        pytest.param("<a>SN-\u202e42</a>", id="written backwards"),
        pytest.param("<a>S\u200bN</a>", id="no width"),
    ],
)
def test_what_is_said_in_two_ways_is_no_fact(second: str) -> None:
    """Two values of one element, or signs that people cannot see: nothing is chosen for them."""
    body = parse_envelope(envelope(f"<r>{second}</r>").encode())
    same = parse_envelope(envelope("<r><a>7</a><a> 7 </a></r>").encode())
    with pytest.raises(CameraError) as caught:
        text(body, "r", "a")

    assert caught.value.cause is Cause.ONVIF_UNPARSABLE
    assert text(same, "r", "a") == "7"


def test_two_bodies_are_none() -> None:
    """A reply with two SOAP bodies does not say which one is meant."""
    two = WHOLE.replace(b"</s:Body>", b"</s:Body><s:Body><x/></s:Body>")
    assert cause_of(two) is Cause.ONVIF_UNPARSABLE


def test_more_elements_than_a_device_needs_are_refused() -> None:
    """A recorder of 64 channels is read; what would cost tens of megabytes is not even parsed."""
    parse_envelope(envelope("<r>" + "<x></x>" * 10_000 + "</r>").encode())
    assert cause_of(envelope("<x/>" * 200_000).encode()) is Cause.ONVIF_UNPARSABLE


def test_absent_empty_and_broken_stay_apart() -> None:
    """An absent element is None, an empty one '', and a broken number raises."""
    body = parse_envelope(envelope("<A><B/><N>x</N><M>1.5</M><I>NaN</I></A>").encode())
    element = children(body, "A")[0]

    assert text(element, "C") is None
    assert text(element, "B") == ""
    assert number(element, "M") == 1.5
    for name in ("N", "I"):
        with pytest.raises(CameraError):
            number(element, name)


@pytest.mark.parametrize(
    ("subcode", "reason", "login", "unsupported"),
    [
        ("NotAuthorized", "Sender not Authorized", True, False),
        ("FailedAuthentication", "", True, False),
        ("ActionNotSupported", "", False, True),
        ("Sender", "Method 'x' not implemented: method name or namespace not recognized",
         False, True),
        ("InvalidArgVal", "No such profile", False, False),
    ],
)  # fmt: skip
def test_faults_are_told_apart(subcode: str, reason: str, login: bool, unsupported: bool) -> None:
    """A refused login, an unsupported operation and any other fault are three things."""
    found = read_fault(parse_envelope(fault(subcode, reason).encode()))

    assert found is not None
    assert (found.about_login, found.unsupported) == (login, unsupported)


def test_soap_1_1_fault_is_read() -> None:
    """Old firmware answers with faultcode and faultstring."""
    body = envelope(
        "<s:Fault><faultcode>ter:NotAuthorized</faultcode><faultstring>no</faultstring></s:Fault>"
    )
    found = read_fault(parse_envelope(body.encode()))

    assert found is not None
    assert found.about_login


def test_published_password_digest() -> None:
    """The digest is the one printed in the ONVIF Application Programmer's Guide."""
    digest = password_digest(
        nonce=base64.b64decode("LKqI6G/AikKCQrN0zqZFlg=="),
        created="2010-09-16T07:50:45Z",
        password="userpassword",
    )

    assert digest == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_created_ends_in_z() -> None:
    """Some firmware refuses +00:00."""
    assert created_text(datetime(2026, 1, 2, 3, 4, 5, 6000, UTC)) == "2026-01-02T03:04:05.006Z"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_give_a_body_or_a_camera_error(data: st.DataObject) -> None:
    """Random and mutated replies raise CameraError and nothing else."""
    mutated = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(0, 5))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    for body in (bytes(mutated), data.draw(st.binary(max_size=100))):
        try:
            parse_envelope(body)
        except CameraError as error:
            assert error.cause in (Cause.ONVIF_UNPARSABLE, Cause.HTTP_NOT_XML)
