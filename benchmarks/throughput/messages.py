"""Distinct telemetry messages, made once: 16 cameras with 25 readings at one timestamp each."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.day_of_readings import walk
from shared import topics, wire
from shared.fold import fold
from shared.frame import Lane, pack
from shared.identity import Epoch

CAMERAS: Final = 16
FIELDS: Final = 25
AGENTS: Final = tuple(f"agent-{number}" for number in range(8))
_EVERY: Final = timedelta(minutes=5)
_SEED: Final = 20260301


class Message(msgspec.Struct, frozen=True, array_like=True):
    """A payload and its topic."""

    topic: str
    payload: bytes


def make(count: int, path: Path) -> None:
    """Write ``count`` messages of several agents, in turn, as those agents would send them."""
    dice = random.Random(_SEED)
    sent_at = datetime(2026, 3, 1, tzinfo=UTC)
    steps = count // len(AGENTS) + 1
    walks = {
        agent: [
            (f"camera-{number:02d}", walk("", since=sent_at, samples=steps, dice=dice))
            for number in range(CAMERAS)
        ]
        for agent in AGENTS
    }
    made: list[Message] = []
    for number in range(count):
        agent = AGENTS[number % len(AGENTS)]
        at = sent_at + number // len(AGENTS) * _EVERY
        readings = [
            (device, msgspec.structs.replace(next(moves)[1], taken_at=at))
            for device, moves in walks[agent]
            for _ in range(FIELDS)
        ]
        payload = pack(
            lane=Lane.TELEMETRY,
            epoch=Epoch(1, 7),
            seq=number // len(AGENTS) + 1,
            body=wire.encode(fold(readings, sent_at=at)),
            compress=True,
        )
        made.append(Message(topics.up(agent, Lane.TELEMETRY), payload))
    path.write_bytes(msgspec.msgpack.encode(made))


def load(path: Path) -> list[Message]:
    """Read them back."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[Message])
