"""Rows handed to one live link: which of them it still owes, and how much more it may take. Pure.

What waits in our own socket cannot be overtaken, and a second copy of it helps nobody. So a row
without its PUBACK is not handed over again on the same link (the watchdog ends a dead one), and
large rows only as many at once as the link carries in about a second: a fault leaves behind them.
One at least always goes, and no MQTT packet can be interrupted, so evidence is cut into pieces that
even 64 kbit/s carry in a second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

QUICK_S: Final = 1.0
"""A PUBACK that took longer came over a slow link; half of the 2 s in which a fault leaves."""
_MOST_BULK: Final = 16
PIECE_BYTES: Final = 8 * 1024
"""Of a file and of a telemetry table at once: 1.02 s at 64 kbit/s, the slowest link promised for.

The contract allows 48 KiB (6 s). What a piece costs besides its content (headers, PUBACK, its
share of a receipt) makes a picture about 5 % dearer than in pieces of 48 KiB.
"""


@dataclass(frozen=True, slots=True)
class _Flown:
    row_id: int
    is_bulk: bool
    sent_s: float


class Flight:
    """What one connection carries; ``now_s`` is monotonic."""

    def __init__(self, *, grace_s: float) -> None:
        """A receipt has ``grace_s`` from the PUBACK on before its row may be sent again."""
        self._grace_s = grace_s
        self._owed: dict[int, _Flown] = {}  # by mid, in the order of sending
        self._held_until_s: dict[int, float] = {}  # by row, after its PUBACK
        self._window = 1

    def sent(self, mid: int, *, row_id: int, is_bulk: bool, now_s: float) -> None:
        """A row was handed over, and its PUBACK is owed."""
        self._owed[mid] = _Flown(row_id, is_bulk, now_s)

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
        if flown.is_bulk:
            self._adapt(now_s - flown.sent_s)

    def _adapt(self, took_s: float) -> None:
        """Open the window where one row more would still be answered in time; halve it if late."""
        if took_s > QUICK_S:
            self._window = self._window // 2 or 1
        elif took_s * (self._window + 1) / self._window <= QUICK_S:
            self._window = min(self._window + 1, _MOST_BULK)

    def held(self, now_s: float) -> Collection[int]:
        """Ids of rows that are not to be sent again now."""
        graced = {row_id for row_id, until_s in self._held_until_s.items() if now_s < until_s}
        return graced | {flown.row_id for flown in self._owed.values()}

    def small_rows(self) -> int:
        """How many small rows the link still owes."""
        return sum(not flown.is_bulk for flown in self._owed.values())

    def bulk_room(self) -> int:
        """How many large rows the link may take now."""
        return max(0, self._window - sum(flown.is_bulk for flown in self._owed.values()))
