"""Frames between the network and the store: bounded by count and bytes, never dropped.

Who puts asks ``has_room`` first and stops reading the broker when there is none; what was not
read stays with the broker, and what the broker drops is still with its agent.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Final

import msgspec

from collector.intake.arrival import Arrival

MAX_FRAMES: Final = 10_000
MAX_BYTES: Final = 32 * 1024 * 1024
_OVERHEAD_BYTES: Final = 300  # objects around a payload


class Received(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A payload, and how to acknowledge it: its id means nothing on another connection."""

    arrival: Arrival
    mid: int
    qos: int
    connection: int
    is_acknowledged: bool = False

    @property
    def size(self) -> int:
        """Roughly the memory that it takes."""
        return len(self.arrival.payload) + len(self.arrival.topic) + _OVERHEAD_BYTES


class Backlog:
    """Puts from one thread, takes from another."""

    def __init__(self, *, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES) -> None:
        self._max_frames, self._max_bytes = max_frames, max_bytes
        self._frames: deque[Received] = deque()
        self._bytes = 0
        self._some = threading.Condition()

    def put(self, received: Received) -> None:
        """Keep one more; the bound is kept by not reading when there is no room."""
        self.put_all([received])

    def put_all(self, received: Sequence[Received]) -> None:
        """Keep what one read of the socket brought: who takes is woken once."""
        size = sum([one.size for one in received])
        with self._some:
            self._frames.extend(received)
            self._bytes += size
            self._some.notify()

    def has_room(self) -> bool:
        """True while one more may be read."""
        return len(self._frames) < self._max_frames and self._bytes < self._max_bytes

    @property
    def fill(self) -> float:
        """How full it is, 0 to about 1."""
        return max(len(self._frames) / self._max_frames, self._bytes / self._max_bytes)

    def peek(self, limit: int) -> list[Received]:
        """The oldest frames, without taking them."""
        with self._some:
            return list(islice(self._frames, limit))

    def take(
        self, *, max_frames: int, max_bytes: int, wait_s: float, linger_s: float
    ) -> list[Received]:
        """Wait for a frame, then a moment for company; what is there, up to the bounds.

        Under load no moment is needed: what came during the last commit is the next batch.
        """
        with self._some:
            if not self._frames and not self._some.wait(wait_s):
                return []
            until = time.monotonic() + linger_s
            while len(self._frames) < max_frames and (left := until - time.monotonic()) > 0:
                self._some.wait(left)
            batch: list[Received] = []
            taken_bytes = 0
            while self._frames and len(batch) < max_frames:
                size = self._frames[0].size
                if batch and taken_bytes + size > max_bytes:
                    break
                taken_bytes += size
                batch.append(self._frames.popleft())
            self._bytes -= taken_bytes
            return batch
