"""Media2, which the bundled WSDLs lack: its replies are read as plain XML."""

from __future__ import annotations

import pytest
import requests
from lxml import etree

from simulator.camera import SimulatedCamera
from simulator.onvif.names import MEDIA2, SCHEMA
from tests.simulator.specs import camera_spec
from tests.simulator.web import digest, post, text_of


def _request(operation: str, inside: str = "") -> bytes:
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
        f'<{operation} xmlns="{MEDIA2}">{inside}</{operation}></e:Body></e:Envelope>'
    ).encode()


async def _ask(camera: SimulatedCamera, operation: str, inside: str = "") -> requests.Response:
    return await post(camera, _request(operation, inside), auth=digest())


@pytest.mark.parametrize(("codec", "stated"), [("h264", "H264"), ("h265", "H265")])
async def test_profile_names_the_codec(codec: str, stated: str) -> None:
    """Here H.265 has a name, with size, rate and key frame distance."""
    async with SimulatedCamera(camera_spec(codec=codec)) as camera:
        answer = await _ask(camera, "GetProfiles")

    (encoder,) = etree.fromstring(answer.content).iter(f"{{{MEDIA2}}}VideoEncoder")
    assert encoder.findtext(f"{{{SCHEMA}}}Encoding") == stated
    assert encoder.findtext(f"{{{SCHEMA}}}Resolution/{{{SCHEMA}}}Width") == "320"
    assert encoder.findtext(f"{{{SCHEMA}}}RateControl/{{{SCHEMA}}}FrameRateLimit") == "10"
    assert encoder.get("GovLength") == "10"


async def test_addresses_of_a_profile(camera: SimulatedCamera) -> None:
    """Stream and picture are named for a profile that exists, and refused for another."""
    token = "<ProfileToken>Profile_1</ProfileToken>"
    stream = text_of(await _ask(camera, "GetStreamUri", token), "Uri")
    picture = text_of(await _ask(camera, "GetSnapshotUri", token), "Uri")
    wrong = await _ask(camera, "GetStreamUri", "<ProfileToken>Other</ProfileToken>")

    assert stream == f"rtsp://127.0.0.1:{camera.rtsp_port}/stream1"
    assert picture == f"http://{camera.address}/snapshot.jpg"
    assert wrong.status_code == 400


async def test_older_firmware_has_no_media2() -> None:
    """Without media2 the operations are not implemented."""
    async with SimulatedCamera(camera_spec(media2=False)) as camera:
        answer = await _ask(camera, "GetProfiles")

    assert b"ActionNotSupported" in answer.content
