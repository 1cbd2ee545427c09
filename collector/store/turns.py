"""Turns of the writers inside one process, first come, first served.

SQLite's own lock is not fair: who waits looks again now and then, and a loop of short
transactions is always there first. Measured: the jobs loop with some hundred due decisions slowed
intake to tens of rows a second, and a tick failed after ten seconds of waiting.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A lock that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, *, timeout_s: float) -> bool:
        """Wait for one's turn; False after the time-out: then it was not taken."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout_s):
            return True
        with self._mutex:
            if mine.is_set():  # handed over in this very moment
                return True
            self._waiting.remove(mine)
        return False

    def give(self) -> None:
        """End one's turn; the next one's begins."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
