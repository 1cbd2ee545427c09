"""The C heap does as it is told, where there is glibc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# What eight threads held at their busiest, and gave back, as the kernel counts it afterwards.
SCRIPT = """
import sys, threading
from agent.camera.heap import spare_heap
if sys.argv[1] == "spared" and not spare_heap():
    sys.exit(3)
gate = threading.Barrier(9)
def work():
    held = [bytes(2000) for _ in range(3000)]
    gate.wait()
    del held
    gate.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads:
    one.start()
gate.wait()
gate.wait()
arenas = sum("heap" in line or "---p" in line for line in open("/proc/self/maps"))
print(arenas)
for one in threads:
    one.join()
"""


def arenas(way: str) -> int:
    """Reserved stretches of memory, as a process of its own sees its map."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, way], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        pytest.skip("no glibc: its heaps are not there to be spared")
    return int(done.stdout)


def test_threads_share_one_heap() -> None:
    """Eight threads that allocate at once reserve fewer stretches than they do untold."""
    assert arenas("spared") < arenas("untold")
