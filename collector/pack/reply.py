"""What the buyer says to a factory's decisions, from the sender's collector: signed JSON. Pure.

As an answer does, a reply tells everything so far. It holds the words of the buyer alone: what a
buyer could not do on a page of the factory's own collector, no reply can.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.claims.problem import Both
from collector.claims.story_parts import Story
from collector.pack import signed_json
from collector.pack.claim import Line, Maker, Prose
from collector.pack.signed_json import Kind, Opened
from shared.limits import Sha256
from shared.moment import Moment

SCHEMA: Final = "urn:preclaim:claim-reply:1"
LONGEST: Final = 256 * 1024
MOST_WORDS: Final = 500
ACCEPT: Final = "accept_path"
COUNTER: Final = "counter_path"
SHIP_TO: Final = "confirm_ship_to"
SAYS: Final = frozenset(
    {ACCEPT, COUNTER, SHIP_TO, "answer", "appeal", "withdraw", "resolve", "not_solved", "reopen"}
)
"""Actions of ``claims.actions`` that are a buyer's, and that a factory has to hear of."""
ANSWER: Final = "answer"
ABOUT_LONGEST: Final = 400
OF_PATH: Final = frozenset({ACCEPT, COUNTER})


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the buyer said, with the fields of the action."""

    seq: int  # within the sender's collector
    id: Sha256  # of the entry in the sender's log, by its hash chain
    at: Moment
    actor: Line
    action: Line  # one of SAYS
    about: Line = ""  # the path that was on offer then, or what was asked for; see ``about``
    reason: Prose = ""
    fields: dict[Annotated[str, msgspec.Meta(max_length=40)], object] = {}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """All words about one claim so far, oldest first."""

    schema: Literal["urn:preclaim:claim-reply:1"] = SCHEMA
    number: Line  # the sender's, as in the pack
    line: int
    to: Sha256  # fingerprint of the factory's collector
    made_by: Maker
    reference: Line  # the factory's own number of the claim, from its answers
    as_of: Moment
    words: Annotated[tuple[Word, ...], msgspec.Meta(max_length=MOST_WORDS)]


def about(action: str, story: Story) -> str:
    """What a word of this action is said of, where the line stands so; '' for what needs none, and
    from older collectors."""
    if action in OF_PATH:
        return story.path
    return " ".join(sorted(story.named_gaps))[:ABOUT_LONGEST] if action == ANSWER else ""


REPLY: Final = Kind(
    type=Reply,
    domain=b"preclaim claim reply v1\x00",
    longest=LONGEST,
    name=Both("reply of a buyer", "买方回复"),
    sender=Both("the sender", "发送方"),
)


def write_reply(reply: Reply, key: Ed25519PrivateKey) -> bytes:
    """The signed file; SignedJsonError when it is longer than any collector takes."""
    return signed_json.write(REPLY, reply, key)


def read_reply(content: bytes, *, trusted: Collection[str]) -> Opened[Reply]:
    """Check the signature first, then read; SignedJsonError for what is of no trusted collector."""
    return signed_json.read(REPLY, content, trusted=trusted)
