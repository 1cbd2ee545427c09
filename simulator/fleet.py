"""Many simulated devices in one process: sites with power, one control server, discovery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from types import TracebackType

from simulator.camera import SimulatedCamera
from simulator.control import ControlServer
from simulator.discovery import Announcement, DiscoveryResponder
from simulator.faults import Fault
from simulator.recorder import SimulatedRecorder
from simulator.scenario import Device, Scenario
from simulator.spec import Kind


class Fleet:
    """Serves a scenario; use it with ``async with``. Devices are found by their serial."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._stack = AsyncExitStack()
        self._dark: set[str] = set()
        self.cameras: dict[str, SimulatedCamera] = {}
        self.control_port = 0
        self.discovery_port: int | None = None
        self._site_of = {
            device.spec.serial: site.id for site in scenario.sites for device in site.devices
        }

    async def __aenter__(self) -> Fleet:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        for device in self.scenario.devices:
            camera = build(device, host=self.scenario.host)
            await self._stack.enter_async_context(camera)
            self.cameras[device.spec.serial] = camera
        control = ControlServer(self)
        self._stack.push_async_callback(control.stop)
        self.control_port = await control.start(
            host=self.scenario.host, port=self.scenario.control_port
        )
        if self.scenario.discovery_port is not None:
            responder = DiscoveryResponder(lambda: list(self._announced()))
            self._stack.callback(responder.stop)
            self.discovery_port = await responder.start(port=self.scenario.discovery_port)

    @property
    def control_url(self) -> str:
        """Where faults are switched over HTTP."""
        return f"http://{self.scenario.host}:{self.control_port}"

    @property
    def sites(self) -> Mapping[str, tuple[str, ...]]:
        """Serials by site, in the order of the scenario."""
        return {
            site.id: tuple(device.spec.serial for device in site.devices)
            for site in self.scenario.sites
        }

    def site_of(self, serial: str) -> str:
        """The site of a device; KeyError when there is no such device."""
        return self._site_of[serial]

    def has_power(self, site: str) -> bool:
        """Whether the site's supply is on; KeyError when there is no such site."""
        if site not in self.sites:
            raise KeyError(site)
        return site not in self._dark

    def set_power(self, site: str, *, on: bool) -> None:
        """Switch the supply of a site: without it no device listens, and connections are cut.

        A device that had the fault power_off by itself loses it when the supply returns.
        KeyError when there is no such site.
        """
        for serial in self.sites[site]:
            if on:
                self.cameras[serial].clear(Fault.POWER_OFF)
            else:
                self.cameras[serial].inject(Fault.POWER_OFF)
        if on:
            self._dark.discard(site)
        else:
            self._dark.add(site)

    def _announced(self) -> Iterator[Announcement]:
        for camera in self.cameras.values():
            if camera.state.powered:
                yield Announcement(
                    mac=camera.spec.mac,
                    name=camera.spec.model,
                    hardware=camera.spec.hardware_id,
                    stated_host=camera.state.host,
                )


def build(device: Device, *, host: str = "127.0.0.1") -> SimulatedCamera:
    """The server of one device, not yet listening."""
    if device.spec.kind is Kind.RECORDER:
        return SimulatedRecorder(
            device.spec,
            recordings=device.recordings,
            segment_s=device.segment_s,
            host=host,
            http_port=device.http_port,
            rtsp_port=device.rtsp_port,
        )
    return SimulatedCamera(
        device.spec, host=host, http_port=device.http_port, rtsp_port=device.rtsp_port
    )
