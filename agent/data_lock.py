"""One process at a time on a data directory: its database has one writer."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from agent.config import Config


@contextlib.contextmanager
def only_one(config: Config) -> Iterator[None]:
    """Hold the lock of the data directory; BlockingIOError when another process has it."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    with (config.data_dir / "agent.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
