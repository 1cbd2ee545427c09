"""What a kernel shows of a host, as files below a folder that stands for /."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

DATA: Final = "sdb"  # the disk of the recordings
_NUMBERS: Final = {"sda": "8:0", DATA: "8:16", "sdc": "8:32", "sdd": "8:48"}


class Kernel:
    """A disk for the system and, mounted at ``data``, one for recordings."""

    def __init__(self, root: Path, *, data: Path) -> None:
        self.root, self._data = root, data
        self.boot("boot-1")
        self.put_disk("sda", serial="SYSTEM-1")
        self.put_disk(DATA, serial="NVR-0001")
        self.mount()

    def show(self, path: str, text: str) -> None:
        """A file at this path."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def boot(self, boot_id: str) -> None:
        """A boot; the filter of system calls forbids asking for the clock."""
        self.show("proc/sys/kernel/random/boot_id", boot_id + "\n")
        self.show("proc/self/status", "Name:\tagent\nSeccomp:\t2\n")

    def put_disk(self, name: str, *, serial: str = "", sectors: int = 1000) -> None:
        """A disk behind a controller; ``sectors`` 0 is a bay or reader without one."""
        self.show(f"sys/block/{name}/size", f"{sectors}\n")
        self.show(f"sys/block/{name}/removable", "0\n")
        self.show(f"sys/block/{name}/device/model", "NVR 4TB\n")
        self.show(f"sys/block/{name}/device/ioerr_cnt", "0x2\n")
        self.show(f"sys/block/{name}/serial", f"{serial}\n")
        number = self.root / "sys/dev/block" / _NUMBERS[name]
        number.parent.mkdir(parents=True, exist_ok=True)
        if not number.is_symlink():
            number.symlink_to(self.root / "sys/block" / name)

    def serial_of(self, name: str) -> str:
        """The serial number of a disk that is here."""
        return (self.root / f"sys/block/{name}/serial").read_text().strip()

    def pull_disk(self, name: str) -> None:
        """The disk is gone."""
        shutil.rmtree(self.root / "sys/block" / name)

    def mount(self, *, lost: bool = False, options: str = "rw") -> None:
        """What is mounted: the system's disk, and that of the recordings unless it is lost."""
        lines = ["1 0 8:0 / / rw - ext4 /dev/sda rw"]
        if not lost:
            lines.append(f"2 1 {_NUMBERS[DATA]} / {self._data} rw - ext4 /dev/{DATA} {options}")
        self.show("proc/self/mountinfo", "\n".join(lines) + "\n")
