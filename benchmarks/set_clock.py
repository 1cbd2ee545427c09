"""Runs a command of ours whose wall clock is off by what a file says; it may change meanwhile.

    python -m benchmarks.set_clock FILE agent run -c agent.toml

The file holds seconds. Only the one place is set where each program reads the wall clock; what
counts on steadily stays true, as on a machine whose clock somebody sets.
"""

from __future__ import annotations

import contextlib
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import agent.edge
import collector.app
from agent.__main__ import main as run_agent
from collector.__main__ import main as run_collector


def set_off(file: Path) -> None:
    """Let both programs read the clock through the file."""

    class SetClock(datetime):
        """``datetime`` whose ``now`` is off."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            """The time, moved by what the file says; a file that is being written says 0."""
            off_s = 0.0
            with contextlib.suppress(OSError, ValueError):
                off_s = float(file.read_text() or "0")
            return datetime.now(tz) + timedelta(seconds=off_s)  # no subclass travels further

    for module in (agent.edge, collector.app):
        vars(module)["datetime"] = SetClock


def main() -> int:
    """Run it; its exit code."""
    file, program, *arguments = sys.argv[1:]
    set_off(Path(file))
    sys.argv = [f"preclaim-{program}", *arguments]
    if program == "agent":
        run_agent()
        return 0
    return run_collector()


if __name__ == "__main__":
    sys.exit(main())
