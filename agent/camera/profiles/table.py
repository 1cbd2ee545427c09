"""Reading TOML tables key by key, collecting everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from agent.camera.profiles.keys import Key, Keys, Shape
from agent.camera.profiles.shape_words import SHAPES
from agent.config_problem import Problem

_T = TypeVar("_T")
_KINDS: dict[Shape, type] = {
    Shape.TEXT: str,
    Shape.PATTERN: str,
    Shape.NUMBER: float,
    Shape.WHOLE: int,
    Shape.FLAG: bool,
    Shape.TABLE: dict,
    Shape.TABLES: dict,
    Shape.MAP: dict,
}


class ProfileError(Exception):
    """Profile files are not usable; ``problems`` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Table:
    """A TOML table that is read key by key; what nobody asked for is a problem."""

    content: dict[str, Any]
    where: str
    file: str
    problems: list[Problem]
    deep: bool = True  # whether expressions are compiled: those of the product's own are in tests
    _asked: set[str] = field(default_factory=set)

    def complain(self, key: str, wrong: str, **values: object) -> None:
        """Note a problem, a key of WRONGS, with a key of this table."""
        self.problems.append(
            Problem(file=self.file, key=self._place(key), wrong=wrong, values=values)
        )

    def is_wrong(self) -> bool:
        """True when something in this table has been complained of."""
        return any(problem.key.startswith(self.where) for problem in self.problems)

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

    def finish(self) -> None:
        """Complain about keys that mean nothing here."""
        self._refuse_strangers(sorted(self._asked))

    def read(self, keys: Keys) -> dict[str, Any]:
        """Every key that is written and right; problems with the others are noted."""
        found: dict[str, Any] = {}
        for name, key in keys.items():
            if name not in self.content:
                if key.required:
                    self.complain(name, "profile_key_missing", kind=SHAPES[key.shape])
            elif self._is_right(name, key):
                found[name] = self.content[name]
        self._refuse_strangers(sorted(keys))
        return found

    def inner(self, key: str) -> Table:
        """A sub-table; empty when absent or no table."""
        content = self.content.get(key)
        return self._made(content if isinstance(content, dict) else {}, self._place(key))

    def named(self, key: str) -> Iterator[tuple[str, Table]]:
        """The tables of ``[key.NAME]`` by name."""
        whole = self.inner(key)
        for name, content in whole.content.items():
            if isinstance(content, dict):
                yield name, self._made(content, whole._place(name))
            else:
                whole.complain(name, "profile_no_table", name=f"{key}.{name}")

    def listed(self, key: str) -> Iterator[Table]:
        """The tables of ``[[key]]``."""
        for index, content in enumerate(self.content.get(key) or ()):
            if isinstance(content, dict):
                yield self._made(content, f"{key}[{index}]")
            else:
                self.complain(f"{key}[{index}]", "profile_no_tables", name=key)

    def _made(self, content: dict[str, Any], where: str) -> Table:
        return Table(
            content=content, where=where, file=self.file, problems=self.problems, deep=self.deep
        )

    def _place(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _refuse_strangers(self, known: list[str]) -> None:
        for key in sorted(set(self.content) - set(known)):
            near = nearest(key, known)
            if near:
                self.complain(key, "profile_near_key", near=near)
            else:
                self.complain(key, "profile_unknown_key", known=", ".join(known))

    def _is_right(self, name: str, key: Key) -> bool:
        value = self.content[name]
        if not _has_shape(value, key.shape):
            found = type(value).__name__
            self.complain(name, "profile_kind", found=found, kind=SHAPES[key.shape])
            return False
        if key.low is not None and value < key.low:
            self.complain(name, "profile_low", found=value, low=f"{key.low:g}")
            return False
        if key.choices:
            return all([self._is_choice(name, one, key) for one in _words(value)])
        return key.shape is not Shape.PATTERN or not self.deep or self.compiles(name, value)

    def _is_choice(self, name: str, word: object, key: Key) -> bool:
        if word in key.choices:
            return True
        near = nearest(str(word), key.choices)
        if near:
            self.complain(name, "profile_near_word", found=word, near=near)
        else:
            self.complain(name, "profile_word", found=word, known=", ".join(key.choices))
        return False

    def compiles(self, name: str, pattern: str) -> bool:
        """Whether the regular expression under a key is one, and cannot run for ever."""
        try:
            re.compile(pattern)
        except re.error as error:
            self.complain(name, "profile_pattern", why=error)
            return False
        if _NESTED.search(pattern):
            self.complain(name, "profile_pattern_nested")
            return False
        return True


# A repeated group that repeats inside: one hostile text could keep it busy for ever.
_NESTED = re.compile(r"(?<!\\)\((?:\\.|[^()\\])*(?<!\\)[+*](?:\\.|[^()\\])*\)[+*]")


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant; '' when nothing is near."""
    import difflib  # noqa: PLC0415  # needed when something is wrong

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def _has_shape(value: object, shape: Shape) -> bool:
    if shape is Shape.ANY:
        return True
    if shape is Shape.SCALAR:
        return _is_scalar(value)
    if shape in (Shape.TEXTS, Shape.SCALARS, Shape.LIST, Shape.RANGE):
        return isinstance(value, list) and _are(value, shape)
    if shape is Shape.NUMBER:
        return _is_number(value)
    if shape is Shape.MAP:
        return isinstance(value, dict) and all(_is_scalar(one) for one in value.values())
    kind = _KINDS[shape]
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _are(values: list[object], shape: Shape) -> bool:
    if shape is Shape.TEXTS:
        return all(isinstance(one, str) for one in values)
    if shape is Shape.SCALARS:
        return bool(values) and all(_is_scalar(one) for one in values)
    if shape is Shape.RANGE:
        return len(values) == 2 and all(map(_is_number, values)) and values[0] <= values[1]  # type: ignore[operator]
    return True


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else [value]
