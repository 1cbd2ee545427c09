"""Opens the zoo in a process of its own, and in a network of its own where that is permitted."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from tests.zoo.behaviour import Behaviour
from tests.zoo.sighting import Report

_ROOT: Final = Path(__file__).parents[2]
_LIMIT_S: Final = 900


@functools.cache
def may_own_the_world() -> bool:
    """Whether this user may open a network namespace."""
    done = subprocess.run(
        ["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
    )
    return done.returncode == 0


def roam(behaviours: Sequence[Behaviour]) -> Report:
    """Visit these animals; RuntimeError when the zoo itself fails."""
    command = [sys.executable, "-m", "tests.zoo.keeper", *(one.name for one in behaviours)]
    if may_own_the_world():
        command = ["unshare", "-n", *command, "--namespace"]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=_LIMIT_S,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    if done.returncode != 0:
        raise RuntimeError(f"the zoo failed: {done.stderr.decode('utf-8', 'replace')[-800:]}")
    return msgspec.json.decode(done.stdout, type=Report)
