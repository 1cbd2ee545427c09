"""What the site's other cameras show now: the control of a picture verdict."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import msgspec

from agent.delivery import fault_store, keepsake_store
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.spread import Norm
from agent.diagnosis.rule import Sibling
from shared.fault import FaultState
from shared.reading import Reading

FRESH: Final = timedelta(hours=2)
MOST: Final = 16
"""Other cameras that are looked at: enough to know the weather, and bounded in cost."""
FIGURES: Final = (
    "ref_contrast",
    "ref_veil",
    "ref_detail",
    "ref_colour",
    "ref_changed",
    "noise",
    "saturation_mean",
    "luma_mean",
)
_NAMES: Final = tuple(f"picture.{figure}" for figure in FIGURES)
_NORMS: Final = ("ref_contrast", "ref_veil", "ref_detail", "noise")
"""Figures that are held against what is usual for that camera."""
_LIGHT: Final = "picture.light"
_decoder: Final = msgspec.msgpack.Decoder(Reading)


def read_siblings(
    db: sqlite3.Connection, mates: Sequence[str], *, now: datetime, support: float
) -> tuple[Sibling, ...]:
    """Of ``mates``, in their order, the first MOST with a baseline and a fresh picture.

    ``mates`` are the other cameras of the same site; ``support`` is how many values a norm needs.
    One with an open picture fault bears no witness: its own fault explains what it shows, and two
    cameras of a bad batch must not excuse each other.
    """
    able = {
        device_id
        for (device_id,) in db.execute(
            """
            SELECT DISTINCT device_id FROM baseline
            WHERE kind LIKE 'light:%' AND device_id NOT IN (
                SELECT device_id FROM episode WHERE code LIKE 'picture.%')
            """
        )
    }
    found = (_sibling(db, mate, now=now, support=support) for mate in mates if mate in able)
    return tuple(islice((one for one in found if one is not None), MOST))


def _sibling(
    db: sqlite3.Connection, device_id: str, *, now: datetime, support: float
) -> Sibling | None:
    """One camera's newest good figures; None without a number that is fresh."""
    light = _newest(db, device_id, _LIGHT, now=now)
    if light is None:
        return None
    fresh = [_newest(db, device_id, name, now=now) for name in _NAMES]
    figures = {
        reading.name.removeprefix("picture."): value
        for reading in fresh
        if reading is not None and (value := reading.number()) is not None
    }
    if not figures:
        return None
    baseline = keepsake_store.read_baseline(db, device_id, str(light.value))
    memories = fault_store.read_memories(db, device_id).values()
    return Sibling(
        device_id=device_id,
        figures=figures,
        light=str(light.value),
        norms={} if baseline is None else norms_of(baseline, support=support),
        suspected=suspected_in(memories),
    )


def norms_of(baseline: PictureBaseline, *, support: float) -> dict[str, Norm]:
    """What is usual for the figures that siblings are asked for."""
    norms = {name: baseline.norm(name, support=support) for name in _NORMS}
    return {name: norm for name, norm in norms.items() if norm is not None}


def suspected_in(memories: Iterable[FaultMemory]) -> frozenset[str]:
    """Codes that are held against a camera, and not yet told."""
    return frozenset(one.code for one in memories if one.state is FaultState.SUSPECTED)


def _newest(db: sqlite3.Connection, device_id: str, name: str, *, now: datetime) -> Reading | None:
    """The newest reading of a name, when it is good and no older than FRESH."""
    row = db.execute(
        "SELECT blob FROM history WHERE device_id = ? AND name = ? ORDER BY id DESC LIMIT 1",
        (device_id, name),
    ).fetchone()
    if row is None:
        return None
    reading = _decoder.decode(row[0])
    return reading if reading.good and abs(now - reading.taken_at) <= FRESH else None
