"""Addresses: whatever a device names, requests go to the device that the operator named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.address import pin_http, pin_rtsp, place_of, resolve
from agent.camera.port import CameraError, Cause, Target

CAMERA = Target(address="192.0.2.10:8000")


@pytest.mark.parametrize(
    ("named", "url", "foreign"),
    [
        ("http://192.0.2.10:8000/onvif/media", "http://192.0.2.10:8000/onvif/media", None),
        ("http://192.0.2.10/onvif/media", "http://192.0.2.10:8000/onvif/media", None),
        ("http://192.0.2.10:8899/x?a=1&b=2", "http://192.0.2.10:8899/x?a=1&b=2", None),
        ("http://10.0.0.5:99/onvif/media", "http://192.0.2.10:8000/onvif/media", "10.0.0.5"),
        ("http://127.0.0.1:1883/", "http://192.0.2.10:8000/", "127.0.0.1"),
        ("http://169.254.169.254/latest", "http://192.0.2.10:8000/latest", "169.254.169.254"),
        ("http://u:p@192.0.2.10:8000/s.jpg", "http://192.0.2.10:8000/s.jpg", None),
        ("http://192.0.2.10@evil.example/s", "http://192.0.2.10:8000/s", "evil.example"),
        ("https://192.0.2.10:8000/a b", "http://192.0.2.10:8000/a%20b", None),
    ],
)
def test_http_address_is_pinned(named: str, url: str, foreign: str | None) -> None:
    """Host and scheme are the operator's; path and query are the device's."""
    pinned = pin_http(named, CAMERA)

    assert (pinned.url, pinned.foreign) == (url, foreign)


@pytest.mark.parametrize(
    "named", ["ftp://192.0.2.10/x", "file:///etc/passwd", "", "http://[::1", "http://h:99999/",
              "http://192.0.2.10/\r\nX: y", "gopher://a", "http://h/" + "a" * 5000],
)  # fmt: skip
def test_unusable_address_is_refused(named: str) -> None:
    """What is no HTTP address has a cause of its own."""
    with pytest.raises(CameraError) as caught:
        pin_http(named, CAMERA)

    assert caught.value.cause is Cause.ONVIF_FOREIGN_ADDRESS


def test_loopback_keeps_its_one_port() -> None:
    """On loopback other ports are other programs: only the configured one is asked."""
    target = Target(address="127.0.0.1:4000")

    assert pin_http("http://127.0.0.1:1883/x", target).url == "http://127.0.0.1:4000/x"


def test_rtsp_address_is_pinned() -> None:
    """The stream comes from the device, at the operator's port if there is one."""
    place, url, foreign = pin_rtsp("rtsp://u:p@10.0.0.5:8554/live?ch=1", CAMERA)
    configured = pin_rtsp("rtsp://10.0.0.5/live", Target(address="192.0.2.10", rtsp_port=7554))

    assert (place.host, place.port, foreign) == ("192.0.2.10", 8554, "10.0.0.5")
    assert url == "rtsp://192.0.2.10:8554/live?ch=1"
    assert configured[0].port == 7554


@pytest.mark.parametrize("address", ["", "http://x/", "a/b", "u@h", "h:x", ":80"])
def test_bad_target_is_told(address: str) -> None:
    """A target that is no host or host:port is named as such."""
    with pytest.raises(CameraError) as caught:
        place_of(Target(address=address))

    assert caught.value.cause is Cause.DNS


async def test_names_do_not_lead_to_loopback() -> None:
    """Only an address written by the operator may point at this machine."""
    assert await resolve("127.0.0.1") == "127.0.0.1"
    assert await resolve("localhost") in ("127.0.0.1", "::1")
    with pytest.raises(CameraError):
        await resolve("localhost.localdomain.invalid")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_text_escapes_the_device(text: str) -> None:
    """Any text is pinned to the device or refused."""
    for named in (text, f"http://{text}", f"http://192.0.2.10{text}"):
        try:
            url = pin_http(named, CAMERA).url
        except CameraError:
            continue
        assert url.startswith("http://192.0.2.10:")
        assert url.isprintable()
