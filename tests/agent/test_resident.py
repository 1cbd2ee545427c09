"""Giving back pages of libraries: what may go, and that nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from agent import resident
from agent.resident import mappings_in

_ROOT = Path(resident.__file__).parents[1]

_TEXT = """\
7f00-8f00 r-xp 00001000 08:01 1234   /usr/lib/libone.so
Rss:                 400 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
a000-b000 r--p 00001000 08:01 1234   /usr/lib/libone.so
Rss:                 400 kB
Private_Dirty:         4 kB
Anonymous:             4 kB
VmFlags: rd mr mw me
b000-c000 rw-p 00000000 08:01 1234   /usr/lib/libone.so
Rss:                 400 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
VmFlags: rd wr mr mw me
c000-d000 r--p 00000000 00:00 0
Rss:                 400 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
VmFlags: rd mr mw me
d000-e000 r-xp 00001000 08:01 1234   /usr/lib/libtwo.so
Rss:                 400 kB
"""

_USES = """
import ctypes, sqlite3, ssl, sys
sys.path.insert(0, sys.argv[1])
from agent.resident import give_back_pages
def resident_kb():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
before = resident_kb()
given = give_back_pages()
after = resident_kb()
assert sqlite3.connect(":memory:").execute("SELECT 6 * 7").fetchone() == (42,)
ssl.create_default_context()
print(given, before - after)
"""


def test_only_a_read_only_view_of_a_file_without_a_change_may_go() -> None:
    """Writable, anonymous and changed mappings stay, and so does one that is told in part."""
    found = list(mappings_in(_TEXT))

    assert [one.may_go for one in found] == [True, False, False, False]
    assert (found[0].begin, found[0].end) == (0x7F00, 0x8F00)


def test_a_process_goes_on_with_less() -> None:
    """A process that gave its pages back is smaller by most of them and computes as before."""
    done = subprocess.run(
        [sys.executable, "-c", _USES, str(_ROOT)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    given_kb, less_kb = map(int, done.stdout.split())
    assert given_kb > 1000
    assert less_kb > given_kb // 2
