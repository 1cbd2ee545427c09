"""On which line of a TOML file a key stands; tomllib does not say."""

from __future__ import annotations

import re
from collections import Counter

_LIST = re.compile(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*("[^"]+"|'[^']+'|[\w.-]+)\s*=""")


def line_of(text: str, key: str) -> int | None:
    """The line of a key like ``metric[2].path``, else of the nearest table around it."""
    lines = _lines(text)
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


def _lines(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    seen: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _LIST.match(line):
            name = head.group(1)
            table = f"{name}[{seen[name]}]"
            seen[name] += 1
            found.setdefault(table, number)
        elif head := _TABLE.match(line):
            table = head.group(1)
            found.setdefault(table, number)
        elif entry := _KEY.match(line):
            name = entry.group(1).strip("\"'")
            found.setdefault(f"{table}.{name}" if table else name, number)
    return found
