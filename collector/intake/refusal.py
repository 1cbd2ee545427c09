"""Why a payload was not accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import StatementError

# What a payload that passed the schema may still provoke; it is kept and named, never fatal.
# OperationalError is one of them by its class and none by its meaning: catch it first.
UNSTORABLE: Final = (
    StatementError,
    ValueError,
    ArithmeticError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Why:
    """Not accepted: ``reason`` is a stable id, ``detail`` is for people.

    ``forget_sha256`` names an evidence file whose pieces turned out to be something else.
    """

    reason: str
    detail: str = ""
    forget_sha256: str = ""

    def __str__(self) -> str:
        """What the receipt says."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class Refusal(Exception):
    """Raised where it is found; keep its ``why``, for an error that is kept keeps its frames."""

    def __init__(self, reason: str, detail: str = "", *, forget_sha256: str = "") -> None:
        self.why = Why(reason, detail, forget_sha256)
        super().__init__(str(self.why))
