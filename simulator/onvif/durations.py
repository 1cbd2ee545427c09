"""xs:duration and the termination times of event subscriptions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
DEFAULT_LIFETIME = timedelta(seconds=60)
LONGEST_LIFETIME = timedelta(hours=1)


def read_duration(text: str) -> timedelta | None:
    """Read PnDTnHnMnS; None when it is something else (years and months are refused)."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    return timedelta(**{name: float(part) for name, part in match.groupdict().items() if part})


def read_lifetime(text: str | None, *, now: datetime) -> timedelta | None:
    """Read a relative or absolute termination time; None when unreadable or past.

    Nothing asked gives DEFAULT_LIFETIME; more than LONGEST_LIFETIME is shortened, as firmware does.
    """
    if not (text or "").strip():
        return DEFAULT_LIFETIME
    lifetime = read_duration(text or "")
    if lifetime is None:
        lifetime = _until(text or "", now)
    if lifetime is None or lifetime <= timedelta(0):
        return None
    return min(lifetime, LONGEST_LIFETIME)


def _until(text: str, now: datetime) -> timedelta | None:
    try:
        end = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (end if end.tzinfo is not None else end.replace(tzinfo=UTC)) - now
