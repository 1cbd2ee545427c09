"""Whether a device says that it has locked the account, and for how much longer; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LOCKED: Final = re.compile(
    r"(?i)\b(?:locked|lock[- ]?out|account lock|too many (?:failed|login|attempts|tries)"
    r"|try again (?:later|after))|锁定|锁住|次数过多"
    r"|lockStatus\"?\s*[>:]\s*\"?lock\b|\"rspCode\"\s*:\s*-(?:506|105)\b"
)
"""Words of firmware; Hikvision's ``lockStatus`` and Reolink's codes of its API guide, 4.1."""
_LOCKED_STATUSES: Final = (423, 429)
_LEFT: Final = (
    re.compile(
        r"(?i)(?:unlockTime|remainLockSecond|lockTime|remainTime)\"?\s*[>:=]\s*\"?(\d{1,6})"
    ),
    re.compile(r"(?i)(\d{1,6})\s*(?:seconds?|secs?|s\b|秒)"),
)
_MINUTES_LEFT: Final = re.compile(r"(?i)(\d{1,4})\s*(?:minutes?|mins?|分钟)")
_LOOKED_AT_CHARS: Final = 4096
_LONGEST_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """An account that the device has locked; ``left_s`` None when it does not say."""

    left_s: int | None


def read_lock(*, status: int, text: str, retry_after: str = "") -> Lock | None:
    """The lock that a refusal speaks of; None when it speaks of none.

    ``left_s`` is what the device says, at most a week: in Hikvision's ``unlockTime``, in Dahua's
    ``remainLockSecond``, in words, or in the header Retry-After.
    """
    said = text[:_LOOKED_AT_CHARS]
    if status not in _LOCKED_STATUSES and not _LOCKED.search(said):
        return None
    return Lock(left_s=_left_s(said, retry_after))


def _left_s(said: str, retry_after: str) -> int | None:
    found: int | None = None
    for pattern in _LEFT:
        if (match := pattern.search(said)) is not None:
            found = int(match[1])
            break
    if found is None and (match := _MINUTES_LEFT.search(said)) is not None:
        found = 60 * int(match[1])
    if found is None and retry_after.strip().isdecimal():
        found = int(retry_after.strip()[:7])
    return None if found is None else min(found, _LONGEST_S)
