"""What is wrong with a scenario: each entry says where, why and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that keeps a scenario from being run."""

    file: str
    key: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason} -> {self.remedy}"


class BadScenario(Exception):
    """A scenario with everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
