"""Asking a disk for its report: ``smartctl`` in a child, or the files that root's timer wrote."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agent.recorder.smart import MOST_BYTES, Health, Report, read_report

# Not from PATH: whoever sets that would choose what the agent runs.
_PROGRAMS: Final = tuple(
    Path(folder, "smartctl") for folder in ("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/sbin")
)
_DEVICE: Final = re.compile(r"^/dev/[A-Za-z0-9][A-Za-z0-9_.:/-]{0,120}$")
DEADLINE_S: Final = 30.0
"""A disk that spins up or retries takes 10 to 20 s (smartd's own patience is longer)."""
STALE_S: Final = 3 * 3600.0
"""Of a report in a file: the timer that comes with the product writes hourly."""


@dataclass(slots=True)
class SmartDesk:
    """Reads reports, one disk after the other; one that hangs is not asked again while it does."""

    reports: Path | None = None  # a folder of ``smartctl --json`` files; None: ask the program
    programs: tuple[Path, ...] = _PROGRAMS
    deadline_s: float = DEADLINE_S
    _hanging: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def ask(self, device: str, *, now_s: float) -> tuple[Report, bytes]:
        """The report of a disk such as /dev/sda, with its bytes; blocking, never raises."""
        if not _DEVICE.match(device) or ".." in device:
            return Report(name=device, health=Health.NO_DISK, said="no path below /dev"), b""
        if self.reports is not None:
            return self._from_file(device, self.reports, now_s)
        program = next((one for one in self.programs if one.is_file()), None)
        if program is None:
            return Report(name=device, health=Health.NO_PROGRAM), b""
        raw = self._run([os.fspath(program), "--json", "-n", "standby", "-a", device], device)
        if raw is None:
            return Report(name=device, health=Health.NO_ANSWER), b""
        return read_report(raw, name=device), raw

    def _run(self, argv: list[str], device: str) -> bytes | None:
        before = self._hanging.get(device)
        if before is not None and before.poll() is None:
            return None
        self._hanging.pop(device, None)
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                cwd="/",
            )
        except OSError:
            return None
        try:
            raw, _ = child.communicate(timeout=self.deadline_s)
        except subprocess.TimeoutExpired:
            child.kill()
            # A child that waits for a dead disk cannot be killed: waiting for it would hang us.
            self._hanging[device] = child
            return None
        return raw[:MOST_BYTES]

    def _from_file(self, device: str, folder: Path, now_s: float) -> tuple[Report, bytes]:
        path = folder / f"{Path(device).name}.json"
        try:
            with path.open("rb") as file:
                raw = file.read(MOST_BYTES)
                age_s = now_s - os.fstat(file.fileno()).st_mtime
        except FileNotFoundError:
            said = f"{path.name} is not in the folder of reports"
            return Report(name=device, health=Health.NO_REPORT, said=said), b""
        except OSError as error:
            said = error.strerror or str(error)
            return Report(name=device, health=Health.DENIED, said=said), b""
        report = read_report(raw, name=device)
        if abs(age_s) > STALE_S:
            said = f"written {age_s / 3600:.0f} h ago"
            return Report(name=device, health=Health.STALE, serial=report.serial, said=said), b""
        return report, raw
