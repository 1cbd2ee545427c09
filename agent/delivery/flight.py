"""Rows handed to one live link: which of them it still owes, and how much more it may take. Pure.

What waits in our own socket cannot be overtaken, and a second copy of it helps nobody. So a row
without its PUBACK is not handed over again on the same link (the watchdog ends a dead one), and
of all that is no fault only as many bytes at once as the link carries in about a second: a fault
leaves behind them. One row at least always goes, and no MQTT packet can be interrupted, so evidence
is cut into pieces that even 64 kbit/s carry in a second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

QUICK_S: Final = 1.0
"""A PUBACK that took longer came over a slow link; half of the 2 s in which a fault leaves."""
PIECE_BYTES: Final = 8 * 1024
"""Of a file and of a telemetry table at once: 1.02 s at 64 kbit/s, the slowest link promised for.

The contract allows 48 KiB (6 s). What a piece costs besides its content (headers, PUBACK, its
share of a receipt) makes a picture about 5 % dearer than in pieces of 48 KiB.
"""
STEP_BYTES: Final = PIECE_BYTES + 1024
"""A piece with all that is around it; by so much the window opens, and it is never less."""
_MOST_BYTES: Final = 16 * STEP_BYTES


class Room:
    """How many bytes a link may take now; rows are counted in as they are chosen.

    A row that does not fit stops all behind it, or smaller ones would take its place each time.
    """

    def __init__(self, *, owed_bytes: int, window_bytes: int) -> None:
        self._owed_bytes = owed_bytes
        self._window_bytes = window_bytes
        self._has_refused = False

    @property
    def is_used_up(self) -> bool:
        """True when not even a small row fits."""
        return self._has_refused or self._owed_bytes >= self._window_bytes

    def admits(self, size_bytes: int) -> bool:
        """Whether a row fits beside those before it: the first does where nothing is owed."""
        fits = not self._owed_bytes or self._owed_bytes + size_bytes <= self._window_bytes
        self._has_refused |= not fits
        return not self._has_refused

    def count_in(self, size_bytes: int) -> None:
        """A row was chosen."""
        self._owed_bytes += size_bytes


@dataclass(frozen=True, slots=True)
class _Flown:
    row_id: int
    paced_bytes: int
    ahead_bytes: int  # owed when it was handed over, its own included
    sent_s: float


class Flight:
    """What one connection carries; ``now_s`` is monotonic."""

    def __init__(self, *, grace_s: float) -> None:
        """A receipt has ``grace_s`` from the PUBACK on before its row may be sent again."""
        self._grace_s = grace_s
        self._owed: dict[int, _Flown] = {}  # by mid, in the order of sending
        self._held_until_s: dict[int, float] = {}  # by row, after its PUBACK
        self._window_bytes = STEP_BYTES

    def sent(self, mid: int, *, row_id: int, paced_bytes: int, now_s: float) -> None:
        """A row was handed over, and its PUBACK is owed; ``paced_bytes`` 0 for a fault."""
        self._owed[mid] = _Flown(row_id, paced_bytes, self._owed_bytes() + paced_bytes, now_s)

    def acknowledged(self, mid: int, now_s: float) -> None:
        """Its PUBACK; those before it were lost, for brokers answer in order [MQTT-4.6.0-2]."""
        if mid not in self._owed:
            return
        held = self._held_until_s = {r: s for r, s in self._held_until_s.items() if now_s < s}
        for earlier in tuple(self._owed):
            flown = self._owed.pop(earlier)
            held[flown.row_id] = now_s + self._grace_s
            if earlier == mid:
                break
        if flown.paced_bytes:
            self._adapt(now_s - flown.sent_s, flown.ahead_bytes)

    def _adapt(self, took_s: float, carried_bytes: int) -> None:
        """Open the window where a piece more would still be answered in time; halve it if late."""
        wider_bytes = self._window_bytes + STEP_BYTES
        if took_s > QUICK_S:
            self._window_bytes = max(self._window_bytes // 2, STEP_BYTES)
        elif took_s * wider_bytes / carried_bytes <= QUICK_S:
            self._window_bytes = min(wider_bytes, _MOST_BYTES)

    def held(self, now_s: float) -> Collection[int]:
        """Ids of rows that are not to be sent again now."""
        graced = {row_id for row_id, until_s in self._held_until_s.items() if now_s < until_s}
        return graced | {flown.row_id for flown in self._owed.values()}

    def faults(self) -> int:
        """How many faults the link still owes."""
        return sum(not flown.paced_bytes for flown in self._owed.values())

    def room(self) -> Room:
        """What else than faults the link may take now."""
        return Room(owed_bytes=self._owed_bytes(), window_bytes=self._window_bytes)

    def _owed_bytes(self) -> int:
        return sum(flown.paced_bytes for flown in self._owed.values())
