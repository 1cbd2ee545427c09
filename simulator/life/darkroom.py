"""From light to the finished picture of one camera: exposure, sensor, processing, text, rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from simulator.life import changes
from simulator.life.camera_chain import Exposure, expose, noise_of, process, sense, tone
from simulator.life.chance import uniform, wander
from simulator.life.electronics_fault import exposure_bias, spoil_signal
from simulator.life.injury import ELECTRONICS, Injury, Kind
from simulator.life.scenery import Scenery
from simulator.life.traits import Traits
from simulator.video.caption import draw_caption
from simulator.video.texture import Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Darkroom:
    """The electronics of one camera."""

    seed: int
    traits: Traits

    def settle(self, light: Plane, scene: Scenery, at: datetime, injury: Injury | None) -> Exposure:
        """The control loop hunts a little, and now and then it has not settled yet."""
        bias = 1 + 0.12 * wander(at, self.seed, "exposure", hours=0.05)
        if uniform(self.seed, at, "pumps") < 0.02:
            bias *= 1.8 if uniform(self.seed, at, "up") < 0.5 else 0.55
        if injury is not None:
            bias *= exposure_bias(injury)
        target = scene.target * changes.brightness_of(self.seed, at)
        return expose(light, target=target, bias=bias)

    def develop(
        self,
        light: Plane,
        scene: Scenery,
        exposure: Exposure,
        moment: tuple[object, ...],
        injury: Injury | None,
    ) -> NDArray[np.uint8]:
        """Planes of 8 bits, without text; equal moments have equal noise."""
        signal = sense(light, exposure, noise_of(light.shape, self.seed, moment))
        grey = scene.mode == "night_ir" and self.traits.grey_by_night
        kind = None if injury is None else injury.kind
        if injury is not None and kind in ELECTRONICS and kind is not Kind.COLOUR_CAST:
            signal = spoil_signal(signal, injury, moment=moment)
        signal = process(signal, exposure, balance=scene.balance, grey=grey)
        if injury is not None and kind is Kind.COLOUR_CAST and not grey:
            signal = spoil_signal(signal, injury, moment=moment)
        return tone(signal, contrast=self.traits.contrast)

    def write(self, planes: NDArray[np.uint8], at: datetime) -> None:
        """Burn the clock or the name in, after everything else."""
        picture = planes.transpose(1, 2, 0)  # a view: the text lands in the planes
        text = changes.text_of(self.seed, at, shows_clock=self.traits.shows_clock)
        draw_caption(picture, text)

    def quantiser(self, at: datetime, scene: Scenery, injury: Injury | None) -> int:
        """Rate control: coarser by night and in busy hours, and when it is set far too low."""
        if injury is not None and injury.kind is Kind.BLOCKY:
            return int(injury.pick(42, 47, 51))
        night = 2 if scene.mode != "day" else 0
        steps = 2.5 * wander(at, self.seed, "rate", hours=1.3) + night
        if uniform(self.seed, at, "congested") < 0.02:
            steps += 6
        return self.traits.quantiser + round(steps)
