"""How a camera's baseline grows: from pictures that no rule holds anything against; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from agent.camera.light import Light
from agent.diagnosis.engine import Diagnosis
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.baseline import (
    RING,
    STEP_EVERY,
    Column,
    PictureBaseline,
    begun,
    filled,
    stepped,
)
from agent.diagnosis.pictures.figures import LEAST_OF, leeway_of
from agent.diagnosis.pictures.look import Look, filter_mode, kind_of, look_at
from agent.diagnosis.pictures.spread import norm_of
from agent.diagnosis.pictures.veil import Veil, veil_of
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
    suspected or open. Pictures of another size or source are only counted, until several in a row
    over a day begin the baseline anew. Once full, only healthy pictures move it, once a day by a
    bounded step.
    """
    look = look_at(view)
    if look is None or not _is_fit(look, view):
        return None
    kept = view.baselines.get(look.light.value)
    old = kept or begun(look.light, at=view.now)
    is_other = not old.is_of(kind_of(view))
    if is_other:
        counted = old.with_stranger(view.now)
        if counted is not None:
            return counted
        old = begun(look.light, at=view.now)
    else:
        old = old.without_strangers()
    verdicts = [finding.verdict for finding in findings if finding.code.startswith(_SPOIL)]
    of_this = old.began_at if old.count or is_other else None
    spoilt = any(_spoils(memory, look, view, began_at=of_this) for memory in memories)
    is_due = _is_due(old, view, healthy=Verdict.HEALTHY in verdicts)
    if spoilt or Verdict.FAULT in verdicts or not is_due:
        return None if kept is None or is_other or old == kept else old
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
    grown = replace(_noted(old, view), columns={**old.columns, **columns})
    return _told(grown, look, view)


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
    return replace(_noted(old, view), columns=columns, stepped_at=view.now)


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
    )


def _noted(old: PictureBaseline, view: View) -> PictureBaseline:
    """With the kind of its pictures, where an older agent or a bare view did not note it."""
    width, height, source = kind_of(view)
    return replace(
        old,
        width_px=old.width_px or width,
        height_px=old.height_px or height,
        source=old.source or source,
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
    """Whether a picture may stand for what this camera sees when it is well.

    A picture that looks as through a film does not, though no rule is sure enough to say so: a
    lost focus that was taken for one had taught the camera its own blur within minutes.
    """
    levels, veil = view.levels, veil_of(view, look)
    if veil is not None and veil.kind is Veil.FILM:
        return False
    lit = look.is_lit and look["luma_std"] >= levels.flat_luma_std
    filter_out = look.light is Light.DAY and filter_mode(view) == "OFF"
    sharp = look["sharpness"] >= levels.blurred_sharpness
    return lit and sharp and not filter_out and look["magenta_excess"] < levels.magenta_fault


def _spoils(memory: FaultMemory, look: Look, view: View, *, began_at: datetime | None) -> bool:
    """Whether a fault keeps this picture from being learnt.

    A suspicion of before ``began_at`` is of pictures of another kind, which settle it no more. A
    fault that is open stands, unless a person has accepted what the camera shows since: else a
    camera that was accepted at its new place could never be known again.
    """
    if not memory.code.startswith(_SPOIL):
        return False
    found = [at for at, bad in zip(memory.window_at, memory.window, strict=True) if bad]
    last = max([*found, *([memory.said_at] if memory.said_at else [])], default=None)
    if memory.is_open:
        accepted = view.acceptances.get(look.light.value)
        return accepted is None or last is None or accepted.taken_at <= last
    is_older = began_at is not None and last is not None and last < began_at
    return memory.state is FaultState.SUSPECTED and not is_older
