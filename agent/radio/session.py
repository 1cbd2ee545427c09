"""Whether data flow: the modem's own flag, else its state in a word. Pure."""

from __future__ import annotations

from typing import Final

_UP: Final = frozenset({"connected"})
_DOWN: Final = frozenset({"registered", "disconnected"})
"""States of ModemManager, RutOS and HiLink; "enabled" or "searching" say nothing of it."""


def session_of(flag: bool | None, state: str | None) -> bool | None:
    """True with a data session, False without one, None where nobody can tell."""
    if flag is not None:
        return flag
    word = (state or "").strip().casefold()
    return True if word in _UP else False if word in _DOWN else None
