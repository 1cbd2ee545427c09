"""Pages of libraries that only the start needed, given back: what stays resident is what is used.

Loading a library touches far more of its file than running does. Such pages are clean copies of the
file: whoever needs one again has it back from the page cache, and a machine that is short of memory
need not look for them first.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DONT_NEED: Final = 4  # MADV_DONTNEED of madvise(2)
_WORTH_KB: Final = 64
_SMAPS: Final = Path("/proc/self/smaps")
_HEAD: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One mapping of the process; sizes in KiB as proc(5) gives them."""

    begin: int
    end: int
    permissions: str  # such as "r-xp"
    inode: int  # 0: memory of no file
    resident_kb: int
    changed_kb: int  # private copies: these exist nowhere else

    @property
    def may_go(self) -> bool:
        """Whether nothing is lost: a private, read-only view of a file, not one byte of it ours."""
        is_view = self.inode != 0 and self.permissions in ("r-xp", "r--p")
        return is_view and self.changed_kb == 0 and self.resident_kb >= _WORTH_KB


def give_back_pages() -> int:
    """Give back what may go; KiB of it, 0 where the system has no such call or tells nothing."""
    try:
        text = _SMAPS.read_text(encoding="utf-8", errors="replace")
        advise = ctypes.CDLL(None).madvise
    except (AttributeError, OSError):
        return 0
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(
        one.resident_kb
        for one in mappings_in(text)
        if one.may_go and advise(one.begin, one.end - one.begin, _DONT_NEED) == 0
    )


def mappings_in(smaps: str) -> Iterator[Mapping]:
    """The mappings of a /proc/PID/smaps; one that is told in part is left out."""
    head: re.Match[str] | None = None
    sizes: dict[str, int] = {}
    for line in (*smaps.splitlines(), "VmFlags:"):
        if found := _HEAD.match(line):
            head, sizes = found, {}
        elif line.startswith("VmFlags:"):  # the last line of each
            if head is not None and sizes.keys() >= {"Rss", "Private_Dirty", "Anonymous"}:
                yield _mapping(head, sizes)
            head = None
        else:
            name, _, rest = line.partition(":")
            number = rest.split()[:1]
            if number and number[0].isdigit():
                sizes[name] = int(number[0])


def _mapping(head: re.Match[str], sizes: dict[str, int]) -> Mapping:
    return Mapping(
        begin=int(head[1], 16),
        end=int(head[2], 16),
        permissions=head[3],
        inode=int(head[4]),
        resident_kb=sizes["Rss"],
        changed_kb=max(sizes["Private_Dirty"], sizes["Anonymous"]),
    )
