"""Ed25519 (RFC 8032) over domain-separated bytes; keys are PEM, named by their fingerprint."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MANIFEST = b"preclaim manifest v1\x00"
COMMAND = b"preclaim command v1\x00"


class KeyFileError(ValueError):
    """A key file that holds no Ed25519 key."""


def read_private(pem: bytes) -> Ed25519PrivateKey:
    """Load a private key; KeyFileError when it is none or of another kind."""
    try:
        key = load_pem_private_key(pem, password=None)
    except ValueError as error:
        raise KeyFileError("not a PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("not an Ed25519 private key")
    return key


def read_public(pem: bytes) -> Ed25519PublicKey:
    """Load a public key; KeyFileError when it is none or of another kind."""
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise KeyFileError("not a PEM public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError("not an Ed25519 public key")
    return key


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """PKCS #8 PEM; write it with mode 0600."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Ed25519PublicKey) -> bytes:
    """SubjectPublicKeyInfo PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PublicKey) -> str:
    """First 16 hex digits of SHA-256 over the raw key."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def sign(key: Ed25519PrivateKey, domain: bytes, body: bytes) -> bytes:
    """64 bytes over ``domain + body``; the domain keeps one purpose out of another."""
    return key.sign(domain + body)


def holds(key: Ed25519PublicKey, domain: bytes, body: bytes, signature: bytes) -> bool:
    """True when the signature is this key's over this body for this purpose."""
    try:
        key.verify(signature, domain + body)
    except InvalidSignature:
        return False
    return True
