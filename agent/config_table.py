"""Reading TOML tables so that all problems are found at once, each with its remedy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a configuration file."""

    file: str
    key: str  # "devices[2].power"; '-' for the file itself
    reason: str
    remedy: str

    def __str__(self) -> str:
        """One line for people: where, what, what to do."""
        return f"{self.file}: {self.key}: {self.reason}. {self.remedy}."


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` holds every one that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Table:
    """One table of the file; remembers what was asked for, to name unknown keys."""

    content: Mapping[str, Any]
    where: str
    file: str
    problems: list[Problem]
    _known: set[str] = field(default_factory=set)

    def complain(self, key: str, reason: str, remedy: str) -> None:
        """Note a problem with a key of this table; '' for the table itself."""
        place = ".".join(part for part in (self.where, key) if part) or "-"
        self.problems.append(Problem(file=self.file, key=place, reason=reason, remedy=remedy))

    def has(self, key: str) -> bool:
        """True when the key is written; it counts as known."""
        self._known.add(key)
        return key in self.content

    def text(self, key: str, default: str | None = None, *, hint: str = "Write a text") -> str:
        """A text; without a default it is needed and may not be empty."""
        self._known.add(key)
        found = self.content.get(key, default)
        if found is None or (default is None and found == ""):
            self.complain(key, "is missing", hint)
            return ""
        if not isinstance(found, str):
            self.complain(key, f"is {_kind(found)}, not a text", hint)
            return default or ""
        return found

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        self._known.add(key)
        found = self.content.get(key, default)
        if not isinstance(found, bool):
            self.complain(key, f"is {_kind(found)}, not true or false", "Write true or false")
            return default
        return found

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """A number within both bounds."""
        self._known.add(key)
        found = self.content.get(key, default)
        remedy = f"Write a number from {low:g} to {high:g}"
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.complain(key, f"is {_kind(found)}, not a number", remedy)
            return default
        if not (math.isfinite(found) and low <= found <= high):
            self.complain(key, f"is {found}, out of range", remedy)
            return default
        return float(found)

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number within both bounds."""
        self._known.add(key)
        found = self.content.get(key, default)
        remedy = f"Write a whole number from {low} to {high}"
        if isinstance(found, bool) or not isinstance(found, int):
            self.complain(key, f"is {_kind(found)}, not a whole number", remedy)
            return default
        if not low <= found <= high:
            self.complain(key, f"is {found}, out of range", remedy)
            return default
        return found

    def choice(self, key: str, default: str, choices: Iterable[str]) -> str:
        """One word of a closed list."""
        found = self.text(key, default)
        allowed = tuple(choices)
        if found not in allowed:
            self.complain(key, f"is {found!r}", f"Write one of: {', '.join(allowed)}")
            return default
        return found

    def numbers(self, *, low: float, high: float) -> dict[str, float]:
        """All keys of this table as numbers; the keys' names are the caller's to check."""
        return {key: self.number(key, low, low=low, high=high) for key in self.content}

    def pair(self, key: str, default: tuple[int, int]) -> tuple[int, int]:
        """``[n, m]`` with 1 <= n <= m <= 100."""
        self._known.add(key)
        found = self.content.get(key, list(default))
        whole = isinstance(found, list) and all(type(part) is int for part in found)
        if not whole or len(found) != 2 or not 1 <= found[0] <= found[1] <= 100:
            self.complain(
                key, f"is {found!r}", f"Write [n, m] with 1 <= n <= m <= 100, like {list(default)}"
            )
            return default
        return found[0], found[1]

    def table(self, key: str) -> Table:
        """A sub-table; an empty one when it is absent."""
        self._known.add(key)
        found = self.content.get(key, {})
        if not isinstance(found, dict):
            self.complain(key, f"is {_kind(found)}, not a table", f"Write [{key}]")
            found = {}
        where = f"{self.where}.{key}" if self.where else key
        return Table(found, where, self.file, self.problems)

    def tables(self, key: str) -> list[Table]:
        """An array of tables; empty when absent."""
        self._known.add(key)
        found = self.content.get(key, [])
        if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
            self.complain(key, "is not a list of tables", f"Write [[{key}]] before each")
            return []
        return [
            Table(part, f"{key}[{index}]", self.file, self.problems)
            for index, part in enumerate(found)
        ]

    def finish(self) -> None:
        """Complain about keys that nobody asked for."""
        for key in sorted(set(self.content) - self._known):
            self.complain(key, "is unknown", f"Remove it, or use: {', '.join(sorted(self._known))}")


def _kind(found: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text"}
    return names.get(type(found), f"a {type(found).__name__}")
