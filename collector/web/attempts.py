"""How often somebody may try to sign in: per address and account, and per address."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=5)
PER_ACCOUNT: Final = 5
PER_ADDRESS: Final = 30
REMEMBERED: Final = 10_000  # keys; the oldest go first, so that the memory has a bound


class Attempts:
    """Failed attempts of the last five minutes, in memory."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[datetime]] = {}

    def wait_s(self, *, address: str, account: str, now: datetime) -> int:
        """Seconds until another attempt is allowed; 0 when it is allowed now."""
        return max(
            self._wait_s(_account_key(address, account), PER_ACCOUNT, now),
            self._wait_s(address, PER_ADDRESS, now),
        )

    def failed(self, *, address: str, account: str, now: datetime) -> None:
        """Remember a failed attempt."""
        for key in (address, _account_key(address, account)):
            times = self._failed.pop(key, deque(maxlen=PER_ADDRESS))
            times.append(now)
            self._failed[key] = times
        while len(self._failed) > REMEMBERED:
            del self._failed[next(iter(self._failed))]

    def succeeded(self, *, address: str, account: str) -> None:
        """Forget the account's failures; those of the address stay."""
        self._failed.pop(_account_key(address, account), None)

    def _wait_s(self, key: str, allowed: int, now: datetime) -> int:
        times = self._failed.get(key)
        if times is None:
            return 0
        while times and now - times[0] >= WINDOW:
            times.popleft()
        if len(times) < allowed:
            return 0
        return max(1, round((times[-allowed] + WINDOW - now).total_seconds()))


def _account_key(address: str, account: str) -> str:
    return f"{address}\n{account.casefold()}"
