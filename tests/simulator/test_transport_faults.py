"""Transport and identity faults, at start and while running, seen by a client that is not ours."""

from __future__ import annotations

import asyncio

import pytest
import requests
from lxml import etree

from simulator.camera import SimulatedCamera
from simulator.faults import TEXTS, Fault
from tests.simulator.specs import camera_spec
from tests.simulator.web import digest, envelope, get, information, post, text_of

_CHUNK = 1024 * 1024


async def _ask(camera: SimulatedCamera) -> requests.Response:
    return await post(camera, information(), auth=digest())


@pytest.mark.parametrize("fault", ["empty_serial", "placeholder_serial"])
async def test_serials_that_identify_nothing(camera: SimulatedCamera, fault: str) -> None:
    """The serial is empty or all zeros while the fault lasts."""
    camera.inject(fault)
    broken = text_of(await _ask(camera), "SerialNumber")
    camera.clear(fault)

    assert broken is not None and broken.strip("0") == ""
    assert text_of(await _ask(camera), "SerialNumber") == "SN-2401-0001"


async def test_cut_off_reply_ends_inside_the_serial(camera: SimulatedCamera) -> None:
    """HTTP is complete, the XML is not: it stops after a part of the serial."""
    camera.inject("cut_off_replies")
    cut = await _ask(camera)

    assert cut.status_code == 200
    assert int(cut.headers["Content-Length"]) == len(cut.content)
    assert cut.content.endswith(b"<tds:SerialNumber>SN-240")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(cut.content)


async def test_html_login_page(camera: SimulatedCamera) -> None:
    """Every path answers 200 with a page for people."""
    camera.inject("html_login_page")

    for answer in (await _ask(camera), await get(camera, "/snapshot.jpg")):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")


async def test_not_found(camera: SimulatedCamera) -> None:
    """Every path answers 404."""
    camera.inject("not_found")

    assert (await _ask(camera)).status_code == 404


async def test_redirect_names_another_host(camera: SimulatedCamera) -> None:
    """The camera sends clients elsewhere; who follows takes the login there."""
    camera.inject("redirects")
    sent = await post(camera, information())

    assert sent.status_code == 307
    assert sent.headers["Location"] == camera.spec.redirect_to
    assert camera.address not in sent.headers["Location"]


async def test_wrong_xaddr(camera: SimulatedCamera) -> None:
    """Services, snapshot and stream are named at a host that is not the camera."""
    camera.inject("wrong_xaddr")
    stated = text_of(await post(camera, envelope("GetServices")), "XAddr")

    assert stated is not None and camera.spec.foreign_host in stated


async def test_slow_reply_still_comes() -> None:
    """The reply waits for the set time and is then whole."""
    async with SimulatedCamera(camera_spec(slow_s=0.3, faults=("slow",))) as camera:
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await post(camera, envelope("GetSystemDateAndTime"))
        took = loop.time() - began

    assert answer.status_code == 200
    assert took >= 0.3


async def test_hanging_camera_never_answers(camera: SimulatedCamera) -> None:
    """It accepts and stays silent; when the fault ends the old connection is cut."""
    camera.inject("hangs")
    waiting = asyncio.create_task(post(camera, envelope("GetSystemDateAndTime")))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    camera.clear("hangs")
    with pytest.raises(requests.ConnectionError):
        await waiting
    assert (await post(camera, envelope("GetSystemDateAndTime"))).status_code == 200


async def test_huge_reply_does_not_end(camera: SimulatedCamera) -> None:
    """A client that reads on gets far more than any reply needs."""
    camera.inject("huge_reply")

    def read_some() -> int:
        url = f"http://{camera.address}/onvif/device_service"
        got = 0
        with requests.post(url, data=information(), stream=True, timeout=10) as answer:
            for chunk in answer.iter_content(_CHUNK):
                got += len(chunk)
                if got >= 8 * _CHUNK:
                    break
        return got

    assert await asyncio.to_thread(read_some) >= 8 * _CHUNK


@pytest.mark.parametrize("fault", ["refuses_tcp", "power_off"])
async def test_dark_camera_refuses_and_returns(fault: str) -> None:
    """Dark from the start or later, both ports refuse; cleared, the same ports answer."""
    async with SimulatedCamera(camera_spec(faults=(fault,))) as camera:
        address, rtsp = camera.address, camera.rtsp_port
        for port in (int(address.rpartition(":")[2]), rtsp):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
        camera.clear(fault)
        await camera.settle()
        assert (camera.address, camera.rtsp_port) == (address, rtsp)
        assert (await post(camera, envelope("GetSystemDateAndTime"))).status_code == 200
        _reader, writer = await asyncio.open_connection("127.0.0.1", rtsp)
        writer.close()


async def test_power_off_cuts_what_is_open(camera: SimulatedCamera) -> None:
    """An open connection ends in the moment the power goes."""
    host, _, port = camera.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /snapshot.jpg HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 401")

    camera.inject("power_off")
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(100_000), 5)
    writer.close()


async def test_flickering_power_ends_as_the_last_word_says(camera: SimulatedCamera) -> None:
    """Many changes in one turn of the loop leave the camera as the last one wants it."""
    for _ in range(5):
        camera.inject("power_off")
        camera.clear("power_off")
    await camera.settle()
    assert (await post(camera, envelope("GetSystemDateAndTime"))).status_code == 200

    for _ in range(5):
        camera.clear("power_off")
        camera.inject("power_off")
    await camera.settle()
    with pytest.raises(requests.ConnectionError):
        await post(camera, envelope("GetSystemDateAndTime"))


async def test_enum_in_another_case(camera: SimulatedCamera) -> None:
    """The imaging reply says Auto for AUTO and begins with an element nobody knows."""
    camera.inject("lies_enum_case")
    asked = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
        b'<GetImagingSettings xmlns="http://www.onvif.org/ver20/imaging/wsdl">'
        b"<VideoSourceToken>VideoSource_1</VideoSourceToken></GetImagingSettings>"
        b"</e:Body></e:Envelope>"
    )
    answer = await post(camera, asked, auth=digest())

    (settings,) = etree.fromstring(answer.content).iter("{*}ImagingSettings")
    assert etree.QName(settings[0]).localname == "VideoSourceToken"
    assert settings.findtext("{*}IrCutFilter") == "Auto"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"GET me out", id="no XML"),
        pytest.param(b"<a/>", id="no envelope"),
        pytest.param(
            b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
            id="empty body",
        ),
        pytest.param(envelope("GetMeACoffee"), id="unknown operation"),
    ],
)
async def test_nonsense_gets_a_fault(camera: SimulatedCamera, body: bytes) -> None:
    """What is no known request is answered with a SOAP fault, not with a broken connection."""
    answer = await post(camera, body)

    assert answer.status_code == 400
    assert text_of(answer, "Text")


def test_every_fault_is_told_in_both_languages() -> None:
    """Each fault has one line of English and one of Chinese."""
    assert set(TEXTS) == set(Fault)
    assert all(text.en.isascii() and not text.zh.isascii() for text in TEXTS.values())


async def test_unknown_fault_names_the_remedy(camera: SimulatedCamera) -> None:
    """A misspelt fault changes nothing and says where the names are."""
    with pytest.raises(ValueError, match="preclaim-sim faults"):
        camera.inject("blured")

    assert len(camera.faults) == 0


def test_bad_spec_names_every_problem() -> None:
    """A spec that cannot be served is refused with all its problems."""
    with pytest.raises(ValueError, match=r"codec.*battery_percent"):
        SimulatedCamera(camera_spec(codec="av1", battery_percent=180))
