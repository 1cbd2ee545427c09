"""The agent's own load: processor, open files, how late its loop and its visits are, its queue."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import psutil

from agent.probes.probe import good, unsupported
from shared.reading import Reading

_OWN_FOLDER: Final = "/proc/self/fd"


@dataclass(slots=True)
class OwnLoad:
    """Counts between two looks; ``note_late`` is told how late the loop woke."""

    _process: psutil.Process = field(default_factory=psutil.Process)
    _latest_s: float = 0.0

    def __post_init__(self) -> None:
        """The first question only sets the mark from which processor time counts."""
        self._process.cpu_percent(interval=None)

    def note_late(self, seconds: float) -> None:
        """The loop asked to be woken, and was so much later."""
        self._latest_s = max(self._latest_s, seconds)

    def read(self, *, visits_late_s: float, queued: int, now: datetime) -> tuple[Reading, ...]:
        """What it came to since the last look; the counts begin anew.

        The queue (rows without a receipt) is told and never judged: a broker, a collector or a
        data plan makes it grow, and not the load.
        """
        late, self._latest_s = self._latest_s, 0.0
        return (
            good("agent.cpu", round(self._process.cpu_percent(interval=None), 1), at=now, unit="%"),
            _open_files(now),
            good("agent.loop_late", round(late, 1), at=now, unit="s"),
            good("agent.visits_late", round(visits_late_s), at=now, unit="s"),
            good("agent.queue", queued, at=now),
        )


def _open_files(now: datetime) -> Reading:
    """Of the files that this process may have open, how many it has; in percent."""
    name, unit = "agent.open_files", "%"
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        count = len(os.listdir(_OWN_FOLDER))
    except OSError:
        return unsupported(name, at=now, unit=unit, detail="not on this system")
    if most in (0, resource.RLIM_INFINITY):
        return unsupported(name, at=now, unit=unit, detail="no limit")
    return good(name, round(100 * count / most, 1), at=now, unit=unit, detail=f"{count} of {most}")
