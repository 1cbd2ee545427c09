"""One running collector a store: the second is refused instead of deciding everything twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

NAME: Final = "collector.lock"


class AlreadyRunningError(RuntimeError):
    """Another collector holds this data directory."""


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the directory until the end of the block; the kernel lets go when the process dies.

    AlreadyRunningError when another process holds it.
    """
    path = data_dir / NAME
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode("ascii", errors="replace").strip()
            raise AlreadyRunningError(
                f"another collector (process {holder or 'unknown'}) works in {data_dir}; "
                "stop it, or give this one a data_dir of its own"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
