"""How a camera's baseline grows: from its first good pictures only, so that decay is not learnt."""

from __future__ import annotations

from collections.abc import Iterable

from agent.diagnosis.baseline import Light, PictureBaseline
from agent.diagnosis.engine import FaultMemory
from agent.diagnosis.pictures import Look, filter_mode, look_at
from agent.diagnosis.rule import View
from shared.fault import FaultState

_SPOIL = ("picture.", "ircut.", "ir_led.")


def learn(view: View, memories: Iterable[FaultMemory]) -> PictureBaseline | None:
    """The baseline of this picture's light with the picture in it; None when nothing changes.

    Nothing is learnt without light, from a damaged picture, with the filter set to OFF by day,
    while a picture fault is suspected or open, or when the baseline is complete.
    """
    look = look_at(view)
    if look is None or not _is_fit(look, view) or any(_spoils(memory) for memory in memories):
        return None
    old = view.baselines.get(look.light.value)
    if old is not None and old.count >= view.levels.baseline_pictures:
        return None
    count = 1 if old is None else old.count + 1

    def mean(before: float, value: float) -> float:
        return before + (value - before) / count

    red, green, blue = look.shares
    return PictureBaseline(
        light=look.light,
        count=count,
        sharpness=mean(old.sharpness if old else 0.0, look.sharpness),
        luma_mean=mean(old.luma_mean if old else 0.0, look.luma_mean),
        red_share=mean(old.red_share if old else 0.0, red),
        green_share=mean(old.green_share if old else 0.0, green),
        blue_share=mean(old.blue_share if old else 0.0, blue),
        learned_at=view.now,
        sharpness_low=min(old.sharpness_low if old else 1.0, look.sharpness),
    )


def _is_fit(look: Look, view: View) -> bool:
    """Whether a picture may stand for what this camera sees when it is well."""
    levels = view.levels
    lit = look.light is not Light.NONE and look.luma_std >= levels.flat_luma_std
    filter_out = look.light is Light.DAY and filter_mode(view) == "OFF"
    sharp = look.sharpness >= levels.blurred_sharpness
    return lit and sharp and not filter_out and look.magenta_excess < levels.magenta_fault


def _spoils(memory: FaultMemory) -> bool:
    doubtful = memory.is_open or memory.state is FaultState.SUSPECTED
    return doubtful and memory.code.startswith(_SPOIL)
