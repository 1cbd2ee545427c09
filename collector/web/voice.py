"""Texts in English and Chinese, and which of the two a visitor wants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from collector.store.views.words import Words

LANGUAGES: Final = ("en", "zh")
_FOLDER: Final = Path(__file__).parent / "texts"


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """The catalogue of one language."""
    found: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks one language."""

    language: str

    def t(self, key: str, **values: object) -> str:
        """The text of ``key``; KeyError when no catalogue has it, so that a test finds it."""
        return load_texts(self.language)[key].format(**values)

    def name(self, family: str, value: str) -> str:
        """The word for a stored value, or the value itself when the store knows more than we."""
        return load_texts(self.language).get(f"{family}.{value}", value)

    def say(self, words: Words) -> str:
        """The side of ``words`` in this language."""
        return words.text(self.language)


def choose_language(
    *, asked: str | None, kept: str | None, own: str | None, accepts: str, otherwise: str
) -> str:
    """Pick a language: the one asked for, kept from before, the person's, the browser's."""
    for wish in (asked, kept, own):
        if wish in LANGUAGES:
            return wish
    for part in accepts.split(","):
        wish = part.split(";")[0].strip().casefold()[:2]
        if wish in LANGUAGES:
            return wish
    return otherwise
