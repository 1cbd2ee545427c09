"""WS-Discovery: a raw Probe from an ephemeral port, by multicast and to named addresses."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from agent.camera.address import place_of
from agent.camera.onvif.parse import children, local_name, parse_envelope, text
from agent.camera.port import CameraError, Cause, Target

GROUP = "239.255.255.250"
GROUP_6 = "ff02::c"
PORT = 3702
_HTTP_PORT = 80  # what ``place_of`` gives an address without a port
Goal = tuple[str, int] | tuple[str, int, int, int]  # of IPv6 with flow and scope
_MAX_DATAGRAMS = 4000
_MAX_FOUND = 2000
_REPEATS = 2  # UDP may lose one
_ACTION = "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that answered; ``address`` is where the answer came from."""

    address: str  # host or host:port of the ONVIF service
    stated: tuple[str, ...]  # the service addresses that the device named
    endpoint: str  # the device's own id, usually urn:uuid:...
    name: str | None
    hardware: str | None
    scopes: tuple[str, ...]


def probe_message(message_id: str) -> bytes:
    """The Probe for ONVIF devices (NetworkVideoTransmitter)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl">'
        f"<e:Header><w:MessageID>uuid:{message_id}</w:MessageID>"
        '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
        f'<w:Action e:mustUnderstand="true">{_ACTION}</w:Action></e:Header>'
        "<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body>"
        "</e:Envelope>"
    ).encode()


class _Collector(asyncio.DatagramProtocol):
    """Keeps answers to our own probe, bounded."""

    def __init__(self, message_id: str) -> None:
        self._message_id = message_id
        self._seen = 0
        self.found: dict[tuple[str, str], Found] = {}

    def datagram_received(self, data: bytes, addr: Goal) -> None:
        self._seen += 1
        if self._seen > _MAX_DATAGRAMS or len(self.found) >= _MAX_FOUND:
            return
        try:
            for match in read_matches(data, host=_host(addr), message_id=self._message_id):
                self.found.setdefault((match.endpoint, match.address), match)
        except CameraError:
            return  # whoever sends broken answers is not a device we can speak to

    def error_received(self, exc: Exception) -> None:
        """An ICMP refusal of a unicast probe: that address has no responder."""


def _host(addr: Goal) -> str:
    """Where an answer came from; a link-local address with its zone, without which it is none."""
    host = addr[0].partition("%")[0]
    if len(addr) == 4 and addr[3] and ipaddress.ip_address(host).is_link_local:
        return f"{host}%{socket.if_indextoname(addr[3])}"
    return host


def read_matches(data: bytes, *, host: str, message_id: str) -> tuple[Found, ...]:
    """Read a ProbeMatches datagram; empty when it does not answer our probe."""
    body = parse_envelope(data)
    envelope = body.getparent()
    relates = None if envelope is None else _anywhere(envelope, "RelatesTo")
    if relates is None or relates.rpartition(":")[2] != message_id:
        return ()
    matches = children(body, "ProbeMatches")
    return tuple(
        _found(match, host) for group in matches for match in children(group, "ProbeMatch")
    )


def _anywhere(element: etree._Element, name: str) -> str | None:
    for found in element.iter():
        if local_name(found) == name:
            return (found.text or "").strip()
    return None


def _found(match: etree._Element, host: str) -> Found:
    stated = tuple(_listed(match, "XAddrs"))
    scopes = tuple(_listed(match, "Scopes"))
    return Found(
        address=_address(stated, host),
        stated=stated,
        endpoint=text(match, "EndpointReference", "Address") or "",
        name=_scope(scopes, "name"),
        hardware=_scope(scopes, "hardware"),
        scopes=scopes,
    )


def _listed(match: etree._Element, name: str) -> list[str]:
    found = next(iter(children(match, name)), None)
    return [] if found is None else (found.text or "").split()[:32]


def _address(stated: Sequence[str], host: str) -> str:
    """The sender's host with the port that it named for its service."""
    for url in stated:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            continue
        if parts.scheme == "http":
            shown = f"[{host}]" if ":" in host else host
            return host if port in (None, 80) else f"{shown}:{port}"
    return host


def _scope(scopes: Sequence[str], name: str) -> str | None:
    prefix = f"onvif://www.onvif.org/{name}/"
    named = next((s for s in scopes if s.lower().startswith(prefix)), None)
    return unquote(named[len(prefix) :])[:128] if named else None


async def discover(
    *,
    seconds: float = 3.0,
    multicast: bool = True,
    interface: str | None = None,
    addresses: Sequence[str] = (),
    port: int = PORT,
) -> list[Found]:
    """Ask for ONVIF devices by multicast and at ``addresses`` ("host", "host:port", "[::1]:port").

    ``interface`` is what to send multicast from: an IPv4 address, or the name of an interface,
    which asks over IPv6 on that one. Without it IPv4 goes out by the default route and IPv6 on
    every interface. A probe from an ephemeral port works beside a discovery daemon that holds
    port 3702, as on most recorders.
    """
    message_id = str(uuid.uuid4())
    collector = _Collector(message_id)
    goals = [_goal(address, port) for address in addresses]
    links = _links(interface) if multicast else []
    with contextlib.ExitStack() as stack:
        four = await _open(stack, collector, socket.AF_INET, host=_own_four(interface))
        six = await _open(stack, collector, socket.AF_INET6, host="")
        if multicast and (interface is None or _own_four(interface)):
            goals.append((GROUP, port))
        goals += [(GROUP_6, port, 0, link) for link in links]
        for _ in range(_REPEATS):
            for goal in goals:
                transport = six if ":" in goal[0] else four
                if transport is not None:
                    with contextlib.suppress(OSError):  # an interface without IPv6, or down
                        transport.sendto(probe_message(message_id), goal)
            await asyncio.sleep(seconds / _REPEATS)
    return sorted(collector.found.values(), key=lambda found: found.address)


async def _open(
    stack: contextlib.ExitStack, collector: _Collector, family: int, *, host: str
) -> asyncio.DatagramTransport | None:
    """A socket of one family; None where this machine has no IPv6."""
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM)
    except OSError:
        return None
    sock.setblocking(False)
    if host:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
    try:
        sock.bind((host, 0))
    except OSError:
        sock.close()
        if family == socket.AF_INET:
            raise
        return None
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: collector, sock=sock
    )
    stack.callback(transport.close)
    return transport


def _own_four(interface: str | None) -> str:
    """The interface where it is written as an IPv4 address, else ''."""
    try:
        return str(ipaddress.IPv4Address(interface or ""))
    except ValueError:
        return ""


def _links(interface: str | None) -> list[int]:
    """Numbers of the interfaces to ask over IPv6."""
    if interface is None:
        return [number for number, _ in socket.if_nameindex()]
    return [number for number, name in socket.if_nameindex() if name == interface]


def _goal(address: str, port: int) -> Goal:
    """Where a unicast probe goes; CameraError when that is no address."""
    place = place_of(Target(address=address))
    named = port if place.port == _HTTP_PORT else place.port
    host, _, zone = place.host.partition("%")
    if ":" not in host:
        return host, named
    return host, named, 0, _index(zone)


def _index(zone: str) -> int:
    if zone.isdigit():
        return int(zone)
    try:
        return socket.if_nametoindex(zone) if zone else 0
    except OSError as error:
        raise CameraError(Cause.DNS, f"this machine has no interface '{zone[:32]}'") from error
