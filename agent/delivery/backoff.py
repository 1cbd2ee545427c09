"""Waiting: between connections with equal jitter, and before sending when the collector asks.

A fleet must not return as a herd. ``benchmarks/durability_herd.py`` runs these very classes for
10,000 agents after a 300 s outage against a broker that takes 200 connections a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST_S: Final = 1.0
CAP_S: Final = 120.0
LASTING_S: Final = 60.0
"""A connection that held so long was good, receipts or not."""


class Backoff:
    """Delays that double up to :data:`CAP_S`; half fixed, half drawn."""

    def __init__(self, *, jitter: Callable[[], float]) -> None:
        """``jitter`` gives numbers in 0..1."""
        self._jitter = jitter
        self._tries = 0

    def next_delay_s(self) -> float:
        """How long to wait before the next try."""
        ceiling_s = min(CAP_S, FIRST_S * 2.0 ** min(self._tries, 10))
        self._tries += 1
        return ceiling_s / 2 + self._jitter() * ceiling_s / 2

    def reset(self) -> None:
        """Start over: the far end answered."""
        self._tries = 0

    def connection_ended(self, *, lasted_s: float) -> None:
        """Start over only after a lasting connection: a broker that drops each one is not well."""
        if lasted_s > LASTING_S:
            self.reset()


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
