"""Where requests may go: to the configured device and to no other host."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from agent.camera.port import CameraError, Cause, Target

_PATH_SAFE = "/%:@!$&'()*+,;=~-._?"
_MAX_URL_CHARS = 2048
_RTSP_PORTS = {"rtsp": 554, "rtsps": 322}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Host and port of a device."""

    host: str
    port: int

    @property
    def netloc(self) -> str:
        """``host:port``, with brackets around an IPv6 host; a zone stays with it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def told(self) -> str:
        """The same without a zone, which means nothing to the device (RFC 6874)."""
        return Place(host=self.host.partition("%")[0], port=self.port).netloc


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A URL on the device itself, and the foreign host that the device had named, if any."""

    url: str
    foreign: str | None


def place_of(target: Target) -> Place:
    """Read host and port of the target; CameraError(DNS) when it is not an address.

    IPv6 may stand bare ("2001:db8::7") or in brackets, with a zone ("[fe80::7%eth0]:8080").
    """
    default = 443 if target.tls else 80
    address = target.address.replace("%25", "%")
    if (bare := _six(address)) is not None:
        return _with_zone(Place(host=bare, port=default))
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise CameraError(Cause.DNS, f"'{target.address}' is not host or host:port") from error
    if not host or parts.path or parts.username is not None:
        raise CameraError(Cause.DNS, f"'{target.address}' is not host or host:port")
    if ":" in host:
        host = _six(host)
        if host is None:
            raise CameraError(Cause.DNS, f"'{target.address}' is no IPv6 address")
    return _with_zone(Place(host=host, port=port or default))


def _with_zone(place: Place) -> Place:
    """A link-local IPv6 address leads nowhere without its zone; CameraError(DNS) says so."""
    is_bare = ":" in place.host and "%" not in place.host
    if is_bare and ipaddress.IPv6Address(place.host).is_link_local:
        raise CameraError(
            Cause.DNS, f"{place.host} is link-local: write its zone too, like {place.host}%eth0"
        )
    return place


def _six(text: str) -> str | None:
    """An IPv6 address in its short form, zone included; None when it is none."""
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        return None


def same_host(one: str | None, other: str | None) -> bool:
    """Whether two hosts are one, however an IPv6 address is written; zones are each side's own."""
    return one is not None and other is not None and _canonical(one) == _canonical(other)


def _canonical(host: str) -> str:
    bare = host.partition("%")[0].lower()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def pin_http(url: str, target: Target) -> Pinned:
    """Turn an address that the device named into one on the device itself.

    Devices name addresses of other interfaces (NAT, wrong interface), and hostile ones name
    other hosts: the host is always the target's. Another port is kept only when the device
    named its own host and is not on loopback, where other ports are other programs.
    Raises CameraError(ONVIF_FOREIGN_ADDRESS) when it is no HTTP address at all.
    """
    own = place_of(target)
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise _unusable(url)
    is_own = same_host(parts.hostname, own.host)
    port = own.port
    if is_own and parts.port and not is_local(own.host):
        port = parts.port
    place = Place(host=own.host, port=port)
    return Pinned(
        url=f"{'https' if target.tls else 'http'}://{place.netloc}{_path(parts.path, parts.query)}",
        foreign=None if is_own else parts.hostname,
    )


def pin_rtsp(url: str, target: Target) -> tuple[Place, str, str | None]:
    """Turn a stream address into (place to connect to, URL to ask for, foreign host or None).

    The port is the operator's (``target.rtsp_port``), else the one the device named, else 554
    (322 for rtsps). Login parts of the URL are dropped.
    """
    own = place_of(target)
    parts = _split(url)
    if parts.scheme not in _RTSP_PORTS:
        raise _unusable(url)
    place = Place(host=own.host, port=target.rtsp_port or parts.port or _RTSP_PORTS[parts.scheme])
    foreign = None if same_host(parts.hostname, own.host) else parts.hostname
    return place, f"{parts.scheme}://{place.told}{_path(parts.path, parts.query)}", foreign


def url_of(target: Target, path: str) -> str:
    """Build the URL of a path on the device."""
    scheme = "https" if target.tls else "http"
    return f"{scheme}://{place_of(target).netloc}{_path(path, '')}"


def request_uri(url: str) -> str:
    """Path and query of a URL, as the request line carries them."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


async def resolve(host: str) -> str:
    """Find the IP address of a host.

    A name (other than ``localhost``) that leads to loopback or link-local is refused: only an
    operator may point the agent there, by writing the address itself.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CameraError(Cause.DNS, f"the name '{host}' cannot be resolved") from error
    addresses = [str(info[4][0]) for info in infos]
    permitted = [a for a in addresses if host == "localhost" or not is_local(a)]
    if not permitted:
        raise CameraError(Cause.DNS, f"the name '{host}' leads to loopback or link-local")
    return permitted[0]


def _split(url: str) -> SplitResult:
    if len(url) > _MAX_URL_CHARS or any(ord(c) < 0x20 or ord(c) == 0x7F for c in url):
        raise _unusable(url)
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise _unusable(url) from error
    return parts


def _path(path: str, query: str) -> str:
    whole = quote(path or "/", safe=_PATH_SAFE.replace("?", ""))
    whole = whole if whole.startswith("/") else f"/{whole}"
    return f"{whole}?{quote(query, safe=_PATH_SAFE)}" if query else whole


def is_local(host: str) -> bool:
    """Whether a host is this machine or its link alone: there other ports are other programs."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(_canonical(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_link_local or address.is_unspecified


def _unusable(url: str) -> CameraError:
    shown = "".join(c if c.isprintable() else "?" for c in url[:80])
    return CameraError(
        Cause.ONVIF_FOREIGN_ADDRESS, f"the device names an unusable address: {shown}"
    )
