"""IPv6: addresses as people write them, replies that name them, streams, discovery; on ::1."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.camera.address import Place, pin_http, pin_rtsp, place_of, resolve, same_host, url_of
from agent.camera.login import LoginState
from agent.camera.onvif.discovery import discover
from agent.camera.port import CameraError, Cause, Credentials, StreamHealth, Target
from agent.camera.rtsp.watch import watch
from agent.camera.transcript import Transcript
from agent.config_file import load_config
from agent.config_problem import ConfigError
from tests.agent.camera import test_gstreamer
from tests.agent.camera.conftest import CameraMaker, utc_now
from tests.agent.camera.fake_device import SERIAL, FakeDevice, envelope, fault
from tests.agent.camera.test_discovery import Liars

pytestmark = pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("written", "netloc", "told"),
    [
        ("2001:db8::7", "[2001:db8::7]:80", "[2001:db8::7]:80"),
        ("[2001:DB8:0:0::7]", "[2001:db8::7]:80", "[2001:db8::7]:80"),
        ("[2001:db8::7]:8080", "[2001:db8::7]:8080", "[2001:db8::7]:8080"),
        ("fe80::7%eth0", "[fe80::7%eth0]:80", "[fe80::7]:80"),
        ("[fe80::7%25eth0]:8080", "[fe80::7%eth0]:8080", "[fe80::7]:8080"),
        ("192.0.2.7:8080", "192.0.2.7:8080", "192.0.2.7:8080"),
    ],
)
def test_addresses_are_read_as_they_are_written(written: str, netloc: str, told: str) -> None:
    """Bare or in brackets, short or long; the zone is ours and never told to the device."""
    place = place_of(Target(address=written))

    assert (place.netloc, place.told) == (netloc, told)


@pytest.mark.parametrize("written", ["fe80::7", "[fe80::7]:80", "[::1", "1:2:3", "[zz::1]", "::1]"])
def test_what_is_no_address_is_told(written: str, tmp_path: Path) -> None:
    """A link-local address without its zone leads nowhere; the configuration says so at once."""
    with pytest.raises(CameraError) as caught:
        place_of(Target(address=written))
    path = tmp_path / "agent.toml"
    path.write_text(f'[agent]\nid = "a"\n[[devices]]\nid = "x"\naddress = "{written}"\n')
    with pytest.raises(ConfigError) as problems:
        load_config(path, environment={})

    assert caught.value.cause is Cause.DNS
    assert [problem.key for problem in problems.value.problems] == ["devices[0].address"]


@pytest.mark.parametrize(
    ("named", "url", "foreign"),
    [
        ("http://[2001:DB8:0::7]:8899/x", "http://[2001:db8::7]:8899/x", None),
        ("http://[2001:db8::8]:8899/x", "http://[2001:db8::7]:80/x", "2001:db8::8"),
        ("http://[fe80::1%25eth0]/x", "http://[2001:db8::7]:80/x", "fe80::1%25eth0"),
        ("http://[::ffff:127.0.0.1]:22/x", "http://[2001:db8::7]:80/x", "::ffff:127.0.0.1"),
        ("http://192.168.1.7/x", "http://[2001:db8::7]:80/x", "192.168.1.7"),
    ],
)
def test_what_a_device_names_is_pinned_to_it(named: str, url: str, foreign: str | None) -> None:
    """The same address in another spelling is its own; a link-local one that it names is not."""
    pinned = pin_http(named, Target(address="2001:db8::7"))

    assert (pinned.url, pinned.foreign) == (url, foreign)


def test_stream_addresses_bear_no_zone() -> None:
    """We connect with the zone and ask without it."""
    target = Target(address="fe80::7%eth0")
    place, url, foreign = pin_rtsp("rtsp://[fe80::7]:8554/live", target)

    assert (place.host, place.port, foreign) == ("fe80::7%eth0", 8554, None)
    assert url == "rtsp://[fe80::7]:8554/live"
    assert url_of(target, "/x") == "http://[fe80::7%eth0]:80/x"


def test_spellings_of_one_host() -> None:
    """IPv4 in IPv6 clothes is that IPv4 address."""
    assert same_host("::FFFF:192.0.2.7", "192.0.2.7")
    assert same_host("fe80::1%eth0", "FE80:0::1")
    assert not same_host("fe80::1", None)


async def test_a_name_leads_to_no_link_local_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a person may write one: a name that resolves to it, or to ::1, is refused."""

    async def answers(*_: object, **__: object) -> list[object]:
        hosts = ("fe80::1", "::1", "::ffff:127.0.0.1", "169.254.169.254")
        return [(0, 0, 0, "", (host, 0)) for host in hosts]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answers)
    with pytest.raises(CameraError) as caught:
        await resolve("camera.example")

    assert caught.value.cause is Cause.DNS
    assert await resolve("fe80::1%eth0") == "fe80::1%eth0"


async def test_a_camera_that_names_itself_by_ipv6(make_camera: CameraMaker) -> None:
    """Over ::1, with service addresses in brackets, and a long spelling of our own."""
    device = FakeDevice(host="::1")
    async with device.server as server:
        services = "".join(
            f"<tds:Service><tds:Namespace>{space}</tds:Namespace>"
            f"<tds:XAddr>http://[0:0::1]:{server.port}{path}</tds:XAddr></tds:Service>"
            for space, path in (
                ("http://www.onvif.org/ver10/media/wsdl", "/media"),
                ("http://www.onvif.org/ver10/device/wsdl", "/onvif/device_service"),
            )
        )
        device.replies["GetServices"] = envelope(
            f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>"
        )
        device.replies["GetProfiles"] = fault("ActionNotSupported", "not here")
        camera = make_camera(f"[0:0:0:0:0:0:0:1]:{server.port}")
        await camera.connect_tcp()
        information = await camera.device_information()
        with pytest.raises(CameraError):
            await camera.profiles()

    assert information.serial == SERIAL
    assert server.seen[-1].path == "/media"
    assert server.seen[-1].headers["host"] == f"[::1]:{server.port}"


@pytest.fixture
async def rtsp_port() -> AsyncIterator[int]:
    """GStreamer's server on ::1."""
    script = Path(__file__).with_name("gst_server.py")
    process = await asyncio.create_subprocess_exec(
        test_gstreamer.SYSTEM_PYTHON, str(script), "::1", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    yield int(await process.stdout.readline())
    process.kill()
    await process.wait()


async def play(url: str, place: Place) -> StreamHealth:
    """Watch for a second."""
    credentials = Credentials(user=test_gstreamer.USER, password=test_gstreamer.PASSWORD)
    transcript = Transcript(clock=utc_now, credentials=credentials)
    return await watch(
        place,
        url,
        target=Target(address="::1", credentials=credentials),
        login=LoginState(credentials=credentials, tally=transcript.tally),
        transcript=transcript,
        seconds=1.2,
    )


@pytest.mark.skipif(test_gstreamer.REASON is not None, reason=test_gstreamer.REASON or "")
@pytest.mark.parametrize("path", ["/h264", "/udp/h264"])
async def test_streams_over_ipv6(rtsp_port: int, path: str) -> None:
    """Interleaved and over UDP."""
    place, url, foreign = pin_rtsp(f"rtsp://[::1]:{rtsp_port}{path}", Target(address="::1"))
    health = await play(url, place)

    assert foreign is None
    assert health.fps == pytest.approx(10, rel=0.03)
    assert health.lost_packets == 0


async def test_discovery_over_ipv6() -> None:
    """Asked directly; the answer comes with brackets."""
    loop = asyncio.get_running_loop()
    transport, liars = await loop.create_datagram_endpoint(Liars, local_addr=("::1", 0))
    port = transport.get_extra_info("sockname")[1]
    asked = await discover(seconds=0.4, multicast=False, addresses=[f"[::1]:{port}"])
    transport.close()

    assert [found.address for found in asked] == ["[::1]:8000"]
    assert liars.probes == 2


SCRIPT = """
import asyncio, json, socket, struct, subprocess
for words in (
    "link set lo up",
    "link add pair0 type veth peer name pair1",
    "link set pair0 addrgenmode none",
    "link set pair0 up",
    "link set pair1 up",
    "-6 addr add fe80::aa/64 dev pair0 nodad",
):
    subprocess.run(["ip", *words.split()], check=True)
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, Target
from agent.camera.onvif.discovery import GROUP_6, discover
from tests.agent.camera.conftest import utc_now
from tests.agent.camera.fake_device import PASSWORD, USER, FakeDevice
from tests.agent.camera.test_discovery import Liars

async def heard():
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.bind(("::", 0))
    group = socket.inet_pton(socket.AF_INET6, GROUP_6)
    group += struct.pack("@I", socket.if_nametoindex("pair0"))
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Liars, sock=sock)
    found = await discover(seconds=0.4, interface="pair0", port=sock.getsockname()[1])
    transport.close()
    return [one.address for one in found]

async def main():
    device = FakeDevice(host="fe80::aa%pair0")
    async with device.server as server:
        http = CameraHttp()
        target = Target(address=f"[fe80::aa%pair0]:{server.port}",
                        credentials=Credentials(user=USER, password=PASSWORD))
        camera = NetworkCamera(target, http=http, decoder=Decoder(), profiles=(), clock=utc_now)
        await camera.connect_tcp()
        serial = (await camera.device_information()).serial
        told = server.seen[-1].headers["host"] == f"[fe80::aa]:{server.port}"
        print(json.dumps([serial, told, await heard()]))
        await http.close()

asyncio.run(main())
"""


def test_a_link_local_camera_is_reached_by_its_zone() -> None:
    """In a network of its own: found by multicast, and asked by its address without the zone."""
    unshare = shutil.which("unshare")
    alone = [unshare or "", "--net", "--map-root-user"]
    if unshare is None or shutil.which("ip") is None:
        pytest.skip("no network namespaces here")
    pair = ("link", "add", "pair0", "type", "veth", "peer", "name", "pair1")
    check = [*alone, "ip", *pair]
    if subprocess.run(check, check=False, capture_output=True).returncode:
        pytest.skip("network namespaces are not permitted here")
    done = subprocess.run(
        [*alone, sys.executable, "-c", SCRIPT],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )

    serial, told, heard = json.loads(done.stdout or "[null, null, null]")
    assert (serial, told) == (SERIAL, True), done.stderr[-600:]
    assert heard == ["[fe80::aa%pair0]:8000"]
