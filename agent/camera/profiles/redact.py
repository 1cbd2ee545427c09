"""Values that must not leave: replaced by a digest, which still shows a change, or dropped."""

from __future__ import annotations

import hashlib
from typing import Literal

from agent.camera.profiles.profile import Scalar


def redacted(value: Scalar | None, *, how: Literal["hash", "drop"]) -> str | None:
    """Twelve digits of SHA-256, or None."""
    if value is None or how == "drop":
        return None
    return hashlib.sha256(str(value).encode()).hexdigest()[:12]
