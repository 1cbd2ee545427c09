"""What the doctor says: a cause with its reasons, or what would settle the question."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from agent.doctor.cause import MEANINGS, LoginCause, Meaning, Side
from agent.wrong import Both


class Certainty(enum.Enum):
    """How sure a diagnosis is, surest first; a mere possibility opens no fault."""

    PROVEN = "proven"  # seen: one thing refused and its counterpart accepted
    LIKELY = "likely"  # the best explanation of a refusal that was seen
    POSSIBLE = "possible"  # nothing was refused here; a recorder may stumble over it


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One cause, and why it is believed."""

    cause: LoginCause
    certainty: Certainty
    reasons: tuple[Both, ...]
    remedy: Both | None = None  # exacter than the cause's own, where the clues allow

    @property
    def meaning(self) -> Meaning:
        """What the cause is."""
        return MEANINGS[self.cause]

    @property
    def side(self) -> Side:
        """Where the remedy is."""
        return self.meaning.side

    @property
    def to_do(self) -> Both:
        """What to do about it."""
        return self.remedy or self.meaning.remedy


class Outcome(enum.Enum):
    """What an examination came to."""

    NAMED = "named"
    WELL = "well"  # what was tried works
    UNTOLD = "untold"  # something is wrong, and nobody can tell what


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Diagnoses, surest first; ``settle`` says what would settle a question that is open."""

    outcome: Outcome
    diagnoses: tuple[Diagnosis, ...] = ()
    settle: tuple[Both, ...] = ()

    @property
    def first(self) -> Diagnosis | None:
        """The diagnosis that names the case; None when nothing is more than possible."""
        if not self.diagnoses or self.diagnoses[0].certainty is Certainty.POSSIBLE:
            return None
        return self.diagnoses[0]
