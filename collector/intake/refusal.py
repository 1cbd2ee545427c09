"""Why a payload was not accepted."""

from __future__ import annotations

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


class Refusal(Exception):
    """Not accepted: ``reason`` is a stable id, ``detail`` is for people.

    ``forget_sha256`` names an evidence file whose pieces turned out to be something else.
    """

    def __init__(self, reason: str, detail: str = "", *, forget_sha256: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.forget_sha256 = forget_sha256
