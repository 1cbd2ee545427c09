"""How much of all clips an agent holds in memory at once, whatever happens to a whole site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from agent.camera.port import ClipLimits, NoClip

AT_ONCE_BYTES: Final = 6 * 1024 * 1024
"""Two clips of full size; lightning that blinds 32 cameras must not cost the agent its memory."""
_TRIES: Final = (
    8  # that are remembered of a device: beyond them the wait between two is the longest
)


class Purse:
    """Lends bytes to visits that keep a clip, and has them back when they end."""

    def __init__(self, size_bytes: int = AT_ONCE_BYTES) -> None:
        self.free_bytes = size_bytes
        self.tried_at: dict[str, tuple[datetime, ...]] = {}  # by device, oldest first

    @contextmanager
    def lend(
        self, device_id: str, ordered: ClipLimits | NoClip | None, *, now: datetime
    ) -> Iterator[None]:
        """Hold what was ordered for as long as the visit lasts."""
        lent = ordered.bytes if isinstance(ordered, ClipLimits) else 0
        if lent:
            self.tried_at[device_id] = (*self.tried_at.get(device_id, ()), now)[-_TRIES:]
        self.free_bytes -= lent
        try:
            yield
        finally:
            self.free_bytes += lent
