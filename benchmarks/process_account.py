"""What a process and its children cost, seen from outside."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import psutil


@dataclass(slots=True)
class Account:
    """Processor time so far, and the highest memory that a look has seen."""

    process: psutil.Process
    rss_mb: float = 0.0
    child_rss_mb: float = 0.0

    def look(self) -> None:
        """Take in how large they are now."""
        self.rss_mb = max(self.rss_mb, self.process.memory_info().rss / 2**20)
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                self.child_rss_mb = max(self.child_rss_mb, child.memory_info().rss / 2**20)

    def cpu_s(self) -> float:
        """CPU of the process, of its living children and of those it has reaped."""
        own = self.process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = child.cpu_times()
                total += times.user + times.system
        return float(total)
