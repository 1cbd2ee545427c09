"""A real server of the v2 write API: Debian's VictoriaMetrics on a free loopback port."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.collector.mosquitto import free_port

VICTORIA = shutil.which("victoria-metrics")
WAIT_S = 60.0


class Victoria:
    """One server over one folder; it can be killed and started again on the same port."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                VICTORIA or "",
                f"-storageDataPath={self._directory / 'victoria'}",
                f"-httpListenAddr=127.0.0.1:{self.port}",
                "-retentionPeriod=1200",  # months
                "-search.latencyOffset=0s",
                "-search.disableCache",
                "-memory.allowedBytes=128MB",
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self._directory / "victoria.log").open("ab"),
        )
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            assert self._process.poll() is None, "it ended before it answered"
            try:
                self.get("/health")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("VictoriaMetrics does not answer")

    def kill(self) -> None:
        """Stop it as a power cut would, after what it took reached its files."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(timeout=30)
        self._process = None

    def flush(self) -> None:
        """Make what was written visible to queries, and lasting."""
        self.get("/internal/force_flush")

    def get(self, path: str, **query: str) -> bytes:
        """What it answers."""
        url = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bytes(answer.read())

    def points(self, match: str) -> dict[tuple[tuple[str, str], ...], dict[int, float]]:
        """Every sample of the series that match, by labels and second; each second once."""
        self.flush()
        found: dict[tuple[tuple[str, str], ...], dict[int, float]] = {}
        for line in self.get("/api/v1/export", **{"match[]": match}).splitlines():
            series = json.loads(line)
            labels = tuple(sorted(series["metric"].items()))
            own = found.setdefault(labels, {})
            for millisecond, value in zip(series["timestamps"], series["values"], strict=True):
                own[millisecond // 1000] = value
        return found

    def query(self, expression: str, *, at: float) -> list[dict[str, object]]:
        """What a dashboard's expression comes to at a time; raises when it is refused."""
        try:
            answer = self.get("/api/v1/query", query=expression, time=f"{at:.0f}")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from error
        result: list[dict[str, object]] = json.loads(answer)["data"]["result"]
        return result


@contextmanager
def victoria(directory: Path) -> Iterator[Victoria]:
    """Run a server; skips where there is none."""
    if VICTORIA is None:
        pytest.skip("victoria-metrics is not installed (Debian: apt install victoria-metrics)")
    server = Victoria(directory)
    server.start()
    try:
        yield server
    finally:
        server.kill()
