"""How much one camera may send; pure. Each has its own, so that none can use up another's."""

from __future__ import annotations

from collections import deque
from typing import Final

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3600.0


class Quota:
    """Items of the last minute and bytes of the last hour, on a clock that nobody sets."""

    def __init__(self, *, items_per_minute: int, bytes_per_hour: int) -> None:
        self._items_per_minute = items_per_minute
        self._bytes_per_hour = bytes_per_hour
        self._recent: deque[float] = deque()
        self._hour_from_s = 0.0
        self._hour_bytes = 0

    def take(self, size: int, *, now_s: float) -> bool:
        """Count an item of so many bytes; False, and nothing counted, beyond the quota."""
        while self._recent and self._recent[0] <= now_s - _MINUTE_S:
            self._recent.popleft()
        if now_s >= self._hour_from_s + _HOUR_S:
            self._hour_from_s, self._hour_bytes = now_s, 0
        if len(self._recent) >= self._items_per_minute:
            return False
        if self._hour_bytes + size > self._bytes_per_hour:
            return False
        self._recent.append(now_s)
        self._hour_bytes += size
        return True
