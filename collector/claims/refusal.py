"""Why a step of a claim line is refused, and what to do, in English and Chinese. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from collector.claims.problem import Both


@dataclass(frozen=True, slots=True)
class Refusal:
    """``code`` is for programs (the API's problem type), the words are for people."""

    code: str
    why: Both
    do: Both

    def line(self, lang: str) -> str:
        """One line: what is wrong and what to do."""
        if lang == "zh":
            return f"{self.why.zh}；{self.do.zh}"
        return f"{self.why.en}; {self.do.en}"


class IllegalMoveError(ValueError):
    """A step that the table or its guard does not allow; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.line("en"))
        self.refusal = refusal

    def line(self, lang: str) -> str:
        """What to show to people in 'en' or 'zh'."""
        return self.refusal.line(lang)
