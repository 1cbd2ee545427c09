"""The README's quick start, read as the script that a user types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_BLOCK: Final = re.compile(r"<!-- quick start -->\n```\n(.*?)```\n<!-- /quick start -->", re.DOTALL)
# What a user puts in place of the README's: the addresses, the passwords, the one that refused.
ADDRESSES: Final = "192.168.1.0/24"
PASSWORD: Final = "the password of your cameras"  # the README's words
OTHER: Final = "the password of the one that refused"
REFUSED: Final = "camera-192-168-1-23"


def quick_start(readme: Path = ROOT / "README.md") -> tuple[str, ...]:
    """The commands, a line each; ValueError when the README has no such block."""
    found = _BLOCK.search(readme.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{readme.name} has no quick start between its marks")
    return tuple(line for line in found[1].splitlines() if line.strip())
