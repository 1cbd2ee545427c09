"""Real counterparts for whole chains: Debian's Mosquitto on a free loopback port."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.demo.processes import Processes, free_port, wait_for_port

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Children that end with the test, whatever happens."""
    with Processes(tmp_path / "logs") as running:
        yield running


@pytest.fixture
def broker_port(tmp_path: Path, processes: Processes) -> int:
    """Mosquitto as Debian ships it: its defaults lose and drop, which is the point."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto is missing: apt-get install mosquitto")
    port = free_port()
    configuration = tmp_path / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    processes.start("mosquitto", [MOSQUITTO, "-c", str(configuration)])
    wait_for_port(port, timeout_s=10, processes=processes)
    return port
