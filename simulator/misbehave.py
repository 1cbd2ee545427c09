"""Transport faults of the HTTP side: what a broken device does instead of, or to, its reply."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from simulator.faults import Fault
from simulator.state import DeviceState

HUGE_BYTES = 200 * 1024 * 1024
_CHUNK = b"<tt:Padding>" + b"A" * (64 * 1024 - 25) + b"</tt:Padding>"
_LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>Login</title></head><body><form method=post>"
    b"<input name=user><input name=pass type=password></form></body></html>"
)
_SERIAL = re.compile(rb"<(?:\w+:)?SerialNumber>[^<]*")
_LOOK_S = 0.1  # how soon a client that left is noticed


async def misbehave(state: DeviceState, request: web.Request) -> web.StreamResponse | None:
    """The reply of a device with a transport fault; None when it answers as it should."""
    faults = state.faults
    if Fault.HANGS in faults:
        return await _hang(state, request)
    if Fault.SLOW in faults:
        await asyncio.sleep(state.spec.slow_s)
    if Fault.NOT_FOUND in faults:
        return web.Response(status=404, text="Not Found")
    if Fault.HTML_LOGIN_PAGE in faults:
        return web.Response(body=_LOGIN_PAGE, content_type="text/html")
    if (elsewhere := _elsewhere(state, request)) is not None:
        return web.Response(status=307, headers={"Location": elsewhere})
    if Fault.HUGE_REPLY in faults:
        return await _send_huge(state, request)
    return None


def _elsewhere(state: DeviceState, request: web.Request) -> str | None:
    """Where the device sends a client; None when it answers itself."""
    if Fault.REDIRECTS in state.faults:
        return state.spec.redirect_to
    if Fault.HTTPS_ONLY in state.faults and not request.secure:
        return f"https://{state.ports.host}:{state.ports.https}{request.raw_path}"
    return None


def cut_reply(state: DeviceState, body: bytes) -> bytes:
    """Cut a reply in the middle of its serial number, with a Content-Length that agrees.

    Replies without a serial number stay whole: the fault is a reply that looks nearly right.
    """
    if Fault.CUT_OFF_REPLIES not in state.faults:
        return body
    serial = _SERIAL.search(body)
    if serial is None:
        return body
    begin = body.index(b">", serial.start()) + 1
    return body[: begin + max((serial.end() - begin) // 2, 1)]


async def _hang(state: DeviceState, request: web.Request) -> web.Response:
    """Hold the connection until the client goes or the fault ends; then cut it."""
    while Fault.HANGS in state.faults and _connected(request):
        await state.wait_for_change(_LOOK_S)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _connected(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


async def _send_huge(state: DeviceState, request: web.Request) -> web.StreamResponse:
    """Stream HUGE_BYTES of XML, or until the client has had enough."""
    response = web.StreamResponse(headers={"Content-Type": "application/soap+xml"})
    try:
        await response.prepare(request)
        sent = 0
        while sent < HUGE_BYTES and Fault.HUGE_REPLY in state.faults:
            await response.write(_CHUNK)
            sent += len(_CHUNK)
        state.requests.bytes_out += sent
        await response.write_eof()
    except ConnectionError:
        return response  # the client had enough, which is right
    return response
