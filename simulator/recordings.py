"""A recorder's folder on disk: segment files of one length, and what goes missing in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT_SEGMENTS = 24
MISSING_WHEN_STOPPED = 10
GAP = range(8, 13)  # counted back from the newest segment
_SUFFIX = ".h264"


class RecordingFolder:
    """Segment files ``ch01_20261123T210000Z.h264``; a file's mtime is the end of its segment.

    A stopped recorder lacks its newest MISSING_WHEN_STOPPED segments at once, so that nobody
    has to wait for them to be missed; a gap lacks those of GAP.
    """

    def __init__(self, path: Path, *, channels: int, segment: timedelta) -> None:
        self.path = path
        self._channels = channels
        self._segment = segment

    def fill(
        self, *, now: datetime, content: Callable[[int], bytes], stopped: bool, gap: bool
    ) -> None:
        """Make the folder what a recorder with these faults would have written by ``now``.

        ``content`` gives a segment's bytes of a channel, counted from 1; it is called only for
        files that are written. Files of this naming beyond the kept ones are removed; other
        files are left alone.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        wanted: set[str] = set()
        for back in self._backs(stopped=stopped, gap=gap):
            begin = self._begin(now, back)
            for channel in range(1, self._channels + 1):
                name = f"ch{channel:02d}_{begin.strftime('%Y%m%dT%H%M%SZ')}{_SUFFIX}"
                wanted.add(name)
                if not (self.path / name).exists():
                    self._write(self.path / name, content(channel), end=begin + self._segment)
        for stale in self.path.glob(f"ch??_*{_SUFFIX}"):
            if stale.name not in wanted:
                stale.unlink(missing_ok=True)

    def _backs(self, *, stopped: bool, gap: bool) -> list[int]:
        first = MISSING_WHEN_STOPPED if stopped else 0
        return [back for back in range(first, KEPT_SEGMENTS) if not (gap and back in GAP)]

    def _begin(self, now: datetime, back: int) -> datetime:
        """Begin of the segment that ended ``back`` segments before the newest whole one."""
        length_s = self._segment.total_seconds()
        whole = int(now.timestamp() / length_s) - 1 - back
        return datetime.fromtimestamp(whole * length_s, UTC)

    @staticmethod
    def _write(path: Path, content: bytes, *, end: datetime) -> None:
        part = path.with_suffix(".part")
        part.write_bytes(content)
        os.utime(part, (end.timestamp(), end.timestamp()))
        part.replace(path)
