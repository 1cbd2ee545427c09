"""Whether a visit may keep a clip, and of what size; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.budget import Budget, Spend, allows
from agent.camera.port import ClipLimits, NoClip
from agent.probes.probe import Cost
from agent.uplink_budget import Mode

WATCH_S: Final = 12.0
"""Of a watch for a clip where neither power nor bytes are short; with key frames up to 4 s apart
8 to 12 s of it are kept."""
MOST_BYTES: Final = 3 * 1024 * 1024
"""12 s at 2 Mbit/s; at 4 Mbit/s 6 s. Held in memory twice for a moment."""
MOST_BYTES_PAID: Final = 384 * 1024
"""Where bytes are paid for: 3 s at 1 Mbit/s, three pictures' worth."""
LEAST_BYTES: Final = 128 * 1024
"""Below it a clip is hardly a second long."""
_ROOM_SHARE: Final = 8
"""So many clips that find the same room never fill it; each one more is smaller."""
CLIP_EVERY: Final = timedelta(hours=1)
"""Between two clips of one camera: faults that open together share one."""

TRY_EVERY: Final = timedelta(minutes=20)
"""Between two tries, for a fault may stay one finding short for days; less than a follow-up.

With each try that no fault was told with it is twice as long, up to ``TRY_MOST``."""
TRY_MOST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a clip of this camera must be paid with."""

    saves_power: bool = False  # a battery: it is not watched any longer for a clip
    is_paid: bool = False  # its link, or the uplink, is metered or within a plan
    mode: Mode = Mode.ALL  # what the uplink's plan allows to leave now
    wanted_s: float = WATCH_S  # as the operator set it; 0: none
    room_bytes: int = 64 * 1024 * 1024  # in the outbox, beside what waits there
    tried_at: tuple[datetime, ...] = ()  # when visits kept one, told or not; oldest first
    memory_bytes: int = MOST_BYTES  # that clips of other cameras leave free now


def plan_clip(
    terms: Terms,
    *,
    budget: Budget,
    spend: Spend,
    planned: Cost,
    watch_seconds: float,
    last_at: datetime | None,
    now: datetime,
) -> ClipLimits | NoClip:
    """What may be kept of this visit's watch, or why nothing may.

    ``planned`` is what the visit's probes may cost already. A camera that saves power or is paid
    for by the byte is not watched any longer than its probes do anyway.
    """
    is_short = terms.saves_power or terms.is_paid
    limits = ClipLimits(
        seconds=watch_seconds if is_short else max(terms.wanted_s, watch_seconds),
        bytes=min(
            MOST_BYTES_PAID if is_short else MOST_BYTES,
            terms.room_bytes // _ROOM_SHARE,
            terms.memory_bytes,
        ),
    )
    why_not = _forbidden(terms) or _taken(terms, last_at=last_at, now=now) or _cramped(terms)
    if why_not is not None:
        return why_not
    refusal = allows(budget, spend, planned + Cost(bytes=limits.bytes))
    if refusal is None:
        return limits
    return NoClip(
        en=f"not within the camera's budget: {refusal}",
        zh=f"超出该摄像机当日预算（{refusal.resource.value}：上限 {refusal.limit}，"
        f"已用 {refusal.spent}，还需 {refusal.wanted}）",
    )


def _forbidden(terms: Terms) -> NoClip | None:
    """By the operator, or because it could not leave."""
    if not terms.wanted_s:
        return NoClip(
            en="clips are switched off in this agent's configuration",
            zh="该代理的配置已关闭视频片段",
        )
    if terms.mode is not Mode.ALL:
        return NoClip(
            en=f"the uplink's data plan lets no large file leave now ({terms.mode.value})",
            zh=f"上行流量套餐当前不允许上传大文件（{terms.mode.value}）",
        )
    return None


def _taken(terms: Terms, *, last_at: datetime | None, now: datetime) -> NoClip | None:
    """Because another one is fresh; a clock that was set back forbids nothing."""
    if last_at is not None and timedelta(0) <= now - last_at < CLIP_EVERY:
        at = f"{last_at:%Y-%m-%d %H:%M} UTC"
        return NoClip(
            en=f"a clip of this camera was taken for another fault at {at}",
            zh=f"已于 {at} 为另一故障录取该摄像机的片段",
        )
    vain = [at for at in terms.tried_at if last_at is None or at > last_at]
    wait = min(TRY_EVERY * 2 ** max(len(vain) - 1, 0), TRY_MOST)
    if vain and timedelta(0) <= now - vain[-1] < wait:
        return NoClip(
            en="one was taken before, when the fault was not certain yet",
            zh="稍早已录取过，当时故障尚未确定",
        )
    return None


def _cramped(terms: Terms) -> NoClip | None:
    """Because memory or outbox have better use for their room."""
    if terms.memory_bytes < LEAST_BYTES:
        return NoClip(
            en="too many other cameras were being filmed at that moment",
            zh="当时正在为过多其他摄像机录取片段",
        )
    if terms.room_bytes // _ROOM_SHARE < LEAST_BYTES:
        return NoClip(
            en="too much waits in the outbox already: a clip would push out other evidence",
            zh="发件箱中待发内容已多：片段会挤掉其他证据",
        )
    return None
