"""A camera in memory for filter tests: real pictures of a simulated sensor, and no waiting."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from agent.camera.decode_picture import decode_picture
from agent.camera.decoder_wire import DecodeRequest
from agent.camera.port import (
    CameraError,
    Cause,
    ClipLimits,
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
from simulator.video.encoder import encode_frame, finish, open_jpeg_encoder
from simulator.video.scene import render
from simulator.video.scene_spec import SceneSpec
from simulator.video.sensor import without_colour

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """What light and traffic do to a day picture by themselves.

    Brightness and colour drift slowly, as exposure and white balance follow the light; a cloud
    dims and cools everything for half a minute; something large passes now and then.
    """

    seed: int = 0
    drift: float = 0.0  # of brightness; a quarter of it in colour
    cloud: float = 0.0  # how much it takes away; a twentieth of it in colour
    passer_share: float = 0.0  # of the width that something covers while it passes

    def over(self, picture: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
        """The picture at a moment."""
        swing = math.sin(seconds / 97 + self.seed) * self.drift
        cloud = self.cloud * max(0.0, math.sin(seconds / 30 + 3 * self.seed)) ** 2
        level = (1 + swing) * (1 - cloud)
        cool = swing / 4 - cloud / 20
        gains = np.array([level * (1 + cool), level, level * (1 - cool)], dtype=np.float32)
        shown = np.clip(picture * gains, 0, 255).astype(np.uint8)
        width = int(self.passer_share * shown.shape[1])
        left = int(seconds * 23 + 131 * self.seed) % (4 * shown.shape[1])
        if width and left < shown.shape[1]:
            shown[120:330, left : left + width] = (96, 88, 84)
        found: NDArray[np.uint8] = shown
        return found


@dataclass
class LabCamera:
    """One camera; faults are those of the simulator."""

    scenery: Scenery
    clock: VirtualClock
    faults: frozenset[Fault] = frozenset()
    serial: str = "SN-2401-0001"
    sky: Sky = field(default_factory=Sky)
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

    async def watch_stream(self, *, seconds: float, clip: ClipLimits | None = None) -> StreamHealth:
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
        is_day = scene.light == "day"
        is_lamp_off = scene.lamp_follows and self.ir_cut.asks_in and not is_day
        fault = ("black" if is_day else "white") if scene.is_covered else ""
        picture = render(
            SceneSpec(
                seed=scene.seed,
                width=640,
                height=360,
                light=scene.light,
                filter_in=self.ir_cut.is_in,
                faults=frozenset(filter(None, [fault or ("black" if is_lamp_off else "")])),
                source=scene.source,
                moment=int(seconds // 60) % 1000,
                balances_white=scene.balances_white,
                daylight=scene.daylight,
                infrared=scene.infrared,
            ),
            int(seconds * _FPS) % 600,
        )
        if is_day:
            picture = self.sky.over(picture, seconds)
        if scene.drains_colour and not self.ir_cut.asks_in:
            picture = without_colour(picture)
        context = open_jpeg_encoder(width=640, height=360)
        return b"".join([*encode_frame(context, picture, at=0), *finish(context)])
