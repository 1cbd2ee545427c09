"""The control server: lists devices and switches faults and power over HTTP, on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from simulator.camera import SimulatedCamera
from simulator.faults import TEXTS, Fault
from simulator.spec import LIGHTS


class Switchboard(Protocol):
    """What the control server needs of a fleet."""

    @property
    def cameras(self) -> Mapping[str, SimulatedCamera]:
        """Devices by serial."""

    @property
    def sites(self) -> Mapping[str, tuple[str, ...]]:
        """Serials by site."""

    def site_of(self, serial: str) -> str:
        """The site of a device."""

    def has_power(self, site: str) -> bool:
        """Whether a site has power."""

    def set_power(self, site: str, *, on: bool) -> None:
        """Switch a site's power."""


class ControlServer:
    """HTTP with JSON; every error has ``error`` and ``remedy``."""

    def __init__(self, fleet: Switchboard) -> None:
        self._fleet = fleet
        self._runner: web.AppRunner | None = None

    async def start(self, *, host: str, port: int) -> int:
        """Listen and return the port; OSError when it is taken."""
        app = web.Application(client_max_size=65_536)
        app.add_routes(
            [
                web.get("/control/cameras", self.list_cameras),
                web.get("/control/cameras/{serial}", self.show_camera),
                web.post("/control/cameras/{serial}/faults", self.switch_fault),
                web.get("/control/cameras/{serial}/writes", self.list_writes),
                web.get("/control/sites", self.list_sites),
                web.post("/control/sites/{site}/power", self.switch_power),
                web.post("/control/sites/{site}/light", self.switch_light),
                web.get("/control/faults", self.list_faults),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound: int = self._runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Close the server."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def list_cameras(self, request: web.Request) -> web.Response:
        """Every device with its address and active faults."""
        cameras = [self._describe(serial) for serial in self._fleet.cameras]
        return web.json_response({"cameras": cameras})

    async def show_camera(self, request: web.Request) -> web.Response:
        """One device with its counters."""
        camera = self._camera(request)
        counters = {
            "logins_ok": dict(camera.requests.logins_ok),
            "logins_refused": dict(camera.requests.logins_refused),
            "per_operation": dict(camera.requests.per_operation),
            "bytes_out": camera.requests.bytes_out,
            "rtsp_sessions": camera.requests.rtsp_sessions,
            "subscriptions": camera.subscriptions,
        }
        return web.json_response(self._describe(camera.spec.serial) | {"requests": counters})

    async def switch_fault(self, request: web.Request) -> web.Response:
        """``{"fault": NAME, "on": true}``."""
        camera = self._camera(request)
        body = await _read_json(request, '{"fault": "blurred", "on": true}')
        fault = _fault(body.get("fault"))
        if _flag(body, default=True):
            camera.inject(fault)
        else:
            camera.clear(fault)
        return web.json_response(self._describe(camera.spec.serial))

    async def list_writes(self, request: web.Request) -> web.Response:
        """Everything that somebody changed on the device."""
        writes = [
            {"at": write.at.isoformat(), "operation": write.operation, "detail": write.detail}
            for write in self._camera(request).writes
        ]
        return web.json_response({"writes": writes})

    async def list_sites(self, request: web.Request) -> web.Response:
        """Sites with their devices and whether they have power."""
        sites = [
            {"site": site, "power": self._fleet.has_power(site), "serials": list(serials)}
            for site, serials in self._fleet.sites.items()
        ]
        return web.json_response({"sites": sites})

    async def switch_power(self, request: web.Request) -> web.Response:
        """``{"on": false}``: all devices of the site stop listening, connections are cut."""
        site = request.match_info["site"]
        body = await _read_json(request, '{"on": false}')
        if site not in self._fleet.sites:
            raise _refusal(web.HTTPNotFound, f"no site {site!r}", "GET /control/sites lists them")
        on = _flag(body, default=None)
        self._fleet.set_power(site, on=on)
        return web.json_response({"site": site, "power": on})

    async def switch_light(self, request: web.Request) -> web.Response:
        """``{"light": "night_ir"}``: dusk falls, or the sun rises, for all devices of the site."""
        site = request.match_info["site"]
        light = (await _read_json(request, '{"light": "night_ir"}')).get("light")
        if site not in self._fleet.sites:
            raise _refusal(web.HTTPNotFound, f"no site {site!r}", "GET /control/sites lists them")
        if light not in LIGHTS:
            remedy = f"use one of {', '.join(LIGHTS)}"
            raise _refusal(web.HTTPBadRequest, f"no light {light!r}", remedy)
        for serial in self._fleet.sites[site]:
            self._fleet.cameras[serial].set_light(str(light))
        return web.json_response({"site": site, "light": light})

    async def list_faults(self, request: web.Request) -> web.Response:
        """All faults with their texts."""
        faults = [
            {"fault": fault.value, "group": text.group.value, "en": text.en, "zh": text.zh}
            for fault, text in TEXTS.items()
        ]
        return web.json_response({"faults": faults})

    def _camera(self, request: web.Request) -> SimulatedCamera:
        serial = request.match_info["serial"]
        try:
            return self._fleet.cameras[serial]
        except KeyError:
            remedy = "GET /control/cameras lists them"
            raise _refusal(web.HTTPNotFound, f"no device {serial!r}", remedy) from None

    def _describe(self, serial: str) -> dict[str, object]:
        camera = self._fleet.cameras[serial]
        return {
            "serial": serial,
            "site": self._fleet.site_of(serial),
            "kind": camera.spec.kind.value,
            "model": camera.spec.model,
            "firmware": camera.spec.firmware,
            "address": camera.address,
            "rtsp_port": camera.rtsp_port,
            "faults": sorted(fault.value for fault in camera.faults),
            "rtsp_sessions": camera.requests.rtsp_sessions,
        }


def _fault(name: object) -> Fault:
    try:
        return Fault(name)
    except ValueError:
        remedy = "GET /control/faults lists them"
        raise _refusal(web.HTTPBadRequest, f"no fault {name!r}", remedy) from None


def _flag(body: Mapping[str, object], *, default: bool | None) -> bool:
    value = body.get("on", default)
    if not isinstance(value, bool):
        raise _refusal(web.HTTPBadRequest, "'on' must be true or false", 'send {"on": true}')
    return value


async def _read_json(request: web.Request, example: str) -> Mapping[str, object]:
    try:
        body = json.loads(await request.text())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _refusal(web.HTTPBadRequest, "the body is not a JSON object", f"send {example}")
    return body


def _refusal(kind: type[web.HTTPError], error: str, remedy: str) -> web.HTTPError:
    text = json.dumps({"error": error, "remedy": remedy}, ensure_ascii=False)
    return kind(text=text, content_type="application/json")
