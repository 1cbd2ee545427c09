"""The HTTP side of a device: ONVIF, snapshot and the vendor's status page on one port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.faults import Fault
from simulator.login import Answer, Decision, Side
from simulator.misbehave import cut_reply, misbehave
from simulator.onvif.endpoint import answer_soap
from simulator.power import status_of
from simulator.state import DeviceState

_MAX_REQUEST_BYTES = 1024 * 1024
Picture = Callable[[int], Awaitable[bytes]]


def make_application(state: DeviceState, picture: Picture) -> web.Application:
    """Build the device's HTTP application; ``picture`` gives the JPEG of a channel."""
    pages = _Pages(state, picture)
    application = web.Application(client_max_size=_MAX_REQUEST_BYTES)
    application.router.add_route("*", "/{path:.*}", pages.answer)
    return application


class _Pages:
    """Routes a request by path, faults first."""

    def __init__(self, state: DeviceState, picture: Picture) -> None:
        self._state = state
        self._picture = picture

    async def answer(self, request: web.Request) -> web.StreamResponse:
        broken = await misbehave(self._state, request)
        if broken is not None:
            return broken
        response = await self._route(request)
        if isinstance(response.body, bytes):
            response.body = cut_reply(self._state, response.body)
            self._state.requests.bytes_out += len(response.body)
        return response

    async def _route(self, request: web.Request) -> web.Response:
        path = request.path
        if path.startswith("/onvif/") and Fault.ONVIF_OFF not in self._state.faults:
            return await self._soap(request)
        if path == "/snapshot.jpg":
            return await self._snapshot(request)
        if path.startswith("/vendor/"):
            return self._vendor(request)
        return web.Response(status=404, text="Not Found")

    async def _soap(self, request: web.Request) -> web.Response:
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"}, text="Method Not Allowed")
        reply = await answer_soap(
            self._state,
            await request.read(),
            authorization=request.headers.get("Authorization"),
            uri=request.raw_path,
        )
        response = web.Response(
            status=reply.status,
            body=reply.body,
            headers={"Content-Type": "application/soap+xml; charset=utf-8"},
        )
        for challenge in reply.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        return response

    def _check(self, request: web.Request) -> Decision:
        header = request.headers.get("Authorization")
        if header is None:
            return self._state.login.challenge(Side.HTTP)
        return self._state.login.check_digest(
            header, method=request.method, uri=request.raw_path, side=Side.HTTP
        )

    async def _snapshot(self, request: web.Request) -> web.Response:
        decision = self._check(request)
        if not decision.ok:
            return self._refuse(decision)
        self._state.requests.per_operation["snapshot"] += 1
        channel = request.query.get("channel", "1")
        if not channel.isdigit() or not 1 <= int(channel) <= self._state.spec.channels:
            return web.Response(status=404, text="No such channel")
        jpeg = await self._picture(int(channel) - 1)
        return web.Response(body=jpeg, content_type="image/jpeg")

    def _vendor(self, request: web.Request) -> web.Response:
        decision = self._check(request)
        if not decision.ok:
            return self._refuse(decision)
        self._state.requests.per_operation[f"{request.method} {request.path}"] += 1
        state = self._state
        if request.method not in ("GET", "HEAD"):
            state.note_write(f"{request.method} {request.path}", "vendor interface")
            return web.Response(status=405, headers={"Allow": "GET"}, text="Method Not Allowed")
        status = status_of(
            state.spec, frozenset(state.faults), started_at=state.started_at, now=state.clock()
        )
        if request.path != "/vendor/status.json" or status is None:
            return web.Response(status=404, text="Not Found")
        return web.json_response(status)

    def _refuse(self, decision: Decision) -> web.Response:
        is_locked = decision.answer is Answer.LOCKED
        text = self._state.login.lock_text if is_locked else "Unauthorized"
        response = web.Response(status=401, text=text)
        for challenge in decision.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        return response
