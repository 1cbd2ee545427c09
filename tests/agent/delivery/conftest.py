"""Fixtures: a fresh agent database, and a real Mosquitto on a free loopback port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
_MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty agent database."""
    opened, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    yield opened
    opened.close()


@pytest.fixture
def outbox(database: Database) -> Outbox:
    """Its outbox, with the default limit."""
    return Outbox(database)


class Mosquitto:
    """A broker process of our own; ``stop`` and ``start`` keep port and memory of nothing."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it listens."""
        assert _MOSQUITTO is not None
        self._process = subprocess.Popen(
            [_MOSQUITTO, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("mosquitto does not listen")

    def kill(self) -> None:
        """kill -9: a broker that forgets everything it acknowledged."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto."""
    if _MOSQUITTO is None:
        pytest.skip("the mosquitto binary is not installed")
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()
