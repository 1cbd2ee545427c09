"""Everything that a device can be asked without credentials, to tell why a login fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from agent.camera.address import Place, is_local, place_of, resolve, url_of
from agent.camera.door import Door
from agent.camera.http import connect_tcp
from agent.camera.knocked import Knocked, Port
from agent.camera.login_facts import Service
from agent.camera.login_trace import read_offers
from agent.camera.onvif.device import read_clock
from agent.camera.onvif.envelope import envelope
from agent.camera.onvif.faults import read_fault
from agent.camera.onvif.parse import parse_envelope
from agent.camera.onvif.services import DEVICE, DEVICE_PATH
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, Cause, Target
from agent.camera.rtsp.message import RtspConnection
from agent.camera.rtsp.open import open_rtsp
from agent.camera.tls import fingerprint_at, trust_of
from agent.camera.transcript import Tally

_KNOWN_PORTS: Final = (80, 443, 554, 2020, 8000, 8080, 8899, 9000, 34567, 37777)
"""HTTP, HTTPS, RTSP, ONVIF of several makers, Baichuan, DVRIP, Dahua: which of them live."""
_ONVIF_PORTS: Final = (80, 8000, 8899, 2020, 8080)
_TLS_PORT: Final = 443
_PAGES: Final = (
    "/ISAPI/System/deviceInfo",
    "/cgi-bin/magicBox.cgi?action=getSystemInfo",
    "/axis-cgi/basicdeviceinfo.cgi",
    "/vendor/status.json",
)
"""Pages of makers that ask for Digest; a 404 says that it is another maker's camera."""
_CONNECT_S: Final = 2.0
_ANSWER_S: Final = 4.0
_CAP_BYTES: Final = 64 * 1024
_SOAP: Final = {"Content-Type": "application/soap+xml; charset=utf-8"}
_SUSPECT: Final = frozenset(
    {Cause.TCP_REFUSED, Cause.HTTP_STATUS, Cause.HTTP_NOT_XML, Cause.HTTP_REDIRECT, Cause.TCP_RESET}
)
_SPOKE_HTTP: Final = ("http.", "onvif.", "login.")
_UNAUTHORIZED: Final = 401


async def knock(
    soap: SoapClient, *, clock: Callable[[], datetime], rtsp: Place, scheme: str
) -> Knocked:
    """Ask time, identity, a vendor page and a stream without a login, then look at other ports.

    Raises nothing: what fails is part of the answer. On loopback no port but the device's own is
    tried, for there other ports are other programs.
    """
    door = soap.door
    own = place_of(door.target)
    knocked = Knocked(onvif_port=own.port, rtsp_port=rtsp.port)
    try:
        await read_clock(soap, clock=clock)
    except CameraError as error:
        knocked = replace(
            knocked,
            onvif=error.cause if error.cause in _SUSPECT else None,
            http_speaks=error.cause.value.startswith(_SPOKE_HTTP),
            over_tls=await _follow_to_tls(door, error),
            onvif_status=_status(error),
        )
    else:
        knocked = replace(knocked, http_speaks=True, codes=await _ask_identity(soap))
    knocked = replace(knocked, rtsp_speaks=await _ask_rtsp(door, rtsp, scheme=scheme))
    if knocked.http_speaks and not knocked.over_tls:
        knocked = replace(knocked, page=await _find_page(door))
    if knocked.onvif is not None and not knocked.over_tls:
        knocked = await _look_elsewhere(door, knocked)
    if knocked.over_tls:
        knocked = replace(knocked, fingerprint=await _fingerprint(knocked.over_tls))
    return knocked


async def _fingerprint(place: str) -> str:
    """What certificate is shown there, for a person to compare; '' when it cannot be learnt."""
    host, port = _split(place)
    try:
        return await fingerprint_at(await resolve(host), port) or ""
    except CameraError:
        return ""


def _split(place: str) -> tuple[str, int]:
    """Host and port of ``host:port``, with brackets around an IPv6 host or without."""
    host, _, port = place.rpartition(":")
    return host.strip("[]"), int(port)


async def _follow_to_tls(door: Door, error: CameraError) -> str:
    """Where ONVIF speaks over TLS, when the device itself sends its callers there; else ''."""
    if error.cause is not Cause.HTTP_REDIRECT:
        return ""
    own = place_of(door.target)
    try:
        sent_to = urlsplit(error.raw.decode("ascii"))
        host, port = sent_to.hostname, sent_to.port or _TLS_PORT
    except ValueError:
        return ""
    if sent_to.scheme != "https" or host != own.host:
        return ""
    return await _speaks_onvif(door, Place(host=own.host, port=port), tls=True)


def _status(error: CameraError) -> int | None:
    """The status that an error of ours speaks of."""
    words = [word for word in error.detail.split() if word.isdecimal() and len(word) == 3]
    return int(words[0]) if error.cause is Cause.HTTP_STATUS and words else None


async def _ask_identity(soap: SoapClient) -> tuple[str, ...]:
    """GetDeviceInformation without a login: which challenges and codes refuse it."""
    try:
        reply = await soap.door.send(
            method="POST",
            url=url_of(soap.door.target, DEVICE_PATH),
            body=envelope(f'<GetDeviceInformation xmlns="{DEVICE}"/>'),
            headers=_SOAP,
            cap_bytes=_CAP_BYTES,
            anonymous=True,
        )
        soap.door.login.trace.note_offers(Service.ONVIF, reply.challenges)
        fault = read_fault(parse_envelope(reply.body))
    except CameraError:
        return ()
    return fault.codes if fault else ()


async def _find_page(door: Door) -> str:
    """The first page that asks for Digest; '' when none does."""
    for page in _PAGES:
        try:
            reply = await door.send(
                method="GET",
                url=url_of(door.target, page.partition("?")[0]) + _query(page),
                body=b"",
                headers={},
                cap_bytes=_CAP_BYTES,
                anonymous=True,
            )
        except CameraError:
            continue
        if reply.status != _UNAUTHORIZED:
            continue
        door.login.trace.note_offers(Service.HTTP, reply.challenges)
        if any(offer.kind is not None for offer in read_offers(reply.challenges)):
            return page
    return ""


def _query(page: str) -> str:
    query = page.partition("?")[2]
    return f"?{query}" if query else ""


async def _ask_rtsp(door: Door, place: Place, *, scheme: str) -> bool:
    """DESCRIBE without a login, for the challenges; whether RTSP speaks at all."""
    connection: RtspConnection | None = None
    try:
        async with asyncio.timeout(_ANSWER_S):
            trust = trust_of(door.target, anonymous=True) if scheme == "rtsps" else None
            connection = await open_rtsp(place, tally=door.transcript.tally, trust=trust)
            url = f"{scheme}://{place.netloc}/"
            await connection.request("OPTIONS", url, {})
            reply = await connection.request("DESCRIBE", url, {"Accept": "application/sdp"})
    except (CameraError, TimeoutError):
        return False
    finally:
        if connection is not None:
            connection.close()
    door.login.trace.note_offers(Service.RTSP, reply.all("www-authenticate"))
    return True


async def _look_elsewhere(door: Door, knocked: Knocked) -> Knocked:
    own = place_of(door.target)
    known = (own.port, knocked.rtsp_port)
    ports = known if is_local(own.host) else dict.fromkeys((*known, *_KNOWN_PORTS))
    states = await asyncio.gather(*(_try(own.host, port, door.transcript.tally) for port in ports))
    found = dict(zip(ports, states, strict=True))
    knocked = replace(knocked, ports=found)
    if knocked.is_open(_TLS_PORT) and own.port != _TLS_PORT:
        over_tls = await _speaks_onvif(door, Place(host=own.host, port=_TLS_PORT), tls=True)
        if over_tls:
            return replace(knocked, over_tls=over_tls)
    return replace(knocked, moved_to=await _moved_to(door, own, found))


async def _moved_to(door: Door, own: Place, found: Mapping[int, Port]) -> str:
    for port in _ONVIF_PORTS:
        if port != own.port and found.get(port) is Port.OPEN:
            place = await _speaks_onvif(door, Place(host=own.host, port=port), tls=False)
            if place:
                return place
    return ""


async def _try(host: str, port: int, tally: Tally) -> Port:
    try:
        tally.begin_request(0)
        await connect_tcp(host, port, connect_s=_CONNECT_S)
    except CameraError as error:
        return Port.REFUSED if error.cause is Cause.TCP_REFUSED else Port.SILENT
    return Port.OPEN


async def _speaks_onvif(door: Door, place: Place, *, tls: bool) -> str:
    """``place`` as text when it answers GetSystemDateAndTime, asked without a login; else ''."""
    target = Target(address=place.netloc, tls=tls)
    try:
        async with asyncio.timeout(_ANSWER_S):
            reply = await door.send(
                method="POST",
                url=url_of(target, DEVICE_PATH),
                body=envelope(f'<GetSystemDateAndTime xmlns="{DEVICE}"/>'),
                headers=_SOAP,
                cap_bytes=_CAP_BYTES,
                anonymous=True,
            )
            parse_envelope(reply.body)
    except (CameraError, TimeoutError):
        return ""
    return place.netloc
