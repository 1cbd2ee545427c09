"""Questions to the person at the terminal; each has a flag, none is asked without a terminal."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from agent.setup.words import FLAGS, QUESTIONS, SAID, YES_NO

_YES: Final = frozenset({"y", "yes", "j", "ja", "是", "好"})


class NobodyThereError(Exception):
    """A question needs an answer and there is no terminal; ``text`` says which flag answers it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _at_terminal() -> bool:
    return sys.stdin.isatty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks in one language; with ``assume_defaults`` (--yes) every question is left out."""

    lang: str
    assume_defaults: bool
    read: Callable[[str], str] = input
    read_secret: Callable[[str], str] = getpass.getpass
    is_terminal: Callable[[], bool] = field(default=_at_terminal)

    def text(self, key: str, default: str) -> str:
        """A word or two; Enter takes the default."""
        if self.assume_defaults:
            return default
        shown = f" [{default}]" if default else ""
        return self._read(key, f"{QUESTIONS[key].text(self.lang)}{shown}: ").strip() or default

    def secret(self, key: str, **values: object) -> str:
        """A password; it is not shown. NobodyThereError with --yes: it has no default."""
        self._require(key)
        return self.read_secret(QUESTIONS[key].filled(**values).text(self.lang))

    def agrees(self, key: str, **values: object) -> bool:
        """Yes or no; Enter is no, and so is --yes: consent is never assumed."""
        if self.assume_defaults:
            return False
        question = QUESTIONS[key].filled(**values).text(self.lang)
        said = self._read(key, f"{question}? {YES_NO.text(self.lang)} ")
        return said.strip().lower() in _YES

    def _read(self, key: str, question: str) -> str:
        self._require(key)
        try:
            return self.read(question)
        except EOFError as error:
            raise self._nobody(key) from error

    def _require(self, key: str) -> None:
        if self.assume_defaults or not self.is_terminal():
            raise self._nobody(key)

    def _nobody(self, key: str) -> NobodyThereError:
        text = SAID["no terminal"].filled(flag=FLAGS[key]).text(self.lang)
        return NobodyThereError(f"{QUESTIONS[key].text(self.lang)}: {text}")
