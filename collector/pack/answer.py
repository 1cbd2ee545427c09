"""What a factory's collector answers to the sender of a pack: signed JSON, by any way. Pure.

An answer tells all that the factory did with the claim so far, so that one that was lost, or that
overtook another, does no harm. The signature has a domain of its own in front: no answer can be
taken for the sums of a pack, and none for an order to an agent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.claims.lifecycle import LineState
from collector.claims.problem import Both
from collector.pack.claim import Line, Maker, Prose
from collector.pack.seal import fingerprint
from shared import signing
from shared.limits import Sha256
from shared.moment import Moment

SCHEMA: Final = "urn:preclaim:claim-answer:1"
DOMAIN: Final = b"preclaim claim answer v1\x00"
LONGEST: Final = 256 * 1024
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
    }
)
"""The factory's own steps; what follows from them, or is the sender's, each end does for itself."""
CORRECTED: Final = "corrected"
"""Instead of a state: something that an earlier step told was mistyped."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the factory, with the fields of the action."""

    seq: int  # rises within the factory's collector
    at: Moment
    actor: Line
    to: Line  # LineState value, or CORRECTED
    reason: Prose = ""
    fields: dict[Annotated[str, msgspec.Meta(max_length=40)], object] = {}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All steps of one claim so far."""

    schema: Literal["urn:preclaim:claim-answer:1"] = SCHEMA
    number: Line  # the sender's
    line: int
    to: Sha256  # fingerprint of the sender's collector
    made_by: Maker
    reference: Line  # the factory's own number of the claim
    state: Line  # there, now
    as_of: Moment
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=500)]


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's bytes as they were signed, the key and the signature."""

    answer: str
    public_key: str
    signature: str


class AnswerError(ValueError):
    """The answer cannot be taken; ``words`` say why and what to do."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.words = Both(en, zh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An answer whose signature holds, and whose it is."""

    answer: Answer
    signed_by: str  # fingerprint


def write_answer(answer: Answer, key: Ed25519PrivateKey) -> bytes:
    """The signed file; JSON, so that people can read it too."""
    body = msgspec.json.encode(answer)
    envelope = _Envelope(
        answer=body.decode(),
        public_key=signing.public_pem(key.public_key()).decode(),
        signature=base64.b64encode(signing.sign(key, DOMAIN, body)).decode(),
    )
    return msgspec.json.encode(envelope) + b"\n"


def read_answer(content: bytes, *, trusted: Collection[str]) -> Signed:
    """Check the signature first, then read; AnswerError for what is of no trusted collector."""
    if len(content) > LONGEST:
        raise _unreadable(f"more than {LONGEST // 1024} KiB")
    try:
        envelope = msgspec.json.decode(content, type=_Envelope)
        key = signing.read_public(envelope.public_key.encode())
        signature = base64.b64decode(envelope.signature, validate=True)
    except (
        msgspec.DecodeError,
        UnicodeError,
        signing.KeyFileError,
        binascii.Error,
        RecursionError,  # lists in lists, a hundred thousand deep
    ) as error:
        raise _unreadable(type(error).__name__) from error
    body = envelope.answer.encode()
    known = fingerprint(key)
    if known not in trusted:
        raise AnswerError(
            f"this answer is of a collector that is no partner here; its fingerprint is {known}."
            " Compare it with the factory's /pack-key and add it to [[partners]]",
            f"该答复来自未列为合作方的采集器，其指纹为 {known}。"
            "请与工厂的 /pack-key 比对后加入 [[partners]]",
        )
    if not signing.holds(key, DOMAIN, body, signature):
        raise AnswerError(
            "the signature does not hold: the answer was changed. Ask the factory for it again",
            "签名不符：答复内容已被更改。请向工厂重新索取",
        )
    try:
        return Signed(answer=msgspec.json.decode(body, type=Answer), signed_by=known)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(str(error)) from error


def _unreadable(why: str) -> AnswerError:
    return AnswerError(
        f"this is no answer to a claim ({why}). Use the file as the factory sent it",
        f"这不是索赔答复（{why}）。请使用工厂发送的原始文件",
    )
