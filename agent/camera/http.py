"""HTTP to cameras: one session for all of them, with caps, deadlines and no redirects."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import yarl

from agent.camera.address import resolve
from agent.camera.client_library import aiohttp
from agent.camera.knocked import Knocked
from agent.camera.login_facts import Offer, Service
from agent.camera.port import CameraError, Cause, DeviceInformation, LoginKind, Target
from agent.camera.tls import (
    PinCheck,
    Trust,
    changed,
    fingerprint_at,
    unproven,
    verifying,
    why_unverified,
)
from agent.camera.transcript import Tally

XML_CAP_BYTES = 1024 * 1024
SNAPSHOT_CAP_BYTES = 4 * 1024 * 1024
REQUEST_DEADLINE_S = 10.0
_CONNECT_S = 4.0
_CHUNK_BYTES = 64 * 1024
_RAW_BYTES = 16 * 1024
_LOCATION_CHARS = 512
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request to a device; ``url`` has been pinned to the device's own host."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cap_bytes: int = XML_CAP_BYTES
    trust: Trust = field(default_factory=Trust)  # for https


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whole and within the cap."""

    status: int
    media_type: str
    challenges: tuple[str, ...]  # WWW-Authenticate headers
    body: bytes
    retry_after: str = ""


@dataclass(slots=True)
class DeviceMemory:
    """What is worth remembering of a device from pass to pass."""

    login: LoginKind = LoginKind.NONE
    services: Mapping[str, str] | None = None  # namespace to URL
    refused: set[LoginKind] = field(default_factory=set)  # kinds refused by the last pass
    single_use: set[str] = field(default_factory=set)  # paths whose nonces serve once
    # Algorithms that a service of it offers and refuses, and since when that is known.
    confused: dict[tuple[Service, LoginKind], datetime] = field(default_factory=dict)
    from_zero: bool = False  # a recorder that counts its video sources from 0
    refuses_s: float | None = None  # a clock skew at which a login in our time was refused
    takes_s: float | None = None  # the same, accepted
    knocked: tuple[Knocked, datetime] | None = None  # without credentials, and when
    rtsp: tuple[str, int] | None = None  # scheme and port of its streams, as it stated last
    offers: dict[Service, tuple[Offer, ...]] = field(default_factory=dict)  # newest of each
    information: DeviceInformation | None = None  # to know its profile without waking it


class _Resolver(aiohttp.abc.AbstractResolver):
    """Resolves names by the rules of ``address.resolve``."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[aiohttp.abc.ResolveResult]:
        address = await resolve(host)
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            aiohttp.abc.ResolveResult(
                hostname=host, host=address, port=port, family=kind, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


class CameraHttp:
    """The one HTTP client of the agent; cameras share it, and it holds nothing heavy of them."""

    def __init__(self, *, connect_s: float = _CONNECT_S) -> None:
        self._connect_s = connect_s
        self._session: aiohttp.ClientSession | None = None
        self._memories: dict[tuple[str, str], DeviceMemory] = {}

    def memory_of(self, target: Target) -> DeviceMemory:
        """What earlier passes learnt of this device under this user."""
        user = target.credentials.user if target.credentials else ""
        return self._memories.setdefault((target.address, user), DeviceMemory())

    async def exchange(self, request: Request, tally: Tally) -> Reply:
        """Send one request and read the whole reply within its cap.

        The caller owns the deadline (``asyncio.timeout``). Raises CameraError for everything
        below HTTP, for redirects, compressed and too large replies; other statuses are replies.
        Over TLS a request that needs proof leaves only towards a certificate that is believed.
        """
        trust = request.trust
        if not request.url.startswith("https:"):
            return await self._exchange(request, tally, tls=False)
        if trust.pins:
            return await self._exchange(request, tally, tls=PinCheck(trust.pins))
        try:
            return await self._exchange(request, tally, tls=verifying(trust.ca))
        except aiohttp.ClientConnectorCertificateError as error:
            if trust.needs_proof:
                url = yarl.URL(request.url, encoded=True)
                found = await fingerprint_at(await resolve(url.host or ""), url.port or 443)
                why = why_unverified(error.certificate_error)
                raise unproven(found, why) from error
        return await self._exchange(request, tally, tls=False)

    async def _exchange(
        self, request: Request, tally: Tally, *, tls: bool | ssl.SSLContext | PinCheck
    ) -> Reply:
        tally.begin_request(len(request.body) + len(request.url) + 200)  # request line, headers
        try:
            async with self._open().request(
                request.method,
                yarl.URL(request.url, encoded=True),
                data=request.body or None,
                headers=_headers(request),
                allow_redirects=False,
                ssl=tls,
            ) as response:
                return await _read(response, request.cap_bytes, tally)
        except (CameraError, aiohttp.ClientConnectorCertificateError):
            raise
        except aiohttp.ServerFingerprintMismatch as error:
            raise changed(f"sha256:{error.got.hex()}") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _explain(error) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Cheap firmware closes idle connections as it likes; a fresh one each time
                # cannot be mistaken for a device that resets connections.
                connector=aiohttp.TCPConnector(
                    limit=0, force_close=True, resolver=_Resolver(), ssl=False
                ),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept-Encoding", "User-Agent", "Accept"),
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Close the session; the next request opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _headers(request: Request) -> Mapping[str, str]:
    """The zone of a link-local address is ours: the device is not told of it (RFC 6874)."""
    url = yarl.URL(request.url, encoded=True)
    host, port = url.host or "", url.port
    if "%" not in host:
        return request.headers
    bare = host.partition("%")[0]
    return {**request.headers, "Host": f"[{bare}]:{port}"}


async def _read(response: aiohttp.ClientResponse, cap_bytes: int, tally: Tally) -> Reply:
    tally.bytes_received += sum(len(k) + len(v) + 4 for k, v in response.raw_headers) + 17
    if response.status in _REDIRECTS:
        raise CameraError(
            Cause.HTTP_REDIRECT,
            f"the device answers HTTP {response.status} and sends us elsewhere: not followed",
            raw=response.headers.get("Location", "")[:_LOCATION_CHARS].encode(),
        )
    body = bytearray()
    try:
        while chunk := await response.content.read(tally.room(_CHUNK_BYTES)):
            tally.bytes_received += len(chunk)
            body += chunk
            if len(body) > cap_bytes:
                raise CameraError(
                    Cause.HTTP_TOO_LARGE,
                    f"the reply is larger than {cap_bytes} bytes",
                    raw=bytes(body[:_RAW_BYTES]),
                )
    except aiohttp.ClientPayloadError as error:
        raise CameraError(
            Cause.ONVIF_UNPARSABLE,
            f"the reply was cut off after {len(body)} bytes",
            raw=bytes(body[:_RAW_BYTES]),
        ) from error
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
        raise CameraError(
            Cause.HTTP_NOT_XML,
            "the reply is compressed although nobody asked for that",
            raw=bytes(body[:_RAW_BYTES]),
        )
    return Reply(
        status=response.status,
        media_type=response.headers.get("Content-Type", "").split(";")[0].strip().lower()[:100],
        challenges=tuple(response.headers.getall("WWW-Authenticate", ())),
        body=bytes(body),
        retry_after=response.headers.get("Retry-After", "")[:20],
    )


def _explain(error: Exception) -> CameraError:  # noqa: PLR0911  # one line a cause
    """Say which layer failed; texts of libraries are left out, they may hold addresses."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CameraError(Cause.DNS, "the name of the device cannot be resolved")
    if isinstance(error, aiohttp.ClientSSLError):
        return CameraError(Cause.TLS, "the device does not speak TLS as configured")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return CameraError(Cause.TCP_TIMEOUT, "nobody answers on this port")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL | ValueError):
        return CameraError(Cause.HTTP_NOT_XML, "the reply is not HTTP")
    if isinstance(error, aiohttp.ClientConnectorError):
        return explain_os_error(error.os_error)
    if isinstance(error, OSError) and error.errno is not None:
        return explain_os_error(error)
    return CameraError(Cause.TCP_RESET, "the device closed the connection without an answer")


def explain_os_error(error: OSError) -> CameraError:
    """Name the cause of a failed connection."""
    if isinstance(error, ConnectionRefusedError):
        return CameraError(Cause.TCP_REFUSED, "the device refuses connections on this port")
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return CameraError(Cause.TCP_RESET, "the device cut the connection")
    if isinstance(error, TimeoutError):
        return CameraError(Cause.TCP_TIMEOUT, "nobody answers on this port")
    if isinstance(error, socket.gaierror):
        return CameraError(Cause.DNS, "the name of the device cannot be resolved")
    return CameraError(Cause.TCP_UNREACHABLE, "the device cannot be reached: no route to it")


async def connect_tcp(host: str, port: int, *, connect_s: float = _CONNECT_S) -> None:
    """Open and close one connection; CameraError names the layer that failed."""
    try:
        async with asyncio.timeout(connect_s):
            _, writer = await asyncio.open_connection(await resolve(host), port)
    except OSError as error:  # TimeoutError is one
        raise explain_os_error(error) from error
    writer.close()
