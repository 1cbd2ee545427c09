"""What a factory's collector answers to the sender of a pack: signed JSON, by any way. Pure.

An answer tells all that the factory did with the claim so far, so that one that was lost, or that
overtook another, does no harm.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.claims.lifecycle import LineState
from collector.claims.no_fault import FEE_WAIVED, JUDGED
from collector.claims.problem import Both
from collector.claims.story_return import RETURNED, WAIVED
from collector.pack import signed_json
from collector.pack.claim import Line, Maker, Prose
from collector.pack.signed_json import Kind, Opened
from shared.limits import Sha256
from shared.moment import Moment

SCHEMA: Final = "urn:preclaim:claim-answer:1"
LONGEST: Final = 256 * 1024
MOST_STEPS: Final = 500
TOLD: Final = frozenset(
    {
        LineState.IN_REVIEW,
        LineState.NEED_INFO,
        LineState.APPROVED,
        LineState.REJECTED,
        LineState.AWAITING_RETURN,
        LineState.RECEIVED,
        LineState.RESOLVING,
        LineState.FULFILLED,
        LineState.MERGED,
    }
)
"""The factory's own steps; what follows from them, or is the sender's, each end does for itself."""
CORRECTED: Final = "corrected"
"""Instead of a state: something that an earlier step told was mistyped."""
OFFERED: Final = "path_offered"
"""Instead of a state: the factory's answer to what the buyer proposed."""
BESIDE: Final = frozenset({CORRECTED, OFFERED, RETURNED, WAIVED, JUDGED, FEE_WAIVED})
"""Entries that are told although the line stays where it is: beside those two, what becomes of a
unit that was replaced ahead, and of the fee for one without a fault."""
NAMES: Final = BESIDE | {state.value for state in TOLD}
"""What ``Step.to`` can be; a receiver passes over what it does not know."""


Reference: TypeAlias = Annotated[str, msgspec.Meta(max_length=80)]
StateThere: TypeAlias = Annotated[str, msgspec.Meta(max_length=24)]
"""As long as their columns: PostgreSQL takes no longer ones, and an answer must fail as itself."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the factory, with the fields of the action."""

    seq: int  # within the factory's collector
    at: Moment
    actor: Line
    to: Line  # one of NAMES
    reason: Prose = ""
    fields: dict[Annotated[str, msgspec.Meta(max_length=40)], object] = {}
    id: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    """Of the entry in the factory's log, by its hash chain; '' from an older collector. Numbers
    come again after a restore, hashes do not."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All steps of one claim so far, in the order in which they are to be followed."""

    schema: Literal["urn:preclaim:claim-answer:1"] = SCHEMA
    number: Line  # the sender's
    line: int
    to: Sha256  # fingerprint of the sender's collector
    made_by: Maker
    reference: Reference  # the factory's own number of the claim
    state: StateThere  # now
    as_of: Moment
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=MOST_STEPS)]


ANSWER: Final = Kind(
    type=Answer,
    domain=b"preclaim claim answer v1\x00",
    longest=LONGEST,
    name=Both("answer to a claim", "索赔答复"),
    sender=Both("the factory", "工厂"),
)


def write_answer(answer: Answer, key: Ed25519PrivateKey) -> bytes:
    """The signed file; JSON, so that people can read it too. SignedJsonError when it is longer
    than any collector takes."""
    return signed_json.write(ANSWER, answer, key)


def read_answer(content: bytes, *, trusted: Collection[str]) -> Opened[Answer]:
    """Check the signature first, then read; SignedJsonError for what is of no trusted collector."""
    return signed_json.read(ANSWER, content, trusted=trusted)
