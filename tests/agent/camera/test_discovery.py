"""WS-Discovery: devices answer, liars and strangers are left out."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.onvif.discovery import discover, read_matches
from agent.camera.port import CameraError

MATCHES = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header>'
    "<a:RelatesTo>{related}</a:RelatesTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>"
    "<a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference>"
    "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
    "<d:Scopes>onvif://www.onvif.org/name/Garden%20gate"
    " onvif://www.onvif.org/hardware/SC-4G-20</d:Scopes>"
    "<d:XAddrs>{url}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
)


def matches(*, related: str = "uuid:abc", url: str = "http://10.9.9.9:8000/onvif/d") -> bytes:
    """A ProbeMatches datagram."""
    return MATCHES.format(related=related, url=url).encode()


def test_address_is_the_senders() -> None:
    """Host comes from the datagram, only the port from what the device states."""
    (found,) = read_matches(matches(), host="192.0.2.7", message_id="abc")

    assert found.address == "192.0.2.7:8000"
    assert found.stated == ("http://10.9.9.9:8000/onvif/d",)
    assert (found.name, found.hardware) == ("Garden gate", "SC-4G-20")


@pytest.mark.parametrize("related", ["uuid:other", "", "abcd"])
def test_answer_to_another_probe_is_left_out(related: str) -> None:
    """Only what relates to our own probe counts."""
    assert read_matches(matches(related=related), host="192.0.2.7", message_id="abc") == ()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=60))
def test_any_datagram_is_survived(data: bytes, url: str) -> None:
    """Garbage raises CameraError or gives nothing."""
    clean = "".join(c for c in url if c not in "<&>")
    for datagram in (data, matches(url=clean)):
        try:
            read_matches(datagram, host="192.0.2.7", message_id="abc")
        except CameraError:
            continue


class Liars(asyncio.DatagramProtocol):
    """Answers each probe with garbage, a stranger's answer, and one good answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.probes = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.probes += 1
        related = data.partition(b"MessageID>")[2].partition(b"<")[0].decode()
        for answer in (b"\x00\xff", b"<a>" * 9000, matches(), matches(related=related)):
            self.transport.sendto(answer, addr)


async def test_unicast_probe_finds_the_device_once() -> None:
    """Two probes, much noise, one device."""
    loop = asyncio.get_running_loop()
    transport, liars = await loop.create_datagram_endpoint(Liars, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    found = await discover(seconds=0.4, multicast=False, addresses=[f"127.0.0.1:{port}"])
    transport.close()

    assert liars.probes == 2
    assert [device.address for device in found] == ["127.0.0.1:8000"]


async def test_simulated_devices_are_found() -> None:
    """The simulator's responder answers unicast and loopback multicast."""
    pytest.importorskip("simulator.discovery", reason="the simulator is not here")
    from simulator.discovery import Announcement, DiscoveryResponder  # noqa: PLC0415

    devices = [
        Announcement(mac=f"02:00:00:00:00:0{n}", name=f"cam {n}", hardware="X",
                     stated_host=f"127.0.0.1:{4000 + n}")
        for n in (1, 2)
    ]  # fmt: skip
    responder = DiscoveryResponder(lambda: devices)
    port = await responder.start(port=0)
    try:
        unicast = await discover(seconds=0.4, multicast=False, addresses=["127.0.0.1"], port=port)
        multicast = await discover(seconds=0.4, interface="127.0.0.1", port=port)
    finally:
        responder.stop()

    assert [found.address for found in unicast] == ["127.0.0.1:4001", "127.0.0.1:4002"]
    assert multicast == unicast
