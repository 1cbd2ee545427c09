"""Keeps the C heap of this process from being given back and faulted in again."""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD: Final = -1  # malloc.h of glibc
_M_TOP_PAD: Final = -2
_M_MMAP_THRESHOLD: Final = -3
_KEPT_BYTES: Final = 32 * 1024 * 1024  # the most that glibc takes for M_MMAP_THRESHOLD


def keep_heap() -> bool:
    """Serve planes of a picture from memory that the process has already; False without glibc.

    A plane of 640x360 is large enough that glibc maps it from the kernel anew each time, and the
    page faults cost more than the arithmetic: without this the figures of a picture took two to
    three times the processor time (measured).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # musl has none, and needs none
        return False
    wanted = (
        (_M_MMAP_THRESHOLD, _KEPT_BYTES),
        (_M_TRIM_THRESHOLD, 2 * _KEPT_BYTES),
        (_M_TOP_PAD, _KEPT_BYTES // 8),
    )
    return all(mallopt(option, value) == 1 for option, value in wanted)
