"""Reading TOML tables so that all problems are found at once, each with its remedy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agent.config_problem import Problem
from agent.wrong import Both

_KINDS: Final[Mapping[type, Both]] = {
    bool: Both("true or false", "真假值"),
    int: Both("a number", "数字"),
    float: Both("a number", "数字"),
    str: Both("a text", "文本"),
    list: Both("a list", "列表"),
    dict: Both("a table", "表"),
}


@dataclass(slots=True)
class Table:
    """One table of the file; remembers what was asked for, to name unknown keys."""

    content: Mapping[str, Any]
    where: str
    file: str | Both
    problems: list[Problem]
    _known: set[str] = field(default_factory=set)

    def complain(self, key: str, wrong: str, **values: object) -> None:
        """Note a problem, a key of WRONGS, with a key of this table; '' for the table itself."""
        place = ".".join(part for part in (self.where, key) if part) or "-"
        self.problems.append(Problem(file=self.file, key=place, wrong=wrong, values=values))

    def is_wrong(self, key: str) -> bool:
        """True when a problem with this key has been noted: one is enough."""
        place = f"{self.where}.{key}" if self.where else key
        return any(problem.key == place for problem in self.problems)

    def has(self, key: str) -> bool:
        """True when the key is written; it counts as known."""
        self._known.add(key)
        return key in self.content

    def text(self, key: str, default: str | None = None, *, missing: str = "missing") -> str:
        """A text; without a default it is needed, or ``missing`` of WRONGS is the problem."""
        self._known.add(key)
        found = self.content.get(key, default)
        if found is None or (default is None and found == ""):
            self.complain(key, missing)
            return ""
        if not isinstance(found, str):
            self.complain(key, "not_text", kind=_kind(found))
            return default or ""
        return found

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        self._known.add(key)
        found = self.content.get(key, default)
        if not isinstance(found, bool):
            self.complain(key, "not_flag", kind=_kind(found))
            return default
        return found

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """A number within both bounds."""
        self._known.add(key)
        found = self.content.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.complain(key, "not_number", kind=_kind(found), low=low, high=high)
            return default
        if not (math.isfinite(found) and low <= found <= high):
            self.complain(key, "number_range", found=found, low=low, high=high)
            return default
        return float(found)

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number within both bounds."""
        self._known.add(key)
        found = self.content.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int):
            self.complain(key, "not_whole", kind=_kind(found), low=low, high=high)
            return default
        if not low <= found <= high:
            self.complain(key, "whole_range", found=found, low=low, high=high)
            return default
        return found

    def choice(self, key: str, default: str, choices: Iterable[str]) -> str:
        """One word of a closed list."""
        found = self.text(key, default)
        allowed = tuple(choices)
        if found not in allowed:
            self.complain(key, "not_choice", found=found, known=", ".join(allowed))
            return default
        return found

    def choices(self, key: str, choices: Iterable[str]) -> tuple[str, ...]:
        """A list of some of ``choices``; empty when absent."""
        self._known.add(key)
        found, known = self.content.get(key, []), tuple(choices)
        for part in found if isinstance(found, list) else [found]:
            if part not in known:
                self.complain(key, "not_choice", found=part, known=", ".join(known))
        return tuple(part for part in known if isinstance(found, list) and part in found)

    def numbers(self, *, low: float, high: float) -> dict[str, float]:
        """All keys of this table as numbers; the keys' names are the caller's to check."""
        return {key: self.number(key, low, low=low, high=high) for key in self.content}

    def pair(self, key: str, default: tuple[int, int]) -> tuple[int, int]:
        """``[n, m]`` with 1 <= n <= m <= 100."""
        self._known.add(key)
        found = self.content.get(key, list(default))
        whole = isinstance(found, list) and all(type(part) is int for part in found)
        if not whole or len(found) != 2 or not 1 <= found[0] <= found[1] <= 100:
            self.complain(key, "not_pair", found=found, example=list(default))
            return default
        return found[0], found[1]

    def table(self, key: str) -> Table:
        """A sub-table; an empty one when it is absent."""
        self._known.add(key)
        found = self.content.get(key, {})
        if not isinstance(found, dict):
            self.complain(key, "not_table", kind=_kind(found), name=key)
            found = {}
        where = f"{self.where}.{key}" if self.where else key
        return Table(found, where, self.file, self.problems)

    def texts(self, key: str, *, most: int) -> tuple[str, ...]:
        """One text or a list of them; empty when absent."""
        self._known.add(key)
        found = self.content.get(key, [])
        parts = [found] if isinstance(found, str) else found
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            self.complain(key, "not_text", kind=_kind(found))
            return ()
        if len(parts) > most:
            self.complain(key, "too_many", count=len(parts), limit=most)
        return tuple(parts[:most])

    def tables(self, key: str) -> list[Table]:
        """An array of tables; empty when absent."""
        self._known.add(key)
        found = self.content.get(key, [])
        if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
            self.complain(key, "not_tables", name=key)
            return []
        where = f"{self.where}.{key}" if self.where else key
        return [
            Table(part, f"{where}[{index}]", self.file, self.problems)
            for index, part in enumerate(found)
        ]

    def finish(self) -> None:
        """Complain about keys that nobody asked for."""
        for key in sorted(set(self.content) - self._known):
            self.complain(key, "unknown", known=", ".join(sorted(self._known)))


def _kind(found: object) -> Both:
    name = type(found).__name__
    return _KINDS.get(type(found), Both(f"a {name}", f" {name} 类型"))
