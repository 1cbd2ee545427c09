"""The table of event subscriptions, as small as in real firmware."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Seen on firmware software: the ninth subscriber is refused.
PLACES = 8


@dataclass(slots=True)
class Subscription:
    """One pull point. ``told`` is the last value of each property that the client has."""

    number: int
    ends_at: datetime
    told: dict[str, str] = field(default_factory=dict)


class Subscriptions:
    """Open subscriptions; those past their end leave the table by themselves."""

    def __init__(self) -> None:
        self._open: dict[int, Subscription] = {}
        self._last = 0

    def count(self, now: datetime) -> int:
        """How many are open."""
        self._expire(now)
        return len(self._open)

    def open(self, now: datetime, lifetime: timedelta) -> Subscription | None:
        """Take a place; None when the table is full."""
        self._expire(now)
        if len(self._open) >= PLACES:
            return None
        self._last += 1
        taken = Subscription(number=self._last, ends_at=now + lifetime)
        self._open[taken.number] = taken
        return taken

    def find(self, number: int, now: datetime) -> Subscription | None:
        """The subscription with this number; None when it ended or never was."""
        self._expire(now)
        return self._open.get(number)

    def close(self, number: int) -> bool:
        """Give the place back; False when it was not open."""
        return self._open.pop(number, None) is not None

    def _expire(self, now: datetime) -> None:
        for number in [n for n, one in self._open.items() if one.ends_at <= now]:
            del self._open[number]
