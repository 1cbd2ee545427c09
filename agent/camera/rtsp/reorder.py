"""RTP packets over UDP in the order of their numbers: a gap waits a little, then it is a loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 64  # packets that may wait for one that is missing
HOLD_S: Final = 0.2  # how long they wait
_MAX_MISORDER: Final = 100  # RFC 3550 appendix A.1: further behind is a restart, not a late packet
_WRAP: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Arrived:
    """One datagram and when it came, in seconds of one monotonic clock."""

    payload: bytes
    at_s: float


@dataclass(slots=True)
class Reorder:
    """Takes packets as they come and gives them on in order; repeated and late ones are dropped."""

    late: int = 0  # packets that came too late, or twice
    _next: int = -1
    _held: dict[int, Arrived] = field(default_factory=dict)
    _restart: int = -1  # the number that would confirm that the sender began anew

    def take(self, sequence: int, arrived: Arrived) -> list[Arrived]:
        """Take one packet; what may go on now, in order."""
        if self._next < 0:
            self._next = sequence
        ahead = (sequence - self._next) % _WRAP
        if ahead >= _WRAP // 2:
            return self._take_late(sequence, arrived, behind=_WRAP - ahead)
        self._restart = -1
        if sequence in self._held:
            self.late += 1
            return []
        self._held[sequence] = arrived
        released = self._release()
        while len(self._held) > WINDOW:
            released += self._skip()
        return released

    def expire(self, now_s: float) -> list[Arrived]:
        """What has waited for long enough: the missing packets before it are lost."""
        released: list[Arrived] = []
        while self._held and now_s >= self._due_at_s():
            released += self._skip()
        return released

    @property
    def due_at_s(self) -> float | None:
        """When ``expire`` has something to give; None while nothing waits."""
        return self._due_at_s() if self._held else None

    def _due_at_s(self) -> float:
        return min(arrived.at_s for arrived in self._held.values()) + HOLD_S

    def _take_late(self, sequence: int, arrived: Arrived, *, behind: int) -> list[Arrived]:
        """A late packet is dropped; two in a row from far behind are a sender that began anew."""
        if behind <= _MAX_MISORDER or sequence != self._restart:
            self._restart = (sequence + 1) % _WRAP if behind > _MAX_MISORDER else -1
            self.late += 1
            return []
        released = self._drain()
        self._restart, self._next = -1, (sequence + 1) % _WRAP
        return [*released, arrived]

    def _release(self) -> list[Arrived]:
        released = []
        while (arrived := self._held.pop(self._next, None)) is not None:
            released.append(arrived)
            self._next = (self._next + 1) % _WRAP
        return released

    def _skip(self) -> list[Arrived]:
        """Give up what is missing before the nearest packet that waits."""
        self._next = min(self._held, key=lambda number: (number - self._next) % _WRAP)
        return self._release()

    def _drain(self) -> list[Arrived]:
        released: list[Arrived] = []
        while self._held:
            released += self._skip()
        return released
