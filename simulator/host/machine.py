"""A made-up host: its kernel, what its disks say, its recordings, and its clocks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from simulator.host.kernel import DATA, Kernel

BEGIN: Final = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smart:
    """What a disk says of itself; ``pending`` sectors could not be read and wait for a write."""

    passed: bool = True
    pending: int = 0


@dataclass(kw_only=True)
class Machine:
    """One host that records some channels.

    ``now`` is the wall clock, ``steady_s`` the seconds since boot by a clock that nobody sets.
    """

    folder: Path
    channels: tuple[str, ...] = ("gate-1",)
    segment: timedelta = timedelta(minutes=30)
    now: datetime = BEGIN
    steady_s: float = 1000.0
    boots: int = 1
    offset: timedelta = timedelta(seconds=1)  # its clock less the collector's
    temperature_c: float = 52.0
    visits_late_s: float = 4.0
    is_writable: bool = True  # the recorder can write what it should
    keeps: timedelta = timedelta(days=30)  # then the oldest recording gives way
    silent: set[str] = field(default_factory=set)  # channels of which nothing comes
    records_at: Callable[[datetime], bool] = lambda _: True
    says: dict[str, Smart] = field(default_factory=lambda: {"sda": Smart(), DATA: Smart()})
    _written: dict[str, datetime] = field(default_factory=dict)  # end of each newest file

    def __post_init__(self) -> None:
        """Boot, with both disks in place."""
        self.recordings.mkdir(parents=True)
        self.reports.mkdir()
        self.kernel = Kernel(self.folder / "root", data=self.recordings.parent)

    @property
    def recordings(self) -> Path:
        """Where each channel has a folder."""
        return self.folder / "disk" / "recordings"

    @property
    def reports(self) -> Path:
        """Where root's timer puts the disks' reports."""
        return self.folder / "reports"

    def boot(self) -> None:
        """The host starts; whoever counts seconds since a boot begins anew."""
        self.boots += 1
        self.kernel.boot(f"boot-{self.boots}")
        self.steady_s = 30.0

    def report(self) -> None:
        """What ``smartctl --json`` prints of each disk (the shape of version 7.3), just now."""
        for name, said in self.says.items():
            told = {
                "json_format_version": [1, 0],
                "smartctl": {"version": [7, 3], "exit_status": 0 if said.passed else 8},
                "model_name": "NVR 4TB",
                "serial_number": self.kernel.serial_of(name),
                "smart_status": {"passed": said.passed},
                "ata_smart_attributes": {"table": [_attribute(197, said.pending)]},
                "temperature": {"current": 41},
            }
            path = self.reports / f"{name}.json"
            path.write_text(json.dumps(told))
            os.utime(path, (self.now.timestamp(),) * 2)

    def pass_by(self, span: timedelta, *, is_on: bool = True) -> None:
        """Time goes on by both clocks, and what is due is recorded meanwhile."""
        self.now += span
        self.steady_s += span.total_seconds()
        for channel in self.channels:
            self._record(channel, is_on=is_on)
        if is_on:
            self.report()

    def _record(self, channel: str, *, is_on: bool) -> None:
        folder = self.recordings / channel
        folder.mkdir(exist_ok=True)
        at = self._written.get(channel, self.now - self.segment)
        works = is_on and self.is_writable and channel not in self.silent
        while (at := at + self.segment) <= self.now:
            self._written[channel] = at
            if works and self.records_at(at - self.segment / 2):
                path = folder / f"{at.timestamp():.0f}.mp4"
                path.write_bytes(b"x")
                os.utime(path, (at.timestamp(),) * 2)
        oldest = (self.now - self.keeps).timestamp()
        for path in folder.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink()


def _attribute(number: int, raw: int) -> dict[str, object]:
    return {"id": number, "value": 100, "thresh": 10, "raw": {"value": raw}}
