"""Reading TOML tables key by key, collecting everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from agent.config_problem import Problem

_T = TypeVar("_T")


class ProfileError(Exception):
    """Profile files are not usable; ``problems`` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Table:
    """A TOML table that is read key by key; what nobody asked for is a problem."""

    content: dict[str, object]
    where: str
    file: str
    problems: list[Problem]
    _asked: set[str] = field(default_factory=set)

    def complain(self, key: str, wrong: str, **values: object) -> None:
        """Note a problem, a key of WRONGS, with a key of this table."""
        name = f"{self.where}.{key}" if self.where else key
        self.problems.append(Problem(file=self.file, key=name, wrong=wrong, values=values))

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T | None:
        """The value of a key; a problem when it is of another type, or absent without default."""
        self._asked.add(key)
        if key not in self.content:
            if default is None:
                self.complain(key, "profile_key_missing", kind=kind.__name__)
            return default
        value = self.content[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return cast(_T, float(value))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            found = type(value).__name__
            self.complain(key, "profile_kind", found=found, kind=kind.__name__)
            return default
        return value

    def table(self, key: str) -> Table:
        """A sub-table; empty when absent."""
        return Table(
            content=self.take(key, dict, {}) or {},
            where=f"{self.where}.{key}" if self.where else key,
            file=self.file,
            problems=self.problems,
        )

    def tables(self, key: str) -> list[Table]:
        """An array of tables; empty when absent."""
        tables = []
        for index, content in enumerate(self.take(key, list, []) or []):
            where = f"{key}[{index}]"
            if isinstance(content, dict):
                tables.append(
                    Table(content=content, where=where, file=self.file, problems=self.problems)
                )
            else:
                self.complain(f"[{index}]", "profile_no_table", name=key)
        return tables

    def pattern(self, key: str, default: str) -> re.Pattern[str]:
        """A regular expression."""
        text = self.take(key, str, default) or default
        try:
            return re.compile(text)
        except re.error as error:
            self.complain(key, "profile_pattern", why=error)
            return re.compile(default)

    def finish(self) -> None:
        """Complain about keys that mean nothing here."""
        for key in sorted(set(self.content) - self._asked):
            known = ", ".join(sorted(self._asked))
            self.complain(key, "profile_unknown_key", known=known)
