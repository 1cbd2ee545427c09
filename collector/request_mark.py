"""By what a program's request is known again: its mark, which stands in the event that it made.

In the same transaction, and in the same log, so that neither a crash nor a restored backup knows
one without the other. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from collector.claims.story import LogEvent

KEY: Final = "request"
SAID: Final = "request_said"


class KeyReusedError(ValueError):
    """The key was used for something else before, on the same thing and by this caller."""


class StaleError(ValueError):
    """The thing has gone on since the caller looked; ``seq`` is its last event now."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"it has gone on: its last event is {seq}")
        self.seq = seq


def mark_of(
    *,
    organisation_id: str,
    caller: str,
    token: str,
    action: str,
    reason: str,
    fields: Mapping[str, object],
) -> dict[str, str]:
    """What goes into the event: ``token`` is the caller's own word for the request."""
    said = json.dumps(dict(fields), sort_keys=True, ensure_ascii=False)
    return {
        KEY: _digest(organisation_id, caller, token),
        SAID: _digest(action, reason.strip(), said),
    }


def is_known(log: Sequence[LogEvent], mark: Mapping[str, str], *, seen: int | None) -> bool:
    """Whether the request was done before. ``seen`` is the last event that the caller knows, None
    where it does not matter. KeyReusedError and StaleError as they say."""
    for event in log:
        if event.payload.get(KEY) == mark[KEY]:
            if event.payload.get(SAID) != mark[SAID]:
                raise KeyReusedError("this key was used for another action")
            return True
    if seen is not None and log and log[-1].seq != seen:
        raise StaleError(log[-1].seq)
    return False


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
