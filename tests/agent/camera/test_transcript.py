"""What is kept of an exchange: no secret, no half of one, and no more than there is room for."""

from __future__ import annotations

import pytest

from agent.camera.port import CameraError, Cause, Credentials
from agent.camera.scrub import scrub_address
from agent.camera.transcript import REPLY_CAP_BYTES, Transcript
from tests.agent.fakes import NOON

PASSWORD = "a password of fair length"


def transcript() -> Transcript:
    """An empty one."""
    credentials = Credentials(user="admin", password=PASSWORD)
    return Transcript(clock=lambda: NOON, credentials=credentials)


@pytest.mark.parametrize("before", range(REPLY_CAP_BYTES - 30, REPLY_CAP_BYTES + 3, 3))
def test_a_cut_leaves_no_half_of_a_secret(before: int) -> None:
    """A reply that echoes the password across the cap is kept without any part of it."""
    kept = transcript()
    with kept.record(kind="onvif", request="x") as note:
        note.reply = b"." * before + PASSWORD.encode() + b"." * 5000
    with pytest.raises(CameraError) as caught, kept.record(kind="onvif", request="x"):
        raise CameraError(Cause.HTTP_STATUS, "y", raw=b"." * before + PASSWORD.encode() * 300)

    first, second = kept.exchanges
    assert len(first.reply) <= REPLY_CAP_BYTES
    for text in (first.reply, second.reply, caught.value.raw):
        assert b"a pass" not in text
        assert text.startswith(b"." * 10_000)


def test_tokens_of_onvif_stay_and_those_of_vendors_go() -> None:
    """An ONVIF token names a profile, which evidence needs; a vendor's opens the door."""
    kept = transcript()
    for kind in ("onvif", "vendor"):
        with kept.record(kind=kind, request="x") as note:
            note.reply = b'<trt:Profiles token="Profile_1"/> {"token": "Profile_1"}'

    onvif, vendor = kept.exchanges
    assert onvif.reply.count(b"Profile_1") == 2
    assert b"Profile_1" not in vendor.reply


def test_a_hidden_token_is_masked_in_each_form_from_then_on() -> None:
    """As it is and as an address carries it, in replies, details and errors."""
    kept = transcript()
    kept.hide("tok/4711+x")
    with kept.record(kind="vendor", request="x") as note:
        note.detail = "asked ?token=tok%2F4711%2Bx"
    with pytest.raises(CameraError) as caught, kept.record(kind="vendor", request="x"):
        raise CameraError(Cause.HTTP_STATUS, "said tok/4711+x", raw=b"tok/4711+x")

    assert "4711" not in repr(kept.exchanges) + str(caught.value) + repr(caught.value.raw)


@pytest.mark.parametrize(
    "stated",
    [
        "rtsp://192.0.2.7/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp?real_stream",
        "rtsp://192.0.2.7/11?user=admin&amp;pwd=tlJwpbo6&amp;x=1",
        "rtsp://admin:tlJwpbo6@192.0.2.7/11",
    ],
)
def test_a_login_in_a_streams_address_is_masked(stated: str) -> None:
    """Also one that is not our password: of Xiongmai's hash the device takes as well."""
    kept = transcript()
    with kept.record(kind="onvif", request="GetStreamUri") as note:
        note.reply = f"<tt:Uri>{stated}</tt:Uri>".encode()

    assert b"tlJwpbo6" not in kept.exchanges[0].reply
    assert b"192.0.2.7" in kept.exchanges[0].reply
    assert "tlJwpbo6" not in scrub_address(stated)
    assert scrub_address("/Streaming/Channels/101?a=b") == "/Streaming/Channels/101?a=b"
