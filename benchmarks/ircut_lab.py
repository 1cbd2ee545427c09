"""A camera in memory for filter tests: real pictures of a simulated sensor, and no waiting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from agent.camera.decode_picture import decode_picture
from agent.camera.decoder_wire import DecodeRequest
from agent.camera.port import (
    CameraError,
    Cause,
    Costs,
    DeviceInformation,
    Exchange,
    FilterMode,
    ImagingOptions,
    ImagingSettings,
    Picture,
    PictureFeatures,
    Snapshot,
    StreamHealth,
)
from simulator import ir_cut
from simulator.fault_set import FaultSet
from simulator.faults import Fault
from simulator.ir_cut import IrCut
from simulator.video.encode import encode_jpeg
from simulator.video.scene_spec import SceneSpec

_FPS: Final = 10


@dataclass
class VirtualClock:
    """Time that passes only when somebody waits."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait without waiting."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """What a camera looks at, in which light, and how it develops it."""

    seed: int
    light: str = "day"  # of SceneSpec
    daylight: float = 1.0
    infrared: float = 1.0
    source: Path | None = None
    balances_white: bool = False
    drains_colour: bool = False
    lamp_follows: bool = False  # the lamp goes off with the mode ON
    is_covered: bool = False


@dataclass
class LabCamera:
    """One camera; faults are those of the simulator."""

    scenery: Scenery
    clock: VirtualClock
    faults: frozenset[Fault] = frozenset()
    serial: str = "SN-2401-0001"
    exchanges: tuple[Exchange, ...] = ()
    writes: int = 0

    def __post_init__(self) -> None:
        is_day = self.scenery.light == "day"
        self.ir_cut = IrCut(FaultSet(self.faults, lambda: None), self.clock, is_day)

    def give(self, faults: Iterable[Fault]) -> None:
        """Have these faults from now on, and no others."""
        self.faults = frozenset(faults)
        self.ir_cut.faults = FaultSet(self.faults, lambda: None)

    async def device_information(self) -> DeviceInformation:
        """Who it is."""
        return DeviceInformation(
            manufacturer="Maker",
            model="SC-4G-20",
            firmware="1.4.2",
            serial=self.serial,
            hardware_id="HW-3",
        )

    @property
    def costs(self) -> Costs:
        """Nothing but writes is counted."""
        return Costs(
            requests=0, bytes_sent=0, bytes_received=0, login_attempts=0, writes=self.writes
        )

    async def imaging_options(self) -> ImagingOptions:
        """All three modes."""
        return ImagingOptions(ir_cut_filter_modes=("ON", "OFF", "AUTO"))

    async def imaging_settings(self) -> ImagingSettings:
        """What the camera states."""
        return ImagingSettings(
            ir_cut_filter=self.ir_cut.mode.value,
            brightness=50.0,
            colour_saturation=50.0,
            contrast=50.0,
            sharpness=50.0,
        )

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        """Take the mode, or refuse it."""
        self.writes += 1
        if Fault.IRCUT_REFUSES_MODE in self.faults:
            raise CameraError(Cause.ONVIF_FAULT, "the settings cannot be changed")
        self.ir_cut.order(ir_cut.FilterMode(mode.value), persist=False)

    async def watch_stream(self, *, seconds: float) -> StreamHealth:
        """Two key frames, as the stream shows them after so long."""
        first = self._jpeg()
        await self.clock.sleep(seconds)
        return StreamHealth(
            codec="JPEG",
            seconds=seconds,
            packets=0,
            frames=2,
            fps=None,
            bitrate_kbps=None,
            key_frame_interval_s=seconds,
            longest_gap_s=0.0,
            lost_packets=0,
            key_frame=first,
            last_key_frame=self._jpeg(),
            width_px=None,
            height_px=None,
        )

    async def snapshot(self) -> Snapshot:
        """One picture."""
        return Snapshot(body=self._jpeg(), media_type="image/jpeg")

    async def decode(self, key_frame: bytes, *, codec: str, previous: bytes | None) -> Picture:
        """As the decoder child does it, in this process."""
        answer = decode_picture(
            DecodeRequest(codec=codec, picture=key_frame, previous=previous, thumbnail=False)
        )
        return Picture(
            features=msgspec.convert(answer.features, PictureFeatures),
            jpeg=answer.jpeg,
            taken_at=self.clock.now,
            damaged=answer.damaged,
        )

    def _jpeg(self) -> bytes:
        scene, seconds = self.scenery, self.clock.now.timestamp()
        is_lamp_off = scene.lamp_follows and self.ir_cut.asks_in and scene.light != "day"
        covered = frozenset({"white" if scene.light != "day" else "black"})
        return encode_jpeg(
            SceneSpec(
                seed=scene.seed,
                width=640,
                height=360,
                light=scene.light,
                filter_in=self.ir_cut.is_in,
                faults=covered if scene.is_covered else frozenset({"black"} if is_lamp_off else ()),
                source=scene.source,
                moment=int(seconds // 60) % 1000,
                balances_white=scene.balances_white,
                drains_colour=scene.drains_colour and not self.ir_cut.asks_in,
                daylight=scene.daylight,
                infrared=scene.infrared,
            ),
            frame_index=int(seconds * _FPS) % 600,
        )
