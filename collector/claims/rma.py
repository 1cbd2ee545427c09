"""The RMA number that the collector suggests: one a case, so that one box has one number. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_CASE: Final = "PC-"


def suggest_rma(
    case_number: str, *, kept: str, kept_at: datetime | None, valid: timedelta, now: datetime
) -> str:
    """'RMA-2026-000123' for the case PC-2026-000123.

    ``kept`` is the number that the line has: it stays while it is valid, and gets the next suffix
    afterwards, so that a number on a box is never older than it says.
    """
    if kept and kept_at is not None and now - kept_at <= valid:
        return kept
    first = f"RMA-{case_number.removeprefix(_CASE)}"
    if not kept:
        return first
    before = kept.removeprefix(first).removeprefix("-")
    return f"{first}-{int(before) + 1 if before.isdecimal() else 2}"
