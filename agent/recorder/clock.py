"""This host's clock: whether the kernel calls it synchronised, and how far the collector's is."""

from __future__ import annotations

import ctypes
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from agent.probes.probe import good, missing, unsupported
from shared.reading import Reading

_TIMEDATECTL: Final = Path("/usr/bin/timedatectl")
_UNSYNCHRONISED: Final = 0x40  # STA_UNSYNC of timex.h
_DEADLINE_S: Final = 5.0


class _Timex(ctypes.Structure):
    """The head of ``struct timex`` (adjtimex(2)); the rest is room that the kernel may fill."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def is_synchronised(root: Path = Path("/")) -> bool | None:
    """Whether something disciplines the clock; None where nobody can be asked. Blocking.

    Reading needs no right (``modes`` is 0). But a service's system-call filter may end the process
    that asks at all, as the one that comes with the product does: there systemd is asked instead.
    """
    if _is_filtered(root):
        return _ask_systemd()
    try:
        ask = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError):
        return _ask_systemd()
    found = _Timex(modes=0)
    return None if ask(ctypes.byref(found)) < 0 else not found.status & _UNSYNCHRONISED


def _is_filtered(root: Path) -> bool:
    """Whether a filter of system calls may hold; unsure counts as yes."""
    try:
        lines = (root / "proc/self/status").read_text().splitlines()
    except OSError:
        return True
    modes = [line.split(":", 1)[1].strip() for line in lines if line.startswith("Seccomp:")]
    return modes != ["0"]


def _ask_systemd() -> bool | None:
    if not _TIMEDATECTL.is_file():
        return None
    argv = [str(_TIMEDATECTL), "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(
            argv, capture_output=True, timeout=_DEADLINE_S, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def readings(
    synchronised: bool | None, offset: timedelta | None, now: datetime
) -> tuple[Reading, ...]:
    """``offset`` is our clock less the collector's; None before a receipt of this run."""
    name, unit = "host.clock_offset", "s"
    if offset is None:
        far = missing(name, at=now, unit=unit, detail="no receipt yet in this run")
    else:
        far = good(name, round(offset.total_seconds()), at=now, unit=unit)
    if synchronised is None:
        told = unsupported("host.clock_synchronised", at=now, detail="nobody here can be asked")
    else:
        told = good("host.clock_synchronised", synchronised, at=now)
    return (far, told)
