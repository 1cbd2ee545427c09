"""Opening the connection that RTSP runs on: TCP, or TLS by the same rules as HTTPS."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

from agent.camera.address import Place, resolve
from agent.camera.http import explain_os_error
from agent.camera.port import CameraError, Cause
from agent.camera.rtsp.message import RtspConnection
from agent.camera.tls import (
    Trust,
    changed,
    fingerprint_at,
    peer_fingerprint,
    unproven,
    unverified,
    verifying,
    why_unverified,
)
from agent.camera.transcript import Tally

_CONNECT_S: Final = 4.0
_READER_LIMIT_BYTES: Final = 64 * 1024


async def open_rtsp(place: Place, *, tally: Tally, trust: Trust | None = None) -> RtspConnection:
    """A connection without a request on it yet; CameraError names the layer that failed.

    With ``trust`` it is TLS (rtsps), and ends before the first request unless it is believed.
    """
    try:
        async with asyncio.timeout(_CONNECT_S):
            ip = await resolve(place.host)
            if trust is None:
                reader, writer = await _open(ip, place, None)
            else:
                reader, writer = await _open_tls(ip, place, trust)
    except ssl.SSLError as error:
        raise CameraError(Cause.TLS, "the device does not speak TLS on its RTSP port") from error
    except OSError as error:  # TimeoutError is one
        raise explain_os_error(error) from error
    return RtspConnection(reader, writer, tally=tally)


_Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _open(ip: str, place: Place, context: ssl.SSLContext | None) -> _Pair:
    return await asyncio.open_connection(
        ip,
        place.port,
        limit=_READER_LIMIT_BYTES,
        ssl=context,
        server_hostname=place.host if context else None,
    )


async def _open_tls(ip: str, place: Place, trust: Trust) -> _Pair:
    if trust.pins:
        reader, writer = await _open(ip, place, unverified())
        found = peer_fingerprint(writer.get_extra_info("ssl_object"))
        if found not in trust.pins:
            writer.close()
            raise changed(found)
        return reader, writer
    try:
        return await _open(ip, place, verifying(trust.ca))
    except ssl.SSLCertVerificationError as error:
        if trust.needs_proof:
            found_there = await fingerprint_at(ip, place.port)
            raise unproven(found_there, why_unverified(error)) from error
    return await _open(ip, place, unverified())
