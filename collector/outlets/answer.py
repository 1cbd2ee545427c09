"""What came of one try to deliver a letter."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

WHY_CHARS: Final = 300


class Outcome(enum.Enum):
    """How it ended, and whether another try makes sense."""

    SENT = "sent"
    LATER = "later"  # this letter: greylisted, mailbox full
    TROUBLE = "trouble"  # the whole channel: no connection, login refused, told to wait
    REFUSED = "refused"  # for good: no such mailbox, no such webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome and why, in the far end's words as far as they are printable; no secret."""

    outcome: Outcome
    why: str = ""

    @property
    def is_sent(self) -> bool:
        """True when the far end took it."""
        return self.outcome is Outcome.SENT


SENT: Final = Answer(outcome=Outcome.SENT)


def answer(outcome: Outcome, why: str, *, secrets: tuple[str, ...] = ()) -> Answer:
    """An answer whose words are one printable line without these secrets."""
    for secret in filter(None, secrets):
        why = why.replace(secret, "***")
    flat = " ".join("".join(c if c.isprintable() else " " for c in why).split())
    return Answer(outcome=outcome, why=flat[:WHY_CHARS])
