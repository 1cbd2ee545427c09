"""Waiting before sending when the collector asks; between connections as ``shared.backoff``."""

from __future__ import annotations

from shared.backoff import CAP_S, FIRST_S, LASTING_S, Backoff

__all__ = ["CAP_S", "FIRST_S", "LASTING_S", "Backoff", "Pause"]


class Pause:
    """The collector's wish that rows wait, as its receipts state it (``retry_after_s``)."""

    def __init__(self) -> None:
        self._until_s = 0.0

    def ask(self, retry_after_s: float, *, now_s: float) -> None:
        """Take in a receipt's wish; zero takes nothing back."""
        if retry_after_s > 0:
            self._until_s = now_s + retry_after_s

    def holds(self, now_s: float) -> bool:
        """True while nothing is to be sent."""
        return now_s < self._until_s
