"""The demo's processes: started from this environment, logged to files, always ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

TOOLS = Path(sys.executable).parent
STOP_WITHIN_S = 8.0


class ProcessEnded(RuntimeError):
    """A process of the demo stopped by itself; the text names its log."""


@dataclass(slots=True)
class Processes:
    """Children by name; leaving the ``with`` block ends them, the last started first."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Make the folder for logs."""
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ask each child to stop, then insist."""
        for name in reversed(list(self.running)):
            self.stop(name)

    def log(self, name: str) -> Path:
        """What a child printed."""
        return self.logs / f"{name}.log"

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start one of our own commands, in a session of its own so that Ctrl-C is ours."""
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(TOOLS / command[0]), *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def run(self, command: Sequence[str]) -> str:
        """Run one of our own commands to its end; its output, or ProcessEnded with it."""
        done = subprocess.run(
            [str(TOOLS / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode != 0:
            raise ProcessEnded(
                f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def stop(self, name: str) -> None:
        """End a child: politely, and after a while not."""
        child = self.running.pop(name)
        if child.poll() is not None:
            return
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def kill(self, name: str) -> None:
        """Cut a child's power: kill -9 on it and its own children, nothing said."""
        child = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def pid(self, name: str) -> int:
        """The process id of a running child."""
        return self.running[name].pid

    def check(self) -> None:
        """Raise ProcessEnded when a child stopped by itself."""
        for name, child in self.running.items():
            if child.poll() is not None:
                log = self.log(name)
                tail = log.read_text(errors="replace").splitlines()[-12:]
                raise ProcessEnded(
                    f"{name} ended with {child.returncode}. Its log {log} closes with:\n"
                    + "\n".join(tail)
                )


def wait_for_port(port: int, *, timeout_s: float, processes: Processes) -> None:
    """Wait until something listens on a loopback port; TimeoutError names it."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        processes.check()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on 127.0.0.1:{port} after {timeout_s:.0f} s")


def free_port(preferred: int = 0) -> int:
    """A free loopback port: the preferred one when it is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError("no free loopback port")
