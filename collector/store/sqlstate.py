"""What PostgreSQL's error codes mean for a row on its way into the store. Pure.

Codes: PostgreSQL documentation, appendix A.
"""

from __future__ import annotations

import enum
from typing import Final


class Meaning(enum.Enum):
    """What to do after an error."""

    DATA = "data"  # these values will never be taken: quarantine
    INTEGRITY = "integrity"  # a constraint refuses them
    AGAIN = "again"  # nothing was taken; the same may be tried again
    GONE = "gone"  # as AGAIN, and the connection is of no use any more


_TOO_LARGE: Final = "54"  # program limit exceeded: an index entry over 2704 bytes, a row over 1 GB
_EXHAUSTED: Final = "2200H"  # a sequence at its end: not the fault of the values
# Connection exceptions; shut down, crashed, not up yet, dropped; a statement that was prepared
# before a migration changed its columns ("cached plan must not change result type").
_GONE: Final = ("08", "57P", "0A000")


def sqlstate_of(error: BaseException | None) -> str:
    """The five signs of the code; '' when the server did not report this error."""
    told = error.args[0] if error is not None and error.args else None
    return str(told.get("C", "")) if isinstance(told, dict) else ""


def message_of(error: BaseException) -> str:
    """The server's primary message, which holds no values of rows; '' for other errors."""
    told = error.args[0] if error.args else None
    return str(told.get("M", "")) if isinstance(told, dict) else ""


def meaning_of(error: BaseException | None) -> Meaning:
    """What the error means; whatever is not certainly about the values may be tried again."""
    code = sqlstate_of(error)
    if not code or code.startswith(_GONE):
        return Meaning.GONE
    if code.startswith("23"):
        return Meaning.INTEGRITY
    if code.startswith(("22", _TOO_LARGE)) and code != _EXHAUSTED:
        return Meaning.DATA
    return Meaning.AGAIN
