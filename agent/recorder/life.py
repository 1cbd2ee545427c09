"""Restarts of the host and of the agent, and clocks that were set; pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from agent.probes.probe import good
from agent.recorder.ledger import Reason, Trouble
from agent.recorder.memory import Memory
from shared.reading import Reading

_DAY_S: Final = 86_400.0
_HOUR_S: Final = 3_600.0
_KEPT: Final = 32
_JUMP_S: Final = 60.0
"""A clock that is disciplined slews by 0.5 ms a second at most; more is a step."""


def begin(
    memory: Memory, *, boot_id: str, booted_at: float, alive_at: float | None, now: float
) -> Memory:
    """The agent has started: what ended before, and was it announced?

    ``alive_at`` is the newest sign of life before this start. A host that went down in order ends
    the agent first, which notes its end; so a new boot without that note was none in order.
    Moments are in seconds since 1970.
    """
    life = memory.life
    if life.boot_id and boot_id and boot_id != life.boot_id:
        off_from = alive_at if alive_at is not None else life.wall
        back_at = booted_at if off_from < booted_at <= now else now
        memory = memory.with_trouble(Trouble(Reason.HOST_OFF, off_from, max(off_from, back_at)))
        if life.is_running:
            ends = (*life.host_ends, now)[-_KEPT:]
            life = msgspec.structs.replace(life, host_ends=ends)
        life = msgspec.structs.replace(life, wall=0.0, steady=0.0)
    elif life.boot_id and life.is_running:
        life = msgspec.structs.replace(life, agent_ends=(*life.agent_ends, now)[-_KEPT:])
    life = msgspec.structs.replace(life, boot_id=boot_id or life.boot_id, is_running=True)
    return msgspec.structs.replace(memory, life=life)


def ended(memory: Memory) -> Memory:
    """The agent ends because somebody ordered it."""
    return msgspec.structs.replace(
        memory, life=msgspec.structs.replace(memory.life, is_running=False)
    )


def note_clock(memory: Memory, *, now: float, steady: float) -> Memory:
    """Take in both clocks; a step of the wall clock explains gaps that it makes."""
    life = memory.life
    if life.wall:
        jump = (now - life.wall) - (steady - life.steady)
        if abs(jump) > _JUMP_S:
            begin_at, end_at = sorted((life.wall, now))
            memory = memory.with_trouble(Trouble(Reason.CLOCK_SET, begin_at, end_at))
    life = msgspec.structs.replace(life, wall=now, steady=steady)
    return msgspec.structs.replace(memory, life=life)


def readings(memory: Memory, now: datetime) -> tuple[Reading, ...]:
    """Ends that nobody ordered: of the host in a day, of the agent in an hour."""
    life, at = memory.life, now.timestamp()
    return (
        good("host.restarts", _within(life.host_ends, at, _DAY_S), at=now, detail="in 24 h"),
        good("agent.restarts", _within(life.agent_ends, at, _HOUR_S), at=now, detail="in 1 h"),
    )


def _within(moments: tuple[float, ...], now: float, span_s: float) -> int:
    return sum(1 for one in moments if now - span_s < one <= now)
