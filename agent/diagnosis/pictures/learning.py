"""How a camera's baseline grows: from pictures that no rule holds anything against; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from agent.camera.light import Light
from agent.diagnosis.engine import Diagnosis, FaultMemory
from agent.diagnosis.pictures.baseline import (
    RING,
    STEP_EVERY,
    STRANGERS,
    Column,
    PictureBaseline,
    begun,
    filled,
    stepped,
)
from agent.diagnosis.pictures.figures import LEAST_OF, leeway_of
from agent.diagnosis.pictures.look import Look, filter_mode, look_at
from agent.diagnosis.pictures.spread import norm_of
from agent.diagnosis.rule import Finding, Verdict, View
from shared.fault import FaultState

_SPOIL: Final = ("picture.", "ircut.", "ir_led.")
_SIGNS: Final = 6  # significant digits that are kept of a value


def learn(
    view: View, memories: Iterable[FaultMemory], findings: Iterable[Finding] = ()
) -> PictureBaseline | None:
    """The baseline of this picture's light with the picture in it; None when nothing changes.

    Nothing is learnt without light, from a damaged picture, with the filter set to OFF by day,
    sooner than ``baseline_every_s`` after the last one, or while a picture fault is found,
    suspected or open. A picture of another size is only counted, until several in a row begin the
    baseline anew: the same view in another size has other detail. Once full, only healthy pictures
    move it, once a day by a bounded step.
    """
    look = look_at(view)
    if look is None or not _is_fit(look, view) or any(_spoils(memory) for memory in memories):
        return None
    verdicts = [finding.verdict for finding in findings if finding.code.startswith(_SPOIL)]
    old = view.baselines.get(look.light.value) or begun(look.light, at=view.now)
    if not old.is_of(look.get("width_px"), look.get("height_px")):
        if old.strangers + 1 < STRANGERS:
            return replace(old, strangers=old.strangers + 1)
        old = begun(look.light, at=view.now)
    if Verdict.FAULT in verdicts or not _is_due(old, view, healthy=Verdict.HEALTHY in verdicts):
        return None
    return _moved(old, look, view) if old.is_full else _grown(old, look, view)


def _is_due(old: PictureBaseline, view: View, *, healthy: bool) -> bool:
    if old.is_full:
        return healthy and abs(view.now - (old.stepped_at or old.learned_at)) >= STEP_EVERY
    pause = timedelta(seconds=view.levels.baseline_every_s)
    return not old.count or abs(view.now - old.learned_at) >= pause


def learn_from(view: View, diagnosis: Diagnosis) -> PictureBaseline | None:
    """``learn`` from what a pass came to."""
    return learn(view, diagnosis.memories.values(), diagnosis.findings)


def _grown(old: PictureBaseline, look: Look, view: View) -> PictureBaseline:
    """One more picture in every column that has room and a figure."""
    columns = {
        name: filled(old.columns.get(name, Column()), _rounded(value))
        for name in LEAST_OF
        if (value := _value(look, name, view)) is not None
    }
    return _told(replace(old, columns={**old.columns, **columns}), look, view)


def _moved(old: PictureBaseline, look: Look, view: View) -> PictureBaseline:
    """Every full column one step nearer to this picture; others go on filling."""
    columns = dict(old.columns)
    for name in LEAST_OF:
        value = _value(look, name, view)
        if value is None:
            continue
        column = columns.get(name, Column())
        if len(column.values) < RING:
            columns[name] = filled(column, _rounded(value))
            continue
        leeway = leeway_of(name, view.levels, median=norm_of(column.values).median)
        columns[name] = stepped(column, value, leeway=leeway)
    return replace(old, columns=columns, stepped_at=view.now, strangers=0)


def _told(grown: PictureBaseline, look: Look, view: View) -> PictureBaseline:
    """With the means that agents before the columns read, over at most a column's length."""
    count = grown.count + 1
    weight = 1 / min(count, RING)

    def mean(before: float, value: float) -> float:
        return before + (value - before) * weight

    return replace(
        grown,
        count=count,
        sharpness=mean(grown.sharpness, look["sharpness"]),
        luma_mean=mean(grown.luma_mean, look["luma_mean"]),
        red_share=mean(grown.red_share, look["red_share"]),
        green_share=mean(grown.green_share, look["green_share"]),
        blue_share=mean(grown.blue_share, look["blue_share"]),
        sharpness_low=min(grown.sharpness_low, look["sharpness"]),
        learned_at=view.now,
        began_at=grown.began_at,
        width_px=int(look.get("width_px") or 0),
        height_px=int(look.get("height_px") or 0),
        strangers=0,
    )


def _value(look: Look, name: str, view: View) -> float | None:
    """A figure that may be learnt: one of the reference only once it stands on some pictures."""
    value = look.get(name)
    if value is None or not name.startswith("ref_"):
        return value
    return value if (look.get("ref_count") or 0) >= view.levels.reference_pictures else None


def _rounded(value: float) -> float:
    return float(f"{value:.{_SIGNS}g}")


def _is_fit(look: Look, view: View) -> bool:
    """Whether a picture may stand for what this camera sees when it is well."""
    levels = view.levels
    lit = look.is_lit and look["luma_std"] >= levels.flat_luma_std
    filter_out = look.light is Light.DAY and filter_mode(view) == "OFF"
    sharp = look["sharpness"] >= levels.blurred_sharpness
    return lit and sharp and not filter_out and look["magenta_excess"] < levels.magenta_fault


def _spoils(memory: FaultMemory) -> bool:
    doubtful = memory.is_open or memory.state is FaultState.SUSPECTED
    return doubtful and memory.code.startswith(_SPOIL)
