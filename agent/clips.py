"""A clip for a fault that opens in this visit: asked for before, put together afterwards."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from agent.budget import Budget, Spend
from agent.camera.port import Camera, CameraError, Clip, ClipLimits, NoClip
from agent.clip_plan import Terms, plan_clip
from agent.delivery import fault_store, keepsake_store
from agent.diagnosis.engine import is_about_to_open
from agent.diagnosis.rule import Rule
from agent.episodes import FOLLOW_UP_AFTER_PASSES
from agent.evidence_files import wants_clip
from agent.probes.probe import Cost, Pass, Probe

_LOG = logging.getLogger(__name__)
_WATCHES: Final = frozenset({"stream", "picture"})  # probes that watch the stream


def order_clip(
    db: sqlite3.Connection,
    device_id: str,
    probes: Sequence[Probe],
    rules: Iterable[Rule],
    *,
    terms: Callable[[], Terms],
    budget: Budget,
    spend: Spend,
    watch_seconds: float,
    now: datetime,
) -> ClipLimits | NoClip | None:
    """What this visit may keep of the stream; None when no fault waits for a clip.

    One waits when it would open in this visit, or when its follow-up is due and no clip was taken
    since it opened.
    """
    if _WATCHES.isdisjoint(probe.name for probe in probes):
        return None
    kept = keepsake_store.read(db, device_id, keepsake_store.CLIP)
    last_at = kept.taken_at if kept else None
    if not (_opens(db, device_id, rules, now=now) or _follows(db, device_id, last_at=last_at)):
        return None
    return plan_clip(
        terms(),
        budget=budget,
        spend=spend,
        planned=sum((probe.cost for probe in probes), start=Cost(bytes=0)),
        watch_seconds=watch_seconds,
        last_at=last_at,
        now=now,
    )


def _opens(db: sqlite3.Connection, device_id: str, rules: Iterable[Rule], *, now: datetime) -> bool:
    memories = fault_store.read_memories(db, device_id)
    return any(
        wants_clip(rule.code) and is_about_to_open(memories.get(rule.code), rule, now=now)
        for rule in rules
    )


def _follows(db: sqlite3.Connection, device_id: str, *, last_at: datetime | None) -> bool:
    return any(
        wants_clip(episode.code)
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
