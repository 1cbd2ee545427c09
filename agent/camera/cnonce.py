"""The one random part of a Digest answer."""

from __future__ import annotations

import secrets


def new_cnonce() -> str:
    """Make a fresh client nonce."""
    return secrets.token_hex(16)
