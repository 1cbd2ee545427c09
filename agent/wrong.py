"""Texts in both languages, and what can be wrong in a file of the agent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Both(NamedTuple):
    """One text in both languages; may hold {fields}."""

    en: str
    zh: str

    def text(self, lang: str) -> str:
        """The text in 'en' or 'zh'."""
        return self.zh if lang == "zh" else self.en

    def filled(self, **values: object) -> Both:
        """The text with its fields; a value that is a Both is told in each language."""
        return Both(*(_fill(self, values, lang) for lang in ("en", "zh")))


def _fill(text: Both, values: dict[str, object], lang: str) -> str:
    own = {
        name: value.text(lang) if isinstance(value, Both) else value
        for name, value in values.items()
    }
    return text.text(lang).format(**own)


def join(between: Both, parts: Iterable[Both]) -> Both:
    """The parts as one text, with what stands between two of them."""
    told = tuple(parts)
    return Both(
        between.en.join(part.en for part in told), between.zh.join(part.zh for part in told)
    )


class Wrong(NamedTuple):
    """What is wrong and what to do about it."""

    reason: Both
    remedy: Both
