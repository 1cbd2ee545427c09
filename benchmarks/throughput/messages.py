"""Distinct telemetry messages, made once: 16 cameras with 25 readings at one timestamp each."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec

from benchmarks.day_of_readings import walk
from shared import topics, wire
from shared.fold import fold
from shared.frame import Lane, pack
from shared.identity import Epoch
from shared.reading import Reading

CAMERAS: Final = 16
FIELDS: Final = 25
AGENTS: Final = tuple(f"agent-{number}" for number in range(8))
_EVERY: Final = timedelta(minutes=5)
_SEED: Final = 20260301


class Message(msgspec.Struct, frozen=True, array_like=True):
    """A payload and its topic."""

    topic: str
    payload: bytes


class PlainCamera(msgspec.Struct, frozen=True, array_like=True):
    """One camera's values in the order of the names that everybody knows."""

    camera: str
    values: Annotated[tuple[bool | int | float | str, ...], msgspec.Meta(max_length=FIELDS)]


class Plain(msgspec.Struct, frozen=True, array_like=True):
    """What somebody would send who thinks of rows: no differences, no packing."""

    agent: str
    at: datetime
    cameras: tuple[PlainCamera, ...]


def make(count: int, path: Path, plain: Path) -> None:
    """Write ``count`` messages of several agents, in turn, as those agents would send them.

    ``plain`` gets the same readings as :class:`Plain`, for the naive consumer.
    """
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
    naive: list[Message] = []
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
        naive.append(Message(f"plain/{agent}", msgspec.msgpack.encode(_plain(agent, at, readings))))
    path.write_bytes(msgspec.msgpack.encode(made))
    plain.write_bytes(msgspec.msgpack.encode(naive))


def _plain(agent: str, at: datetime, readings: list[tuple[str, Reading]]) -> Plain:
    by_camera: dict[str, list[bool | int | float | str]] = {}
    for camera, reading in readings:
        if reading.value is not None:
            by_camera.setdefault(camera, []).append(reading.value)
    cameras = tuple(PlainCamera(camera, tuple(own)) for camera, own in by_camera.items())
    return Plain(agent, at, cameras)


def load(path: Path) -> list[Message]:
    """Read them back."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[Message])
