"""How a verb ends: its exit code, and on the error stream what went wrong.

0: done and nothing wrong; 1: a fault or an error that the text explains; 2: the command line or
the configuration cannot be used.
"""

from __future__ import annotations

import sys
from typing import Final

from agent.camera.profiles.profile_file import ProfileError
from agent.config_problem import ConfigError

DONE: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2


def complain(text: str) -> None:
    """What went wrong, why and what to do: on the error stream, beside any output."""
    sys.stderr.write(text + "\n")


def explain(error: ConfigError | ProfileError, lang: str) -> int:
    """Name every problem of a file; the exit code."""
    for problem in error.problems:
        complain(problem.line(lang))
    return UNUSABLE
