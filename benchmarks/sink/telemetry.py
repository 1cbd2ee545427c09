"""Telemetry of a recorder as it comes, and the same as plain numbers for the counterpart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from benchmarks.day_of_readings import EVERY, FIELDS, walk
from benchmarks.stored_bytes import BEGIN, SEED, frame
from collector.intake.arrival import Arrival
from collector.telemetry.lines import WORDS
from shared.reading import Reading

CAMERAS: Final = 16


@dataclass(slots=True)
class Told:
    """What one camera said at one visit, as a program has it: numbers and words by field."""

    camera: str
    second: int
    numbers: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> int:
        """How many readings."""
        return len(self.numbers) + len(self.words)


def visits(count: int, *, first: int = 0) -> Iterator[tuple[Arrival, list[Told]]]:
    """A message of all cameras each visit, and what it says; ``count`` of them, from ``first``."""
    dice = random.Random(SEED + first)
    cameras = [f"camera-{number:02d}" for number in range(CAMERAS)]
    since = BEGIN + first * EVERY
    walks = [walk(one, since=since, samples=count, dice=dice) for one in cameras]
    for number in range(1, count + 1):
        readings = [next(steps) for steps in walks for _ in range(FIELDS)]
        told = [_told(readings[at : at + FIELDS]) for at in range(0, len(readings), FIELDS)]
        now = since + number * EVERY + timedelta(seconds=5)
        yield frame(readings, seq=first + number, now=now), told


def _told(readings: list[tuple[str, Reading]]) -> Told:
    camera, first = readings[0]
    made = Told(camera, int(first.taken_at.timestamp()))
    for _, reading in readings:
        if isinstance(reading.value, str):
            if reading.name in WORDS:
                made.words[reading.name] = reading.value
        elif reading.value is not None:
            made.numbers[reading.name.replace(".", "_")] = float(reading.value)
    return made
