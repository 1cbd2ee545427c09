"""From a clean clone to the first pre-claim on the screen, by the README's own command."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Size

ROOT = Path(__file__).parents[1]
FIRST_CLAIM = re.compile(r"PC-\d{4}-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstClaim:
    """Minutes from the clone, the download of packages included."""

    minutes: float
    install_s: float


@functools.cache
def measure(size: Size) -> FirstClaim:
    """Clone, ``make demo FOR=150``, and read its screen until a pre-claim's number appears."""
    with tempfile.TemporaryDirectory(prefix="preclaim-clone-") as name:
        began = time.monotonic()
        subprocess.run(
            ["git", "clone", "-q", "--no-hardlinks", str(ROOT), f"{name}/preclaim"], check=True
        )
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        demo = subprocess.Popen(
            ["make", "demo", "FOR=150", "ARGS=--lang en"],
            cwd=f"{name}/preclaim",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            return _read(demo, began)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(demo.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                demo.communicate(timeout=30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(demo.pid, signal.SIGKILL)


def _read(demo: subprocess.Popen[str], began: float) -> FirstClaim:
    assert demo.stdout is not None
    installed = 0.0
    lines: list[str] = []
    for line in demo.stdout:
        lines.append(line)
        if not installed and "demo" in line and "keys" in line:
            installed = time.monotonic() - began
        if FIRST_CLAIM.search(line):
            return FirstClaim(minutes=(time.monotonic() - began) / 60, install_s=installed)
    raise RuntimeError("no pre-claim appeared: " + "".join(lines[-5:]))
