"""A clip for a fault that opens in this visit: asked for before, put together afterwards."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from agent.budget import Budget, Spend
from agent.camera.port import Camera, CameraError, Clip, ClipLimits, NoClip
from agent.clip_plan import Terms, plan_clip
from agent.delivery import fault_store, keepsake_store
from agent.diagnosis.advance import is_about_to_open
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.rule import Rule
from agent.episodes import FOLLOW_UP_AFTER_PASSES
from agent.evidence_files import wants_clip
from agent.probes.probe import Cost, Pass, Probe
from shared.reading import Reading

_LOG = logging.getLogger(__name__)
_WATCHES: Final = frozenset({"stream", "picture"})  # probes that watch the stream
_FRESH: Final = timedelta(hours=1)
"""So old a finding may be, or of the newest visit that read what it rests on: a doubt that is held
back for days is not filmed for days."""
_VISIT: Final = timedelta(minutes=5)  # a visit's readings are no further apart


def order_clip(
    db: sqlite3.Connection,
    device_id: str,
    probes: Sequence[Probe],
    rules: Iterable[Rule],
    *,
    latest: Mapping[str, Reading],
    terms: Callable[[], Terms],
    budget: Budget,
    spend: Spend,
    watch_seconds: float,
    now: datetime,
    is_wanted: bool = False,
) -> ClipLimits | NoClip | None:
    """What this visit may keep of the stream; None when no fault waits for a clip.

    One waits when it was found lately and would open in this visit, or when its follow-up is due
    and no clip was taken since it opened: that is no doubt, and tries in vain do not put it off.
    Both only when this visit reads what the fault is judged by. One that is wanted by order waits
    for nothing; what it may cost is the same.
    """
    if _WATCHES.isdisjoint(probe.name for probe in probes):
        return None
    kept = keepsake_store.read(db, device_id, keepsake_store.CLIP)
    last_at = kept.taken_at if kept else None
    # A visit to the stream alone opens no picture fault: it must not spend that fault's clip.
    read = {name for probe in probes for name in probe.names}
    asked_rules = [rule for rule in rules if not read.isdisjoint(rule.needs)]
    codes = {rule.code for rule in asked_rules}
    follows = _follows(db, device_id, codes, last_at=last_at)
    if not follows and not is_wanted and not _opens(db, device_id, asked_rules, latest, now=now):
        return None
    asked = terms()
    return plan_clip(
        replace(asked, tried_at=asked.tried_at[-1:]) if follows or is_wanted else asked,
        budget=budget,
        spend=spend,
        planned=sum((probe.cost for probe in probes), start=Cost(bytes=0)),
        watch_seconds=watch_seconds,
        last_at=last_at,
        now=now,
    )


def _opens(
    db: sqlite3.Connection,
    device_id: str,
    rules: Iterable[Rule],
    latest: Mapping[str, Reading],
    *,
    now: datetime,
) -> bool:
    memories = fault_store.read_memories(db, device_id)
    return any(
        wants_clip(rule.code)
        and (memory := memories.get(rule.code)) is not None
        and is_about_to_open(memory, rule, now=now)
        and _is_fresh(memory, rule, latest, now=now)
        for rule in rules
    )


def _is_fresh(
    memory: FaultMemory, rule: Rule, latest: Mapping[str, Reading], *, now: datetime
) -> bool:
    """Whether the newest finding of fault is; a camera may be visited twice a day."""
    found = [at for at, bad in zip(memory.window_at, memory.window, strict=True) if bad]
    if not found:
        return False
    read = [latest[name].taken_at for name in rule.needs if name in latest]
    return abs(now - found[-1]) <= _FRESH or (bool(read) and found[-1] >= max(read) - _VISIT)


def _follows(
    db: sqlite3.Connection, device_id: str, codes: Collection[str], *, last_at: datetime | None
) -> bool:
    return any(
        episode.code in codes
        and wants_clip(episode.code)
        and not episode.follow_ups
        and episode.passes + 1 >= FOLLOW_UP_AFTER_PASSES
        and (last_at is None or last_at < episode.opened_at)
        for episode in fault_store.open_of(db, device_id)
    )


async def make_clip(
    camera: Camera, visit: Pass, ordered: ClipLimits | NoClip | None
) -> Clip | NoClip | None:
    """The clip of this visit, or why there is none; a broken stream costs the clip alone."""
    if not isinstance(ordered, ClipLimits):
        return ordered
    recording = visit.recording
    if recording is None:
        return NoClip(en="the stream was not watched in this visit", zh="本次访问未观看视频流")
    if isinstance(recording, NoClip):
        return recording
    try:
        return await camera.make_clip(recording)
    except CameraError as error:
        _LOG.warning("no clip: %s", error.detail)
        return NoClip(
            en=f"what came is not what the stream says it is: {error.detail}"[:300],
            zh=f"收到的内容与视频流声明不符：{error.detail}"[:300],
        )
