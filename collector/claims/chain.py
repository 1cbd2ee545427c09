"""The hash chain of a claim line's event log: a changed or missing event shows. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of one line, as it is hashed."""

    line_id: int
    at: datetime
    actor: str
    role: str
    type: str
    payload_json: str


def hash_of(entry: Entry, prev_hash: str) -> str:
    """SHA-256 hex over the event and the hash before it ('' for the first)."""
    text = json.dumps(
        [
            prev_hash,
            entry.line_id,
            entry.at.astimezone(UTC).isoformat(),
            entry.actor,
            entry.role,
            entry.type,
            entry.payload_json,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(chain: Iterable[tuple[Entry, str, str]]) -> int | None:
    """Index of the first ``(entry, prev_hash, hash)`` that does not follow; None when all do."""
    before = ""
    for index, (entry, prev_hash, stored) in enumerate(chain):
        if prev_hash != before or hash_of(entry, prev_hash) != stored:
            return index
        before = stored
    return None
