"""Waiting between connections with equal jitter, on both sides. Pure.

A fleet must not return as a herd. ``benchmarks/durability_herd.py`` runs this very class for
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
    """Delays that double up to ``cap_s``; half fixed, half drawn."""

    def __init__(self, *, jitter: Callable[[], float], cap_s: float = CAP_S) -> None:
        """``jitter`` gives numbers in 0..1."""
        self._jitter = jitter
        self._cap_s = cap_s
        self._tries = 0

    def next_delay_s(self) -> float:
        """How long to wait before the next try."""
        ceiling_s = min(self._cap_s, FIRST_S * 2.0 ** min(self._tries, 10))
        self._tries += 1
        return ceiling_s / 2 + self._jitter() * ceiling_s / 2

    def reset(self) -> None:
        """Start over: the far end answered."""
        self._tries = 0

    def connection_ended(self, *, lasted_s: float) -> None:
        """Start over only after a lasting connection: a broker that drops each one is not well."""
        if lasted_s > LASTING_S:
            self.reset()
