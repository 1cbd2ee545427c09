"""Whether a connection makes progress. Pure: a library's ``is_connected()`` proves nothing.

paho answers True with a dead network thread (paho issues #692, #704, #894), and a half-open link
takes what is sent for as long as buffers last. Progress is what comes back: CONNACK, PUBACKs, and
bytes of any kind, pings included.
"""

from __future__ import annotations

from typing import Final

CONNECT_WITHIN_S: Final = 60.0
PUBACK_WITHIN_S: Final = 90.0  # one 48 KiB chunk at 0.6 KB/s; each PUBACK starts it anew
_PINGS_MISSED: Final = 2  # the client pings each keep-alive interval in which it heard nothing
_GRACE_S: Final = 30.0


class Watchdog:
    """Watches one connection; ``now_s`` is monotonic."""

    def __init__(self, *, keepalive_s: float, now_s: float) -> None:
        self._silence_s = _PINGS_MISSED * keepalive_s + _GRACE_S
        self._began_s = self._progress_s = self._heard_s = now_s
        self._received = -1
        self._is_connected = False
        self._unacknowledged: set[int] = set()

    def connected(self, now_s: float) -> None:
        """CONNACK."""
        self._is_connected = True
        self._progress_s = self._heard_s = now_s

    def progressed(self, now_s: float) -> None:
        """A receipt or command came."""
        self._progress_s = now_s

    def published(self, mid: int, now_s: float) -> None:
        """A message was queued for sending; a PUBACK is owed."""
        if not self._unacknowledged:
            self._progress_s = now_s
        self._unacknowledged.add(mid)

    def acknowledged(self, mid: int, now_s: float) -> None:
        """Its PUBACK."""
        self._unacknowledged.discard(mid)
        self._progress_s = now_s

    def heard(self, received_bytes: int, now_s: float) -> None:
        """How many bytes the kernel has received so far; not called where it does not tell."""
        if received_bytes != self._received:
            self._received, self._heard_s = received_bytes, now_s

    def complaint(self, now_s: float) -> str | None:
        """Why this connection must end; None while it makes progress or owes none."""
        if not self._is_connected:
            waited = now_s - self._began_s > CONNECT_WITHIN_S
            return f"no CONNACK for {CONNECT_WITHIN_S:.0f} s" if waited else None
        if self._unacknowledged and now_s - self._progress_s > PUBACK_WITHIN_S:
            return f"no PUBACK for {PUBACK_WITHIN_S:.0f} s"
        if self._received >= 0 and now_s - self._heard_s > self._silence_s:
            return f"nothing came back for {self._silence_s:.0f} s, pings included"
        return None
