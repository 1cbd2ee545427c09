"""Waiting between connections with equal jitter, on both sides. Pure.

A fleet must not return as a herd. ``benchmarks/durability_herd.py`` runs this very class for
10,000 agents after a 300 s outage against a broker that takes 200 connections a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST_S: Final = 1.0
CAP_S: Final = 120.0
PATIENT_CAP_S: Final = 1800.0
"""Where each try costs data: a broker that was away for an hour is tried twice an hour."""
_PATIENT_AFTER_S: Final = 3600.0
LASTING_S: Final = 60.0
"""A connection that held so long was good, receipts or not."""


class Backoff:
    """Delays that double up to ``cap_s``; half fixed, half drawn."""

    def __init__(self, *, jitter: Callable[[], float], cap_s: float = CAP_S) -> None:
        """``jitter`` gives numbers in 0..1."""
        self._jitter = jitter
        self._cap_s = cap_s
        self._tries = 0
        self._waited_s = 0.0

    def next_delay_s(self, *, is_paid: bool = False) -> float:
        """How long to wait before the next try; longer after an hour where tries are paid for."""
        is_patient = is_paid and self._waited_s >= _PATIENT_AFTER_S
        cap_s = max(self._cap_s, PATIENT_CAP_S) if is_patient else self._cap_s
        ceiling_s = min(cap_s, FIRST_S * 2.0 ** min(self._tries, 11))
        self._tries += 1
        delay_s = ceiling_s / 2 + self._jitter() * ceiling_s / 2
        self._waited_s += delay_s
        return delay_s

    def reset(self) -> None:
        """Start over: the far end answered."""
        self._tries = 0
        self._waited_s = 0.0

    def connection_ended(self, *, lasted_s: float) -> None:
        """Start over only after a lasting connection: a broker that drops each one is not well."""
        if lasted_s > LASTING_S:
            self.reset()
