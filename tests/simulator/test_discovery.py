"""WS-Discovery on loopback."""

from __future__ import annotations

import asyncio
import socket

import pytest
from lxml import etree

from simulator.discovery import Announcement, DiscoveryResponder, read_probe, write_match

DEVICE = Announcement(
    mac="02:00:00:00:00:01", name="A & B", hardware="HW-3", stated_host="127.0.0.1:8080"
)
PROBE = """<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>
<w:MessageID>uuid:42</w:MessageID></e:Header>
<e:Body><d:Probe><d:Types>{types}</d:Types></d:Probe></e:Body></e:Envelope>"""


class Ear(asyncio.DatagramProtocol):
    """Keeps the first datagram."""

    def __init__(self) -> None:
        self.heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.heard.done():
            self.heard.set_result(data)


@pytest.mark.parametrize("group", ["127.0.0.1", "239.255.255.250"])
async def test_probe_is_answered(group: str) -> None:
    """A Probe by unicast or loopback multicast gets the service address of the device."""
    responder = DiscoveryResponder(lambda: [DEVICE])
    port = await responder.start(port=0)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    sock.bind(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(Ear, sock=sock)
    try:
        transport.sendto(PROBE.format(types="dn:NetworkVideoTransmitter").encode(), (group, port))
        async with asyncio.timeout(10):
            reply = etree.fromstring(await ear.heard)
    finally:
        transport.close()
        responder.stop()

    assert reply.findtext(".//{*}RelatesTo") == "uuid:42"
    assert reply.findtext(".//{*}XAddrs") == "http://127.0.0.1:8080/onvif/device_service"
    assert "onvif://www.onvif.org/name/A%20%26%20B" in (reply.findtext(".//{*}Scopes") or "")


@pytest.mark.parametrize(
    ("message", "message_id"),
    [
        pytest.param(PROBE.format(types="").encode(), "uuid:42", id="any type"),
        pytest.param(PROBE.format(types="p:Printer").encode(), None, id="a printer"),
        pytest.param(b"<e", None, id="not XML"),
        pytest.param(b"<e/>", None, id="no probe"),
        pytest.param(PROBE.format(types=" " * 20_000).encode(), None, id="too long"),
    ],
)
def test_only_probes_for_cameras_count(message: bytes, message_id: str | None) -> None:
    """Probes for anything or for ONVIF devices are answered, everything else is ignored."""
    assert read_probe(message) == message_id


def test_device_keeps_its_endpoint() -> None:
    """The endpoint follows the MAC, so that a device found twice is one device."""
    first, second = (
        etree.fromstring(write_match(DEVICE, message_id=str(n))).findtext(".//{*}Address")
        for n in range(2)
    )

    assert first == second
