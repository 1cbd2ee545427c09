"""Which files of tests ask for a store: they run on SQLite and again on PostgreSQL, those that
are marked so with `make lab` only.

The others would run twice for nothing. A file that asks and is not listed fails at the first
test that does, on either store, so that none is missed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("both_stores.txt")  # the Makefile reads it too
FILES: Final = frozenset(
    file
    for line in LIST.read_text(encoding="utf-8").splitlines()
    if (file := line.partition("#")[0].strip())
)
_RUNNING: Final = "PYTEST_CURRENT_TEST"  # pytest sets it, and the processes of a test inherit it


class NotListedError(Exception):
    """A test asked for a store, and `make test` would not run it on PostgreSQL."""


def demand_listed() -> None:
    """NotListedError when the running test is of a file that is not listed."""
    file = os.environ.get(_RUNNING, "").partition("::")[0]
    if file and file not in FILES:
        raise NotListedError(f"{file} asks for a store: add it to {LIST.name}")
