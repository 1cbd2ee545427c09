"""The C heap of a process: kept where speed counts, spared where memory does."""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD: Final = -1  # malloc.h of glibc
_M_TOP_PAD: Final = -2
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
_KEPT_BYTES: Final = 32 * 1024 * 1024  # the most that glibc takes for M_MMAP_THRESHOLD
_SPARE_BYTES: Final = 64 * 1024


def keep_heap() -> bool:
    """Serve planes of a picture from memory that the process has already; False without glibc.

    A plane of 640x360 is large enough that glibc maps it from the kernel anew each time, and the
    page faults cost more than the arithmetic: without this the figures of a picture took two to
    three times the processor time (measured).
    """
    return _set(
        (_M_MMAP_THRESHOLD, _KEPT_BYTES),
        (_M_TRIM_THRESHOLD, 2 * _KEPT_BYTES),
        (_M_TOP_PAD, _KEPT_BYTES // 8),
    )


def spare_heap() -> bool:
    """One heap for all threads, and what is free goes back; False without glibc.

    Each thread would take a heap of its own, and what it held at its busiest stays: 2 MB of 64
    with 64 cameras (measured). The threads hardly compete: Python lets one of them run at a time.
    """
    return _set((_M_ARENA_MAX, 1), (_M_TRIM_THRESHOLD, _SPARE_BYTES))


def _set(*wanted: tuple[int, int]) -> bool:
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # musl has none, and needs none
        return False
    return all(mallopt(option, value) == 1 for option, value in wanted)
