"""What a simulated device has seen and what was changed on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One operation that changed something on the device."""

    at: datetime
    operation: str
    detail: str


@dataclass(slots=True)
class Requests:
    """Counters since start. Login counters are keyed by kind: wsse, digest-md5, digest-sha256."""

    logins_ok: Counter[str] = field(default_factory=Counter)
    logins_refused: Counter[str] = field(default_factory=Counter)
    per_operation: Counter[str] = field(default_factory=Counter)
    bytes_out: int = 0
    rtsp_sessions: int = 0
    log: list[str] = field(default_factory=list)  # the device's own system log

    def note(self, at: datetime, text: str) -> None:
        """Add a line to the system log, which keeps the newest 500."""
        self.log.append(f"{at.strftime('%Y-%m-%d %H:%M:%S')} {text}")
        del self.log[:-500]
