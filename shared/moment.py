"""A moment: an aware UTC datetime, on the wire and in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec

Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


def to_utc(moment: datetime) -> datetime:
    """Return ``moment`` in UTC; a naive datetime raises ValueError, it is never guessed."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone has no place in time")
    return moment.astimezone(UTC)
