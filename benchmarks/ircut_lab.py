"""A camera in memory for filter tests: real pictures of a simulated sensor, and no waiting."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.camera.picture.planes import HEIGHT_PX, WIDTH_PX
from agent.camera.port import (
    CameraError,
    Cause,
    Ceiling,
    ClipLimits,
    Costs,
    DeviceInformation,
    Exchange,
    FilterMode,
    ImagingOptions,
    ImagingSettings,
    Picture,
    Snapshot,
    StreamHealth,
)
from benchmarks.ircut_darkroom import (
    Film,
    develop,
    encode,
    measure_colours,
    recognise,
)
from simulator import ir_cut
from simulator.fault_set import FaultSet
from simulator.faults import Fault
from simulator.ir_cut import IrCut
from simulator.video.scene_spec import SceneSpec

_MOMENTS: Final = 4  # of a scene: noise, leaves, and the thing on the road elsewhere
_LEVELS: Final = np.arange(256, dtype=np.float64)
_GREY: Final = 128
_MIDDLE: Final = 90.0  # what a hundredth more red is of a middling picture, in Cr
_PASSERS: Final = ((128, 128), (112, 190), (150, 104), (120, 132), (96, 112))  # Cb and Cr


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
    snow: float = 0.0
    turns_s: float | None = None  # so long after its start the camera goes over to the night
    source: Path | None = None
    balances_white: bool = False
    drains_colour: bool = False
    drain_tint: tuple[int, int] = (0, 0)  # of what it shows without colours, in Cb and Cr
    lamp_follows: bool = False  # the lamp goes off with the mode ON
    is_covered: bool = False
    is_coded: bool = False  # as JPEG; else the bare planes, which are cheaper


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

    def over(self, film: Film, seconds: float, *, is_drained: bool) -> None:
        """Do it to the picture of a moment; one without colours stays so."""
        swing = math.sin(seconds / 97 + self.seed) * self.drift
        cloud = self.cloud * max(0.0, math.sin(seconds / 30 + 3 * self.seed)) ** 2
        level = (1 + swing) * (1 - cloud)
        cool = level * (swing / 4 - cloud / 20)
        luma, blue, red = film.planes
        _map(luma, _LEVELS * level)
        tints = () if is_drained else ((blue, -cool * _MIDDLE), (red, cool * _MIDDLE))
        for chroma, tint in tints:
            _map(chroma, (_LEVELS - _GREY) * level + _GREY + tint)
        self._pass_by(film, seconds, is_drained=is_drained)

    def _pass_by(self, film: Film, seconds: float, *, is_drained: bool) -> None:
        """Something as high as half the view, now and then a red or a green one."""
        luma, blue, red = film.planes
        height, width = luma.shape
        across = int(self.passer_share * width)
        left = int((seconds * 0.036 + 0.2 * self.seed) % 4 * width)
        if not across or left >= width:
            return
        tints = (_GREY, _GREY) if is_drained else _PASSERS[self.seed % len(_PASSERS)]
        for plane, tone, share in ((luma, 90, 1), (blue, tints[0], 2), (red, tints[1], 2)):
            rows = slice(height // 3 // share, height * 11 // 12 // share)
            plane[rows, left // share : (left + across) // share] = tone


def _map(plane: NDArray[np.uint8], levels: NDArray[np.float64]) -> None:
    """Put the level of each value in its place; ``translate`` is numpy's ``take`` at a third."""
    curve = np.clip(np.rint(levels), 0, 255).astype(np.uint8).tobytes()
    mapped = plane.tobytes().translate(curve)
    plane[...] = np.frombuffer(mapped, dtype=np.uint8).reshape(plane.shape)


@dataclass
class LabCamera:
    """One camera; faults are those of the simulator."""

    scenery: Scenery
    clock: VirtualClock
    faults: frozenset[Fault] = frozenset()
    serial: str = "SN-2401-0001"
    macs: tuple[str, ...] = ()
    sky: Sky = field(default_factory=Sky)
    exchanges: tuple[Exchange, ...] = ()
    writes: int = 0

    def __post_init__(self) -> None:
        self._began_at = self.clock.now
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

    async def mac_addresses(self) -> tuple[str, ...]:
        """Where it hangs."""
        return self.macs

    def stay_asleep(self) -> None:
        """It is on the mains."""

    def keep_within(self, ceiling: Ceiling) -> None:
        """It costs nothing that is bounded."""

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

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        references: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Picture:
        """What a filter test reads of a picture, measured by the agent's own code."""
        assert codec == "JPEG"
        if previous is None:  # the first one of a test
            return replace(recognise(key_frame, references), taken_at=self.clock.now)
        features = measure_colours(key_frame, previous)
        shown = key_frame if self.scenery.is_coded else b"%d" % hash(key_frame)
        return Picture(features=features, jpeg=shown, taken_at=self.clock.now)

    def _film(self, film: Film) -> None:
        """What else happens before this camera; a test may say."""

    def _jpeg(self) -> bytes:
        scenery, seconds = self.scenery, self.clock.now.timestamp()
        if scenery.turns_s is not None:
            runs_s = (self.clock.now - self._began_at).total_seconds()
            self.ir_cut.is_day = runs_s < scenery.turns_s
        is_day, asks_in = scenery.light == "day", self.ir_cut.asks_in
        is_dark = scenery.lamp_follows and asks_in and not is_day
        cover = ("black" if is_day else "white") if scenery.is_covered else ""
        is_drained = scenery.drains_colour and not asks_in
        moment = int(seconds) % _MOMENTS
        film = develop(
            SceneSpec(
                seed=scenery.seed,
                width=WIDTH_PX,
                height=HEIGHT_PX,
                light=scenery.light,
                filter_in=self.ir_cut.is_in,
                faults=frozenset(filter(None, [cover or ("black" if is_dark else "")])),
                source=scenery.source,
                moment=moment,
                balances_white=scenery.balances_white,
                daylight=scenery.daylight,
                infrared=scenery.infrared,
                snow=scenery.snow,
            ),
            frame_index=moment,
            is_drained=is_drained,
        ).copy()
        if is_day:
            self.sky.over(film, seconds, is_drained=is_drained)
        if is_drained:
            film.tint(*scenery.drain_tint)
        self._film(film)
        draw_clock(film, seconds)
        return encode(film, is_coded=scenery.is_coded)


def draw_clock(film: Film, seconds: float) -> None:
    """The time in the picture, as many cameras write it: no two are alike."""
    digits = np.frombuffer(struct.pack("<q", int(seconds * 10)), dtype=np.uint8)
    film.planes[0][-8:, :64] = np.unpackbits(digits) * np.uint8(200) + 20
