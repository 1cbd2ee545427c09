"""Typed reading of one TOML table; problems are collected, never raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from simulator.problem import Problem


class Reader:
    """Reads the keys of one table and remembers which were asked for.

    A value of the wrong type adds a problem and gives the default, so that reading goes on and
    every problem of the file is found in one run.
    """

    def __init__(
        self,
        table: Mapping[str, object],
        *,
        file: Path,
        at: str,
        problems: list[Problem],
        number_in_list: int = 1,
    ) -> None:
        self._table = table
        self._file = file
        self._at = at
        self._known: set[str] = set()
        self.problems = problems
        self.number_in_list = number_in_list

    def over(self, defaults: Reader) -> Reader:
        """This table laid over defaults; a secret of its own replaces either kind of theirs."""
        merged = Reader(
            {**defaults._table, **self._table},
            file=self._file,
            at=self._at,
            problems=self.problems,
            number_in_list=self.number_in_list,
        )
        if "password" in self._table or "password_file" in self._table:
            merged._table = {
                key: value
                for key, value in merged._table.items()
                if key in self._table or key not in {"password", "password_file"}
            }
        return merged

    def complain(self, key: str, reason: str, remedy: str) -> None:
        """Add a problem of this table."""
        where = f"{self._at}.{key}" if self._at else key
        self.problems.append(Problem(file=self._file.name, key=where, reason=reason, remedy=remedy))

    def refuse_unknown(self) -> None:
        """Complain about every key that nobody asked for; call it after the last read."""
        for key in self._table:
            if key not in self._known:
                known = ", ".join(sorted(self._known))
                self.complain(key, "is not a known key", f"remove it; known are: {known}")

    def _take(self, key: str) -> object:
        self._known.add(key)
        return self._table.get(key)

    def skip(self, key: str) -> None:
        """Know a key without reading it."""
        self._known.add(key)

    def table(self, key: str) -> Reader:
        """A sub-table; empty when absent."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self.complain(key, "is not a table", f"write [{key}] and keys below it")
        return Reader(
            value if isinstance(value, dict) else {},
            file=self._file,
            at=f"{self._at}.{key}" if self._at else key,
            problems=self.problems,
        )

    def tables(self, key: str) -> list[Reader]:
        """A list of tables; empty when absent."""
        value = self._take(key)
        if value is None:
            return []
        place = f"{self._at}.{key}" if self._at else key
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.complain(key, "is not a list of tables", f"write [[{key}]] for each")
            return []
        return [
            Reader(
                item,
                file=self._file,
                at=f"{place}[{number}]",
                problems=self.problems,
                number_in_list=number,
            )
            for number, item in enumerate(value, start=1)
        ]

    def text(self, key: str, default: str) -> str:
        """A string."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.complain(key, f"is {value!r}, not a text", "put it in quotes")
            return default
        return value

    def texts(self, key: str, default: Sequence[str]) -> tuple[str, ...]:
        """A list of strings."""
        value = self._take(key)
        if value is None:
            return tuple(str(item) for item in default)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.complain(key, f"is {value!r}, not a list of texts", f'write {key} = ["..."]')
            return ()
        return tuple(value)

    def whole(
        self, key: str, default: int, *, low: int | None = None, high: int | None = None
    ) -> int:
        """A whole number between ``low`` and ``high``."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.complain(key, f"is {value!r}, not a whole number", "write digits, no quotes")
            return default
        if (low is not None and value < low) or (high is not None and value > high):
            self.complain(key, f"is {value}", f"use {low} to {high}")
            return default
        return value

    def number(self, key: str, default: float) -> float:
        """A number."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.complain(key, f"is {value!r}, not a number", "write digits, no quotes")
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.complain(key, f"is {value!r}", "write true or false")
            return default
        return value

    def path(self, key: str) -> Path | None:
        """A path, relative to the file's own folder; None when absent."""
        value = self.text(key, "")
        return self._file.parent / value if value else None

    def secret(self, default: str) -> str:
        """``password`` or the first line of ``password_file``; never shown in a problem."""
        value = self._take("password")
        path = self.path("password_file")
        if value is not None and not (isinstance(value, str) and value):
            self.complain("password", "is empty or not a text", "put it in quotes")
        if path is None:
            return value if isinstance(value, str) and value else default
        if value is not None:
            self.complain("password", "is given beside password_file", "keep one of the two")
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = f"cannot be read: {type(error).__name__}"
            self.complain("password_file", reason, "name a readable file")
            return default
        if not lines or not lines[0]:
            self.complain("password_file", "is empty", "write the password on its first line")
            return default
        return lines[0]
