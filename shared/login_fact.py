"""What lets in at a device and what does not, as one short text that travels with its facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WORKS: Final = "none"
"""The cause of a device whose login works."""
_PARTS: Final = 3
_LONGEST: Final = 80
_BETWEEN: Final = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFact:
    """Kinds of login by commas, and why the login fails: a fault code, or WORKS."""

    accepted: str
    refused: str
    cause: str

    def write(self) -> str:
        """The text of ``DeviceFacts.login``: accepted, refused and cause with bars between."""
        return _BETWEEN.join((self.accepted, self.refused, self.cause))


def read_login_fact(text: str) -> LoginFact | None:
    """The fact in a text; None for '' and for what another version means by it."""
    parts = text.split(_BETWEEN)
    if len(parts) != _PARTS or not parts[-1] or any(len(part) > _LONGEST for part in parts):
        return None
    return LoginFact(accepted=parts[0], refused=parts[1], cause=parts[2])
