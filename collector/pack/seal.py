"""SHA256SUMS and the collector's signature over it: what makes a pack one thing. Pure.

The signature is Ed25519 over the very bytes of SHA256SUMS, so that ``openssl`` alone checks it.
The key signs nothing else but answers to claims, with a domain in front that no sums begin with;
that keeps a pack from ever being taken for an order to an agent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared import signing

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
KEY: Final = "collector.pub.pem"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S+)")


class SumsError(ValueError):
    """SHA256SUMS is not what ``sha256sum`` writes."""


def sha256_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 over the 32 bytes of the key, in hex; its first 16 digits are ``signing.key_id``."""
    return sha256_of(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def seal(files: Mapping[str, bytes], key: Ed25519PrivateKey) -> dict[str, bytes]:
    """The files with the collector's key, the sums of all of them and the signature over these."""
    whole = {**files, KEY: signing.public_pem(key.public_key())}
    sums = write_sums(whole)
    return {**whole, SUMS: sums, SIGNATURE: key.sign(sums)}


def write_sums(files: Mapping[str, bytes]) -> bytes:
    """As ``sha256sum`` writes it, by name."""
    return "".join(f"{sha256_of(files[name])}  {name}\n" for name in sorted(files)).encode()


def read_sums(content: bytes) -> dict[str, str]:
    """The hash by name, in the order of the file; SumsError for anything but :func:`write_sums`."""
    found: dict[str, str] = {}
    try:
        lines = content.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise SumsError("not ASCII") from error
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise SumsError(f"line {len(found) + 1}")
        found[match[2]] = match[1]
    return found


def holds(sums: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether the signature is this key's over these sums."""
    try:
        key.verify(signature, sums)
    except InvalidSignature:
        return False
    return True
