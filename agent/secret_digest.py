"""What is kept of a secret that others send us, and how it is compared; pure, and light."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

_NOBODY: Final = b"\0" * 32


def sha256(secret: str) -> bytes:
    """What is kept of a secret; b'' of none."""
    return hashlib.sha256(secret.encode()).digest() if secret else b""


def fits(kept: bytes | None, secret: str) -> bool:
    """Whether a secret is the one that is kept, in constant time; None, nobody's, costs as much."""
    return hmac.compare_digest(kept or _NOBODY, sha256(secret)) and kept is not None
