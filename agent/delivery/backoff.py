"""Waiting before sending when the collector asks; between connections as ``shared.backoff``."""

from __future__ import annotations

from typing import Final

from shared.backoff import CAP_S, FIRST_S, LASTING_S, Backoff

__all__ = ["CAP_S", "FIRST_S", "LASTING_S", "PAUSE_CAP_S", "Backoff", "Pause"]


PAUSE_CAP_S: Final = 300.0


class Pause:
    """The collector's wish that rows wait, as its receipts state it (``retry_after_s``).

    It outlives a connection, faults wait too, and it ends: one that is held may be made longer up
    to :data:`PAUSE_CAP_S` after it began, and another begins only after something was sent.
    Otherwise old receipts out of a broker's queue could silence an agent for ever.
    """

    def __init__(self) -> None:
        self._began_s = self._until_s = 0.0
        self._may_begin = True

    def ask(self, retry_after_s: float, *, now_s: float) -> None:
        """Take in a receipt's wish; zero takes nothing back."""
        if retry_after_s <= 0:
            return
        if not self.holds(now_s):
            if not self._may_begin:
                return
            self._began_s, self._may_begin = now_s, False
        longest_s = self._began_s + PAUSE_CAP_S
        self._until_s = min(max(self._until_s, now_s + retry_after_s), longest_s)

    def sent(self) -> None:
        """Something was sent since the last pause: the next wish counts."""
        self._may_begin = True

    def holds(self, now_s: float) -> bool:
        """True while nothing is to be sent."""
        return now_s < self._until_s
