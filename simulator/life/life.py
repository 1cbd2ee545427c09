"""The life of one fixed camera: what it sends at every moment, and what was wrong with it then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.life import changes, mode, scenery, weather
from simulator.life.camera_chain import Exposure
from simulator.life.chance import uniform, wander
from simulator.life.coding import encode
from simulator.life.darkroom import Darkroom
from simulator.life.day import Site, cast_shadows, sunlight
from simulator.life.electronics_fault import break_stream
from simulator.life.geometry import frame
from simulator.life.injury import GEOMETRY, OPTICS, Injury, Kind
from simulator.life.optics_fault import spoil_optics
from simulator.life.traits import Traits, traits_of
from simulator.life.views import HEIGHT_PX, WIDTH_PX, View
from simulator.video.texture import Plane

_TURNED_STILLS = 3  # each is turned at a cost of several pictures
_LOSSY_SHARE = 0.015  # of all watches: the network loses packets, the camera is well


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One key frame as the agent gets it, the one a few seconds before it, and the truth.

    ``ir_cut_setting`` is what the camera says of its filter. ``lost_packets`` are the network's.
    """

    at: datetime
    coded: bytes
    previous: bytes
    codec: str
    truth_light: str  # "day", "dusk", "night_ir" or "night_colour"
    ir_cut_setting: str
    sun_elevation_deg: float
    injuries: tuple[Injury, ...]
    lost_packets: int = 0


@dataclass
class Life:
    """A camera with a view, a place among its siblings, and perhaps one injury.

    Equal arguments give equal shots, whatever hours are asked for and in which order.
    """

    view: View
    seed: int
    site: Site
    injury: Injury | None = None
    width: int = WIDTH_PX
    height: int = HEIGHT_PX
    _framed: dict[tuple[object, ...], Plane] = field(default_factory=dict, repr=False)

    @cached_property
    def traits(self) -> Traits:
        """What kind of camera this is."""
        return traits_of(self.seed)

    @cached_property
    def _darkroom(self) -> Darkroom:
        return Darkroom(seed=self.seed, traits=self.traits)

    @cached_property
    def _place(self) -> mode.Place:
        return mode.Place(
            seed=self.seed,
            site_seed=self.site.seed,
            traits=self.traits,
            is_indoor=self.view.is_indoor,
            has_day=bool(self.view.day),
            shadows=cast_shadows(self.seed, height=self.height, width=self.width),
            ground=mode.ground_of(self.seed, height=self.height, width=self.width),
        )

    def frames(self, start: datetime, end: datetime, every: timedelta) -> Iterator[Shot]:
        """Shots from ``start`` until before ``end``."""
        at = start
        while at < end:
            yield self.shot(at)
            at += every

    def shot(self, at: datetime) -> Shot:
        """What the camera sends at this moment."""
        suffered = self._suffered(at)
        injury = None if suffered is None or suffered.still is not None else suffered
        kind = None if injury is None else injury.kind
        seen_at = _seen_at(at, injury)
        picture, before, scene = self._take(seen_at, at, injury)
        if changes.is_narrow(self.seed, seen_at):
            picture, before = _narrowed(picture), _narrowed(before)
        codec = "H264" if kind in (Kind.DECODE_DAMAGE, Kind.BLOCKY) else self.traits.codec
        quantiser = self._darkroom.quantiser(seen_at, scene, injury)
        deblocks = kind is not Kind.BLOCKY
        slices = 8 if kind is Kind.DECODE_DAMAGE else 1  # so that one broken one is not all
        coded = encode(picture, codec, quantiser, deblocks=deblocks, slices=slices)
        stuck = injury is not None and kind is Kind.FROZEN and not injury.seed % 2
        previous = coded if stuck else encode(before, codec, quantiser)
        lost = 0
        if injury is not None and kind is Kind.DECODE_DAMAGE:
            coded = break_stream(coded, injury, moment=at)
        elif codec == "H264" and uniform(self.seed, at, "network") < _LOSSY_SHARE:
            lost, coded = 3, coded[: int(len(coded) * 0.7)]
        sun = sunlight(self.site, weather.weather_of(self.site.seed, at), at)
        is_dusk = not self.view.is_indoor and bool(self.view.day) and abs(sun.elevation_deg) < 6
        return Shot(
            at=at,
            coded=coded,
            previous=previous,
            codec=codec,
            truth_light="dusk" if is_dusk else scene.mode,
            ir_cut_setting=self._setting(scene.mode),
            sun_elevation_deg=sun.elevation_deg,
            injuries=() if suffered is None else (suffered,),
            lost_packets=lost,
        )

    def picture(self, at: datetime) -> NDArray[np.uint8]:
        """The picture of this moment before coding, (height, width, 3)."""
        suffered = self._suffered(at)
        injury = None if suffered is None or suffered.still is not None else suffered
        planes = self._take(_seen_at(at, injury), at, injury)[0]
        return np.repeat(planes.transpose(1, 2, 0), 3 // planes.shape[0], axis=2)

    def _suffered(self, at: datetime) -> Injury | None:
        return self.injury if self.injury is not None and at >= self.injury.onset else None

    def _setting(self, seeing: str) -> str:
        if not self.traits.names_filter:
            return "AUTO"
        return "OFF" if seeing == "night_ir" else "ON"

    def _take(
        self, seen_at: datetime, at: datetime, injury: Injury | None
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], scenery.Scenery]:
        place = self._place
        sky = weather.weather_of(self.site.seed, seen_at)
        sun = sunlight(self.site, sky, seen_at)
        still = self._still(seen_at, injury, night=False)
        mean = float(still[:3, ::8, ::8].mean())
        seeing = mode.mode_at(place, sun, seen_at, mean=mean, injury=injury)
        suffered = self._suffered(at)
        is_real = suffered is not None and suffered.still is not None
        lit = seeing != "day" and bool(self.view.night) and not is_real
        if lit:
            still = self._still(seen_at, injury, night=True)
        scene = scenery.compose(
            still, place, sun, sky, seen_at, mode=seeing, lit_still=lit, injury=injury
        )
        light = self._shake(scene.light, sky, seen_at)
        if not self.view.is_indoor and self.traits.wets:
            light = changes.wet(light, self.seed, self.site.seed, seen_at, share=self.traits.wets)
        if injury is not None and injury.kind in OPTICS:
            light = spoil_optics(light, injury, seen_at, by_lamp=scene.by_lamp)
        exposure = self._darkroom.settle(light, scene, seen_at, injury)
        now = self._darkroom.develop(light, scene, exposure, (seen_at, 0), injury)
        flicker = 1 + 0.02 * wander(seen_at, self.seed, "mains", hours=0.001)
        earlier = Exposure(gain=exposure.gain * flicker, analogue=exposure.analogue)
        before = self._darkroom.develop(light, scene, earlier, (seen_at, 1), injury)
        clock = seen_at
        if injury is not None and injury.kind is Kind.FROZEN:
            # The sensor or the encoder is stuck: behind the sensor the clock is still drawn.
            before = now.copy()
            clock = at if injury.seed % 2 else seen_at
        for shown, moment in ((now, clock), (before, clock - timedelta(seconds=2))):
            self._darkroom.write(shown, moment)
        return now, before, scene

    def _still(self, at: datetime, injury: Injury | None, *, night: bool) -> Plane:
        """The planes of this hour in the camera's frame; framed once and kept."""
        stills = (self.view.night or self.view.day) if night else (self.view.day or self.view.night)
        suffered = self._suffered(at)
        real = None if suffered is None else suffered.still
        if real is not None:
            stills = (self.view.faulty[real][1],)
        turned = injury if injury is not None and injury.kind in GEOMETRY else None
        several = len(stills) if turned is None else min(len(stills), _TURNED_STILLS)
        index = int(several * uniform(self.seed, at.date(), at.hour // 2, "still", night))
        crop = changes.crop_of(self.seed, at)
        key = (night, index, crop, turned, real)
        if key not in self._framed:
            if len(self._framed) > 24:
                self._framed.clear()
            self._framed[key] = np.ascontiguousarray(
                frame(
                    stills[index],
                    self.view,
                    width=self.width,
                    height=self.height,
                    crop=crop,
                    injury=turned,
                )
            )
        return self._framed[key]

    def _shake(self, light: Plane, sky: weather.Weather, at: datetime) -> Plane:
        reach = self.traits.shake_px * sky.wind
        dx = round(reach * wander(at, self.seed, "shake x", hours=0.02))
        dy = round(0.6 * reach * wander(at, self.seed, "shake y", hours=0.02))
        return np.roll(light, (dy, dx), axis=(1, 2)) if dx or dy else light


def _narrowed(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle three quarters of the width, as a stream of 4:3 shows them."""
    eighth = planes.shape[2] // 16 * 2
    return planes[:, :, eighth:-eighth]


def _seen_at(at: datetime, injury: Injury | None) -> datetime:
    """When the light of this moment's picture was taken in: long ago if the camera is frozen."""
    return injury.onset if injury is not None and injury.kind is Kind.FROZEN else at
