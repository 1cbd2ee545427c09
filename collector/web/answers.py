"""What agents answer to orders, in English, told in the visitor's language.

An answer is made from a few templates; ``texts/answers.json`` holds each of them beside its
Chinese. What we do not know is passed on as it came: better English than nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "texts" / "answers.json"
_FIELD: Final = re.compile(r"\{(\w+)\}")
_REST: Final = "rest"  # a field that is an answer itself
_WORDS: Final = ("file", "kind", "resource")  # fields that hold one of a few words, or a name
# Fields of which the form is known, so that one answer does not swallow the next.
_SHORT: Final = {
    "file": r"[^:]+",
    "key": r"[^\s:]+",
    "device": r"[^\s:;]+",
    "n": r"\d+",
    "good": r"\d+",
    "all": r"\d+",
}
LONGEST: Final = 1000  # of a line that is looked at; the templates are shorter


@dataclass(frozen=True, slots=True)
class Template:
    """One answer that agents give."""

    literals: tuple[str, ...]  # what stands between its fields
    english: re.Pattern[str]
    chinese: str


@cache
def load_answers() -> tuple[Template, ...]:
    """The templates in the order in which to try them."""
    pairs: dict[str, str] = json.loads(_FILE.read_text("utf-8"))
    return tuple(_read(english, chinese) for english, chinese in pairs.items())


def _read(english: str, chinese: str) -> Template:
    pieces = _FIELD.split(english)
    parts: list[str] = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            parts.append(re.escape(piece))
        elif piece in pieces[1:number:2]:
            parts.append(f"(?P={piece})")
        else:
            parts.append(f"(?P<{piece}>{_SHORT.get(piece, '.+?')})")
    return Template(tuple(pieces[::2]), re.compile("".join(parts)), chinese)


def tell_answer(detail: str, language: str) -> tuple[str, ...]:
    """The answer line by line, in 'en' or 'zh'."""
    lines = tuple(detail.splitlines())
    return tuple(_translate(line) for line in lines) if language == "zh" else lines


def _translate(line: str) -> str:
    if (whole := _find(line)) is not None:
        return whole
    parts = line.split("; ")  # of several devices
    told = [_find(part) for part in parts]
    return "；".join(t or part for t, part in zip(told, parts, strict=True)) if any(told) else line


def _find(line: str) -> str | None:
    """The Chinese of a line; None when no template fits."""
    if len(line) > LONGEST:
        return None
    for template in load_answers():
        if not all(literal in line for literal in template.literals):
            continue
        found = template.english.fullmatch(line)
        if found is None:
            continue
        values = found.groupdict()
        if _REST in values:
            values[_REST] = _translate(values[_REST])
        values |= {name: _find(values[name]) or values[name] for name in _WORDS if name in values}
        return template.chinese.format(**values)
    return None
