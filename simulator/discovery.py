"""WS-Discovery: answers Probes for ONVIF devices, by unicast and over loopback multicast."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from lxml import etree

GROUP = "239.255.255.250"
PORT = 3702
_MAX_PROBE_BYTES = 16_384
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_ANONYMOUS = f"{_ADDRESSING}/role/anonymous"
_TYPES = {"NetworkVideoTransmitter", "Device"}
_MATCH = """<d:ProbeMatch><a:EndpointReference><a:Address>{endpoint}</a:Address>\
</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>\
<d:Scopes>{scopes}</d:Scopes><d:XAddrs>{url}</d:XAddrs>\
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>"""
_REPLY = """<?xml version="1.0" encoding="UTF-8"?>\
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{addressing}" \
xmlns:d="{discovery}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" \
xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><e:Header>\
<a:MessageID>urn:uuid:{own}</a:MessageID><a:RelatesTo>{related}</a:RelatesTo>\
<a:To>{to}</a:To><a:Action>{discovery}/ProbeMatches</a:Action></e:Header>\
<e:Body><d:ProbeMatches>{match}</d:ProbeMatches></e:Body></e:Envelope>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What one device says of itself; ``stated_host`` may be a lie (fault wrong_xaddr)."""

    mac: str
    name: str
    hardware: str
    stated_host: str  # host:port


class DiscoveryResponder:
    """Answers for all devices that are switched on; listens on loopback only."""

    def __init__(self, devices: Callable[[], Iterable[Announcement]]) -> None:
        self._devices = devices
        self._transports: list[asyncio.DatagramTransport] = []

    async def start(self, *, port: int = PORT, multicast: bool = True) -> int:
        """Listen and return the port. OSError when it is held without SO_REUSEADDR."""
        bound = await self._listen(_open("127.0.0.1", port))
        if multicast:
            # Bound to the group's own address, so that no other interface is opened.
            sock = _open(GROUP, bound)
            member = socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1")
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            await self._listen(sock)
        return bound

    async def _listen(self, sock: socket.socket) -> int:
        bound: int = sock.getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(self.answer), sock=sock)
        self._transports.append(transport)
        return bound

    def stop(self) -> None:
        """Close the sockets."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    def answer(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a Probe from this machine; everything else is ignored, as devices do."""
        if not self._transports or not addr[0].startswith("127."):
            return
        message_id = read_probe(data)
        if message_id is None:
            return
        for device in self._devices():
            self._transports[0].sendto(write_match(device, message_id=message_id), addr)


class _Ear(asyncio.DatagramProtocol):
    """Hands datagrams on."""

    def __init__(self, heard: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard(data, addr)


def _open(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def read_probe(data: bytes) -> str | None:
    """The message id of a Probe that asks for ONVIF devices or for anything; None otherwise."""
    if len(data) > _MAX_PROBE_BYTES:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    probe = root.find(f".//{{{_DISCOVERY}}}Probe")
    message_id = root.findtext(f".//{{{_ADDRESSING}}}MessageID")
    if probe is None or not message_id:
        return None
    asked = {name.rpartition(":")[2] for name in (probe.findtext("{*}Types") or "").split()}
    return message_id.strip() if not asked or asked & _TYPES else None


def write_match(device: Announcement, *, message_id: str) -> bytes:
    """The ProbeMatches datagram of one device."""
    scopes = (
        "onvif://www.onvif.org/type/video_encoder",
        "onvif://www.onvif.org/Profile/Streaming",
        f"onvif://www.onvif.org/name/{quote(device.name)}",
        f"onvif://www.onvif.org/hardware/{quote(device.hardware)}",
    )
    match = _MATCH.format(
        endpoint=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, device.mac)}",
        scopes=" ".join(scopes),
        url=escape(f"http://{device.stated_host}/onvif/device_service"),
    )
    return _REPLY.format(
        addressing=_ADDRESSING,
        discovery=_DISCOVERY,
        own=uuid.uuid4(),
        related=escape(message_id),
        to=_ANONYMOUS,
        match=match,
    ).encode()
