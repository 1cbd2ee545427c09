"""What is raised when a configuration or a call cannot be used."""

from __future__ import annotations

from collections.abc import Iterable

from collector.claims.problem import Problem


class ConfigError(ValueError):
    """The file or the call cannot be used; ``problems`` says what, why and what to do."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def refuse(key: str, wrong: str, **values: object) -> ConfigError:
    """The error for one problem with an argument of a call."""
    return ConfigError([Problem(key=key, wrong=wrong, values=values)])
