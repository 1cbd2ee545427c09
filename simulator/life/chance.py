"""Numbers that depend on seed and moment alone: any hour of a life can be made first."""

from __future__ import annotations

import math
import zlib
from datetime import UTC, datetime

import numpy as np

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def draw(*key: object) -> np.random.Generator:
    """A generator that equal keys make equal."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def uniform(*key: object) -> float:
    """One number in 0..1 that equal keys make equal; cheaper than a generator."""
    value = zlib.crc32(repr(key).encode()) * 2654435761 % 2**32
    return ((value ^ value >> 15) * 2246822519 % 2**32) / 2**32


def wander(at: datetime, *key: object, hours: float) -> float:
    """A smooth walk in -1..1 that forgets itself after about ``hours``."""
    position = (at - EPOCH).total_seconds() / 3600 / hours
    step = math.floor(position)
    way = position - step
    way = way * way * (3 - 2 * way)
    before, after = uniform(*key, step), uniform(*key, step + 1)
    return 2 * (before + (after - before) * way) - 1
