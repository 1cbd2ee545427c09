"""One thing that can be wrong in a file of the agent, in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Both(NamedTuple):
    """One text in both languages; may hold {fields}."""

    en: str
    zh: str

    def text(self, lang: str) -> str:
        """The text in 'en' or 'zh'."""
        return self.zh if lang == "zh" else self.en


class Wrong(NamedTuple):
    """What is wrong and what to do about it."""

    reason: Both
    remedy: Both
