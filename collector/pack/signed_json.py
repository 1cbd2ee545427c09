"""Signed JSON between two collectors: the bytes as they were signed, the key, the signature. Pure.

Each kind has a domain of its own in front of what is signed: none can be taken for another, for
the sums of a pack, or for an order to an agent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.claims.problem import Both
from collector.pack.seal import fingerprint
from shared import signing

T = TypeVar("T", bound=msgspec.Struct)


class SignedJsonError(ValueError):
    """It cannot be written or taken; ``words`` say why and what to do."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.words = Both(en, zh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """One kind of document: its type, its domain, its bound, what people call it and its sender."""

    type: type[T]
    domain: bytes
    longest: int  # bytes
    name: Both
    sender: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Generic[T]):
    """A document whose signature holds, and whose it is."""

    document: T
    signed_by: str  # fingerprint


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed stands in ``answer`` whatever the kind: collectors in the field read it so."""

    answer: str
    public_key: str
    signature: str


def write(kind: Kind[T], document: T, key: Ed25519PrivateKey) -> bytes:
    """The signed file; SignedJsonError for what no collector would take."""
    body = msgspec.json.encode(document)
    try:
        msgspec.json.decode(body, type=kind.type)
    except msgspec.ValidationError as error:
        raise _too_much(kind, str(error)) from error
    envelope = _Envelope(
        answer=body.decode(),
        public_key=signing.public_pem(key.public_key()).decode(),
        signature=base64.b64encode(signing.sign(key, kind.domain, body)).decode(),
    )
    content = msgspec.json.encode(envelope) + b"\n"
    if len(content) > kind.longest:
        raise _too_much(kind, f"{len(content) // 1024} KiB > {kind.longest // 1024} KiB")
    return content


def read(kind: Kind[T], content: bytes, *, trusted: Collection[str]) -> Opened[T]:
    """Check the signature first, then read; SignedJsonError for what is of no trusted collector."""
    if len(content) > kind.longest:
        raise _unreadable(kind, f"more than {kind.longest // 1024} KiB")
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
        raise _unreadable(kind, type(error).__name__) from error
    body = envelope.answer.encode()
    known = fingerprint(key)
    if known not in trusted:
        raise _stranger(kind, known)
    if not signing.holds(key, kind.domain, body, signature):
        raise _changed(kind)
    try:
        return Opened(document=msgspec.json.decode(body, type=kind.type), signed_by=known)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable(kind, str(error)) from error


def _unreadable(kind: Kind[T], why: str) -> SignedJsonError:
    en, zh = kind.name
    return SignedJsonError(
        f"this is no {en} ({why}). Use the file as {kind.sender.en} sent it",
        f"这不是{zh}（{why}）。请使用{kind.sender.zh}发送的原始文件",
    )


def _stranger(kind: Kind[T], known: str) -> SignedJsonError:
    return SignedJsonError(
        f"this {kind.name.en} is of a collector that is no partner here; its fingerprint is"
        f" {known}. Compare it with the /pack-key of {kind.sender.en} and add it to [[partners]]",
        f"该{kind.name.zh}来自未列为合作方的采集器，其指纹为 {known}。"
        f"请与{kind.sender.zh}的 /pack-key 比对后加入 [[partners]]",
    )


def _changed(kind: Kind[T]) -> SignedJsonError:
    return SignedJsonError(
        f"the signature does not hold: the {kind.name.en} was changed."
        f" Ask {kind.sender.en} for it again",
        f"签名不符：{kind.name.zh}内容已被更改。请向{kind.sender.zh}重新索取",
    )


def _too_much(kind: Kind[T], why: str) -> SignedJsonError:
    return SignedJsonError(
        f"the {kind.name.en} is too long to be taken ({why}), so it is not sent."
        " Tell the other side by mail, with the claim's pack",
        f"{kind.name.zh}过长，对方无法接收（{why}），因此未发送。请随索赔资料包以邮件告知对方",
    )
