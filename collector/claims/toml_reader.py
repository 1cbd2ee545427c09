"""Reads typed values from a parsed TOML table and collects every problem. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from collector.claims.problem import Problem

_MISSING = object()


class TomlReader:
    """One table; wrong values become problems and the default goes on, so all are found."""

    def __init__(
        self, table: Mapping[str, object], *, path: str = "", found: list[Problem] | None = None
    ) -> None:
        self._table = table
        self._path = path
        self._found: list[Problem] = [] if found is None else found
        self._read: set[str] = set()
        self._children: list[TomlReader] = []

    def problems(self) -> tuple[Problem, ...]:
        """Everything found so far, and every key that nobody read."""
        self._report_unread()
        return tuple(self._found)

    def wrong(self, key: str, wrong: str, **values: object) -> None:
        """Add a problem, a key of WRONGS, at ``key``."""
        self._found.append(Problem(key=self._at(key), wrong=wrong, values=values))

    def table(self, key: str) -> TomlReader:
        """A sub-table; an absent one is empty."""
        value = self._take(key)
        if value is _MISSING:
            value = {}
        if not isinstance(value, dict):
            self.wrong(key, "not_table", name=self._at(key))
            value = {}
        child = TomlReader(value, path=self._at(key), found=self._found)
        self._children.append(child)
        return child

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        return key in self._table

    def tables(self, key: str) -> list[TomlReader]:
        """The tables of ``[[key]]``; none when absent."""
        value = self._take(key)
        if value is _MISSING:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(key, "not_tables", name=self._at(key))
            return []
        made = [
            TomlReader(item, path=f"{self._at(key)}[{number}]", found=self._found)
            for number, item in enumerate(value, start=1)
        ]
        self._children.extend(made)
        return made

    def text(self, key: str, default: str | None) -> str:
        """A text; a default of None makes the key required."""
        value = self._take(key)
        if value is _MISSING:
            if default is None:
                self.wrong(key, "missing")
            return default or ""
        if not isinstance(value, str) or (default is None and not value):
            self.wrong(key, "not_text")
            return default or ""
        return value

    def choice(self, key: str, default: str | None, allowed: set[str]) -> str:
        """A text out of a closed set."""
        value = self.text(key, default)
        if value and value not in allowed:
            self.wrong(key, "not_choice", found=value, known=", ".join(sorted(allowed)))
        return value

    def choices(self, key: str, allowed: set[str]) -> list[str]:
        """A list of texts out of a closed set; none when absent."""
        value = self.texts(key)
        for item in value:
            if item not in allowed:
                self.wrong(key, "not_chosen", found=item)
        return [item for item in value if item in allowed]

    def texts(self, key: str) -> list[str]:
        """A list of texts; none when absent."""
        value = self._take(key)
        if value is _MISSING:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(key, "not_texts")
            return []
        return value

    def zone(self, key: str, default: str) -> str:
        """The IANA name of a time zone."""
        value = self.text(key, default)
        if value not in available_timezones():
            self.wrong(key, "no_zone", found=value)
            return default
        return value

    def truth(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key)
        if value is _MISSING:
            return default
        if not isinstance(value, bool):
            self.wrong(key, "not_truth")
            return default
        return value

    def whole(self, key: str, default: int, *, at_least: int, at_most: int) -> int:
        """A whole number within bounds."""
        value = self._take(key)
        if value is _MISSING:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(key, "not_whole", low=at_least, high=at_most)
            return default
        return int(self._bounded(key, value, default, at_least, at_most))

    def number(self, key: str, default: float, *, at_least: float, at_most: float) -> float:
        """A number within bounds."""
        value = self._take(key)
        if value is _MISSING:
            return default
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.wrong(key, "not_number", low=at_least, high=at_most)
            return default
        return float(self._bounded(key, value, default, at_least, at_most))

    def known_keys(self, allowed: set[str]) -> list[str]:
        """The keys of this table that are allowed; others become problems."""
        for key in self._table:
            if key not in allowed:
                self.wrong(key, "unknown_key", known=", ".join(sorted(allowed)))
                self._read.add(key)
        return [key for key in self._table if key in allowed]

    def _bounded(
        self, key: str, value: float, default: float, at_least: float, at_most: float
    ) -> float:
        if not at_least <= value <= at_most:  # false for NaN too
            self.wrong(key, "out_of_range", found=value, low=at_least, high=at_most)
            return default
        return value

    def _take(self, key: str) -> object:
        self._read.add(key)
        return self._table.get(key, _MISSING)

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _report_unread(self) -> None:
        for key in self._table:
            if key not in self._read:
                self.wrong(key, "unread_key")
                self._read.add(key)
        for child in self._children:
            child._report_unread()
