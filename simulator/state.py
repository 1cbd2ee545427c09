"""The inner state of one running device, shared by all its servers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from simulator.counters import Requests, Write
from simulator.fault_set import FaultSet
from simulator.faults import PICTURE_FAULTS, Fault
from simulator.ir_cut import IrCut
from simulator.login import LoginDoor
from simulator.onvif.subscriptions import Subscriptions
from simulator.spec import CameraSpec
from simulator.video.scene_spec import SceneSpec

CLOCK_FAULTS = {
    Fault.CLOCK_OFF_DAY: timedelta(hours=-24),
    Fault.CLOCK_OFF_HOUR: timedelta(hours=1),
}
_MOMENT_S = 60
_MOMENTS = 1000


@dataclass(slots=True)
class Imaging:
    """Levels that SetImagingSettings changes, 0 to 100; the filter is apart."""

    brightness: float = 50
    saturation: float = 50
    contrast: float = 50
    sharpness: float = 50


@dataclass(slots=True)
class Ports:
    """Where the device listens; filled when it starts."""

    host: str = "127.0.0.1"
    http: int = 0
    rtsp: int = 0
    https: int = 0  # 0: never needed so far
    rtsp_by_channel: dict[int, int] = field(default_factory=dict)


class DeviceState:
    """Everything about a device that changes while it runs."""

    def __init__(
        self,
        spec: CameraSpec,
        *,
        clock: Callable[[], datetime],
        changed: Callable[[], None],
    ) -> None:
        self.spec = spec
        self.clock = clock
        self.started_at = clock()
        self._changed = asyncio.Event()
        self._tell_owner = changed
        self.faults = FaultSet(spec.faults, self._faults_changed)
        self.imaging = Imaging()
        self.ir_cut = IrCut(self.faults, clock, spec.light == "day")
        self.ports = Ports()
        self.requests = Requests()
        self.writes: list[Write] = []
        self.clock_offset = timedelta(0)
        self.subscriptions = Subscriptions()
        self.login = LoginDoor(
            spec, self.faults, self.requests, clock=clock, device_now=self.device_now
        )

    def _faults_changed(self) -> None:
        if not self.powered:
            self.ir_cut.lose_power()
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        self._tell_owner()

    def set_light(self, light: str) -> None:
        """Day or night (``spec.LIGHTS``): the scene changes, and the firmware moves its filter."""
        self.spec = replace(self.spec, light=light)
        self.ir_cut.is_day = light == "day"
        self._faults_changed()

    async def wait_for_change(self, timeout_s: float) -> bool:
        """Wait until a fault begins or ends; False when none did within ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def device_now(self) -> datetime:
        """The time on the device's own clock, which may be wrong."""
        off = (error for fault, error in CLOCK_FAULTS.items() if fault in self.faults)
        return self.clock().astimezone(UTC) + self.clock_offset + sum(off, timedelta(0))

    def note_write(self, operation: str, detail: str) -> None:
        """Record that somebody changed something on the device."""
        self.writes.append(Write(at=self.clock(), operation=operation, detail=detail))
        self.requests.note(self.device_now(), f"changed: {operation} {detail}")

    @property
    def filter_in(self) -> bool:
        """The real position of the infrared filter."""
        return self.ir_cut.is_in

    def scene(self, channel: int = 0) -> SceneSpec:
        """What the sensor of a channel sees now."""
        return SceneSpec(
            seed=self.spec.scene_seed + channel,
            width=self.spec.width,
            height=self.spec.height,
            light=self.spec.light,
            filter_in=self.filter_in,
            faults=frozenset(fault.value for fault in self.faults if fault in PICTURE_FAULTS),
            source=self.spec.source,
            moment=self._moment,
            balances_white=self.spec.balances_white,
            drains_colour=self.spec.drains_colour and not self.ir_cut.asks_in,
            daylight=self.spec.daylight,
            infrared=self.spec.infrared,
        )

    @property
    def _moment(self) -> int:
        """Which minute the scene shows: cameras of equal scene share it, a frozen one keeps it.

        Without it the first key frame of every session would be the same, as if frozen.
        """
        if Fault.FROZEN in self.faults:
            return 0
        return int(self.clock().timestamp() // _MOMENT_S) % _MOMENTS

    @property
    def serial(self) -> str:
        """The serial that ONVIF states, faults included."""
        if Fault.EMPTY_SERIAL in self.faults:
            return ""
        if Fault.PLACEHOLDER_SERIAL in self.faults:
            return "000000000000"
        return self.spec.serial

    @property
    def powered(self) -> bool:
        """Whether anything listens at all."""
        return Fault.POWER_OFF not in self.faults and Fault.REFUSES_TCP not in self.faults

    @property
    def host(self) -> str:
        """host:port that the device states for itself."""
        if Fault.WRONG_XADDR in self.faults:
            return self.spec.foreign_host
        return f"{self.ports.host}:{self.ports.http}"
